import type { Real } from "@umpire/graph/real.ts";
import { type Context, elementsOf, type Value } from "../../lower/context.ts";
import { emitEntries } from "../../lower/entries.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { BOOLEAN, type Quantisation } from "../../quantise/scales.ts";

/** What a comparison says of the sign of a − b. */
export type Relation = (sign: number) => boolean;

const EXACT = 2 ** 51;
const LARGEST_TABLE = 65536;

/**
 * ONNX Less, LessOrEqual, Greater, GreaterOrEqual and Equal. Both sides are compared as integers of
 * one grid: numbers that are equal in the model are equal there.
 */
export function lowerComparison(relation: Relation): (fused: FusedOp, context: Context) => void {
	return (fused, context) => {
		const [a, b] = context.node.inputs;
		const shape = context.shape(fused.output);
		const [left, right] = [context.real(a), context.real(b)];
		let y: Value;
		if (right) y = compareConstant(context, context.value(a), right, relation, shape);
		else if (left) y = compareConstant(context, context.value(b), left, (sign) => relation(-sign), shape);
		else y = compareValues(context, context.value(a), context.value(b), relation, shape);
		context.bind(fused.output, context.reshaped(y, shape));
	};
}

/** Two activations, or one and a constant on its grid. */
export function compareValues(
	context: Context,
	x: Value,
	y: Value,
	relation: Relation,
	shape: readonly number[],
): Value {
	return emitComparison(context, [x, y], coefficientsOf(x, y), shape, relation);
}

/**
 * What a relation says of the sign of Σ coefficients·operands. One that holds on one side of a number is that sum, moved
 * and clipped to 0 … 1: one operator, and no table.
 */
function emitComparison(
	context: Context,
	operands: readonly Value[],
	coefficients: readonly number[],
	shape: readonly number[],
	relation: Relation,
): Value {
	const [below, equal, above] = [-1, 0, 1].map(relation);
	if (below === above)
		return emitRelation(context, emitSign(context, operands, coefficients, shape), relation);
	const turned = above ? coefficients : coefficients.map((c) => 0 - c);
	return emitSide(context, operands, turned, shape, equal ? 1n : 0n);
}

/** 1 where Σ coefficients·operands + bias > 0, else 0. */
function emitSide(
	context: Context,
	operands: readonly Value[],
	coefficients: readonly number[],
	shape: readonly number[],
	bias: bigint,
): Value {
	return context.emit({
		kind: "Add",
		form: { type: "linear", coefficients },
		operands,
		shape,
		quantisation: BOOLEAN,
		rescale: { rows: [{ bias, multiplier: 2, shift: 1 }], axes: [] },
	});
}

/** The sign of Σ coefficients·operands: −1, 0 or 1. */
export function emitSign(
	context: Context,
	operands: readonly Value[],
	coefficients: readonly number[],
	shape: readonly number[],
): Value {
	return context.emit({
		kind: "Add",
		form: { type: "linear", coefficients },
		operands,
		shape,
		quantisation: SIGN,
		rescale: { rows: [{ bias: 0n, multiplier: 2, shift: 1 }], axes: [] },
	});
}

const SIGN: Quantisation = { scale: 1, low: -1, high: 1, width: 8 };

function emitRelation(context: Context, sign: Value, relation: Relation): Value {
	return emitEntries(
		context,
		sign,
		-1,
		[-1, 0, 1].map((s) => Number(relation(s))),
		BOOLEAN,
	);
}

/** Integers c, d with c·x + d·y of the sign of x − y: 1 and −1 at one scale, else their ratio in as many bits as stay exact. */
function coefficientsOf(x: Value, y: Value): [number, number] {
	if (x.spec.scale === y.spec.scale) return [1, -1];
	const [reachX, reachY] = [x, y].map(({ spec }) => 2 ** (spec.width - 1));
	const larger = Math.max(x.spec.scale, y.spec.scale);
	const ratios = [x.spec.scale / larger, y.spec.scale / larger];
	const most = Math.min(2 ** 30, EXACT / (ratios[0] * reachX + ratios[1] * reachY));
	const factor = 2 ** Math.floor(Math.log2(most));
	return [Math.round(ratios[0] * factor), 0 - Math.round(ratios[1] * factor)];
}

function compareConstant(
	context: Context,
	x: Value,
	real: Real,
	relation: Relation,
	shape: readonly number[],
): Value {
	const { low, high, scale, width } = x.spec;
	if (real.data.length === 1 && high - low < LARGEST_TABLE) {
		const [c] = real.data;
		// Whole numbers lie on their grid exactly; others are compared with the grid point of the constant.
		const point = scale === 1 ? c : Math.round(c / scale);
		const holds = (k: number) => !Number.isNaN(c) && relation(Math.sign(k - point) || 0);
		const entries = Array.from({ length: high - low + 1 }, (_, k) => Number(holds(low + k)));
		const changes = entries.flatMap((entry, k) => (k > 0 && entry !== entries[k - 1] ? [k] : []));
		if (changes.length !== 1) return emitEntries(context, x, low, entries, BOOLEAN);
		const least = BigInt(low + changes[0]);
		return entries[0] === 0
			? emitSide(context, [x], [1], x.spec.shape, 1n - least)
			: emitSide(context, [x], [-1], x.spec.shape, least);
	}
	// On twice the grid of whole numbers, fractions stay between their neighbours.
	const fine = scale === 1 && real.data.some((c) => !Number.isInteger(c)) ? 2 : 1;
	const points = Array.from(real.data, (c) => {
		if (Number.isNaN(c)) throw context.error("it compares with a constant that is not a number");
		return scale === 1 ? (fine * (Math.ceil(c) + Math.floor(c))) / 2 : Math.round(c / scale);
	});
	// Constants beyond every x may lie anywhere beyond.
	const constantWidth = width === 8 ? 16 : 32;
	const end = 2 ** (constantWidth - 1);
	const data = elementsOf(
		points.map((point) => Math.max(-end, Math.min(end - 1, point)) + 0),
		constantWidth,
	);
	const constant = context.constant(`${context.node.name}_bounds`, real.shape, data, scale / fine);
	return emitComparison(context, [x, constant], [fine, -1], shape, relation);
}
