import { InputError } from "@umpire/onnx/errors.ts";
import { readTable } from "@umpire/onnx/read-table.ts";
import type { Columns } from "../fit/columns.ts";

/**
 * The columns of a table of numbers; without a header they are called 1, 2, …
 *
 * @param drop columns that are left out
 * @throws InputError naming the cell that is no number, or the column that is not there
 */
export function readColumns(path: string, drop: readonly string[] = []): Columns {
	const { header, rows } = readTable(path);
	const names = header ?? rows[0].map((_, k) => String(k + 1));
	const missing = drop.find((name) => !names.includes(name));
	if (missing !== undefined) throw noColumn(path, missing, names);
	const kept = names.flatMap((name, k) => (drop.includes(name) ? [] : [k]));
	if (kept.length === 0) throw new InputError(`${path} has no columns left`);
	return {
		names: kept.map((k) => names[k]),
		rows: rows.map((row, at) =>
			kept.map((k) => {
				const value = row[k] === "" ? Number.NaN : Number(row[k]);
				if (Number.isFinite(value)) return value;
				throw new InputError(`${path}, row ${at + 1}, column "${names[k]}": "${row[k]}" is no number`, {
					advice: "leave the column out with --drop",
				});
			}),
		),
	};
}

/** One column, and the others. */
export function parted(
	{ names, rows }: Columns,
	name: string,
	path: string,
): { one: Columns; others: Columns } {
	const at = names.indexOf(name);
	if (at < 0) throw noColumn(path, name, names);
	const pick = (keep: (k: number) => boolean): Columns => ({
		names: names.filter((_, k) => keep(k)),
		rows: rows.map((row) => row.filter((_, k) => keep(k))),
	});
	return { one: pick((k) => k === at), others: pick((k) => k !== at) };
}

function noColumn(path: string, name: string, names: readonly string[]): InputError {
	return new InputError(`${path} has no column "${name}"`, {
		advice: `it has ${names.map((one) => `"${one}"`).join(", ")}`,
	});
}
