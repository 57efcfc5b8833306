import { claimStatus } from "./claim-status.ts";
import type { SideName, StatusView } from "./dispute-view.ts";
import { type EventLine, eventLine } from "./event-line.ts";
import {
	type ClaimState,
	claimsOf,
	type DisputeState,
	type MarketFacts,
	nameOfOperator,
	nameOfProgram,
} from "./market-facts.ts";
import { outputView } from "./output-view.ts";
import { counted, ether, etherNumber, grouped } from "./text.ts";

export interface Figure {
	readonly label: string;
	readonly value: string;
	readonly note: string;
	/** Where a clock runs: the value is the time left until then. */
	readonly until?: number;
}

export interface OpenDisputeLine {
	readonly dispute: number;
	readonly claim: number;
	readonly program: string;
	readonly question: string;
	readonly submitter: string;
	readonly challenger: string;
	/** Of operator, leaf, number, proof: which is being looked for. */
	readonly stage: 0 | 1 | 2 | 3;
	readonly turn: { readonly side: SideName; readonly until: number } | null;
	readonly stakes: string;
}

export interface ClaimLine {
	readonly claim: number;
	readonly request: number;
	readonly program: string;
	readonly answer: string;
	readonly status: StatusView;
	readonly until: number | null;
	readonly submitter: string;
	readonly bond: string;
}

export interface DayBar {
	/** First second of the day, UTC. */
	readonly day: number;
	readonly final: number;
	readonly open: number;
	readonly rejected: number;
}

export interface OverviewView {
	readonly chainId: number;
	readonly market: string;
	readonly block: number;
	readonly time: number;
	readonly headline: string;
	/** Where the headline ends with a clock. */
	readonly headlineUntil: number | null;
	readonly lead: string;
	readonly figures: readonly Figure[];
	readonly disputes: readonly OpenDisputeLine[];
	readonly claims: readonly ClaimLine[];
	readonly days: readonly DayBar[];
	readonly events: readonly EventLine[];
	readonly health: readonly { readonly what: string; readonly value: string; readonly isAlarm: boolean }[];
}

const DAY = 86_400;
const MOST_CLAIMS = 25;
const MOST_EVENTS = 14;

/** What stands on the chain, what is urgent first. */
export function overviewView(facts: MarketFacts): OverviewView {
	const claims = claimsOf(facts);
	const live = claims.filter(({ status }) => status === "live");
	const open = live.flatMap(({ disputes }) => disputes.filter(({ end }) => end === undefined));
	const lines = claims
		.map((claim) => ({ claim, state: claimStatus(facts, claim) }))
		.toSorted(
			(a, b) =>
				a.state.urgency - b.state.urgency ||
				(a.state.until ?? 0) - (b.state.until ?? 0) ||
				b.claim.claim - a.claim.claim,
		);
	const next = open
		.flatMap(({ dispute }) => {
			const turn = facts.turns.get(dispute);
			return turn === undefined ? [] : [{ dispute, ...turn }];
		})
		.toSorted((a, b) => a.until - b.until)[0];
	const challengeable = live.filter(({ disputes }) => disputes.every(({ end }) => end !== undefined));
	return {
		chainId: facts.chainId,
		market: facts.market,
		block: facts.block,
		time: facts.time,
		...headline(open.length, next, challengeable.length, claims.length),
		figures: figures(facts, claims, { live, open, next, challengeable }),
		disputes: open.map((dispute) =>
			openLine(facts, dispute, claims.find(({ claim }) => claim === dispute.claim)!),
		),
		claims: lines.slice(0, MOST_CLAIMS).map(({ claim, state }) => ({
			claim: claim.claim,
			request: claim.request,
			program: nameOfProgram(facts, claim.program),
			answer: outputView(facts.programs.get(claim.program), claim.event.args.words)?.summary ?? "\u2013",
			status: state.status,
			until: state.until,
			submitter: claim.submitter,
			bond:
				claim.status === "live"
					? etherNumber(facts.parameters.submitterBond)
					: claim.status === "final"
						? "returned"
						: "lost",
		})),
		days: days(facts, claims),
		events: facts.events
			.toReversed()
			.flatMap((event) => eventLine(facts, event) ?? [])
			.slice(0, MOST_EVENTS),
		health: health(facts),
	};
}

function headline(
	open: number,
	next: { side: SideName; until: number } | undefined,
	challengeable: number,
	claims: number,
): Pick<OverviewView, "headline" | "headlineUntil" | "lead"> {
	const rest =
		challengeable === 0
			? "No other answer can be challenged."
			: `${counted(challengeable, "other answer")} can be challenged, none has been.`;
	if (open > 0 && next !== undefined) {
		return {
			headline:
				open === 1
					? `One dispute is open; its ${next.side} has to move`
					: `${open} disputes are open; the next move is due`,
			headlineUntil: next.until,
			lead: `${rest} Everything else is final or was rejected.`,
		};
	}
	if (claims === 0) {
		return {
			headline: "Nothing has been claimed yet",
			headlineUntil: null,
			lead: "A claim is made when somebody answers a request: umpire request, then umpire submit.",
		};
	}
	if (challengeable > 0) {
		return {
			headline: `Nobody disagrees; ${counted(challengeable, "answer")} can be challenged`,
			headlineUntil: null,
			lead: "Everything else is final or was rejected.",
		};
	}
	return {
		headline: "Nobody disagrees; nothing is open",
		headlineUntil: null,
		lead: `${claims === 1 ? "The one claim" : `All ${grouped(claims)} claims`} so far ${claims === 1 ? "is" : "are"} final or rejected.`,
	};
}

function figures(
	facts: MarketFacts,
	claims: readonly ClaimState[],
	{
		live,
		open,
		next,
		challengeable,
	}: {
		live: readonly ClaimState[];
		open: readonly DisputeState[];
		next: { dispute: number; side: SideName; until: number } | undefined;
		challengeable: readonly ClaimState[];
	},
): Figure[] {
	const { submitterBond, challengerBond } = facts.parameters;
	const closed = new Set<string>();
	let fees = 0n;
	for (const { name, args } of facts.events) {
		if (name === "Finalised" || name === "Refunded") closed.add(String(args.request));
	}
	for (const { name, args } of facts.events) {
		if (name === "Requested" && !closed.has(String(args.request))) fees += args.fee;
	}
	const bonds = submitterBond * BigInt(live.length) + challengerBond * BigInt(open.length);
	const soonest = challengeable
		.flatMap(({ finalFrom }) => (finalFrom === undefined ? [] : [finalFrom]))
		.filter((at) => at > facts.time)
		.sort((a, b) => a - b)[0];
	const month = claims.filter(({ since }) => since !== undefined && since > facts.time - 30 * DAY);
	return [
		{
			label: "In escrow",
			value: ether(bonds + fees),
			note: `${etherNumber(bonds)} bonds, ${etherNumber(fees)} fees`,
		},
		{
			label: "Claims that can be challenged",
			value: grouped(challengeable.length),
			note: soonest === undefined ? "none becomes final by itself" : "until the next becomes final:",
			...(soonest === undefined ? {} : { until: soonest }),
		},
		{
			label: "Open disputes",
			value: grouped(open.length),
			note:
				open.length === 0
					? "nobody disagrees"
					: `${ether((submitterBond + challengerBond) * BigInt(open.length))} at stake`,
		},
		{
			label: "Next deadline",
			value: "\u2013",
			note: next === undefined ? "no clock runs" : `${next.side} of dispute ${next.dispute}`,
			...(next === undefined ? {} : { until: next.until }),
		},
		{
			label: "Rejected, 30 days",
			value: `${grouped(month.filter(({ status }) => status === "rejected").length)} of ${grouped(month.length)}`,
			note: "claims",
		},
	];
}

function openLine(facts: MarketFacts, dispute: DisputeState, claim: ClaimState): OpenDisputeLine {
	const at = dispute.descents.at(-1)?.args;
	const inTensor = at?.tree === 1;
	const isLeaf = inTensor && at.level === 0n;
	const where = inTensor ? nameOfOperator(facts, claim.program, Number(at.operator)) : undefined;
	return {
		dispute: dispute.dispute,
		claim: claim.claim,
		program: nameOfProgram(facts, claim.program),
		question:
			dispute.named === undefined
				? where === undefined
					? "Which operator is wrong?"
					: `Which number of ${where} is wrong?`
				: `Is the named number of ${where} right?`,
		submitter: claim.submitter,
		challenger: dispute.challenger,
		stage: dispute.partials !== undefined || dispute.named !== undefined ? 3 : isLeaf ? 2 : inTensor ? 1 : 0,
		turn: facts.turns.get(dispute.dispute) ?? null,
		stakes: `${ether(facts.parameters.submitterBond)} against ${ether(facts.parameters.challengerBond)}`,
	};
}

function days(facts: MarketFacts, claims: readonly ClaimState[]): DayBar[] {
	const today = Math.floor(facts.time / DAY);
	return Array.from({ length: 30 }, (_, i) => {
		const day = today - 29 + i;
		const mine = claims.filter(({ since }) => since !== undefined && Math.floor(since / DAY) === day);
		const count = (status: ClaimState["status"]) => mine.filter((one) => one.status === status).length;
		return { day: day * DAY, final: count("final"), open: count("live"), rejected: count("rejected") };
	});
}

function health({ endpoints, block, programs, events, isDevelopment }: MarketFacts): OverviewView["health"] {
	const agree = endpoints.filter(({ trouble }) => trouble === null).length;
	const registered = events.filter(({ name }) => name === "Registered").length;
	return [
		// A private chain is no node.
		...(endpoints.length === 0
			? []
			: [
					{
						what: "RPC nodes that answer and agree",
						value: `${agree} of ${endpoints.length}`,
						isAlarm: agree < endpoints.length,
					},
				]),
		{ what: "Read up to block", value: grouped(block), isAlarm: false },
		{ what: "Programs that are here", value: `${programs.size} of ${registered}`, isAlarm: false },
		{
			what: "Proving keys",
			value: isDevelopment ? "development: anyone can forge proofs with them" : "of the deployment",
			isAlarm: isDevelopment,
		},
	];
}
