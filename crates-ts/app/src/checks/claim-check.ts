import type { ReactNode } from "react";
import { h } from "../components/h.ts";
import { check } from "./check.ts";
import type { ClaimRoots } from "./claim-on-chain.ts";
import type { Given } from "./given.ts";
import { placeOf } from "./place.ts";
import type { Recomputed } from "./recompute.ts";
import { type Judgement, useCheck } from "./use-check.ts";
import { useNode } from "./use-node.ts";

/** What was computed here, against what the claim commits to on the chain. */
export function judge(found: Recomputed, claim: ClaimRoots): Judgement {
	// Of a claim of an output alone, or in segments, the chain has no root of the whole trace.
	if (!found.isLazy && found.traceRoot !== claim.traceRoot)
		return { at: "differs", result: "The trace root is another one: some number of the claim is wrong." };
	if (found.outputRoot !== claim.outputRoot)
		return { at: "differs", result: "The output is another one than claimed." };
	return found.isLazy
		? { at: "agrees", result: "The output is the claimed one: every number of it." }
		: { at: "agrees", result: "The trace root is the claimed one: every number agrees." };
}

/** Runs a claim's program here, on files of the visitor's or of the server, and compares with the chain. */
export function ClaimCheck({
	place,
	given = {},
	about = "Your browser runs the program, hashes every number on the way, and compares the roots with those on the chain.",
}: {
	/** A claim of this deployment's market, or of another. */
	readonly place: { readonly claim: number; readonly market?: string | undefined };
	readonly given?: Given;
	readonly about?: string;
}): ReactNode {
	const nodeOf = useNode();
	const { state, run, stop } = useCheck(async (running) => {
		running.progress("Asking the chain for the claim");
		const [{ claimOnChain }, { recompute }, node] = await Promise.all([
			import("./claim-on-chain.ts"),
			import("./recompute.ts"),
			nodeOf(),
		]);
		const claim = await claimOnChain(await placeOf(place), node);
		const found = await recompute(claim, undefined, running, given);
		const { at, result } = judge(found, claim);
		return { at, result: h("span", null, result, h("span", { className: "quiet" }, ` By ${node.name}.`)) };
	});
	return check({ title: "Recompute here", about, state, onRun: run, onStop: stop });
}
