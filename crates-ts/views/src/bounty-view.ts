import type { BountyItem, CandidateItem } from "@umpire/indexer/consumer-items.ts";
import type { ClaimItem, ProgramItem } from "@umpire/indexer/game-items.ts";
import type { StatusView } from "./dispute-view.ts";
import type { Moment } from "./list-view.ts";
import { amountText, type Naming, plain, realOf } from "./market-words.ts";
import { counted, grouped, real } from "./text.ts";

/** What the index says of a bounty. */
export interface BountyFacts extends Moment {
	readonly bounty: BountyItem;
	readonly candidates: readonly CandidateItem[];
	/** All claims of scores, rejected ones too. */
	readonly claims: readonly ClaimItem[];
	/** Rounds that ended, by the contract's own events. `best` is 0 for nobody. */
	readonly rounds: readonly { readonly round: number; readonly best: number; readonly reward: string }[];
	readonly program: ProgramItem | undefined;
	readonly nameOf: Naming;
}

export interface LeaderLine {
	/** Null: the weights that the owner began with. */
	readonly candidate: number | null;
	readonly contributor: string;
	readonly round: number | null;
	readonly score: number | null;
	readonly scoreText: string;
	/** Length of its bar, 0 to 1. */
	readonly share: number;
	readonly gain: string;
	readonly reward: string;
	readonly status: StatusView;
	readonly until: number | null;
	readonly claim: number | null;
	readonly isBest: boolean;
}

/** A score that became known: better than all before it or not. */
export interface ScorePoint {
	readonly time: number;
	readonly score: number;
	readonly text: string;
	readonly isGain: boolean;
	/** Claimed and rejected. */
	readonly isWrong: boolean;
}

export interface Phase {
	readonly name: string;
	readonly text: string;
	readonly until: number | null;
	readonly state: "past" | "now" | "to come";
}

export interface BountyView extends Moment {
	readonly bounty: number;
	readonly program: { readonly name: string; readonly number: number | null; readonly root: string };
	readonly owner: string;
	readonly headline: string;
	readonly lead: string;
	readonly status: StatusView;
	readonly left: string;
	readonly first: number | null;
	readonly points: readonly ScorePoint[];
	readonly round: number | null;
	readonly phases: readonly Phase[];
	readonly leaders: readonly LeaderLine[];
	readonly facts: readonly { readonly what: string; readonly value: string }[];
}

/** A bounty for better weights: who made them how much better, in which phase the round is, what is left. */
export function bountyView(facts: BountyFacts): BountyView {
	const { bounty, candidates, chainId, block, time, nameOf } = facts;
	const { token } = bounty;
	const unit = (score: string): number =>
		facts.program === undefined
			? Number(score)
			: realOf(score, facts.program.outputMantissa, facts.program.outputExponent);
	const leaders = leadersOf(facts, unit);
	const best = leaders.find(({ isBest }) => isBest);
	const first = firstScore(candidates, unit);
	const { name, number } = nameOf(bounty.program);
	const left = BigInt(bounty.pool) - BigInt(bounty.rewarded);
	return {
		bounty: bounty.bounty,
		chainId,
		block,
		time,
		program: { name, number, root: bounty.program },
		owner: bounty.owner,
		headline:
			best !== undefined
				? `Best score: ${best.scoreText}${first === null ? "" : `, from ${real(first)} at first`}`
				: candidates.length === 0
					? "Better weights are wanted; nobody has tried yet"
					: `${counted(candidates.length, "candidate")}, none is better yet`,
		lead: `${amountText(bounty.rate, token)} for every unit by which ${name} scores better than the best so far, from ${grouped(bounty.minGain)} on. What it is scored on is drawn after the weights are shown.`,
		status: plain({ open: "Open", ending: "Ends with this round", ended: "Ended" }[bounty.status]),
		left:
			bounty.status === "ended"
				? `${amountText(bounty.rewarded, token)} of ${amountText(bounty.pool, token)} was won`
				: `${amountText(left, token)} of ${amountText(bounty.pool, token)} left`,
		first,
		points: pointsOf(facts, unit),
		round: bounty.round,
		phases: phasesOf(facts),
		leaders,
		facts: [
			{ what: "Reward for a unit of gain", value: amountText(bounty.rate, token) },
			{ what: "Least gain", value: grouped(bounty.minGain) },
			{ what: "Deposit of a candidate", value: amountText(bounty.deposit, null) },
			{ what: "For whoever scores it", value: amountText(bounty.scoreFee, null) },
			{ what: "Weights", value: `${grouped(bounty.elements)} of ${bounty.width} bits` },
			...(bounty.rest === null ? [] : [{ what: "Back to the owner", value: amountText(bounty.rest, token) }]),
		],
	};
}

const STATES = {
	committed: "Committed, weights not shown yet",
	revealed: "Shown, to be scored",
	asked: "To be scored by its contributor",
	open: "To be scored by anyone",
	scored: "Final",
	out: "Out",
} as const satisfies Record<CandidateItem["status"], string>;

function leadersOf(
	{ bounty, candidates, claims, rounds }: BountyFacts,
	unit: (score: string) => number,
): LeaderLine[] {
	const rewards = new Map(rounds.map(({ best, reward }) => [best, reward]));
	const byRequest = Map.groupBy(claims, ({ request }) => request);
	const lines = candidates.map((one): LeaderLine => {
		const own = byRequest.get(one.request ?? -1) ?? [];
		const live = own.find(({ status }) => status === "live");
		const rejected = own.findLast(({ status }) => status === "rejected");
		const said = rejected?.output?.[1];
		const score = one.score === null ? null : unit(one.score);
		const gain = one.gain === null ? null : unit(one.gain);
		const reward = rewards.get(one.candidate);
		return {
			candidate: one.candidate,
			contributor: one.contributor,
			round: one.round,
			score,
			scoreText: score === null ? "\u2013" : real(score),
			share: 0,
			gain:
				gain === null ? "\u2013" : `${gain > 0 ? "+ " : gain < 0 ? "\u2212 " : ""}${real(Math.abs(gain))}`,
			reward: reward === undefined ? "\u2013" : amountText(reward, bounty.token),
			status:
				live !== undefined
					? { text: live.openDisputes > 0 ? "Disputed" : "Can be challenged", tone: "submitter" }
					: score === null && rejected !== undefined
						? {
								text: `Rejected${said === undefined ? "" : `: claimed ${real(unit(String(said)))}`}`,
								tone: "wrong",
							}
						: plain(STATES[one.status]),
			until: live?.periodEnd ?? null,
			claim: live?.claim ?? one.claim ?? rejected?.claim ?? null,
			isBest: bounty.best === one.candidate,
		};
	});
	const first = firstScore(candidates, unit);
	const all: LeaderLine[] =
		first === null
			? lines
			: [
					...lines,
					{
						...{ candidate: null, contributor: bounty.owner, round: null, score: first },
						...{ scoreText: real(first), share: 0, gain: "\u2013", reward: "\u2013" },
						...{ status: plain("Weights that it began with"), until: null, claim: null, isBest: false },
					},
				];
	const most = Math.max(1e-9, ...all.map(({ score }) => score ?? 0));
	return all
		.toSorted((a, b) => (b.score ?? Number.NEGATIVE_INFINITY) - (a.score ?? Number.NEGATIVE_INFINITY))
		.map((line) => ({ ...line, share: Math.max(0, (line.score ?? 0) / most) }));
}

/** What the first weights scored: the baseline of the first candidate that was scored. */
function firstScore(candidates: readonly CandidateItem[], unit: (score: string) => number): number | null {
	const scored = candidates
		.filter(({ baseline }) => baseline !== null)
		.toSorted((a, b) => a.round - b.round || a.candidate - b.candidate);
	return scored.length === 0 ? null : unit(scored[0].baseline!);
}

function pointsOf(
	{ bounty, candidates, claims }: BountyFacts,
	unit: (score: string) => number,
): ScorePoint[] {
	const scored = candidates.flatMap(({ score, changed, candidate }) =>
		score === null ? [] : [{ time: changed.time, score: unit(score), candidate, isWrong: false }],
	);
	const wrong = claims.flatMap(({ status, output, changed }) =>
		status === "rejected" && output !== null && output.length > 1
			? [{ time: changed.time, score: unit(String(output[1])), candidate: 0, isWrong: true }]
			: [],
	);
	const first = firstScore(candidates, unit);
	const all = [...scored, ...wrong].toSorted((a, b) => a.time - b.time);
	let best = first ?? Number.NEGATIVE_INFINITY;
	const points = all.map(({ time, score, isWrong }): ScorePoint => {
		const isGain = !isWrong && score > best;
		if (isGain) best = score;
		return { time, score, text: real(score), isGain, isWrong };
	});
	if (first === null) return points;
	return [
		{ time: bounty.made.time, score: first, text: real(first), isGain: false, isWrong: false },
		...points,
	];
}

/** Where the running round is; all is past in a bounty that has ended. */
function phasesOf({ bounty, time, candidates }: BountyFacts): Phase[] {
	const { commitUntil, revealUntil, scoreUntil, status, round } = bounty;
	if (round === null) return [];
	const current = candidates.filter((one) => one.round === round);
	const isOver = status === "ended" || (current.length > 0 && current.every((one) => ENDED.has(one.status)));
	const at = isOver
		? 5
		: commitUntil !== null && time <= commitUntil
			? 0
			: revealUntil !== null && time <= revealUntil
				? 1
				: scoreUntil === null
					? 2
					: time <= scoreUntil
						? 3
						: 4;
	const phases: readonly (readonly [string, string, number | null])[] = [
		["Commit", `A hash of the weights, with a deposit of ${amountText(bounty.deposit, null)}.`, commitUntil],
		["Reveal", "All weights are shown on the chain; their hash must fit.", revealUntil],
		["Draw", "What they are scored on follows from a value that nobody could know.", null],
		["Score", "The contributor claims the score, then anyone; one wrong number rejects it.", scoreUntil],
		["Pay", "The best gets its reward; who was worse loses a part of its deposit.", null],
	];
	return phases.map(([name, text, until], i) => ({
		name,
		text,
		until: i === at ? until : null,
		state: i < at ? "past" : i === at ? "now" : "to come",
	}));
}

const ENDED: ReadonlySet<string> = new Set(["scored", "out"]);
