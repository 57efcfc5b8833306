import type { Parameters } from "@umpire/game/state.ts";
import type { Program } from "@umpire/operators/program.ts";
import { formatEther } from "viem";
import { type ClaimLoss, lossText } from "./claim-loss.ts";
import { disputedLeaves } from "./trace-leaves.ts";

/** What a submitter did in a dispute, in a few words. */
export const ANSWERS: Readonly<Record<string, string>> = {
	bindTrace: "committed to the trace",
	open: "opened the demanded node",
	publishLeaf: "published the words of the demanded leaf",
	publishPartials: "published the partial results of the named element",
	timeout: "the challenger ran out of time",
};

/** Why a request waits: bonds are bounded, or the account has none to give. */
export function bondsText(bond: bigint, locked: bigint, most: bigint, account: string): string {
	const what = `Requests wait: a bond is ${formatEther(bond)} ETH, ${formatEther(locked)} ETH are locked`;
	return most <= locked
		? `${what}, and ${account} has too little for another and the gas of a dispute: fund it.`
		: `${what}, and at most ${formatEther(most)} ETH may be (--most-bonds).`;
}

/** That a claim is lost, and why; and what becomes of its request, if others can still answer it. */
export function lostText(
	claim: number,
	bond: bigint,
	loss: ClaimLoss | undefined,
	open: { readonly request: number; readonly isLocal: boolean } | undefined,
): string {
	const why = loss === undefined ? "" : `: ${lossText(loss)}`;
	const lost = `Claim ${claim} is rejected${why}. Its bond of ${formatEther(bond)} ETH is lost.`;
	if (open === undefined) return lost;
	const other = open.isLocal ? "--as second-submitter is another" : "--keystore names another";
	return `${lost} Request ${open.request} is left to others: an account claims a request once (${other}).`;
}

/** Leaves that a slow core hashes in a second. */
const LEAVES_A_SECOND = 10_000;

/** That a challenge may demand more hashing than there is time for; undefined if one core has enough. */
export function slowCommitment(
	program: Program,
	{ increment, reserve, commitAllowance }: Pick<Parameters, "increment" | "reserve" | "commitAllowance">,
): string | undefined {
	const seconds = Math.ceil(disputedLeaves(program) / LEAVES_A_SECOND);
	const allowed = increment + reserve + commitAllowance;
	if (seconds <= allowed) return undefined;
	const what = program.lazy === true ? "its trace" : "one of its segments";
	return `Program ${program.name}: a challenge demands that ${what} is hashed within ${allowed} s, which takes a slow core ${seconds} s. A true claim is lost if this machine is slower: serve it in a court of a longer commitAllowance, or compile it with shorter segments (--segment).`;
}
