import type { ChainEvent } from "@umpire/chain/events.ts";
import { TAG } from "@umpire/commitment/constants.ts";
import type { DisputeFacts } from "./dispute-facts.ts";
import type { DisputeMoves } from "./dispute-moves.ts";
import type { StatusView, TurnView } from "./dispute-view.ts";
import { counted, ether, grouped, subscript } from "./text.ts";

/** What the sentences of a dispute are made from. */
export interface Words {
	readonly facts: DisputeFacts;
	readonly moves: DisputeMoves;
	/** The published number; undefined as long as none is named. */
	readonly claimed: number | undefined;
	/** What was proved of it, or computed here; undefined where neither is known. */
	readonly follows: number | undefined;
	readonly programName: string | null;
	readonly numbers: number | undefined;
	/** "conv2, map 3, row 5, column 4". */
	readonly where: string | undefined;
}

type Ended = DisputeMoves["end"];

const loserOf = (end: Ended): "submitter" | "challenger" | undefined =>
	end?.name === "TimedOut" ? (Number(end.args.loser) === 1 ? "submitter" : "challenger") : undefined;

export function statusOf({ facts, moves: { end } }: Words): StatusView {
	if (end === undefined) {
		if (facts.turn === null) return { text: "Open", tone: "plain" };
		const isSubmitter = facts.turn.side === "submitter";
		return { text: `${isSubmitter ? "Submitter" : "Challenger"}\u2019s turn`, tone: facts.turn.side };
	}
	if (end.name === "Reclaimed") return { text: "Decided elsewhere", tone: "plain" };
	if (loserOf(end) === "challenger") return { text: "Dispute failed", tone: "plain" };
	return { text: "Claim rejected", tone: "wrong" };
}

/** The verdict, or the open question. */
export function headlineOf(words: Words): string {
	const { facts, moves, claimed, follows } = words;
	const { end } = moves;
	const claim = Number(moves.challenged.args.claim);
	if (end?.name === "Settled") {
		if (claimed !== undefined && follows !== undefined) {
			return `The challenger was right: it is ${grouped(follows)}, not ${grouped(claimed)}`;
		}
		return `The challenger was right: ${moves.partials === undefined ? "it" : subscript(Number(end.args.part) + 1)} is ${grouped(end.args.computed)}, not ${grouped(end.args.claimed)}`;
	}
	if (end?.name === "TimedOut") {
		return loserOf(end) === "submitter"
			? `The submitter ran out of time: claim ${claim} is rejected`
			: `The challenger ran out of time: claim ${claim} stands`;
	}
	if (end?.name === "Reclaimed") return `Claim ${claim} was decided elsewhere`;
	if (claimed !== undefined) {
		const last = moves.partials !== undefined || moves.named === undefined;
		return `Is ${grouped(claimed)} the right number? ${last && facts.turn?.side === "challenger" ? "One move is left" : "It is being decided"}`;
	}
	return words.numbers === undefined
		? `Is claim ${claim} right? The search goes on`
		: `Which of ${grouped(words.numbers)} numbers is wrong? The search goes on`;
}

export function leadOf(words: Words): string {
	const { moves, numbers, programName } = words;
	const { end } = moves;
	const model = programName === null ? "a program" : programName;
	const vouches =
		numbers === undefined
			? `A submitter claims what ${model} computes for one input, and vouches for every number on the way.`
			: `A submitter claims what ${model} computes for one input, and so vouches for all ${grouped(numbers)} numbers on the way.`;
	if (end === undefined) {
		const questions = moves.rounds.length + (moves.named === undefined ? 0 : 1);
		const state =
			words.claimed === undefined
				? `${counted(questions, "question")} so far; each halves what is in dispute, or better.`
				: `${counted(questions, "question")} have led to it; one short proof will decide.`;
		return `${vouches} The challenger says that one of them does not follow from those before it. ${state}`;
	}
	const took = tookText(words, end);
	switch (end.name) {
		case "Settled":
			return `${vouches} The challenger found one that does not follow from those before it. One proof decided it, ${took} after the challenge.`;
		case "TimedOut":
			return loserOf(end) === "submitter"
				? `${vouches} A challenger disagreed, and the submitter did not answer in time. Who does not answer is wrong, ${took} after the challenge.`
				: `${vouches} A challenger disagreed, but did not say where in time. It loses its bond, ${took} after the challenge.`;
		case "Reclaimed":
			return `${vouches} Another dispute, or a proof without one, decided about the claim first. The challenger has its bond back.`;
	}
}

function tookText({ facts, moves }: Words, end: ChainEvent): string {
	const [from, to] = [moves.challenged, end].map(
		({ transaction }) => facts.transactions.get(transaction)?.time,
	);
	if (from === undefined || to === undefined) return "some time";
	const seconds = to - from;
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
	return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** What the side whose turn it is has to do. */
export function turnOf({ facts, moves, where }: Words): TurnView | null {
	const { turn } = facts;
	if (turn === null || moves.end !== undefined) return null;
	const task = turn.side === "submitter" ? submitterTask(moves) : challengerTask(moves, where);
	const { submitterBond, challengerBond, burnPermille } = facts.parameters;
	const share = (bond: bigint) => ether(bond - (bond * BigInt(burnPermille)) / 1000n);
	const otherwise =
		turn.side === "submitter"
			? `If it lets its time pass, the claim is rejected and it loses its bond of ${ether(submitterBond)}, ${share(submitterBond)} of it to the challenger.`
			: `If it lets its time pass, it loses its bond of ${ether(challengerBond)}, ${share(challengerBond)} of it to the submitter, and the claim can become final.`;
	return { side: turn.side, until: turn.until, now: facts.time, task, otherwise };
}

function submitterTask({ rounds, named }: DisputeMoves): string {
	if (named !== undefined) return "publish the partial results of the named number";
	const at = rounds.at(-1)?.at;
	if (at === undefined) return "answer";
	if (at.tree === TAG.checkpoints && at.level === 0n) return "commit to its trace";
	if (at.tree === TAG.tensor && at.level === 0n) return "publish the numbers of the leaf";
	return "publish the hashes below the one that was named";
}

function challengerTask({ rounds, named, partials }: DisputeMoves, where: string | undefined): string {
	if (partials !== undefined) return "prove that one partial result is wrong";
	if (named !== undefined) return "wait";
	const at = rounds.at(-1)?.at;
	if (at !== undefined && at.tree === TAG.tensor && at.level === 0n) {
		return where === undefined ? "name the wrong number, or prove it" : `prove that ${where} is wrong`;
	}
	return "name the first hash that differs from its own";
}
