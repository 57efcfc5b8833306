import { getClaim, getRequest, getTurn } from "@umpire/chain/contracts.ts";
import type { EventFeed } from "@umpire/chain/events.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { unpackLeaf } from "@umpire/commitment/leaf.ts";
import { toLogical } from "@umpire/commitment/tensor.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { SIDE } from "@umpire/game/state.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { dequantise } from "@umpire/runtime/quantise.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { zeroAddress } from "viem";
import { type ClaimLoss, lossOf, lossText } from "./claim-loss.ts";
import { endOf } from "./dispute-end.ts";
import { fetchProgram } from "./fetch-content.ts";
import { nameOf } from "./status.ts";
import type { View } from "./world.ts";

/** A claim that is live or final. */
export interface StandingClaim {
	readonly claim: number;
	readonly submitter: Hex;
	/** When it was made; of a final one, when it became final. */
	readonly since: number;
	/** When it can be made final, if nobody disputes it; null if it is final. */
	readonly finalFrom: number | null;
	/** Open disputes, and who is to move in each. */
	readonly disputes: readonly { readonly dispute: number; readonly turn: string; readonly until: number }[];
}

/** What stands on the chain about a request. Amounts in wei, times in seconds since 1970. */
export interface RequestState {
	readonly request: number;
	readonly program: Hex;
	/** Its number in the registry. */
	readonly programNumber: number;
	readonly inputsRoot: Hex;
	readonly requester: Hex;
	readonly consumer: Hex;
	readonly fee: bigint;
	readonly since: number;
	readonly deadline: number;
	/** Whom alone it asks at present, and until when. */
	readonly only: { readonly submitter: Hex; readonly until: number } | null;
	/** `expired`: nobody has answered in time, and the fee can be had back. */
	readonly status: "open" | "claimed" | "final" | "refunded" | "expired";
	readonly claim: StandingClaim | null;
	/** Its claims that were rejected. */
	readonly rejected: readonly (ClaimLoss & { readonly because: string })[];
	/** Real values; null unless the result is final, its output fits one leaf, and the program is here. */
	readonly output: readonly number[] | null;
	readonly outputRoot: Hex | null;
	/** The leaf of an output that fits one, as the contract has it. */
	readonly words: readonly bigint[] | null;
}

/**
 * Reads what stands on the chain about a request.
 *
 * @param known its program, where it is loaded already; else it is looked for in the home folder
 * @throws UmpireError if there is no such request
 */
export async function requestState(view: View, id: number, known?: Program): Promise<RequestState> {
	const { contracts, feed } = view;
	await feed.poll();
	const at = feed.head?.hash;
	const asked = feed.events.find(({ name, args }) => name === "Requested" && Number(args.request) === id);
	if (asked?.name !== "Requested") throw unknownRequest(feed, id);
	const { program: root, inputsRoot, requester, consumer, fee } = asked.args;
	const { closed, liveClaim, deadline, submitter, exclusiveUntil } = await getRequest(
		contracts,
		BigInt(id),
		at,
	);
	const now = Number(await chainTime(contracts.connection, feed.head));
	const since = await timeOf(view, asked.blockHash);
	const program = known ?? (await programOrNone(view, root));
	const claimed = feed.events.flatMap(({ name, args }) =>
		name === "Claimed" && Number(args.request) === id ? [args] : [],
	);
	const rejected = claimed.flatMap(({ claim }) => {
		const loss = lossOf(feed.events, Number(claim), program);
		return loss === undefined ? [] : [{ ...loss, because: lossText(loss) }];
	});
	const registered = feed.events.find(({ name, args }) => name === "Registered" && args.program === root);
	const programNumber = registered?.name === "Registered" ? Number(registered.args.number) : 0;
	const base = {
		only: submitter === zeroAddress || now > exclusiveUntil ? null : { submitter, until: exclusiveUntil },
		request: id,
		program: root,
		programNumber,
		inputsRoot,
		requester,
		consumer,
		fee,
		since,
		deadline,
		rejected,
	};
	if (liveClaim === 0) {
		const open = now <= deadline ? "open" : "expired";
		const status = closed ? "refunded" : open;
		return { ...base, status, claim: null, output: null, outputRoot: null, words: null };
	}
	const claim = await standing(view, liveClaim, closed);
	const stated = claimed.find((one) => Number(one.claim) === liveClaim);
	if (!closed || stated === undefined) {
		return {
			...base,
			status: closed ? "final" : "claimed",
			claim,
			output: null,
			outputRoot: null,
			words: null,
		};
	}
	const fits = stated.words.some((word) => word !== 0n);
	return {
		...base,
		status: "final",
		claim,
		output: fits && program !== undefined ? realValues(program, stated.words) : null,
		outputRoot: stated.outputRoot,
		words: fits ? stated.words : null,
	};
}

/** What a request waits for, in one line. */
export function waitingText(state: RequestState): string {
	const { request, status, claim, since, deadline, only, rejected, fee } = state;
	const last = rejected.at(-1);
	switch (status) {
		case "open":
			return last === undefined
				? `Request ${request} waits for ${only === null ? "a submitter" : `${only.submitter} alone (until ${clock(only.until)})`} since ${clock(since)}; until ${clock(deadline)} it can be claimed.`
				: `Claim ${last.claim} was rejected: ${last.because}. Request ${request} waits for another submitter (an account claims a request once; on a local chain: ./just submit ${state.programNumber} --as second-submitter); until ${clock(deadline)} it can be claimed.`;
		case "claimed":
			return claimText(claim!);
		case "final":
			return `Claim ${claim!.claim} is final since ${clock(claim!.since)}.`;
		case "refunded":
			return `Request ${request} is closed without a result; its fee was given back.`;
		case "expired":
			return `Nobody has answered request ${request} until ${clock(deadline)}: umpire refund ${request} brings the fee back (${fee} wei).`;
	}
}

function claimText({ claim, submitter, since, finalFrom, disputes }: StandingClaim): string {
	const made = `Claim ${claim}, made by ${submitter} at ${clock(since)},`;
	if (disputes.length === 0)
		return `${made} is final from ${clock(finalFrom!)} on unless somebody challenges it.`;
	const turns = disputes.map(({ dispute, turn, until }) =>
		turn === "nobody" ? `dispute ${dispute}` : `dispute ${dispute}: the ${turn} has until ${clock(until)}`,
	);
	return `${made} is disputed (${turns.join("; ")}).`;
}

const clock = (seconds: number): string => new Date(1000 * seconds).toISOString().replace(".000", "");

/** The output that a claim states, as real values. */
function realValues(program: Program, words: readonly bigint[]): readonly number[] {
	const spec = program.operators[program.outputs[0].operator];
	const physical = emptyElements(spec.width, elementCount(spec.shape));
	physical.set(unpackLeaf(words, spec.width, physical.length));
	return [...dequantise(toLogical(physical, spec.shape, spec.layout), spec)];
}

/** The real values of the output that a claim states; throws if it has more than one leaf. */
export async function finalOutput(view: View, program: Program, claim: number): Promise<readonly number[]> {
	await view.feed.poll();
	const event = view.feed.events.find(({ name, args }) => name === "Claimed" && Number(args.claim) === claim);
	if (event?.name !== "Claimed" || event.args.words.every((word) => word === 0n)) {
		throw new UmpireError("OPTION", `The output of claim ${claim} is larger than one leaf.`);
	}
	return realValues(program, event.args.words);
}

async function standing(view: View, id: number, final: boolean): Promise<StandingClaim> {
	const { contracts, feed } = view;
	const at = feed.head?.hash;
	const { submitter, since } = await getClaim(contracts, BigInt(id), at);
	const ofClaim = feed.events.filter(({ args }) => "claim" in args && Number(args.claim) === id);
	const disputes: StandingClaim["disputes"][number][] = [];
	for (const { name, args } of ofClaim) {
		if (name !== "Challenged" || endOf(feed.events, Number(args.dispute)) !== undefined) continue;
		const { side, until } = await getTurn(contracts, args.dispute, at);
		disputes.push({ dispute: Number(args.dispute), turn: nameOf(SIDE, side), until: Number(until) });
	}
	const finalFrom = final ? null : since + contracts.deployment.parameters.challengePeriod;
	return { claim: id, submitter, since, finalFrom, disputes };
}

function unknownRequest({ events }: EventFeed, id: number): UmpireError {
	const count = events.filter(({ name }) => name === "Requested").length;
	return new UmpireError(
		"NOT_FOUND",
		count === 0
			? "There is no request yet: umpire request makes one."
			: `There is no request ${id}: there ${count === 1 ? "is 1" : `are 1 to ${count}`} (umpire status lists them).`,
	);
}

/** The program of a request, if it is here; what depends on it is left out otherwise. */
export async function programOrNone(view: View, root: Hex): Promise<Program | undefined> {
	await fetchProgram(view, root);
	if ((await view.home.content.stamp("programs", root)) === null) return undefined;
	return (await getProgram(view.home.content, root, view.limits)).program;
}

async function timeOf({ contracts }: View, blockHash: Hex): Promise<number> {
	const { timestamp } = await contracts.connection.reader.getBlock({ blockHash }).catch((error: unknown) => {
		throw explainReading(error, "a block");
	});
	return Number(timestamp);
}
