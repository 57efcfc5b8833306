/** A verification key in snarkjs's JSON: decimal texts. */
export interface KeyFacts {
	readonly protocol: string;
	readonly curve: string;
	readonly nPublic: number;
	readonly vk_alpha_1: readonly string[];
	readonly vk_beta_2: readonly (readonly string[])[];
	readonly vk_gamma_2: readonly (readonly string[])[];
	readonly vk_delta_2: readonly (readonly string[])[];
	readonly IC: readonly (readonly string[])[];
}

/** The proofs that a dispute was settled by, and what they are checked with. */
export interface ProofFacts {
	readonly dispute: number;
	readonly circuit: "dot" | "elements";
	/** The transaction that has them in its words, and its block. */
	readonly transaction: string;
	readonly block: number;
	/** The contract that checked them. */
	readonly verifier: string;
	readonly key: KeyFacts;
	readonly proofs: readonly {
		/** Decimal, in the verifier's order; they follow from the rules and the transaction. */
		readonly signals: readonly string[];
		/** Eight words of 32 bytes: A, B (imaginary parts first), C. */
		readonly proof: readonly string[];
	}[];
}
