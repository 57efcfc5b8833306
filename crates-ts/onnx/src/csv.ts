// The build for browsers, which runs in Node.js as well.
import { parse } from "csv-parse/browser/esm/sync";
import { InputError } from "./errors.ts";
import { tensorOfCells } from "./json-tensors.ts";
import type { Tensor, ValueInfo } from "./model.ts";
import { inferDims, type Role, type Symbols, showDims } from "./value-shapes.ts";

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

/**
 * The tensors of a table, one row a sample: columns belong to the value of their name (`age`, or `x_0`, `x.1`, `x[2]`
 * for several features of `x`), other columns are passed over; a single value takes all columns where none has its name.
 *
 * @throws InputError if a value has no columns, or a cell is no number
 */
export function tensorsOfTable(
	{ header, rows }: Table,
	values: readonly ValueInfo[],
	path: string,
	role: Role,
	shapes?: ReadonlyMap<string, readonly number[]>,
): Map<string, Tensor> {
	const symbols: Symbols = new Map();
	const tensors = new Map<string, Tensor>();
	for (const value of values) {
		const columns = columnsOf(value, header, rows[0].length, values.length, path);
		const given = shapes?.get(value.name);
		const declared = given === undefined ? value : { ...value, dims: given };
		const dims = inferDims(rows.length * columns.length, declared, symbols, path, role);
		const perRow = dims.slice(1).reduce((product, size) => product * size, 1);
		if (rows.length > 1 && (dims[0] !== rows.length || perRow !== columns.length)) {
			throw new InputError(
				`${path} has ${rows.length} rows of ${columns.length} columns for "${value.name}", the model wants ${showDims(declared.dims)}`,
				{ advice: "keep as many rows and columns as one run takes" },
			);
		}
		const cells = rows.flatMap((row) => columns.map((column) => row[column]));
		const place = (at: number) => {
			const column = columns[at % columns.length];
			const name = header === null ? String(column + 1) : `"${header[column]}"`;
			return `${path}, row ${Math.floor(at / columns.length) + 1}, column ${name}`;
		};
		tensors.set(value.name, tensorOfCells(cells, value, dims, place, role));
	}
	return tensors;
}

/** The columns of a value, by their places. */
function columnsOf(
	{ name }: ValueInfo,
	header: readonly string[] | null,
	width: number,
	count: number,
	path: string,
): readonly number[] {
	const all = Array.from({ length: width }, (_, column) => column);
	if (header !== null) {
		const own = header.indexOf(name);
		if (own >= 0) return [own];
		const feature = (column: number): number => {
			const rest = header[column].startsWith(name) ? header[column].slice(name.length) : "";
			return Number(/^(?:[._](\d+)|\[(\d+)\])$/.exec(rest)?.slice(1).find(Boolean) ?? Number.NaN);
		};
		const features = all.filter((column) => !Number.isNaN(feature(column)));
		if (features.length > 0) return features.toSorted((a, b) => feature(a) - feature(b));
	}
	if (count === 1) return all;
	throw new InputError(
		`${path} has no column "${name}"${header === null ? ", and no header" : ` (it has ${header.map((cell) => `"${cell}"`).join(", ")})`}`,
		{ advice: "name a column after each input of the model" },
	);
}

/** The rows of a table in groups of `size`, each a table of its own. */
export function groupsOfRows({ header, rows }: Table, size: number, path: string): Table[] {
	if (rows.length % size !== 0) {
		throw new InputError(`${path} has ${rows.length} rows, which are no whole number of batches of ${size}`);
	}
	return Array.from({ length: rows.length / size }, (_, at) => ({
		header,
		rows: rows.slice(at * size, (at + 1) * size),
	}));
}
