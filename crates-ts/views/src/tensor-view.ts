import { elementCount } from "@umpire/operators/tensors.ts";
import { grouped, shapeText } from "./text.ts";

/** A part of a tensor in two dimensions, as it is drawn. */
export interface PlaneView {
	/** Which plane of its tensor this is; null where the tensor is one. */
	readonly label: string | null;
	readonly rows: number;
	readonly columns: number;
	/** Row and column of the tensor at which what is shown begins: large planes are cut. */
	readonly firstRow: number;
	readonly firstColumn: number;
	/** Row-major integers; fewer than rows times columns where the last row is not full. */
	readonly values: readonly number[];
	/** What is outlined: a rectangle, [row, column, rows, columns] of what is shown. */
	readonly box: readonly [number, number, number, number] | null;
	/** Single cells that are outlined, where they form no rectangle. */
	readonly marks: readonly number[];
	/** The wrong number's cell. */
	readonly wrong: number | null;
}

export interface TensorView {
	readonly name: string;
	/** Without leading sizes of 1. */
	readonly shape: readonly number[];
	/** Largest absolute value of the whole tensor: what full ink stands for. */
	readonly largest: number;
	/** Planes of the tensor; `planes` may be fewer. */
	readonly count: number;
	readonly planes: readonly PlaneView[];
}

/** What is said of single elements of a tensor, by row-major index. */
export interface Marks {
	readonly read?: ReadonlySet<number>;
	readonly wrong?: number;
}

/** Cells along one side of a plane; larger ones are cut around what is marked. */
const LARGEST_SIDE = 40;
/** What is shown of a cut plane. */
const WINDOW = 28;
/** Planes that a page shows of one tensor. */
const MOST_PLANES = 36;

/** Rows and columns of a plane whose numbers say more than their shades. */
const FEW = 6;

/** Whether a tensor's numbers are written out: shades of one or three would be large blocks that say nothing. */
export const isWritten = ({ planes: [plane, ...others] }: TensorView): boolean =>
	plane !== undefined && others.length === 0 && plane.rows <= FEW && plane.columns <= FEW;

interface Split {
	readonly planes: number;
	readonly rows: number;
	readonly columns: number;
}

/** The sizes that say something: without leading 1s, one at least. */
export function plainShape(shape: readonly number[]): number[] {
	const first = shape.findIndex((size) => size !== 1);
	return first < 0 ? [1] : shape.slice(first);
}

/** How a tensor is cut into planes: its last two axes, or a list folded into rows. */
function splitOf(shape: readonly number[]): Split {
	const sizes = plainShape(shape);
	const total = elementCount(sizes);
	const [rows, columns] = [sizes.at(-2) ?? 1, sizes.at(-1)!];
	if (sizes.length < 2 || rows * columns === 1) {
		const columns = columnsOf(total);
		return { planes: 1, rows: Math.ceil(total / columns), columns };
	}
	return { planes: total / (rows * columns), rows, columns };
}

/**
 * Into how many columns a list is folded. One of 784 is a square of 28, as a flattened picture of that size is to be seen
 * at all; others have no more columns than leave room for their cells.
 */
function columnsOf(length: number): number {
	if (length <= 16) return length;
	const root = Math.ceil(Math.sqrt(length));
	return root * root === length && root <= LARGEST_SIDE ? root : Math.min(24, root);
}

/** Where an element is, in words: "map 3, row 5, column 4"; of a list "number 18". */
export function placeInTensor(shape: readonly number[], element: number): string {
	const sizes = plainShape(shape);
	if (sizes.length === 1) return `number ${grouped(element)}`;
	const index: number[] = [];
	let rest = element;
	for (const size of sizes.toReversed()) {
		index.unshift(rest % size);
		rest = Math.floor(rest / size);
	}
	const [row, column] = index.slice(-2);
	const map = index.slice(0, -2);
	return `${map.length === 0 ? "" : `map ${map.join("/")}, `}row ${row}, column ${column}`;
}

/**
 * What `placeInTensor` leaves open: among how many numbers that is, and where counting begins. The first of three numbers
 * is "number 0", which "of 3" alone makes a riddle of.
 */
export function amongNumbers(shape: readonly number[], element: number): string {
	const of = elementCount(shape);
	if (of === 1) return "the only number";
	const index = plainShape(shape).length === 1 ? "" : `number ${grouped(element)} `;
	return `${index}of ${grouped(of)}${index === "" ? " numbers" : ""}, counted from 0`;
}

/**
 * A tensor as planes: those with marks first, then others, as many as are asked for.
 *
 * @param logical its elements in row-major order
 */
export function tensorView(
	name: string,
	shape: readonly number[],
	logical: ArrayLike<number>,
	{ read = new Set(), wrong }: Marks,
	{ onlyMarked = false, most = MOST_PLANES }: { onlyMarked?: boolean; most?: number } = {},
): TensorView {
	const split = splitOf(shape);
	const size = split.rows * split.columns;
	const marked = new Set([...read].map((index) => Math.floor(index / size)));
	if (wrong !== undefined) marked.add(Math.floor(wrong / size));
	const all = Array.from({ length: Math.min(split.planes, 4096) }, (_, plane) => plane);
	const wanted = onlyMarked ? [...marked].sort((a, b) => a - b) : all;
	const chosen =
		wanted.length <= most
			? wanted
			: [...new Set([...marked, ...wanted])].slice(0, most).sort((a, b) => a - b);
	let largest = 0;
	for (let i = 0; i < logical.length; i++) largest = Math.max(largest, Math.abs(logical[i]));
	return {
		name,
		shape: plainShape(shape),
		largest,
		count: split.planes,
		planes: chosen.map((plane) =>
			planeView(split, plane, logical, {
				label: split.planes === 1 ? null : String(plane),
				read,
				...(wrong === undefined ? {} : { wrong }),
			}),
		),
	};
}

/** A list of numbers, folded into rows: what is read of a tensor, without the rest. */
export function listView(name: string, values: readonly number[]): TensorView {
	return { ...tensorView(name, [values.length], values, {}), name };
}

function planeView(
	{ rows, columns }: Split,
	plane: number,
	logical: ArrayLike<number>,
	{ label, read, wrong }: Marks & { label: string | null; read: ReadonlySet<number> },
): PlaneView {
	const base = plane * rows * columns;
	const count = Math.min(rows * columns, logical.length - base);
	const here: number[] = [];
	for (const index of read) if (index >= base && index < base + count) here.push(index - base);
	const wrongHere = wrong !== undefined && wrong >= base && wrong < base + count ? wrong - base : null;
	const centre = wrongHere ?? here[Math.floor(here.length / 2)] ?? 0;
	const [firstRow, shownRows] = window(rows, Math.floor(centre / columns));
	const [firstColumn, shownColumns] = window(columns, centre % columns);
	const values: number[] = [];
	for (let r = firstRow; r < firstRow + shownRows; r++) {
		for (let c = firstColumn; c < firstColumn + shownColumns; c++) {
			if (r * columns + c < count) values.push(logical[base + r * columns + c]);
		}
	}
	const cellOf = (index: number): number | undefined => {
		const [r, c] = [Math.floor(index / columns) - firstRow, (index % columns) - firstColumn];
		return r < 0 || c < 0 || r >= shownRows || c >= shownColumns ? undefined : r * shownColumns + c;
	};
	const marks = here.flatMap((index) => cellOf(index) ?? []).sort((a, b) => a - b);
	const box = rectangleOf(marks, shownColumns);
	return {
		label,
		rows: shownRows,
		columns: shownColumns,
		firstRow,
		firstColumn,
		values,
		box,
		// What is read whole needs no outlines.
		marks: box === null && marks.length < values.length ? marks : [],
		wrong: wrongHere === null ? null : (cellOf(wrongHere) ?? null),
	};
}

/** The rectangle that cells fill; null if they fill none, or there are none. */
function rectangleOf(
	marks: readonly number[],
	columns: number,
): readonly [number, number, number, number] | null {
	if (marks.length === 0) return null;
	const across = marks.map((cell) => cell % columns);
	const [left, right] = [Math.min(...across), Math.max(...across)];
	const [top, bottom] = [Math.floor(marks[0] / columns), Math.floor(marks.at(-1)! / columns)];
	const [height, width] = [bottom - top + 1, right - left + 1];
	return height * width === marks.length ? [top, left, height, width] : null;
}

function window(size: number, centre: number): [number, number] {
	if (size <= LARGEST_SIDE) return [0, size];
	return [Math.max(0, Math.min(size - WINDOW, centre - WINDOW / 2)), WINDOW];
}

/** What a tensor is, in one line: "6 maps of 14×14", "a list of 84". */
export function tensorCaption(shape: readonly number[]): string {
	const sizes = plainShape(shape);
	if (sizes.length === 1) return sizes[0] === 1 ? "one number" : `${sizes[0].toLocaleString("en")} numbers`;
	if (sizes.length === 2) return shapeText(sizes);
	const maps = elementCount(sizes.slice(0, -2));
	return `${maps.toLocaleString("en")} maps of ${shapeText(sizes.slice(-2))}`;
}
