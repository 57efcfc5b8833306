import type { InputTensor } from "./program.ts";
import { ensure } from "./program-error.ts";

/** The rules of the numbers that NaN is given as: one, or one for each place of the last axis; negative. */
export function validateMissing({ shape, missing }: InputTensor): void {
	if (missing === undefined) return;
	ensure(
		missing.length === 1 || missing.length === shape.at(-1),
		`it has ${missing.length} numbers for what is missing, its shape is [${shape}]`,
	);
	ensure(
		missing.every((value) => value < 0 && Number.isFinite(value)),
		"a number for what is missing is not negative",
	);
}
