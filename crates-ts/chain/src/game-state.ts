import type { Hex } from "@umpire/commitment/constants.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { answeredAt } from "@umpire/game/input-demands.ts";
import {
	CLAIM_STATUS,
	type Claim,
	type Dispute,
	type GameState,
	type InputAnswer,
	type InputDemand,
	inputAnswerKey,
	openingKey,
	PHASE,
	type PublishedLeaf,
	type Request,
	SIDE,
} from "@umpire/game/state.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { type AbiHeader, headerFromAbi } from "@umpire/operators/program-commitment.ts";
import {
	type Contracts,
	getClaim,
	getDispute,
	getInputDemand,
	getRequest,
	getTurn,
	owedTo,
} from "./contracts.ts";
import { ChainError } from "./errors.ts";
import type { ChainEvent, EventFeed } from "./events.ts";
import { explainReading } from "./revert.ts";
import { type Contract, read } from "./send.ts";

/**
 * Compares events with the state of the same block: a node that keeps events back must not look like a
 * side that does not answer.
 *
 * @throws ChainError (to be tried again, everything is read anew) if events are missing
 */
async function requireAllEvents(on: Contracts, feed: EventFeed, state: GameState): Promise<void> {
	const at = feed.head?.hash;
	const known: readonly [Contract, string, number][] = [
		[on.registry, "count", state.programs.size],
		[on.umpire, "requestCount", state.requests.length],
		[on.umpire, "claimCount", state.claims.length],
		[on.umpire, "disputeCount", state.disputes.length],
		[on.inputs, "inputDemandCount", state.inputDemands.length],
	];
	const counts = await Promise.all(known.map(([contract, name]) => read<bigint>(on, contract, name, [], at)));
	let complete = known.every(([, , count], i) => BigInt(count) === counts[i]);
	for (const { request, boundAt, traceRoot } of complete ? state.claims : []) {
		const { lazy } = state.programs.get(state.requests[request - 1].program)!;
		if (lazy && (BigInt(traceRoot) !== 0n) !== (boundAt !== 0)) complete = false;
	}
	for (const [index, dispute] of complete ? state.disputes.entries() : []) {
		if (dispute.phase === PHASE.closed) continue;
		const { side } = await getTurn(on, BigInt(index + 1), at);
		const published = publishedAt(state, dispute) !== 0;
		if (side !== SIDE.nobody && published !== (side === SIDE.challenger)) complete = false;
		if (dispute.partialsAt !== 0 && dispute.partials.length === 0) complete = false;
	}
	for (const [index, demand] of complete ? state.inputDemands.entries() : []) {
		if (!demand.open) continue;
		const time = await read<bigint>(on, on.inputs, "answeredAt", [BigInt(index + 1)], at);
		if (Number(time) !== answeredAt(state, demand)) complete = false;
	}
	if (complete) return;
	feed.reread();
	throw new ChainError(
		"reading events failed: the RPC node keeps some back that its state knows of; reading all again.",
		{ retry: true },
	);
}

/**
 * Reads the chain into the state that the game's strategies decide from. What can no longer
 * change (closed requests, decided claims, closed disputes, headers) is read once.
 *
 * `burned`, `balance` and `inputBonds` are not read, and `owed` holds the given account only: no strategy
 * looks at them.
 */
export function gameReader(on: Contracts, feed: EventFeed, account: Hex): () => Promise<GameState> {
	const programs = new Map<Hex, ProgramHeader>();
	const requests: Request[] = [];
	const claims: Claim[] = [];
	const outputs: Hex[] = [];
	const bound = new Map<number, number>();
	const disputes: Dispute[] = [];
	const openings = new Map<string, number>();
	const leaves = new Map<Hex, PublishedLeaf>();
	const partials = new Map<number, readonly bigint[]>();
	const inputDemands: InputDemand[] = [];
	/** Read, but their demands are not yet. */
	const answers: Extract<ChainEvent, { name: "InputAnswered" }>[] = [];
	const inputAnswers = new Map<string, InputAnswer>();

	const take = async (event: ChainEvent): Promise<void> => {
		switch (event.name) {
			case "Registered":
				programs.set(event.args.program, await headerOf(on, event.args.program));
				break;
			case "NodeOpened": {
				const { node, tree, childLevel, children } = event.args;
				openings.set(openingKey(node, tree, Number(childLevel), children.length), await timeOf(on, event));
				break;
			}
			case "LeafPublished": {
				const { node, width, count, words } = event.args;
				leaves.set(node, { time: await timeOf(on, event), width, count: Number(count), words });
				break;
			}
			case "InputAnswered":
				answers.push(event);
				break;
			case "Claimed":
				outputs[Number(event.args.claim) - 1] = event.args.outputRoot;
				break;
			case "TraceBound":
				bound.set(Number(event.args.claim), await timeOf(on, event));
				break;
			case "PartialsPublished":
				partials.set(Number(event.args.dispute), event.args.partials);
		}
	};

	let taken = 0;
	let revision = 0;
	let last: { readonly at: Hex | undefined; readonly state: GameState } | undefined;
	return async () => {
		await feed.poll();
		if (last !== undefined && last.at === feed.head?.hash) return last.state;
		if (feed.revision !== revision) {
			for (const list of [requests, claims, disputes, outputs, inputDemands, answers]) list.length = 0;
			for (const map of [programs, openings, leaves, partials, bound, inputAnswers]) map.clear();
			[taken, revision] = [0, feed.revision];
		}
		for (; taken < feed.events.length; taken++) await take(feed.events[taken]);
		const at = feed.head?.hash;
		const count = (name: ChainEvent["name"]) => feed.events.filter((event) => event.name === name).length;
		for (let i = 0; i < count("Requested"); i++) {
			if (requests[i]?.closed !== true) requests[i] = await getRequest(on, BigInt(i + 1), at);
		}
		for (let i = 0; i < count("Claimed"); i++) {
			if (claims[i] === undefined || claims[i].status === CLAIM_STATUS.live) {
				const stored = await getClaim(on, BigInt(i + 1), at);
				claims[i] = { ...stored, outputRoot: outputs[i], boundAt: bound.get(i + 1) ?? 0 };
			}
		}
		for (let i = 0; i < count("Challenged"); i++) {
			if (disputes[i]?.phase === PHASE.closed) continue;
			const stored = await getDispute(on, BigInt(i + 1), at);
			disputes[i] = { ...stored, partials: partials.get(i + 1) ?? [] };
		}
		for (let i = 0; i < count("InputDemanded"); i++) {
			if (inputDemands[i]?.open !== false) inputDemands[i] = await getInputDemand(on, BigInt(i + 1), at);
		}
		for (; answers.length > 0; answers.shift()) {
			const [event] = answers;
			const { demand, inputsRoot, words } = event.args;
			const asked = inputDemands[Number(demand) - 1];
			const { program } = requests[claims[asked.claim - 1].request - 1];
			const key = inputAnswerKey(inputsRoot, programs.get(program)!.inputCount, asked);
			inputAnswers.set(key, { time: await timeOf(on, event), words });
		}
		const state: GameState = {
			parameters: on.deployment.parameters,
			programs,
			requests,
			claims,
			disputes,
			openings,
			leaves,
			inputDemands,
			inputAnswers,
			inputBonds: 0n,
			owed: new Map([[account, await owedTo(on, account, at)]]),
			burned: 0n,
			balance: 0n,
		};
		await requireAllEvents(on, feed, state);
		last = { at, state };
		return state;
	};
}

/** The children that were published of a node, by the game's opening key. */
export type Published = (key: string) => readonly Hex[] | undefined;

/** Finds published children among a feed's events. */
export function publishedChildren(feed: EventFeed): Published {
	const known = new Map<string, readonly Hex[]>();
	let taken = 0;
	let revision = 0;
	return (key) => {
		if (feed.revision !== revision) {
			known.clear();
			[taken, revision] = [0, feed.revision];
		}
		for (; taken < feed.events.length; taken++) {
			const event = feed.events[taken];
			if (event.name !== "NodeOpened") continue;
			const { node, tree, childLevel, children } = event.args;
			known.set(openingKey(node, tree, Number(childLevel), children.length), children);
		}
		return known.get(key);
	};
}

async function headerOf(on: Contracts, root: Hex): Promise<ProgramHeader> {
	const header = await read<AbiHeader["header"]>(on, on.registry, "header", [root]);
	const meaning = await read<AbiHeader["meaning"]>(on, on.registry, "meaning", [root]);
	return headerFromAbi({ header, meaning });
}

const times = new WeakMap<Contracts, Map<Hex, number>>();

/** The time of an event's block. */
async function timeOf(on: Contracts, { blockHash }: ChainEvent): Promise<number> {
	const known = times.get(on) ?? new Map<Hex, number>();
	times.set(on, known);
	const cached = known.get(blockHash);
	if (cached !== undefined) return cached;
	const { timestamp } = await on.connection.reader.getBlock({ blockHash }).catch((error: unknown) => {
		throw explainReading(error, "a block");
	});
	known.set(blockHash, Number(timestamp));
	return Number(timestamp);
}
