import { short } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { check } from "./check.ts";
import { placeOf } from "./place.ts";
import { useCheck } from "./use-check.ts";
import { useNode } from "./use-node.ts";

/** Verifies the proof that decided a dispute, in this browser. */
export function ProofCheck({
	dispute,
	title = "Check the proof here",
}: {
	readonly dispute: number;
	readonly title?: string;
}): ReactNode {
	const nodeOf = useNode();
	const { state, run, stop } = useCheck(async (running) => {
		const { proofFacts, verifyProofs } = await import("./verify-proof.ts");
		const facts = await proofFacts(dispute, running.signal);
		const { proofs, trouble } = await verifyProofs(facts, await nodeOf(), running);
		return trouble === null
			? {
					at: "agrees",
					result: `The ${proofs === 1 ? "proof is" : `${proofs} proofs are`} right, for the key that the verifier was made from.`,
				}
			: { at: "differs", result: trouble };
	});
	return check({
		title,
		about: "Your browser verifies the Groth16 proof with the key that is in the verifier\u2019s code.",
		state,
		onRun: run,
		onStop: stop,
	});
}

/** Asks the contracts, without sending anything. */
export function ChainCheck({
	claim,
	market,
	dispute,
}: {
	readonly claim: number;
	/** This deployment's unless told. */
	readonly market?: string | undefined;
	readonly dispute: number | null;
}): ReactNode {
	const nodeOf = useNode();
	const { state, run, stop } = useCheck(async ({ signal }) => {
		const { askChain } = await import("./ask-chain.ts");
		const node = await nodeOf();
		const place = await placeOf({ claim, market });
		const { proofFacts } = dispute === null ? { proofFacts: undefined } : await import("./verify-proof.ts");
		const proof = await (dispute === null ? undefined : proofFacts?.(dispute, signal).catch(() => undefined));
		const said = await askChain({ ...place, proof }, node);
		const verifier =
			said.verifier === null
				? ""
				: ` The verifier says that the proof is ${said.verifier ? "right" : "wrong"}.`;
		return {
			at: said.verifier === false ? "differs" : "agrees",
			result: `By ${node.name}, ${said.claim}, in the market ${short(place.market)}.${verifier} Block ${said.block}.`,
		};
	});
	return check({
		title: "Ask the chain",
		about:
			dispute === null
				? "What the market says of the claim, by eth_call: nothing is sent."
				: "What the market says of the claim, and the verifier of the proof, by eth_call: nothing is sent.",
		state,
		onRun: run,
		onStop: stop,
	});
}
