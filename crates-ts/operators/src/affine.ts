import { stridesOf } from "@umpire/commitment/tensor.ts";
import type { TensorSpec } from "./operator.ts";
import type { Coordinate } from "./structs.ts";

/** base + Σ coefficients[j]·D[j] over the digits of a map: output digits, then reduction digits. */
export interface Affine {
	readonly base: number;
	readonly coefficients: readonly number[];
}

/** A reduced axis: its size, and the axis of operand 0 that it runs along. */
export interface ReducedAxis {
	readonly size: number;
	readonly along: number;
}

/**
 * The digits that a form's maps are written in. Output digits follow the physical order of
 * the output, reduction digits the physical order of operand 0, so that cones run along memory.
 */
export class Digits {
	readonly outputRadix: readonly number[];
	readonly reductionRadix: readonly number[];
	/** Per logical output axis, its digits (several if the axis is split), most significant first. */
	readonly #axes: readonly (readonly { digit: number; weight: number }[])[];
	/** Per reduced axis, its digit. */
	readonly #reductions: readonly number[];

	/**
	 * @param splits logical output axes that consist of several digits, with their radices
	 * @param reduced reduced axes, in the form's own order
	 */
	constructor(
		output: TensorSpec,
		reduced: readonly ReducedAxis[] = [],
		operandLayout: readonly number[] = [],
		splits: ReadonlyMap<number, readonly number[]> = new Map(),
	) {
		const radix: number[] = [];
		const axes: { digit: number; weight: number }[][] = output.shape.map(() => []);
		for (const axis of output.layout) {
			const radices = splits.get(axis) ?? [output.shape[axis]];
			const weights = stridesOf(radices);
			radices.forEach((size, i) => {
				axes[axis].push({ digit: radix.length, weight: weights[i] });
				radix.push(size);
			});
		}
		const order = reduced
			.map((_, index) => index)
			.sort((a, b) => operandLayout.indexOf(reduced[a].along) - operandLayout.indexOf(reduced[b].along));
		this.#axes = axes;
		this.#reductions = reduced.map((_, index) => radix.length + order.indexOf(index));
		this.outputRadix = radix;
		this.reductionRadix = order.map((index) => reduced[index].size);
	}

	get count(): number {
		return this.outputRadix.length + this.reductionRadix.length;
	}

	constant(base: number): Affine {
		return { base, coefficients: new Array<number>(this.count).fill(0) };
	}

	/** coefficient · (position along a logical output axis). */
	axis(axis: number, coefficient = 1): Affine {
		return this.#sum(this.#axes[axis].map(({ digit, weight }) => [digit, weight * coefficient]));
	}

	/** coefficient · (one digit of a split output axis). */
	split(axis: number, part: number, coefficient = 1): Affine {
		return this.#sum([[this.#axes[axis][part].digit, coefficient]]);
	}

	/** coefficient · (position along the reduced axis of that number). */
	reduced(index: number, coefficient = 1): Affine {
		return this.#sum([[this.#reductions[index], coefficient]]);
	}

	#sum(terms: readonly (readonly [digit: number, coefficient: number])[]): Affine {
		const coefficients = new Array<number>(this.count).fill(0);
		for (const [digit, coefficient] of terms) coefficients[digit] += coefficient;
		return { base: 0, coefficients };
	}
}

export function add(...terms: readonly Affine[]): Affine {
	return {
		base: terms.reduce((sum, term) => sum + term.base, 0),
		coefficients: terms[0].coefficients.map((_, j) =>
			terms.reduce((sum, term) => sum + term.coefficients[j], 0),
		),
	};
}

/** Strides of a tensor's logical axes in its physical order. */
export function physicalStrides(spec: TensorSpec): number[] {
	const ordered = stridesOf(spec.layout.map((axis) => spec.shape[axis]));
	return spec.shape.map((_, axis) => ordered[spec.layout.indexOf(axis)]);
}

/** One coordinate per logical axis of an operand: axis a reads position positions[a]. */
export function coordinatesOf(
	spec: TensorSpec,
	positions: readonly (Affine & { readonly divisor?: number; readonly modulus?: number })[],
): Coordinate[] {
	const strides = physicalStrides(spec);
	return positions.map((position, axis) => ({
		base: position.base,
		coefficients: position.coefficients,
		divisor: position.divisor ?? 1,
		modulus: position.modulus ?? 0,
		size: spec.shape[axis],
		stride: strides[axis],
	}));
}

/** NumPy broadcasting: axes aligned at the end, axes of size 1 read position 0. */
export function broadcast(digits: Digits, outputRank: number, spec: TensorSpec): Coordinate[] {
	const offset = outputRank - spec.shape.length;
	return coordinatesOf(
		spec,
		spec.shape.map((size, axis) => (size === 1 ? digits.constant(0) : digits.axis(axis + offset))),
	);
}
