import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { grouped } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { h } from "../components/h.ts";
import { ChainCheck, ProofCheck } from "./chain-checks.ts";
import { check } from "./check.ts";
import { judge } from "./claim-check.ts";
import { placeOf } from "./place.ts";
import { useCheck } from "./use-check.ts";
import { useNode } from "./use-node.ts";

/** How a visitor checks a dispute without trusting this page. */
export function DisputeChecks({ view }: { view: DisputeView }): ReactNode {
	const { place, submitter, dispute } = view;
	const nodeOf = useNode();
	const { state, run, stop } = useCheck(async (running) => {
		running.progress("Asking the chain for the claim");
		const [{ claimOnChain }, { recompute }] = await Promise.all([
			import("./claim-on-chain.ts"),
			import("./recompute.ts"),
		]);
		const claim = await claimOnChain(await placeOf({ claim: view.claim }), await nodeOf());
		const found = await recompute(claim, place ?? undefined, running);
		const { element } = found;
		if (place === null || element === undefined || submitter.number === null) return judge(found, claim);
		const name = `Number ${grouped(place.element)} of ${place.operatorName}`;
		return grouped(element) === submitter.number
			? { at: "agrees", result: `${name} is ${submitter.number}, as published.` }
			: {
					at: "differs",
					result: h(
						"span",
						null,
						`${name} is `,
						h("b", null, grouped(element)),
						"; ",
						h("b", { className: "bad" }, submitter.number),
						" was published.",
					),
				};
	});
	return h(
		"div",
		null,
		check({
			title: "Recompute the claim here",
			about: "Your browser runs the program on the claim\u2019s input, and hashes all that it computes.",
			state,
			onRun: run,
			onStop: stop,
		}),
		view.proof.isPublished ? h(ProofCheck, { dispute }) : null,
		h(ChainCheck, { claim: view.claim, dispute: view.proof.isPublished ? dispute : null }),
		h(
			"div",
			{ className: "check" },
			h("h3", null, "Or in a terminal, from your own node"),
			h("p", { className: "caption" }, "Every move with its transaction and gas, and what was proved."),
			h("p", null, h("code", { className: "command" }, `umpire dispute ${dispute} --rpc URL`)),
		),
	);
}
