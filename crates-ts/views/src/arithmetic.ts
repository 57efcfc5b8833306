import { rowAt } from "@umpire/operators/cone.ts";
import { dotParts } from "@umpire/operators/dot-parts.ts";
import { value as finish } from "@umpire/operators/kinds.ts";
import { partsOf } from "@umpire/operators/parts.ts";
import { type Descriptor, KIND, type Row, type TensorSpec } from "@umpire/operators/program.ts";
import { indexValueOf, partialsOf } from "@umpire/operators/values.ts";
import { elementReads, logicalOf, type NumberRead, type OperandTensor } from "./element-reads.ts";
import { placeInTensor } from "./tensor-view.ts";
import { counted, grouped, real, subscript } from "./text.ts";

/** One line of the last arithmetic: what is done, and what either side's numbers make of it. */
export interface ArithmeticRow {
	readonly step: string;
	/** Said more quietly behind it. */
	readonly detail: string | null;
	/** What was published, or follows from it; null where nothing was. */
	readonly claimed: string | null;
	readonly follows: string | null;
	/** The first line that is wrong. */
	readonly isWrong: boolean;
}

/** How a sum grows, product by product. */
export interface RunningSum {
	/** Sums after `at` products. */
	readonly at: readonly number[];
	readonly sums: readonly number[];
	/** Where parts end, with what was published of each sum. */
	readonly parts: readonly {
		readonly at: number;
		readonly name: string;
		readonly follows: number;
		readonly claimed: number | null;
	}[];
}

export interface ArithmeticView {
	readonly caption: string;
	readonly rows: readonly ArithmeticRow[];
	readonly running: RunningSum | null;
	/** The value that follows from the agreed operands. */
	readonly follows: number;
	readonly products: number;
}

export interface ArithmeticInput {
	readonly descriptor: Descriptor;
	readonly spec: TensorSpec;
	/** Physical. */
	readonly element: number;
	readonly rows: readonly Row[] | undefined;
	readonly operands: readonly OperandTensor[];
	readonly operandNames: readonly string[];
	/** The element as it was published; undefined as long as it is not. */
	readonly claimed: number | undefined;
	/** S₁ … Sₙ as they were published; empty if none were. */
	readonly partials: readonly bigint[];
	/** Which of them is the first wrong one; undefined as long as nothing is proved or compared. */
	readonly wrongPart: number | undefined;
}

/** Points of a drawn sum. */
const MOST_POINTS = 600;
/** Operands that are listed one by one. */
const MOST_LISTED = 12;

/** The arithmetic that a dispute comes down to, from operands that both sides agree on. */
export function arithmetic(given: ArithmeticInput): ArithmeticView {
	const { descriptor, element, operands } = given;
	const fetch = (operand: number, index: number): number => operands[operand].physical[index];
	const sums = partialsOf(descriptor, element, fetch);
	const input = { ...given, wrongPart: given.wrongPart ?? firstDifference(given.partials, sums) };
	const reads = elementReads(descriptor, element, operands);
	const row = descriptor.rowCount === 0 ? undefined : input.rows![rowAt(descriptor, element)];
	const follows = Number(finish(descriptor, sums.at(-1)!, row));
	const isDot = descriptor.kind === KIND.Dot;
	const products = isDot ? reads.length / 2 : 0;
	const lengths = partLengths(descriptor, element, fetch);
	const rows = [
		...(isDot ? [] : listed(input, reads)),
		...sumRows(input, sums, lengths),
		...finishRows(input, sums.at(-1)!, row, follows),
	];
	const agreed = input.wrongPart ?? 0;
	return {
		caption: captionOf(input, { products, row, agreed, lengths, reads: reads.length }),
		rows,
		running: isDot && products > 8 ? runningSum(input, reads, sums, lengths) : null,
		follows,
		products,
	};
}

/** The first published partial result that is another one than computed here. */
function firstDifference(published: readonly bigint[], sums: readonly bigint[]): number | undefined {
	const found = published.findIndex((sum, part) => sum !== sums[part + 1]);
	return found < 0 ? undefined : found;
}

/** How many products or numbers each part has. */
export function partLengths(
	descriptor: Descriptor,
	element: number,
	fetch: (operand: number, index: number) => number,
): number[] {
	if (descriptor.kind === KIND.Dot) {
		return dotParts(descriptor, element).map(({ slots }) =>
			slots.reduce((sum, { length }) => sum + length, 0),
		);
	}
	return partsOf(descriptor, element, indexValueOf(descriptor, element, fetch)).map((part) =>
		part.circuit === "elements" ? part.reads.length : 0,
	);
}

const OPERATION: Readonly<Record<number, string>> = {
	[KIND.Add]: "Weighted sum",
	[KIND.Mul]: "Product",
	[KIND.Div]: "Quotient, rounded",
	[KIND.Gather]: "The number that the index chooses",
	[KIND.Max]: "The largest",
	[KIND.ArgMax]: "Key of the largest",
	[KIND.Select]: "The number that the condition chooses",
	[KIND.View]: "The same number, elsewhere",
};

function captionOf(
	{ descriptor, partials, spec }: ArithmeticInput,
	of: { products: number; row: Row | undefined; agreed: number; lengths: readonly number[]; reads: number },
): string {
	const what =
		descriptor.kind === KIND.Dot
			? counted(of.products, "product")
			: `${counted(of.reads, "number")} ${of.reads === 1 ? "is" : "are"} read`;
	const after = of.row === undefined ? "" : of.row.bias === 0n ? ", one shift" : ", a bias, one shift";
	const before = of.lengths.slice(0, of.agreed).reduce((sum, length) => sum + length, 0);
	const agreed =
		partials.length > 1 && before > 0
			? `Both agree on every operand and on the first ${grouped(before)} ${descriptor.kind === KIND.Dot ? "products" : "numbers"}.`
			: "Both agree on every operand.";
	return `${what}${after}. ${agreed} Integers of ${spec.width} bits.`;
}

/** What is read, number by number, if it is not much. */
function listed(
	{ descriptor, operands, operandNames }: ArithmeticInput,
	reads: readonly NumberRead[],
): ArithmeticRow[] {
	const shown = reads.slice(0, MOST_LISTED);
	const rows = shown.map(({ operand, index }): ArithmeticRow => {
		const { spec, physical } = operands[operand];
		const factor = descriptor.kind === KIND.Add ? descriptor.constants[operand] : 1;
		const text = grouped(physical[index]);
		return {
			step: `${operandNames[operand]}, ${placeInTensor(spec.shape, logicalOf(spec)(index))}`,
			detail: factor === 1 ? null : `\u00d7 ${grouped(factor)}`,
			claimed: text,
			follows: text,
			isWrong: false,
		};
	});
	if (reads.length > shown.length) {
		rows.push({
			step: `and ${grouped(reads.length - shown.length)} more`,
			detail: null,
			claimed: null,
			follows: null,
			isWrong: false,
		});
	}
	return rows;
}

/** The partial results: of many the agreed one before the wrong one, that one, and the last. */
function sumRows(
	{ descriptor, partials, wrongPart }: ArithmeticInput,
	sums: readonly bigint[],
	lengths: readonly number[],
): ArithmeticRow[] {
	const isDot = descriptor.kind === KIND.Dot;
	const name = isDot ? "products" : "numbers";
	const isKey = descriptor.kind === KIND.ArgMax;
	const published = (part: number) => (partials.length === 0 ? null : grouped(partials[part]));
	const count = lengths.length;
	if (count === 1) {
		const step = isDot ? `Sum of ${counted(lengths[0], "product")}` : OPERATION[descriptor.kind];
		return isKey
			? []
			: [{ step, detail: null, claimed: published(0), follows: grouped(sums[1]), isWrong: false }];
	}
	const wanted =
		count <= 8
			? Array.from({ length: count }, (_, k) => k)
			: [...new Set([(wrongPart ?? 0) - 1, wrongPart ?? 0, count - 1])].filter((k) => k >= 0);
	return wanted.map((part): ArithmeticRow => {
		const first = part === 0 ? `the first ${grouped(lengths[0])} ${name}` : undefined;
		const step = first
			? `${subscript(1)}, ${first}`
			: isDot
				? `${subscript(part + 1)} = ${subscript(part)} + ${grouped(lengths[part])} products`
				: `${subscript(part + 1)}, ${grouped(lengths[part])} more`;
		const added = isDot && part > 0 ? sums[part + 1] - sums[part] : null;
		return {
			step,
			detail: added === null ? null : added < 0n ? `\u2212 ${grouped(-added)}` : `+ ${grouped(added)}`,
			claimed: published(part),
			follows: grouped(sums[part + 1]),
			isWrong: part === wrongPart,
		};
	});
}

/** From the raw result to the element: bias, shift, range; and in real units. */
function finishRows(
	{ descriptor, spec, claimed, partials, wrongPart }: ArithmeticInput,
	raw: bigint,
	row: Row | undefined,
	follows: number,
): ArithmeticRow[] {
	const rows: ArithmeticRow[] = [];
	const last = partials.at(-1);
	if (row !== undefined) {
		const biased = raw + row.bias;
		if (row.bias !== 0n) {
			rows.push({
				step: row.bias < 0n ? "\u2212 bias" : "+ bias",
				detail: grouped(row.bias < 0n ? -row.bias : row.bias),
				claimed: last === undefined ? null : grouped(last + row.bias),
				follows: grouped(biased),
				isWrong: false,
			});
		}
		const shifted = (sum: bigint) =>
			(sum * BigInt(row.multiplier) + (1n << (BigInt(row.shift) - 1n))) >> BigInt(row.shift);
		rows.push({
			step: `${row.multiplier === 1 ? "" : `\u00d7 ${grouped(row.multiplier)} `}\u00f7 2^${row.shift}, rounded`,
			detail: null,
			claimed: last === undefined ? null : grouped(shifted(last + row.bias)),
			follows: grouped(shifted(biased)),
			isWrong: false,
		});
	}
	rows.push({
		step:
			row === undefined
				? descriptor.kind === KIND.ArgMax
					? "Its place"
					: "The number"
				: `Kept in ${grouped(spec.low)} \u2026 ${grouped(spec.high)}`,
		detail: null,
		claimed: claimed === undefined ? null : grouped(claimed),
		follows: grouped(follows),
		isWrong: claimed !== undefined && claimed !== follows && wrongPart === undefined,
	});
	rows.push({
		step: "In real units",
		detail: `\u00d7 ${real(spec.scale, 6)}`,
		claimed: claimed === undefined ? null : real(claimed * spec.scale),
		follows: real(follows * spec.scale),
		isWrong: false,
	});
	return rows;
}

function runningSum(
	{ operands, partials }: ArithmeticInput,
	reads: readonly NumberRead[],
	sums: readonly bigint[],
	lengths: readonly number[],
): RunningSum {
	const count = reads.length / 2;
	const every = Math.max(1, Math.ceil(count / MOST_POINTS));
	const at = [0];
	const values = [0];
	let sum = 0;
	for (let k = 0; k < count; k++) {
		sum += operands[0].physical[reads[2 * k].index] * operands[1].physical[reads[2 * k + 1].index];
		if ((k + 1) % every === 0 || k === count - 1) {
			at.push(k + 1);
			values.push(sum);
		}
	}
	let end = 0;
	const parts = lengths.map((length, part) => {
		end += length;
		return {
			at: end,
			name: subscript(part + 1),
			follows: Number(sums[part + 1]),
			claimed: partials.length === 0 ? null : Number(partials[part]),
		};
	});
	return { at, sums: values, parts };
}
