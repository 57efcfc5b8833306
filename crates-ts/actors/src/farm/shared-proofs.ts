import type { Hex } from "@umpire/commitment/constants.ts";
import type { CircuitInput, CircuitName } from "@umpire/prover/circuits.ts";
import { prove, publicSignalsOf, verify } from "@umpire/prover/prove.ts";
import type { Answer, Farm } from "./farm.ts";
import { PROVE } from "./shapes.ts";

/** What is to be proved. */
export interface Statement {
	readonly circuit: CircuitName;
	readonly input: CircuitInput;
}

interface Part extends Statement {
	/** Seconds: which is needed first. */
	readonly until: number;
	readonly done: (proof: Hex) => void;
	readonly failed: (error: unknown) => void;
}

/**
 * Proofs that are made here and on a farm at once. This machine proves one part after the other, those that are needed
 * first; a proof of the farm that comes earlier is verified and saves it that. So a farm that is down, slow or lying costs
 * no more than looking at what it sends: nothing here waits for it.
 */
export class SharedProofs {
	readonly #farm: Farm;
	readonly #prove: typeof prove;
	readonly #parts = new Set<Part>();
	#isProving = false;

	/** @param proveHere how this machine proves */
	constructor(farm: Farm, proveHere: typeof prove = prove) {
		this.#farm = farm;
		this.#prove = proveHere;
	}

	/**
	 * A proof of each statement.
	 *
	 * @param until seconds; of several calls, the one with the least is served first
	 * @throws WitnessError if one has no valid witness
	 */
	async prove(statements: readonly Statement[], until: number): Promise<Hex[]> {
		const finished = new AbortController();
		const parts: Part[] = [];
		const proofs = statements.map(
			(statement) =>
				new Promise<Hex>((resolve, reject) => {
					parts.push({ ...statement, until, done: resolve, failed: reject });
				}),
		);
		for (const part of parts) this.#parts.add(part);
		// Workers begin at the other end, so that nothing is proved twice before both meet.
		for (const part of parts.toReversed()) void this.#askFarm(part, finished.signal);
		void this.#proveHere();
		try {
			return await Promise.all(proofs);
		} finally {
			finished.abort();
			for (const part of parts) this.#parts.delete(part);
		}
	}

	async #proveHere(): Promise<void> {
		if (this.#isProving) return;
		this.#isProving = true;
		for (;;) {
			const [part] = [...this.#parts].sort((a, b) => a.until - b.until);
			if (part === undefined) break;
			try {
				this.#take(part, (await this.#prove(part.circuit, part.input)).proof);
			} catch (error) {
				this.#parts.delete(part);
				part.failed(error);
			}
		}
		this.#isProving = false;
	}

	async #askFarm(part: Part, signal: AbortSignal): Promise<void> {
		const { circuit, input } = part;
		const answer = await this.#farm.ask(PROVE, { circuit, input: textOf(input) }, signal);
		if (answer === undefined || !this.#parts.has(part)) return;
		if (await isProof(part, answer)) this.#take(part, answer.result.proof as Hex);
		else await this.#farm.refuse(answer, "its proof is wrong");
	}

	#take(part: Part, proof: Hex): void {
		this.#parts.delete(part);
		part.done(proof);
	}
}

/** Whether a proof is of this statement, under the key that the verifier on chain has. */
async function isProof(
	{ circuit, input }: Statement,
	{ result }: Answer<{ proof: string }>,
): Promise<boolean> {
	try {
		return await verify(circuit, result.proof as Hex, await publicSignalsOf(circuit, input));
	} catch {
		// Coordinates that are no point of the curve. A statement without a witness fails where it is proved here.
		return false;
	}
}

type Text = string | Text[];

function textOf(input: CircuitInput): Record<string, string | string[] | string[][]> {
	const text = (value: bigint | readonly (bigint | readonly bigint[])[]): Text =>
		typeof value === "bigint" ? String(value) : value.map((one) => text(one as bigint));
	return Object.fromEntries(
		Object.entries(input).map(([name, value]) => [name, text(value) as string | string[] | string[][]]),
	);
}
