import type { DisputeFacts } from "./dispute-facts.ts";
import type { DisputeMoves, MoveCost } from "./dispute-moves.ts";
import type { MoneyFlow, MoneyView, SideName } from "./dispute-view.ts";
import { ether } from "./text.ts";

type Target = MoneyView["targets"][number];

/** Who gets the bonds and the fee, and what everybody's gas was. */
export function moneyOf(facts: DisputeFacts, moves: DisputeMoves, costs: readonly MoveCost[]): MoneyView {
	const { submitterBond, challengerBond, burnPermille } = facts.parameters;
	const { end } = moves;
	const gas = gasOf(costs);
	const burnedOf = (bond: bigint) => (bond * BigInt(burnPermille)) / 1000n;
	const fee = facts.fee;
	const requester = (to: string, note: string): { flow: MoneyFlow; target: Target } => ({
		flow: {
			from: "Requester\u2019s fee",
			side: "requester",
			amount: String(fee),
			note: ether(fee),
			to: [{ target: to, amount: String(fee) }],
		},
		target: { name: to, amount: String(fee), note },
	});
	const verb = end === undefined ? "would" : "";
	const would = (past: string, future: string) => (verb === "" ? past : `would ${future}`);
	if (end?.name === "Reclaimed") {
		return {
			isCertain: true,
			note: "The claim was decided elsewhere; this bond came back whole.",
			flows: [flow("challenger", challengerBond, "comes back", [["Challenger", challengerBond]])],
			targets: [{ name: "Challenger", amount: String(challengerBond), note: "its bond" }],
			gas,
		};
	}
	if (end?.name === "TimedOut" && Number(end.args.loser) === 2) {
		const burned = burnedOf(challengerBond);
		const won = challengerBond - burned;
		const kept = requester("Stays in escrow", "for the claim, if it becomes final");
		return {
			isCertain: true,
			note: "The challenger lost its bond; the claim stands. Without gas.",
			flows: [
				flow("challenger", challengerBond, "lost", [
					["Burned", burned],
					["Submitter", won],
				]),
				flow("submitter", submitterBond, "stays locked", [["Claim", submitterBond]]),
				kept.flow,
			],
			targets: [
				{ name: "Burned", amount: String(burned), note: "so that challenging oneself costs something" },
				{ name: "Submitter", amount: String(won), note: "of the challenger\u2019s bond" },
				{
					name: "Claim",
					amount: String(submitterBond),
					note: "the submitter\u2019s bond, until the claim ends",
				},
				kept.target,
			],
			gas,
		};
	}
	const burned = burnedOf(submitterBond);
	const won = submitterBond - burned;
	const kept = requester("Kept for the next claim", would("the request is open again", "be open again"));
	const notOpen = end !== undefined;
	return {
		isCertain: notOpen,
		note: notOpen
			? "Bonds and fee, then gas."
			: "What happens if the challenger is right. Bonds are locked in the contracts.",
		flows: [
			flow("submitter", submitterBond, would("lost", "be lost"), [
				["Burned", burned],
				["Challenger", won],
			]),
			flow("challenger", challengerBond, would("comes back", "come back"), [["Challenger", challengerBond]]),
			kept.flow,
		],
		targets: [
			{
				name: "Burned",
				amount: String(burned),
				note: `${burnPermille === 500 ? "half" : `${burnPermille / 10} %`}, so that challenging oneself costs`,
			},
			{
				name: "Challenger",
				amount: String(challengerBond + won),
				note: `${ether(won)} of it won`,
			},
			kept.target,
		],
		gas,
	};
}

function flow(
	side: SideName,
	amount: bigint,
	what: string,
	to: readonly (readonly [string, bigint])[],
): MoneyFlow {
	return {
		from: `${side === "submitter" ? "Submitter" : "Challenger"}\u2019s bond`,
		side,
		amount: String(amount),
		note: `${ether(amount)}, ${what}`,
		to: to.map(([target, part]) => ({ target, amount: String(part) })),
	};
}

const WHAT: Readonly<Record<string, string>> = {
	TraceBound: "hashes",
	NodeOpened: "hashes",
	LeafPublished: "numbers",
	PartialsPublished: "partial sums",
	Challenged: "challenge",
	Descended: "names",
	Named: "names",
	Settled: "proof",
	TimedOut: "ending",
	Reclaimed: "ending",
};

function gasOf(costs: readonly MoveCost[]): MoneyView["gas"] {
	return (["submitter", "challenger", "other"] as const).flatMap((side) => {
		const mine = costs.filter((cost) => cost.side === side && cost.gas > 0);
		if (mine.length === 0) return [];
		const parts = new Map<string, number>();
		for (const { event, gas } of mine) {
			const what = WHAT[event.name] ?? "other";
			parts.set(what, (parts.get(what) ?? 0) + gas);
		}
		return [
			{
				side,
				gas: mine.reduce((sum, { gas }) => sum + gas, 0),
				wei: String(mine.reduce((sum, { gas, price }) => sum + BigInt(gas) * price, 0n)),
				parts: [...parts].map(([what, gas]) => ({ what, gas })),
			},
		];
	});
}
