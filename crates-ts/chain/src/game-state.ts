import type { Hex } from "@umpire/commitment/constants.ts";
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
} from "@umpire/game/state.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { type Contracts, getClaim, getDispute, getInputDemand, getRequest, owedTo } from "./contracts.ts";
import type { ChainEvent, EventFeed } from "./events.ts";
import { read } from "./send.ts";

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
			case "PartialsPublished":
				partials.set(Number(event.args.dispute), event.args.partials);
		}
	};

	return async () => {
		for (const event of await feed.poll()) await take(event);
		const count = (name: ChainEvent["name"]) => feed.events.filter((event) => event.name === name).length;
		for (let i = 0; i < count("Requested"); i++) {
			if (requests[i]?.closed !== true) requests[i] = await getRequest(on, BigInt(i + 1));
		}
		for (let i = 0; i < count("Claimed"); i++) {
			if (claims[i] === undefined || claims[i].status === CLAIM_STATUS.live) {
				claims[i] = { ...(await getClaim(on, BigInt(i + 1))), outputRoot: outputs[i] };
			}
		}
		for (let i = 0; i < count("Challenged"); i++) {
			if (disputes[i]?.phase === PHASE.closed) continue;
			const stored = await getDispute(on, BigInt(i + 1));
			const published = partials.get(i + 1);
			// Published after the events were read: the next look sees both.
			const partialsAt = published === undefined ? 0 : stored.partialsAt;
			disputes[i] = { ...stored, partialsAt, partials: published ?? [] };
		}
		for (let i = 0; i < count("InputDemanded"); i++) {
			if (inputDemands[i]?.open !== false) inputDemands[i] = await getInputDemand(on, BigInt(i + 1));
		}
		for (const event of answers.splice(0)) {
			const { demand, inputsRoot, words } = event.args;
			const asked = inputDemands[Number(demand) - 1];
			const { program } = requests[claims[asked.claim - 1].request - 1];
			const key = inputAnswerKey(inputsRoot, programs.get(program)!.inputCount, asked);
			inputAnswers.set(key, { time: await timeOf(on, event), words });
		}
		return {
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
			owed: new Map([[account, await owedTo(on, account)]]),
			burned: 0n,
			balance: 0n,
		};
	};
}

/** The children that were published of a node, by the game's opening key. */
export type Published = (key: string) => readonly Hex[] | undefined;

/** Finds published children among a feed's events. */
export function publishedChildren(feed: EventFeed): Published {
	const known = new Map<string, readonly Hex[]>();
	let taken = 0;
	return (key) => {
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
	type Stored = Omit<ProgramHeader, "outputElements"> & { readonly outputElements: bigint };
	const header = await read<Stored>(on, on.registry, "header", [root]);
	return { ...header, outputElements: Number(header.outputElements) };
}

const times = new WeakMap<Contracts, Map<bigint, number>>();

/** The time of an event's block. */
async function timeOf(on: Contracts, event: ChainEvent): Promise<number> {
	const known = times.get(on) ?? new Map<bigint, number>();
	times.set(on, known);
	const cached = known.get(event.block);
	if (cached !== undefined) return cached;
	const { timestamp } = await on.connection.reader.getBlock({ blockNumber: event.block });
	known.set(event.block, Number(timestamp));
	return Number(timestamp);
}
