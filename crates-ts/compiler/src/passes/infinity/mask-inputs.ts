/** Inputs that are masks. */
export interface MaskInputs {
	/** Those that hold nothing but 0 and 1. */
	readonly truths: ReadonlySet<string>;
	/** Those that hold nothing but 0 and numbers far below, and the least magnitude of these. */
	readonly added: ReadonlyMap<string, number>;
}
