import { InputError } from "@umpire/onnx/errors.ts";

/** Columns of numbers. */
export interface Columns {
	readonly names: readonly string[];
	readonly rows: readonly (readonly number[])[];
}

/** Columns as whole numbers: round((x − offset)·factor). */
export interface WholeColumns {
	/** Row by row. */
	readonly values: readonly number[];
	readonly offsets: readonly number[];
	readonly factors: readonly number[];
}

/** As many bits as sums of so many products have room for, which stay below 2^52. */
function mostOf(sums: number): number {
	const bits = Math.floor((51 - Math.log2(sums)) / 2);
	return 2 ** Math.min(22, Math.max(15, bits)) - 1;
}

/**
 * The columns about their means, each over the whole range, or all by one factor (`together`), so that they keep
 * their sizes. Rounding the data moves what is fitted, by chance: sums of `sums` products have room for more than
 * 16 bits.
 *
 * @throws InputError if a column says nothing
 */
export function wholeColumns(
	{ names, rows }: Columns,
	{ sums, together = false }: { readonly sums: number; readonly together?: boolean },
): WholeColumns {
	const offsets = names.map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
	const reaches = names.map((_, k) =>
		rows.reduce((most, row) => Math.max(most, Math.abs(row[k] - offsets[k])), 0),
	);
	const widest = Math.max(...reaches);
	if (!(widest > 0)) throw new InputError("all rows are the same", { advice: "give rows that differ" });
	const empty = reaches.findIndex((reach) => !(reach > 0));
	if (empty >= 0 && !together) {
		throw new InputError(`column "${names[empty]}" has one value only`, {
			advice: `leave it out (--drop ${names[empty]})`,
		});
	}
	const factors = reaches.map((reach) => mostOf(sums) / (together ? widest : reach));
	return {
		values: rows.flatMap((row) => row.map((value, k) => Math.round((value - offsets[k]) * factors[k]))),
		offsets,
		factors,
	};
}
