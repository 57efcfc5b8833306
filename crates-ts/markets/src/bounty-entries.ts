import { type Hex, LEAF_ELEMENTS, TAG, type Width } from "@umpire/commitment/constants.ts";
import { checkWords, elementsInLeaf, LeafError, leafCount, leafNode } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import { follow } from "@umpire/game/paths.ts";
import { encodeAbiParameters, keccak256 } from "viem";
import { order } from "./beacon-state.ts";
import {
	BOUNTY_STATUS,
	type Bounty,
	type BountyTerms,
	type BountyWorld,
	bountyOf,
	CANDIDATE_STATUS,
	candidateIn,
	lossOf,
	MOST_LEAVES,
	NO_ROOT,
	oust,
	roundOf,
	type ShownLeaf,
	withBounty,
	withCandidate,
	withRound,
} from "./bounty-state.ts";
import { requireTerm } from "./network-state.ts";
import { contentOf, contentTree, PART } from "./shown-weights.ts";
import { credit, ETHER, forfeit, lock, takeEther } from "./token-ledger.ts";

export type OpenBountyMove = { type: "openBounty"; terms: BountyTerms; value: bigint };
export type CommitMove = { type: "commit"; bounty: number; round: number; commitment: Hex; value: bigint };
export type RevealMove = {
	type: "reveal";
	candidate: number;
	weightsRoot: Hex;
	salt: Hex;
	first: number;
	leaves: readonly ShownLeaf[];
};
export type MismatchMove = {
	type: "mismatch";
	candidate: number;
	leaf: number;
	shown: ShownLeaf;
	path: readonly Hex[];
};
export type EndBountyMove = { type: "endBounty"; bounty: number };
type Sent<T> = T & { readonly sender: Hex };

const MOST_AMOUNT = 2n ** 128n - 1n;
const YEAR = 365 * 86_400;

const COMMITMENT = [
	{ type: "uint256" },
	{ type: "address" },
	{ type: "uint256" },
	{ type: "uint256" },
	{ type: "address" },
	{ type: "bytes32" },
	{ type: "bytes32" },
] as const;

/** What a contributor commits to: whoever sees it can neither enter the same weights nor reveal them. */
export function commitmentOf(
	at: { readonly chainId: number; readonly address: Hex },
	{ bounty, round }: { readonly bounty: number; readonly round: number },
	by: { readonly contributor: Hex; readonly weightsRoot: Hex; readonly salt: Hex },
): Hex {
	const { contributor, weightsRoot, salt } = by;
	const numbers = [BigInt(bounty), BigInt(round)] as const;
	const values = [BigInt(at.chainId), at.address, ...numbers, contributor, weightsRoot, salt] as const;
	return keccak256(encodeAbiParameters(COMMITMENT, values));
}

export function openBounty(world: BountyWorld, { sender, terms, value }: Sent<OpenBountyMove>): BountyWorld {
	check(world, terms);
	const budget = BigInt(terms.paidRounds) * world.beacon.fee;
	const inEther = terms.token === ETHER;
	const taken = takeEther(world.ledger, value, inEther ? budget + terms.pool : budget);
	const added: Bounty = {
		owner: sender,
		status: BOUNTY_STATUS.open,
		terms,
		isRunning: false,
		rounds: [],
		baseline: terms.inputRoots[terms.baselineInput],
		pool: terms.pool,
		budget,
	};
	const ledger = inEther ? taken : lock(taken, terms.token, terms.pool);
	return { ...world, ledger, bounties: [...world.bounties, added] };
}

function check({ game, parameters }: BountyWorld, terms: BountyTerms): void {
	const header = game.programs.get(terms.program);
	if (header === undefined) throw new GameError("UnknownProgram", terms.program);
	const { inputCount, outputElements, outputWidth } = header;
	requireTerm("outputElements", outputElements, 2, LEAF_ELEMENTS[outputWidth]);
	requireTerm("inputCount", inputCount, 3, 64);
	requireTerm("inputRoots", terms.inputRoots.length, inputCount, inputCount);
	const places = [terms.baselineInput, terms.candidateInput, terms.statesInput];
	for (const place of places) requireTerm("input", place, 0, inputCount - 1);
	const same = places.findIndex((place, i) => places.indexOf(place) !== i);
	if (same !== -1) throw new GameError("SameInput", places[same]);
	const leaf: number | undefined = LEAF_ELEMENTS[terms.width as Width];
	if (leaf === undefined) throw new GameError("WrongWidth", terms.width);
	requireTerm("elements", terms.elements, 1, MOST_LEAVES * leaf);
	requireTerm("pool", terms.pool, 1n, MOST_AMOUNT);
	requireTerm("rate", terms.rate, 1n, MOST_AMOUNT);
	requireTerm("minGain", terms.minGain, 1, 2 ** 32 - 1);
	requireTerm("deposit", terms.deposit, parameters.depositMin, MOST_AMOUNT);
	requireTerm("scoreFee", terms.scoreFee, parameters.scoreFeeMin, lossOf(parameters, terms.deposit));
	requireTerm("commitSeconds", terms.commitSeconds, 1, YEAR);
	requireTerm("revealSeconds", terms.revealSeconds, 1, YEAR);
	const { increment, reserve } = game.parameters;
	requireTerm("availabilitySeconds", terms.availabilitySeconds, increment + reserve, YEAR);
	requireTerm("scoreSeconds", terms.scoreSeconds, 1, YEAR);
}

export function commit(world: BountyWorld, move: Sent<CommitMove>, now: number): BountyWorld {
	const { sender, bounty: id, round, commitment, value } = move;
	const next = bountyOf(world, id).isRunning ? world : startRound(world, id, now);
	const { rounds, terms } = next.bounties[id - 1];
	if (round !== rounds.length) throw new GameError("WrongRound", round, rounds.length);
	const { commitUntil, beaconRound, open } = rounds[round - 1];
	if (now > commitUntil) throw new GameError("CommitmentsOver", now, commitUntil);
	const { values, void: ended } = next.beacon;
	if (values.has(beaconRound) || ended.has(beaconRound)) throw new GameError("RoundDecided", beaconRound);
	const ledger = takeEther(next.ledger, value, terms.deposit);
	const added = {
		commitment,
		contributor: sender,
		status: CANDIDATE_STATUS.committed,
		bounty: id,
		round,
		request: 0,
		until: 0,
		shown: [],
		weightsRoot: NO_ROOT,
		contentRoot: NO_ROOT,
		gain: 0n,
	};
	const entered = { ...next, ledger, candidates: [...next.candidates, added] };
	return withRound(entered, id, round, { open: open + 1 });
}

function startRound(world: BountyWorld, id: number, now: number): BountyWorld {
	const { status, pool, rounds, terms, budget } = world.bounties[id - 1];
	if (status !== BOUNTY_STATUS.open) {
		throw new GameError("WrongBountyStatus", id, status, BOUNTY_STATUS.open);
	}
	if (pool === 0n) throw new GameError("EmptyPool", id);
	const commitUntil = now + terms.commitSeconds;
	const revealUntil = commitUntil + terms.revealSeconds;
	const scoreFrom = revealUntil + terms.availabilitySeconds;
	const beaconRound = revealUntil + world.beacon.drift;
	const times = { commitUntil, revealUntil, scoreFrom, scoreUntil: 0, beaconRound };
	const started = withBounty(world, id, {
		isRunning: true,
		rounds: [...rounds, { ...times, open: 0, best: 0 }],
	});
	const { fee } = world.beacon;
	const beacon = budget < fee ? world.beacon : order(world.beacon, beaconRound);
	if (beacon === world.beacon) return started;
	const ledger = lock(world.ledger, ETHER, -fee);
	return withBounty({ ...started, beacon, ledger }, id, { budget: budget - fee });
}

export function reveal(world: BountyWorld, move: Sent<RevealMove>, now: number): BountyWorld {
	const { sender, candidate: id, weightsRoot, salt } = move;
	const candidate = candidateIn(world, id, [CANDIDATE_STATUS.committed]);
	if (sender !== candidate.contributor) {
		throw new GameError("NotTheContributor", sender, candidate.contributor);
	}
	const { commitUntil, revealUntil } = roundOf(world, candidate);
	if (now <= commitUntil || now > revealUntil) {
		throw new GameError("NotRevealing", now, commitUntil, revealUntil);
	}
	const at = { chainId: world.game.domain.chainId, address: world.address };
	const commitment = commitmentOf(at, candidate, { contributor: sender, weightsRoot, salt });
	if (commitment !== candidate.commitment) {
		throw new GameError("WrongCommitment", commitment, candidate.commitment);
	}
	return show(world, move);
}

function show(world: BountyWorld, { candidate: id, weightsRoot, first, leaves }: RevealMove): BountyWorld {
	const { shown, bounty } = world.candidates[id - 1];
	const { terms } = world.bounties[bounty - 1];
	const [width, { elements }] = [terms.width as Width, terms];
	// Whoever has shown something wrong may begin again.
	const before = first === 0 ? [] : shown;
	if (first !== before.length) throw new GameError("WrongPart", first, before.length);
	const rest = leafCount(elements, width) - first;
	const size = Math.min(rest, PART);
	if (leaves.length !== size) throw new GameError("WrongPartSize", leaves.length, size);
	for (const [i, { words }] of leaves.entries()) {
		requireWords(words, width, elementsInLeaf(first + i, elements, width));
	}
	const all = [...before, ...leaves];
	if (size !== rest) return withCandidate(world, id, { shown: all });
	const nodes = all.map(({ digest }, i) => leafNode(width, elementsInLeaf(i, elements, width), digest));
	const { root } = MerkleTree.of(nodes, TAG.tensor);
	if (root !== weightsRoot) throw new GameError("WrongWeights", root, weightsRoot);
	const contentRoot = contentTree(all).root;
	return withCandidate(world, id, {
		shown: all,
		weightsRoot,
		contentRoot,
		status: CANDIDATE_STATUS.revealed,
	});
}

function requireWords(words: readonly bigint[], width: Width, count: number): void {
	try {
		checkWords(words, width, count);
	} catch (error) {
		if (error instanceof LeafError) throw new GameError("WordOutOfRange");
		throw error;
	}
}

export function mismatch(world: BountyWorld, move: Sent<MismatchMove>, arbiter: Arbiter): BountyWorld {
	const { sender, candidate: id, leaf, shown, path } = move;
	const { revealed, asked, open } = CANDIDATE_STATUS;
	const candidate = candidateIn(world, id, [revealed, asked, open]);
	const { terms } = world.bounties[candidate.bounty - 1];
	const node = contentOf(shown);
	const root = follow(node, leaf, candidate.shown.length, path, TAG.tensor);
	if (root !== candidate.contentRoot) throw new GameError("WrongContent", root, candidate.contentRoot);
	const width = terms.width as Width;
	const count = elementsInLeaf(leaf, terms.elements, width);
	if (arbiter.leafNode(width, count, shown.words) === leafNode(width, count, shown.digest)) {
		throw new GameError("NoMismatch", id, leaf);
	}
	const ledger = forfeit(world.ledger, terms.deposit, world.game.parameters.burnPermille, sender);
	return oust({ ...world, ledger }, id);
}

export function endBounty(world: BountyWorld, { sender, bounty: id }: Sent<EndBountyMove>): BountyWorld {
	const { owner, status, isRunning } = bountyOf(world, id);
	if (sender !== owner) throw new GameError("NotTheOwner", sender, owner);
	if (status !== BOUNTY_STATUS.open) {
		throw new GameError("WrongBountyStatus", id, status, BOUNTY_STATUS.open);
	}
	return isRunning ? withBounty(world, id, { status: BOUNTY_STATUS.ending }) : payRest(world, id);
}

/** The bounty has ended: what is left is the owner's. */
export function payRest(world: BountyWorld, id: number): BountyWorld {
	const { owner, terms, pool, budget } = world.bounties[id - 1];
	const ledger = credit(credit(world.ledger, terms.token, owner, pool), ETHER, owner, budget);
	return withBounty({ ...world, ledger }, id, { status: BOUNTY_STATUS.ended, pool: 0n, budget: 0n });
}
