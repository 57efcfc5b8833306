import { bountiesAbi } from "@umpire/abi/bounties.ts";
import type { Hex, Width } from "@umpire/commitment/constants.ts";
import { type Elements, emptyElements } from "@umpire/commitment/elements.ts";
import { elementsInLeaf, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { toLogical } from "@umpire/commitment/tensor.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { BountyTerms, ShownLeaf } from "@umpire/markets/bounty-state.ts";
import { contentTree } from "@umpire/markets/shown-weights.ts";
import type { InputTensor } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { getAbiItem, type Log, parseEventLogs } from "viem";
import type { View } from "../world.ts";
import type { BountyContracts } from "./bounty-contracts.ts";

/** Blocks that are asked of at once: more than that many nodes refuse. */
const BLOCKS = 2000n;
const SHOWN = getAbiItem({ abi: bountiesAbi, name: "WeightsShown" });
const OPENED = getAbiItem({ abi: bountiesAbi, name: "BountyOpened" });

/** What a bounty was opened with: the contract tells it once, in an event. */
export async function openedWith(
	view: View,
	contracts: BountyContracts,
	bounty: number,
): Promise<BountyTerms> {
	const logs = await logsOf(view, contracts, OPENED, { bounty: BigInt(bounty) });
	const [opened] = parseEventLogs({ abi: bountiesAbi, logs, eventName: "BountyOpened" });
	if (opened === undefined) {
		throw new UmpireError("CHAIN", `The chain tells nothing of how bounty ${bounty} was opened`, {
			advice: "ask another node with --rpc.",
		});
	}
	return { ...opened.args.terms };
}

/**
 * The leaves that a candidate has shown.
 *
 * @param contentRoot what the contract has kept of them
 * @throws UmpireError if a node tells others
 */
export async function shownBy(
	view: View,
	contracts: BountyContracts,
	candidate: number,
	contentRoot: Hex,
): Promise<ShownLeaf[]> {
	const logs = await logsOf(view, contracts, SHOWN, { candidate: BigInt(candidate) });
	const shown: ShownLeaf[] = [];
	for (const { args } of parseEventLogs({ abi: bountiesAbi, logs, eventName: "WeightsShown" })) {
		// Whoever has begun again shows all anew.
		shown.length = Number(args.first);
		shown.push(...args.leaves);
	}
	if (shown.length > 0 && contentTree(shown).root === contentRoot) return shown;
	throw new UmpireError("CHAIN", `The node tells other weights of candidate ${candidate} than were shown`, {
		advice: "ask another one with --rpc.",
	});
}

async function logsOf(
	{ contracts: { connection } }: View,
	{ bounties, block }: BountyContracts,
	event: typeof SHOWN | typeof OPENED,
	args: { readonly candidate: bigint } | { readonly bounty: bigint },
): Promise<Log[]> {
	const head = await connection.reader.getBlockNumber();
	const found: Log[] = [];
	for (let fromBlock = block; fromBlock <= head; fromBlock += BLOCKS) {
		const last = fromBlock + BLOCKS - 1n;
		const toBlock = last < head ? last : head;
		const where = { address: bounties.address, fromBlock, toBlock };
		found.push(...(await connection.reader.getLogs({ ...where, event, args } as { event: typeof SHOWN })));
	}
	return found;
}

/** The first leaf whose words have another digest than was shown; undefined if there is none. */
export async function wrongLeafOf(leaves: readonly ShownLeaf[]): Promise<number | undefined> {
	const poseidon = await loadPoseidon();
	const at = leaves.findIndex(({ words, digest }) => poseidon.poseidon5([...words]) !== digest);
	return at === -1 ? undefined : at;
}

/** Shown leaves as a program's input. */
export function elementsOf(leaves: readonly ShownLeaf[], { width, shape, layout }: InputTensor): Elements {
	const count = elementCount(shape);
	const physical = emptyElements(width as Width, count);
	let at = 0;
	for (const [leaf, { words }] of leaves.entries()) {
		const values = unpackLeaf(words, width as Width, elementsInLeaf(leaf, count, width as Width));
		physical.set(values, at);
		at += values.length;
	}
	return toLogical(physical, shape, layout);
}
