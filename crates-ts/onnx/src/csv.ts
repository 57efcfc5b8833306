import { parse } from "csv-parse/sync";
import { InputError } from "./errors.ts";

/** A table of text. */
export interface Table {
	/** Null if the first row has numbers only. */
	readonly header: readonly string[] | null;
	readonly rows: readonly (readonly string[])[];
}

/**
 * Reads comma-separated values; a first row in which no cell is a number is a header.
 *
 * @throws InputError if rows have unlike numbers of cells, or there are none
 */
export function readCsv(text: string): Table {
	let all: string[][];
	try {
		all = parse(text, { bom: true, skip_empty_lines: true, trim: true });
	} catch (cause) {
		throw new InputError(`not a table of comma-separated values: ${(cause as Error).message}`, { cause });
	}
	const [first = []] = all;
	const hasHeader = first.length > 0 && first.every((cell) => cell !== "" && Number.isNaN(Number(cell)));
	const rows = hasHeader ? all.slice(1) : all;
	if (rows.length === 0) throw new InputError("the table has no rows of numbers");
	return { header: hasHeader ? first : null, rows };
}
