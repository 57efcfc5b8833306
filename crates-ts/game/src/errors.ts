/**
 * A move that the rules refuse. `errorName` and `values` are those of the contract's custom error
 * (contracts/interfaces), so that a refusal reads the same on and off chain.
 */
export class GameError extends Error {
	override readonly name = "GameError";
	readonly errorName: string;
	readonly values: readonly unknown[];

	constructor(errorName: string, ...values: readonly unknown[]) {
		super(`${errorName}(${values.map(show).join(", ")})`);
		this.errorName = errorName;
		this.values = values;
	}
}

function show(value: unknown): string {
	return typeof value === "bigint" || typeof value === "number" ? value.toString() : String(value);
}
