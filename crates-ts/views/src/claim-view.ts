import type { Elements } from "@umpire/commitment/elements.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { claimStatus } from "./claim-status.ts";
import type { StatusView } from "./dispute-view.ts";
import {
	type ClaimState,
	claimsOf,
	type MarketFacts,
	nameOfOperator,
	nameOfProgram,
} from "./market-facts.ts";
import { type OutputView, outputView } from "./output-view.ts";
import { plainShape, type TensorView, tensorView } from "./tensor-view.ts";
import { counted, ether, etherNumber, foreign, grouped, real } from "./text.ts";

export interface TimePoint {
	readonly label: string;
	readonly note: string;
	readonly time: number;
	readonly tone: StatusView["tone"];
	readonly isFuture: boolean;
}

export interface ClaimView {
	readonly claim: number;
	readonly request: number;
	readonly chainId: number;
	readonly market: string;
	readonly block: number;
	readonly time: number;
	readonly headline: string;
	readonly lead: string;
	readonly status: StatusView;
	/** Until when the clock of the status runs. */
	readonly until: number | null;
	readonly timeline: readonly TimePoint[];
	/** The first input, where it is here and a picture. */
	readonly question: TensorView | null;
	readonly questionNote: string;
	readonly output: OutputView | null;
	readonly outputNote: string;
	readonly money: readonly {
		readonly who: string;
		readonly account: string | null;
		readonly tone: StatusView["tone"];
		readonly locked: string;
		readonly ifFinal: string;
		readonly ifRefuted: string;
	}[];
	readonly commits: readonly { readonly what: string; readonly hash: string; readonly note: string }[];
	/** What was asked about, and what every number on the way hashes to. */
	readonly inputsRoot: string;
	readonly traceRoot: string;
	readonly program: { readonly root: string; readonly number: number; readonly name: string };
	readonly others: readonly {
		readonly claim: number;
		readonly status: StatusView;
		readonly submitter: string;
	}[];
	readonly disputes: readonly {
		readonly dispute: number;
		readonly challenger: string;
		readonly text: string;
	}[];
}

/** A claim, its request, and what becomes of both; undefined if there is no such claim. */
export function claimView(
	facts: MarketFacts,
	number: number,
	inputs: readonly Elements[] | undefined,
): ClaimView | undefined {
	const claims = claimsOf(facts);
	const claim = claims.find((one) => one.claim === number);
	if (claim === undefined) return undefined;
	const program = facts.programs.get(claim.program);
	const output = outputView(program, claim.event.args.words) ?? null;
	const { status, until } = claimStatus(facts, claim);
	const registered = facts.events.find(
		({ name, args }) => name === "Registered" && args.program === claim.program,
	);
	const name = nameOfProgram(facts, claim.program);
	return {
		claim: number,
		request: claim.request,
		chainId: facts.chainId,
		market: facts.market,
		block: facts.block,
		time: facts.time,
		headline: headlineOf(claim, output, status),
		lead: leadOf(facts, claim, name),
		status,
		until,
		timeline: timeline(facts, claims, claim),
		question: inputs === undefined || program === undefined ? null : questionOf(program, inputs),
		questionNote:
			program === undefined
				? "The program is not here."
				: `${counted(
						program.inputs.reduce((sum, { shape }) => sum + elementCount(shape), 0),
						"number",
					)} in ${counted(program.inputs.length, "input")}${inputs === undefined ? ", not here" : ""}`,
		output,
		outputNote:
			output !== null
				? `The output ${foreign(output.name)} of ${output.shape}, each integer times ${real(output.scale)}.`
				: program === undefined
					? "The program is not here: its output cannot be decoded."
					: "The output is larger than what is written on the chain; its root is.",
		money: moneyOf(facts, claim),
		commits: commitsOf(claim, registered?.name === "Registered" ? Number(registered.args.number) : 0, name),
		inputsRoot: claim.asked.args.inputsRoot,
		traceRoot: claim.event.args.traceRoot,
		program: {
			root: claim.program,
			number: registered?.name === "Registered" ? Number(registered.args.number) : 0,
			name,
		},
		others: claims
			.filter(({ request }) => request === claim.request)
			.map((one) => ({
				claim: one.claim,
				status: claimStatus(facts, one).status,
				submitter: one.submitter,
			})),
		disputes: claim.disputes.map(({ dispute, challenger, end }) => ({
			dispute,
			challenger,
			text:
				end === undefined
					? "open"
					: end.name === "Settled"
						? `${nameOfOperator(facts, claim.program, Number(end.args.operator))}: ${grouped(end.args.computed)}, not ${grouped(end.args.claimed)}`
						: end.name === "Reclaimed"
							? "decided elsewhere"
							: `the ${Number(end.args.loser) === 1 ? "submitter" : "challenger"} ran out of time`,
		})),
	};
}

function headlineOf(claim: ClaimState, output: OutputView | null, status: StatusView): string {
	const answer =
		output === null
			? `Claim ${claim.claim}`
			: output.count === 1
				? `The answer is ${output.summary}`
				: `The answer is ${output.summary}`;
	switch (claim.status) {
		case "final":
			return `${answer}; it is final`;
		case "rejected":
			return `Claim ${claim.claim} was rejected: ${status.text.replace("Rejected: ", "")}`;
		case "live":
			return status.text.startsWith("Disputed")
				? `${answer}, or not: it is disputed`
				: status.text.startsWith("Ready")
					? `${answer}; nobody objected, anyone can make it final`
					: `${answer}, final unless someone objects`;
	}
}

function leadOf({ parameters }: MarketFacts, claim: ClaimState, name: string): string {
	const { submitterBond, burnPermille } = parameters;
	const share = submitterBond - (submitterBond * BigInt(burnPermille)) / 1000n;
	const asked = `A requester asked ${name} for an answer. A submitter answered and vouched for it with ${ether(submitterBond)}.`;
	switch (claim.status) {
		case "final":
			return `${asked} Nobody proved a number of its computation wrong in time, so the fee was paid.`;
		case "rejected":
			return `${asked} The claim fell, and its bond with it: ${ether(share)} went to who brought it down.`;
		case "live":
			return `${asked} Anyone who finds one wrong number in its computation in time can challenge it and win ${ether(share)}.`;
	}
}

function timeline(facts: MarketFacts, claims: readonly ClaimState[], claim: ClaimState): TimePoint[] {
	const points: TimePoint[] = [];
	const add = (time: number | undefined, point: Omit<TimePoint, "time">) => {
		if (time !== undefined) points.push({ time, ...point });
	};
	add(facts.times.get(claim.asked.blockHash), { label: "Asked", note: "", tone: "plain", isFuture: false });
	for (const one of claims.filter(({ request }) => request === claim.request)) {
		add(one.since, { label: `Claim ${one.claim}`, note: "", tone: "submitter", isFuture: false });
		if (one.ended !== undefined) {
			const rejected = one.ended.name === "Rejected";
			add(facts.times.get(one.ended.blockHash), {
				label: rejected ? `Claim ${one.claim} rejected` : "Final",
				note: rejected ? claimStatus(facts, one).status.text.replace("Rejected: ", "") : "paid",
				tone: rejected ? "wrong" : "plain",
				isFuture: false,
			});
		} else {
			add(one.finalFrom, {
				label: "Final",
				note: "if nobody objects",
				tone: "plain",
				isFuture: (one.finalFrom ?? 0) > facts.time,
			});
		}
	}
	return points.sort((a, b) => a.time - b.time);
}

/** Inputs smaller than this along a side are no picture. */
const LEAST_SIDE = 6;

function questionOf(program: Program, inputs: readonly Elements[]): TensorView | null {
	const spec = program.inputs[0];
	if (spec === undefined || inputs[0] === undefined) return null;
	const sizes = plainShape(spec.shape);
	const isPicture = sizes.length >= 2 && sizes.at(-1)! >= LEAST_SIDE && sizes.at(-2)! >= LEAST_SIDE;
	if (!isPicture)
		return inputs[0].length > 1024 ? null : tensorView(foreign(spec.name), spec.shape, inputs[0], {});
	return tensorView(foreign(spec.name), spec.shape, inputs[0], {}, { most: 3 });
}

function moneyOf({ parameters }: MarketFacts, claim: ClaimState): ClaimView["money"] {
	const { submitterBond, challengerBond, burnPermille } = parameters;
	const burned = (submitterBond * BigInt(burnPermille)) / 1000n;
	const { fee, requester } = claim.asked.args;
	const challenger = claim.disputes.find(({ end }) => end === undefined)?.challenger ?? null;
	return [
		{
			who: "Submitter",
			account: claim.submitter,
			tone: "submitter",
			locked: `${etherNumber(submitterBond)} bond`,
			ifFinal: `${etherNumber(submitterBond + fee)} bond and fee`,
			ifRefuted: "0",
		},
		{
			who: "Requester",
			account: requester,
			tone: "plain",
			locked: `${etherNumber(fee)} fee`,
			ifFinal: "the answer",
			ifRefuted: "the fee stays for the next claim",
		},
		{
			who: challenger === null ? "Challenger, nobody yet" : "Challenger",
			account: challenger,
			tone: "challenger",
			locked: `${etherNumber(challengerBond)} bond`,
			ifFinal: challenger === null ? "\u2013" : "its bond is lost",
			ifRefuted: `${etherNumber(challengerBond + submitterBond - burned)} its bond, and ${etherNumber(submitterBond - burned)}`,
		},
		{
			who: "Burned",
			account: null,
			tone: "plain",
			locked: "\u2013",
			ifFinal: "\u2013",
			ifRefuted: etherNumber(burned),
		},
	];
}

function commitsOf(
	{ event, asked, program }: ClaimState,
	number: number,
	name: string,
): ClaimView["commits"] {
	const isLazy = /^0x0*$/.test(event.args.traceRoot);
	return [
		{ what: `Program${number === 0 ? "" : ` ${number}`}, ${name}`, hash: program, note: "what was computed" },
		{ what: "Inputs", hash: asked.args.inputsRoot, note: "on what" },
		{
			what: "Trace",
			hash: event.args.traceRoot,
			note: isLazy ? "committed to when it is challenged" : "every number on the way",
		},
		{ what: "Output", hash: event.args.outputRoot, note: "the answer" },
		{ what: "Transaction", hash: event.transaction, note: `block ${grouped(event.block)}` },
	];
}
