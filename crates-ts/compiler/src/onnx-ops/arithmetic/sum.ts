import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { isFloat, mapReal, type Real } from "@umpire/graph/real.ts";
import { broadcastShapes, sameShape } from "@umpire/graph/shapes.ts";
import { asRows, zipReal } from "../../lower/broadcast.ts";
import { type Context, integerReach, quantisationOfValue, type Value } from "../../lower/context.ts";
import { emitLinear, expanded } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { type Quantisation, quantisationOf, wholeNumbers } from "../../quantise/scales.ts";
import { gridWith } from "./product.ts";

/** How many times finer than its coarsest operand a sum may be, where all grids are powers of two. */
const FINER = 2 ** 20;

interface Term {
	readonly value: Value;
	readonly factor: number;
}

/** ONNX Add, Sub, Neg, Sum, Mean: Σ factors[k]·inputs[k] with NumPy broadcasting. */
export function lowerSum(
	factorsOf: (count: number) => readonly number[],
): (fused: FusedOp, context: Context) => void {
	return (fused, context) => {
		const names = context.node.inputs;
		const factors = factorsOf(names.length);
		let constant: Real | undefined;
		let terms: Term[] = [];
		for (const [k, name] of names.entries()) {
			const real = context.real(name);
			if (real) {
				const scaled = mapReal(real, (value) => value * factors[k]);
				constant = constant ? zipReal(constant, scaled, (x, y) => x + y) : scaled;
			} else {
				const value = context.value(name);
				const same = terms.find((term) => term.value.ref === value.ref);
				if (same) terms = terms.map((t) => (t === same ? { value, factor: t.factor + factors[k] } : t));
				else terms.push({ value, factor: factors[k] });
			}
		}
		if (!isFloat(context.type(fused.output)) && factors.some((factor) => !Number.isInteger(factor))) {
			throw context.error("the mean of whole numbers is not defined exactly", "Cast to float first");
		}
		context.bind(fused.output, emitSum(context, fused, terms, constant));
	};
}

function emitSum(context: Context, fused: FusedOp, terms: Term[], constant: Real | undefined): Value {
	const shape = context.shape(fused.output);
	const rows = constant && asRows(constant, shape);
	if (constant && !rows) {
		const name = context.node.inputs.find((input) => context.real(input))!;
		const own = context.ownQuantisation(constant, isFloat(context.type(fused.output)));
		const quantisation = context.widths ? besides(own, context.quantisation(fused.output, fused.clip)) : own;
		terms.push({ value: context.quantised(`${name}_sum`, constant, quantisation), factor: 1 });
	}
	const [only] = terms;
	if (terms.length === 1 && only.factor === -1 && !rows && fused.clip === UNBOUNDED) {
		const { scale, width, low, high } = only.value.spec;
		const wanted = context.quantisation(fused.output);
		// The same grid: what is equal before is equal after.
		if (wanted.width === width && sameShape(only.value.spec.shape, shape)) {
			const turned: Quantisation = { scale, width, low: -high + 0, high: -low + 0 };
			return emitLinear(context, [only.value], [-1], shape, turned);
		}
	}
	if (terms.length === 1) terms = [{ ...only, value: expanded(context, only.value, shape) }];
	else if (rows && !terms.some(({ value }) => sameShape(value.spec.shape, shape))) {
		terms = [{ ...only, value: expanded(context, only.value, shape) }, ...terms.slice(1)];
	}
	let first = terms[0];
	for (const term of terms.slice(1, -1)) first = { value: partialSum(context, first, term), factor: 1 };
	const last = terms.length > 1 ? [first, terms[terms.length - 1]] : [first];
	const scales = last
		.map(({ value, factor }) => value.spec.scale * Math.abs(factor))
		.filter((scale) => scale > 0);
	const finest = scales.length ? Math.min(...scales) : 0;
	// What a float run cancels to nothing, a coarse operand does not: no grid needs to be far finer than that.
	const sensible = context.precision.pins ? Math.max(finest, Math.max(0, ...scales) / FINER) : finest;
	const natural = gridWith(sensible, rows?.values ?? []);
	return emitLinear(
		context,
		last.map(({ value }) => value),
		last.map(({ factor }) => factor),
		shape,
		context.quantisation(fused.output, fused.clip, natural),
		rows,
	);
}

/** So many octaves finer than the sum's grid 16 bits of a constant stay below 2^24 (quantise/aligned-sums.ts). */
const MOST_OCTAVES = 6;

/** The grid of a constant so many octaves from that of the sum that coefficients are powers of two. */
function besides(own: Quantisation, { scale, width }: Quantisation): Quantisation {
	if (own.width !== 16 || width !== 16 || own.scale === 1) return own;
	const octaves = Math.min(MOST_OCTAVES, Math.floor(Math.log2(scale / own.scale)));
	return { ...own, scale: scale * 2 ** -octaves };
}

/** A sum of two that is no ONNX value: its range is the sum of the operands' ranges. */
function partialSum(context: Context, a: Term, b: Term): Value {
	const shape = broadcastShapes(a.value.spec.shape, b.value.spec.shape);
	if (!shape) throw context.error("the shapes of its inputs do not broadcast");
	const reach = [a, b].reduce(
		(sum, { value, factor }) => sum + integerReach(value) * value.spec.scale * Math.abs(factor),
		0,
	);
	const exact = [a, b].every(({ value, factor }) => value.spec.scale === 1 && Number.isInteger(factor));
	const range = { low: -reach, high: reach };
	const precision = { ...context.innerPrecision, margin: 1 };
	let quantisation: Quantisation | undefined = quantisationOf(range, precision, UNBOUNDED, 0);
	if (exact) quantisation = wholeNumbers(range) ?? quantisationOfValue(a.value);
	return emitLinear(context, [a.value, b.value], [a.factor, b.factor], shape, quantisation);
}
