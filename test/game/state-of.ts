import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { boundTrace } from "@umpire/game/dispute.ts";
import { answeredAt } from "@umpire/game/input-demands.ts";
import { CLAIM_STATUS, type Claim, type GameState, owedTo } from "@umpire/game/state.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { segmentCount } from "@umpire/operators/segments.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { encodeAbiParameters, keccak256 } from "viem";

const ZERO: Hex = `0x${"0".repeat(64)}`;

/** What both the model and the contract show of a game, in one form. */
export interface Visible {
	readonly requests: readonly unknown[];
	readonly claims: readonly unknown[];
	/** by claim and segment: when its trace was bound, and to what */
	readonly bound: readonly (readonly (readonly [bigint, Hex])[])[];
	/** by claim: open disputes */
	readonly open: readonly bigint[];
	readonly disputes: readonly unknown[];
	readonly leaves: readonly unknown[];
	readonly openings: readonly unknown[];
	readonly inputDemands: readonly unknown[];
	/** by demand: when its chunk was published */
	readonly answers: readonly number[];
	readonly owed: readonly bigint[];
	readonly stoppedUntil: bigint;
}

/** What the model shows. */
export function visible(state: GameState, people: readonly Hex[]): Visible {
	return {
		requests: state.requests.map((request) =>
			plain({ ...request, isExclusive: request.submitter !== NOBODY }),
		),
		claims: state.claims.map(({ outputRoot: _, boundAt: __, openDisputes: ___, segments: ____, ...claim }) =>
			plain(claim),
		),
		open: state.claims.map(({ openDisputes }) => BigInt(openDisputes)),
		bound: state.claims.map((claim) => {
			const header = headerOf(state, claim);
			return Array.from({ length: segmentCount(header) }, (_, segment) => {
				const { boundAt, traceRoot } = boundTrace(claim, header, segment) ?? { boundAt: 0, traceRoot: ZERO };
				return [BigInt(boundAt), traceRoot];
			});
		}),
		disputes: state.disputes.map(({ partials, ...dispute }) =>
			plain({ ...dispute, partialsHash: partials.length === 0 ? ZERO : hashOf("int64[]", partials) }),
		),
		leaves: [...state.leaves].map(([, { time, words }]) => [BigInt(time), hashOf("uint256[5]", words)]),
		openings: [...state.openings.values()].map(BigInt),
		inputDemands: state.inputDemands.map(plain),
		answers: state.inputDemands.map((demand) => answeredAt(state, demand)),
		owed: people.map((account) => owedTo(state, account)),
		stoppedUntil: BigInt(state.stoppedUntil),
	};
}

/** What the contract shows of the same things. */
export async function stateOf(chain: TestChain, state: GameState, people: readonly Hex[]): Promise<Visible> {
	const counted = async (count: string, get: string): Promise<unknown[]> => {
		const list: unknown[] = [];
		const total = Number(await chain.read<bigint>(count));
		for (let id = 1; id <= total; id++) list.push(plain(await chain.read<object>(get, [id])));
		return list;
	};
	const leaves: unknown[] = [];
	for (const node of state.leaves.keys())
		leaves.push([...(await chain.read<unknown[]>("leafPublished", [node], chain.court))]);
	const openings: unknown[] = [];
	for (const key of state.openings.keys()) {
		const [node, tree, level, children] = key.split(" ");
		openings.push(
			await chain.read("openedAt", [node, Number(tree), BigInt(level), BigInt(children)], chain.court),
		);
	}
	const bound: [bigint, Hex][][] = [];
	const claims: unknown[] = [];
	const open: bigint[] = [];
	for (const [index, known] of state.claims.entries()) {
		const { claimedAt } = known;
		const header = headerOf(state, known);
		const p = await chain.readCourt<{ openDisputes: number }>("proceedings", [index + 1]);
		const traces: [bigint, Hex][] = [];
		for (let segment = 0; segment < segmentCount(header); segment++) {
			traces.push([...(await chain.readCourt<[bigint, Hex]>("boundTrace", [index + 1, segment]))]);
		}
		bound.push(traces);
		const [[boundAt, traceRoot]] = traces;
		const { since, ...claim } = await chain.read<{ since: number; status: number; traceRoot: Hex }>(
			"getClaim",
			[index + 1],
		);
		const isLive = claim.status === CLAIM_STATUS.live;
		claims.push(
			plain({
				...claim,
				traceRoot: header.lazy && boundAt !== 0n ? traceRoot : claim.traceRoot,
				// The market keeps the beginning of the present status only.
				claimedAt: isLive ? since : claimedAt,
				endedAt: isLive ? 0 : since,
			}),
		);
		open.push(BigInt(p.openDisputes));
	}
	const inputDemands: unknown[] = [];
	const answers: number[] = [];
	const demands = Number(await chain.readCourt<bigint>("inputDemandCount"));
	for (let id = 1; id <= demands; id++) {
		inputDemands.push(plain(await chain.readCourt<object>("getInputDemand", [id])));
		answers.push(Number(await chain.readCourt<bigint>("answeredAt", [id])));
	}
	const disputes: unknown[] = [];
	const disputeCount = Number(await chain.readCourt<bigint>("disputeCount"));
	for (let id = 1; id <= disputeCount; id++) {
		disputes.push(plain(await chain.readCourt<object>("getDispute", [id])));
	}
	const owed: bigint[] = [];
	for (const account of people) owed.push(await chain.owed(account));
	return {
		requests: await counted("requestCount", "getRequest"),
		claims,
		bound,
		open,
		disputes,
		leaves,
		openings,
		inputDemands,
		answers,
		owed,
		stoppedUntil: await chain.read<bigint>("stoppedUntil"),
	};
}

/** Numbers as BigInt, addresses in lower case, fields by name. */
function plain(record: object): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(record)
			.toSorted(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, value]) => {
				if (typeof value === "number") return [key, BigInt(value)];
				return [key, typeof value === "string" ? value.toLowerCase() : value];
			}),
	);
}

function headerOf(state: GameState, { request }: Claim): ProgramHeader {
	return state.programs.get(state.requests[request - 1].program)!;
}

function hashOf(type: string, values: readonly bigint[]): Hex {
	return keccak256(encodeAbiParameters([{ type }], [values]));
}
