import type { StatusView } from "./dispute-view.ts";
import type { ClaimState, MarketFacts } from "./market-facts.ts";

/** How a claim stands, and until when, where a clock runs. */
export interface ClaimStatus {
	readonly status: StatusView;
	readonly until: number | null;
	/** Sorted by: what is urgent comes first. */
	readonly urgency: number;
}

/** How a claim stands, in the words of all pages. */
export function claimStatus(facts: MarketFacts, claim: ClaimState): ClaimStatus {
	if (claim.ended?.name === "Finalised") {
		return { status: { text: "Final", tone: "plain" }, until: null, urgency: 9 };
	}
	if (claim.ended?.name === "Rejected") {
		const { transaction } = claim.ended;
		const settled = facts.events.some(
			(event) => event.transaction === transaction && event.name === "Settled",
		);
		const withheld = facts.events.some(
			(event) => event.transaction === transaction && event.name === "Withheld",
		);
		const why = settled ? "one number was wrong" : withheld ? "inputs were withheld" : "out of time";
		return { status: { text: `Rejected: ${why}`, tone: "wrong" }, until: null, urgency: 8 };
	}
	const open = claim.disputes.filter(({ end }) => end === undefined);
	const turns = open.flatMap(({ dispute }) => facts.turns.get(dispute) ?? []);
	const next = turns.toSorted((a, b) => a.until - b.until)[0];
	if (next !== undefined) {
		const side = next.side === "submitter" ? "submitter" : "challenger";
		return {
			status: { text: `Disputed, ${side}\u2019s turn`, tone: side },
			until: next.until,
			urgency: 0,
		};
	}
	if (open.length > 0) return { status: { text: "Disputed", tone: "challenger" }, until: null, urgency: 1 };
	if (claim.finalFrom !== undefined && claim.finalFrom <= facts.time) {
		return { status: { text: "Ready to be made final", tone: "plain" }, until: null, urgency: 2 };
	}
	return {
		status: { text: "Can be challenged", tone: "submitter" },
		until: claim.finalFrom ?? null,
		urgency: 3,
	};
}
