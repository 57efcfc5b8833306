import { decodeProof } from "@umpire/prover/proof.ts";
import { isKeyOfCode } from "@umpire/prover/verifier-source.ts";
import type { ProofFacts } from "@umpire/views/proof-facts.ts";
import { groth16 } from "snarkjs";
import type { Node } from "./rpc.ts";

/** What a look at a proof found; a text says what does not fit. */
export type ProofFound = { readonly proofs: number; readonly trouble: string | null };

/** The server's answer about a dispute's proofs. @throws Error if it has none */
export async function proofFacts(dispute: number, signal: AbortSignal): Promise<ProofFacts> {
	const response = await fetch(`/v1/pages/disputes/${dispute}/proof`, { signal });
	const body = (await response.json()) as ProofFacts & { readonly error?: { readonly message: string } };
	if (!response.ok) throw new Error(body.error?.message ?? "The server has no proof.");
	return body;
}

/**
 * Verifies the Groth16 proofs of a dispute here. That they are those of the chain is looked up there: the verification
 * key has to be in the verifier's code, and the proofs in the words of the transaction that decided.
 */
export async function verifyProofs(
	{ key, proofs, verifier, transaction }: ProofFacts,
	node: Node,
	{ signal, progress }: { readonly signal: AbortSignal; readonly progress: (text: string) => void },
): Promise<ProofFound> {
	const found = (trouble: string | null): ProofFound => ({ proofs: proofs.length, trouble });
	progress("Looking for the key in the verifier\u2019s code");
	const code = await node.ask("eth_getCode", [verifier, "latest"]);
	if (typeof code !== "string" || !isKeyOfCode(key as never, code)) {
		return found("The verifier on the chain was made from another key than this server gives.");
	}
	progress("Looking for the proof in the transaction");
	const sent = (await node.ask("eth_getTransactionByHash", [transaction])) as {
		readonly input?: string;
	} | null;
	const input = sent?.input?.toLowerCase() ?? "";
	signal.throwIfAborted();
	try {
		for (const [i, { signals, proof }] of proofs.entries()) {
			const bytes = proof.map((word) => word.slice(2)).join("");
			if (!input.includes(bytes)) return found("The transaction that decided has another proof.");
			progress(proofs.length === 1 ? "Verifying the proof" : `Verifying proof ${i + 1} of ${proofs.length}`);
			const isRight = await groth16.verify(key, signals, decodeProof(`0x${bytes}`));
			signal.throwIfAborted();
			if (!isRight) return found("The proof is wrong.");
		}
	} finally {
		// snarkjs keeps its threads otherwise.
		const { curve_bn128: curve } = globalThis as { curve_bn128?: { terminate(): Promise<void> } | null };
		await curve?.terminate();
	}
	return found(null);
}
