import { float, int } from "@umpire/graph/attributes.ts";
import { type Range, reachOf, UNBOUNDED } from "@umpire/graph/ranges.ts";
import type { Real } from "@umpire/graph/real.ts";
import { identityLayout } from "@umpire/graph/shapes.ts";
import { DIGITS, payDigits } from "@umpire/operators/weight-digits.ts";
import { perChannel } from "../../lower/affine.ts";
import { type Context, integerReach, quantisationOfValue, type Value } from "../../lower/context.ts";
import { emitConverted, emitLinear } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { type Quantisation, quantisationOf, WIDE_LIMIT } from "../../quantise/scales.ts";
import {
	MATRIX_SUMS,
	narrowSums,
	WEIGHT_LIMIT,
	type WeightLimits,
	WIDE_WEIGHT_LIMIT,
} from "../../quantise/weights.ts";
import { factorOf, isByte } from "../../widths/factors.ts";
import { emitWeighted } from "../arithmetic/product.ts";

/** Sums of products below this leave room for the rescaling (docs/protocol.md section 2). */
const EXACT = 2 ** 52;

/** What float32 holds exactly. */
const SINGLES = 2 ** 24;

/** Weights of larger products have 16 bits, which take less time and space. */
const MOST_WIDE = 2 ** 14;

/**
 * Sums with an operand of 32 bits have room for weights of fewer levels. Where the result has 32 bits and there is
 * little to multiply, weights have as many bits as the sums have room for: a column of a precision matrix holds 1000
 * for a feature that is all but constant beside 2 for another.
 */
function matrixLimits(
	context: Context,
	x: Value,
	result: Quantisation,
	count: number,
	isDigits: boolean,
): WeightLimits {
	const sum = EXACT / 2 / Math.max(1, integerReach(x));
	if (result.width === 32 && count <= MOST_WIDE && !context.precision.pins)
		return { limit: WIDE_WEIGHT_LIMIT, sum };
	if (x.spec.width === 32) return { limit: WEIGHT_LIMIT, sum };
	const byte = isByte(context, x);
	const narrow = context.precision.bits === 8 || byte;
	if (narrow) return { limit: WEIGHT_LIMIT, ...narrowSums(byte ? integerReach(x) : 0) };
	return { limit: isDigits ? DIGITS.high : WEIGHT_LIMIT, ...MATRIX_SUMS };
}

/** The k axis innermost. */
function columnsFirst(rank: number): number[] {
	const layout = identityLayout(rank);
	return [...layout.slice(0, -2), rank - 1, rank - 2];
}

type Side = { readonly name: string; readonly real: Real } | { readonly name: string; readonly value: Value };

function sideOf(context: Context, name: string): Side {
	const real = context.real(name);
	return real ? { name, real } : { name, value: factorOf(context, name) };
}

function shapeOf(side: Side): readonly number[] {
	return "real" in side ? side.real.shape : side.value.spec.shape;
}

function reshape(context: Context, side: Side, shape: readonly number[]): Side {
	if ("real" in side) return { name: side.name, real: { shape, data: side.real.data } };
	return { name: side.name, value: context.reshaped(side.value, shape) };
}

function transposed(context: Context, side: Side): Side {
	const [rows, columns] = shapeOf(side);
	const shape = [columns, rows];
	if ("real" in side) {
		const { data } = side.real;
		const turned = new Float64Array(data.length);
		for (let i = 0; i < rows; i++)
			for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j];
		return { name: side.name, real: { shape, data: turned } };
	}
	const { value } = side;
	const form = { type: "transpose", permutation: [1, 0] } as const;
	const quantisation = quantisationOfValue(value);
	return {
		name: side.name,
		value: context.emit({ kind: "View", form, operands: [value], shape, quantisation }),
	};
}

/** ONNX MatMul: 1-D operands, batches and broadcasting as in NumPy. */
export function lowerMatMul(fused: FusedOp, context: Context): void {
	const { node } = context;
	let a = sideOf(context, node.inputs[0]);
	let b = sideOf(context, node.inputs[1]);
	const out = context.shape(node.outputs[0]);
	const shape = [...out];
	if (shapeOf(b).length === 1) {
		b = reshape(context, b, [...shapeOf(b), 1]);
		shape.push(1);
	}
	if (shapeOf(a).length === 1) {
		a = reshape(context, a, [1, ...shapeOf(a)]);
		shape.splice(shape.length - 1, 0, 1);
	}
	const y = emitMatrixProduct(context, fused, a, b, shape, { alpha: fused.factor ?? 1 });
	context.bind(fused.output, context.reshaped(y, out));
}

/** ONNX Gemm: alpha·A'·B' + beta·C. */
export function lowerGemm(fused: FusedOp, context: Context): void {
	const { node } = context;
	const [aName, bName, cName] = node.inputs;
	let a = sideOf(context, aName);
	let b = sideOf(context, bName);
	if (int(node, "transA", 0)) a = transposed(context, a);
	if (int(node, "transB", 0)) b = transposed(context, b);
	const alpha = float(node, "alpha", 1);
	const beta = float(node, "beta", 1);
	const shape = context.shape(node.outputs[0]);
	const c = context.real(cName);
	const own = c && perChannel(c, shape, 1)?.map((value) => value * beta);
	if (!cName || beta === 0 || (own && "real" in b)) {
		const y = emitMatrixProduct(context, fused, a, b, shape, { alpha, bias: beta === 0 ? undefined : own });
		context.bind(fused.output, y);
		return;
	}
	const reach = reachOf(rangeOf(context, fused.output)) + Math.abs(beta) * reachOf(rangeOf(context, cName));
	const range = { low: -reach, high: reach };
	const product = emitMatrixProduct(context, fused, a, b, shape, { alpha, range });
	const natural = Math.min(product.spec.scale, context.value(cName).spec.scale * Math.abs(beta));
	const quantisation = context.quantisation(fused.output, fused.clip, natural);
	const operands = [product, context.value(cName)];
	context.bind(fused.output, emitLinear(context, operands, [1, beta], shape, quantisation));
}

function rangeOf(context: Context, name: string): Range {
	const range = context.facts.ranges.get(name);
	if (range) return range;
	const data = context.real(name)!.data;
	return data.reduce((r, v) => ({ low: Math.min(r.low, v), high: Math.max(r.high, v) }), { low: 0, high: 0 });
}

/** Factors of 32 bits with as many bits as sums of their products have room for: rows times themselves. */
function narrowed(context: Context, a: Value, b: Value): readonly [Value, Value] {
	const count = a.spec.shape[a.spec.shape.length - 1];
	if (integerReach(a) * integerReach(b) * count < EXACT) return [a, b];
	const limit = Math.floor(Math.sqrt(EXACT / count));
	const [x, y] = [a, b].map((value) => context.unreshaped(value));
	const coarse = (value: Value): Value => {
		const reach = integerReach(value);
		if (reach <= limit) return value;
		// Where all grids are powers of two, this one is too.
		const { pins } = context.precision;
		const unit = pins ? 2 ** Math.ceil(Math.log2(reach / limit)) : reach / limit;
		const scale = value.spec.scale * unit;
		const quantisation = { scale, low: -limit, high: limit, width: 32 } as const;
		return emitLinear(context, [value], [1], value.spec.shape, quantisation);
	};
	const first = coarse(x);
	const second = x.ref.source === y.ref.source && x.ref.index === y.ref.index ? first : coarse(y);
	return [context.reshaped(first, a.spec.shape), context.reshaped(second, b.spec.shape)];
}

const lengthOf = ({ spec }: Value): number => spec.shape[spec.shape.length - 1];

/** Whether float32 holds sums of products, and twice as much. */
const fitsSingles = (x: Value, y: Value): boolean =>
	integerReach(x) * integerReach(y) * lengthOf(x) < SINGLES;

/** Sums that are divided by what is in proportion to them, in 32 bits: as they are, if these hold them. */
function undivided(own: Quantisation, [x, y]: readonly [Value, Value], raw: number): Quantisation {
	const reach = integerReach(x) * integerReach(y) * lengthOf(x);
	const unit = 2 ** Math.max(0, Math.ceil(Math.log2(reach / WIDE_LIMIT)));
	const most = Math.ceil(reach / unit);
	return { ...own, scale: raw * unit, width: 32, low: -most, high: most };
}

interface ProductOptions {
	readonly alpha?: number;
	readonly bias?: Float64Array | undefined;
	/** Range of the product where it is not the fused operator's output; it is not clipped then. */
	readonly range?: Range;
}

function emitMatrixProduct(
	context: Context,
	fused: FusedOp,
	a: Side,
	b: Side,
	shape: readonly number[],
	{ alpha = 1, bias, range }: ProductOptions,
): Value {
	const form = { type: "matmul" } as const;
	const rank = shape.length;
	if ("value" in a && "value" in b) {
		if (alpha <= 0)
			throw context.error(`alpha is ${alpha} and both factors depend on inputs`, "Use a positive alpha");
		const [x, y] = narrowed(context, a.value, b.value);
		const raw = x.spec.scale * y.spec.scale * alpha;
		const clip = range ? UNBOUNDED : fused.clip;
		const quantisation = range
			? quantisationOf(range, context.innerPrecision, UNBOUNDED, raw)
			: context.quantisation(fused.output, clip, raw);
		const inSingles = context.widths !== undefined && fitsSingles(x, y);
		const wanted = context.widths?.dividends.has(fused.output)
			? undivided(quantisation, [x, y], raw)
			: quantisation;
		return emitConverted(context, {
			...{ kind: "Dot", form, operands: [x, y], shape, wanted, rawScale: raw, bounds: clip },
			cheap: inSingles && quantisation.width === 16,
		});
	}
	const weightsFirst = "real" in a;
	const side = weightsFirst ? a : b;
	const x = weightsFirst ? b : a;
	if (!("real" in side) || !("value" in x)) throw context.error("both factors are constant");
	const weightShape = side.real.shape;
	const columns = weightShape[weightShape.length - 1];
	const rows = weightShape[weightShape.length - 2];
	const data = alpha === 1 ? side.real.data : side.real.data.map((value) => value * alpha);
	const output: FusedOp = range ? { ...fused, clip: UNBOUNDED } : fused;
	const wanted = range
		? quantisationOf(range, context.innerPrecision)
		: context.quantisation(fused.output, fused.clip);
	return emitWeighted(context, output, {
		form,
		x: x.value,
		reads: x.name,
		name: side.name,
		weightShape,
		weights: data,
		inner: weightsFirst ? columns : 1,
		channels: weightsFirst ? rows : columns,
		layout: weightsFirst ? identityLayout(weightShape.length) : columnsFirst(weightShape.length),
		weightsFirst,
		bias,
		shape,
		axis: weightsFirst ? rank - 2 : rank - 1,
		limits: matrixLimits(context, x.value, wanted, data.length, !weightsFirst && payDigits(weightShape)),
		...(range ? { range } : {}),
	});
}
