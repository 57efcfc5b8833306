import type { Hex } from "@umpire/commitment/constants.ts";
import { answeredAt } from "@umpire/game/input-demands.ts";
import type { GameState } from "@umpire/game/state.ts";
import { encodeAbiParameters, keccak256 } from "viem";
import type { Court } from "./court.ts";

const ZERO: Hex = `0x${"0".repeat(64)}`;

/** What both the model and the contract show of a game, in one form. */
export interface Visible {
	readonly requests: readonly unknown[];
	readonly claims: readonly unknown[];
	/** by claim: when its trace was bound */
	readonly bound: readonly bigint[];
	readonly disputes: readonly unknown[];
	readonly leaves: readonly unknown[];
	readonly openings: readonly unknown[];
	readonly inputDemands: readonly unknown[];
	/** by demand: when its chunk was published */
	readonly answers: readonly number[];
	readonly owed: readonly bigint[];
}

/** What the model shows. */
export function visible(state: GameState, people: readonly Hex[]): Visible {
	return {
		requests: state.requests.map(plain),
		claims: state.claims.map(({ outputRoot: _, boundAt: __, ...claim }) => plain(claim)),
		bound: state.claims.map(({ boundAt }) => BigInt(boundAt)),
		disputes: state.disputes.map(({ partials, ...dispute }) =>
			plain({ ...dispute, partialsHash: partials.length === 0 ? ZERO : hashOf("int64[]", partials) }),
		),
		leaves: [...state.leaves].map(([, { time, words }]) => [BigInt(time), hashOf("uint256[5]", words)]),
		openings: [...state.openings.values()].map(BigInt),
		inputDemands: state.inputDemands.map(plain),
		answers: state.inputDemands.map((demand) => answeredAt(state, demand)),
		owed: people.map((account) => state.owed.get(account) ?? 0n),
	};
}

/** What the contract shows of the same things. */
export async function stateOf(court: Court, state: GameState, people: readonly Hex[]): Promise<Visible> {
	const counted = async (count: string, get: string): Promise<unknown[]> => {
		const list: unknown[] = [];
		const total = Number(await court.read<bigint>(count));
		for (let id = 1; id <= total; id++) list.push(plain(await court.read<object>(get, [id])));
		return list;
	};
	const leaves: unknown[] = [];
	for (const node of state.leaves.keys())
		leaves.push([...(await court.read<unknown[]>("leafPublished", [node]))]);
	const openings: unknown[] = [];
	for (const key of state.openings.keys()) {
		const [node, tree, level, children] = key.split(" ");
		openings.push(await court.read("openedAt", [node, Number(tree), BigInt(level), BigInt(children)]));
	}
	const bound: bigint[] = [];
	for (const index of state.claims.keys()) bound.push(await court.read<bigint>("boundAt", [index + 1]));
	const inputDemands: unknown[] = [];
	const answers: number[] = [];
	const demands = Number(await court.read<bigint>("inputDemandCount", [], court.inputs));
	for (let id = 1; id <= demands; id++) {
		inputDemands.push(plain(await court.read<object>("getInputDemand", [id], court.inputs)));
		answers.push(Number(await court.read<bigint>("answeredAt", [id], court.inputs)));
	}
	const owed: bigint[] = [];
	for (const account of people) owed.push(await court.read<bigint>("owed", [account]));
	return {
		requests: await counted("requestCount", "getRequest"),
		claims: await counted("claimCount", "getClaim"),
		bound,
		disputes: await counted("disputeCount", "getDispute"),
		leaves,
		openings,
		inputDemands,
		answers,
		owed,
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

function hashOf(type: string, values: readonly bigint[]): Hex {
	return keccak256(encodeAbiParameters([{ type }], [values]));
}
