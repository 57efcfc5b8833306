import { NEGLIGIBLE } from "../quantise/scales.ts";
import type { ClassDecision } from "./classes.ts";
import { type ErrorBudget, keepsArgmax } from "./error-budget.ts";
import { isMask, standIns } from "./stand-ins.ts";

/** One element of an output that is not what it should be. */
export interface ElementError {
	/** Its position along every axis. */
	readonly position: readonly number[];
	readonly expected: number;
	readonly found: number;
	readonly absolute: number;
	/** Infinity where 0 is expected. */
	readonly relative: number;
}

/** How far an output is from what it should be. */
export interface Judgement {
	readonly maxAbs: number;
	readonly meanAbs: number;
	/** maxAbs relative to the range of the reference, or to its magnitude where it varies by less than a 2^16th of that. */
	readonly maxRelRange: number;
	/** The largest error of an element relative to itself; Infinity where another number stands for 0. */
	readonly maxRelative: number;
	/** Whether the output holds probabilities, whose errors count as they are. */
	readonly isProbability: boolean;
	/** Whether rows are scores of classes: then another largest element is an error by itself. */
	readonly rows: ClassDecision;
	/** Share of rows along the last axis whose largest element is the same, or cannot be told from it. */
	readonly argmaxAgrees: number;
	/** Where samples have labels: how many rows of the output have one, and how many of those are right in each. */
	readonly labelled?: Labelled;
	/** The element with the largest absolute error; undefined if there is none. */
	readonly worst?: ElementError;
	/** The element with the largest relative error. */
	readonly worstRelative?: ElementError;
}

/** Rows of an output whose largest element is to be that of a label. */
export interface Labelled {
	readonly rows: number;
	/** Of the reference. */
	readonly expected: number;
	/** Of what is judged. */
	readonly found: number;
}

/** Numbers that differ by less than this share of the largest are one in float32, after some sums. */
const FLOAT32_NOISE = 2 ** -16;

/** What is not known to be numbers may be classes. */
const UNKNOWN: ClassDecision = { isClasses: true, why: "nothing is known of them" };

/** Compares an output with a reference, over one or several inputs. Where the reference is not finite, or stands for infinity, nothing is compared. */
export class Judge {
	readonly #isProbability: boolean;
	readonly #decision: ClassDecision;
	#low = Number.POSITIVE_INFINITY;
	#high = Number.NEGATIVE_INFINITY;
	#sum = 0;
	#count = 0;
	#rows = 0;
	#agreeing = 0;
	#labelled: Labelled | undefined;
	#worst: ElementError | undefined;
	#worstRelative: ElementError | undefined;

	constructor(isProbability = false, decision: ClassDecision = UNKNOWN) {
		this.#isProbability = isProbability;
		this.#decision = decision;
	}

	/**
	 * @param step what one integer of the output stands for
	 * @param labels of every row along the last axis, the place of the element that should be largest
	 */
	add(
		reference: ArrayLike<number>,
		values: ArrayLike<number>,
		shape: readonly number[],
		step: number,
		labels?: readonly number[],
	): void {
		const isStandIn = standIns(reference, values);
		for (let i = 0; i < reference.length; i++) {
			const expected = reference[i];
			if (!Number.isFinite(expected) || isMask(expected) || isStandIn(i)) continue;
			const absolute = Math.abs(expected - values[i]);
			this.#low = Math.min(this.#low, expected);
			this.#high = Math.max(this.#high, expected);
			this.#sum += absolute;
			this.#count += 1;
			// Uninitialised test data is full of numbers near 1e-310, which no grid tells from 0.
			if (!(absolute > NEGLIGIBLE)) continue;
			const relative = expected === 0 ? Number.POSITIVE_INFINITY : absolute / Math.abs(expected);
			if (absolute > (this.#worst?.absolute ?? 0)) this.#worst = errorAt(i, shape, expected, values[i]);
			if (relative > (this.#worstRelative?.relative ?? 0))
				this.#worstRelative = errorAt(i, shape, expected, values[i]);
		}
		const size = shape.at(-1) ?? 1;
		for (let start = 0; start < reference.length; start += size) {
			this.#rows += 1;
			if (agrees(reference, values, start, size, tieOf(reference, start, size, shape, step)))
				this.#agreeing += 1;
		}
		if (labels) this.#label(reference, values, size, labels);
	}

	#label(
		reference: ArrayLike<number>,
		values: ArrayLike<number>,
		size: number,
		labels: readonly number[],
	): void {
		const known = this.#labelled ?? { rows: 0, expected: 0, found: 0 };
		const right = (numbers: ArrayLike<number>): number =>
			labels.filter((label, row) => largestOf(numbers, row * size, size) === label).length;
		this.#labelled = {
			rows: known.rows + labels.length,
			expected: known.expected + right(reference),
			found: known.found + right(values),
		};
	}

	get judgement(): Judgement {
		const magnitude = this.#count === 0 ? 0 : Math.max(Math.abs(this.#low), Math.abs(this.#high));
		const spread = this.#high - this.#low;
		const range = spread > magnitude * 2 ** -16 ? spread : magnitude;
		const maxAbs = this.#worst?.absolute ?? 0;
		return {
			maxAbs,
			meanAbs: this.#sum / Math.max(1, this.#count),
			maxRelRange: maxAbs === 0 ? 0 : range > 0 ? maxAbs / range : 1,
			maxRelative: this.#worstRelative?.relative ?? 0,
			isProbability: this.#isProbability,
			rows: this.#decision,
			argmaxAgrees: this.#rows === 0 ? 1 : this.#agreeing / this.#rows,
			...(this.#labelled ? { labelled: this.#labelled } : {}),
			...(this.#worst ? { worst: this.#worst } : {}),
			...(this.#worstRelative ? { worstRelative: this.#worstRelative } : {}),
		};
	}
}

/** An output's error as a budget measures it. */
export function errorBy(judgement: Judgement, { measure }: Pick<ErrorBudget, "measure">): number {
	const { maxAbs, meanAbs, maxRelRange, maxRelative, isProbability, labelled } = judgement;
	if (measure === "points") {
		return labelled === undefined ? 0 : Math.max(0, labelled.expected - labelled.found) / labelled.rows;
	}
	if (measure === "mean") return isProbability || maxAbs === 0 ? meanAbs : (meanAbs / maxAbs) * maxRelRange;
	if (measure === "absolute") return maxAbs;
	if (measure === "relative") return maxRelative;
	return isProbability ? maxAbs : maxRelRange;
}

/** Whether an output errs by which element of a row is the largest. */
export function misplaces(
	{ rows, argmaxAgrees }: Pick<Judgement, "rows" | "argmaxAgrees">,
	budget: Pick<ErrorBudget, "measure">,
): boolean {
	return rows.isClasses && keepsArgmax(budget) && argmaxAgrees < 1;
}

/** The largest error of outputs, or infinity if the largest element of a row is another. */
export function worstError(judgements: readonly Judgement[], budget: Pick<ErrorBudget, "measure">): number {
	const errors = judgements.map((one) =>
		misplaces(one, budget) ? Number.POSITIVE_INFINITY : errorBy(one, budget),
	);
	// Three digits: what is beyond depends on the machine that ran the float model.
	return Number(Math.max(0, ...errors).toPrecision(3));
}

/** The element that a budget's measure looks at. */
export function worstElement(
	judgement: Judgement,
	{ measure }: Pick<ErrorBudget, "measure">,
): ElementError | undefined {
	return measure === "relative" ? judgement.worstRelative : judgement.worst;
}

/** The place of a row's largest element: the first of several. */
function largestOf(numbers: ArrayLike<number>, start: number, size: number): number {
	let most = 0;
	for (let i = 1; i < size; i++) if (numbers[start + i] > numbers[start + most]) most = i;
	return most;
}

function errorAt(index: number, shape: readonly number[], expected: number, found: number): ElementError {
	const position: number[] = [];
	let rest = index;
	for (const size of shape.toReversed()) {
		position.unshift(rest % size);
		rest = Math.floor(rest / size);
	}
	const absolute = Math.abs(expected - found);
	const relative = expected === 0 ? Number.POSITIVE_INFINITY : absolute / Math.abs(expected);
	return { position, expected, found, absolute, relative };
}

/**
 * How far apart elements of a row may be and still be one: in scores of classes, what float32 itself
 * cannot tell; along the last axis of anything larger, which seldom holds classes, a step of the grid.
 */
function tieOf(
	reference: ArrayLike<number>,
	start: number,
	size: number,
	shape: readonly number[],
	step: number,
): number {
	if (shape.length > 2) return step;
	let most = 0;
	for (let i = start; i < start + size; i++) {
		const magnitude = Math.abs(reference[i]);
		if (Number.isFinite(magnitude) && !isMask(magnitude)) most = Math.max(most, magnitude);
	}
	return Math.min(step, most * FLOAT32_NOISE);
}

/** The reference's largest element is among the largest found, or what is found to be largest is no further below it than a tie. */
function agrees(
	reference: ArrayLike<number>,
	values: ArrayLike<number>,
	start: number,
	size: number,
	tie: number,
): boolean {
	let best = -1;
	let most = -1;
	for (let i = start; i < start + size; i++) {
		if (Number.isNaN(reference[i])) continue;
		if (best < 0 || reference[i] > reference[best]) best = i;
		if (most < 0 || values[i] > values[most]) most = i;
	}
	return best < 0 || values[best] === values[most] || reference[best] - reference[most] <= tie;
}
