import { intsOf, numbersOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** onnxruntime stops after at most 100; where scores are any numbers it has not needed more than 5. */
const ITERATIONS = 6;
const LEAST = 1e-7;

/**
 * Probabilities [rows, classes] from the scores [rows, pairs] of every pair of classes, by Platt's
 * sigmoid(−a·score − b) for every pair and the iteration of Wu, Lin and Weng ("Probability
 * estimates for multi-class classification by pairwise coupling", 2004, algorithm 2) as libsvm and
 * onnxruntime run it: one coordinate of p after the other, until all (Qp)ₜ are within `tolerance`
 * of pᵀQp.
 */
export function probabilitiesOf(
	context: DecomposeContext,
	scores: string,
	pairs: readonly (readonly [number, number])[],
	[a, b]: readonly (readonly number[])[],
	[rows, classes]: readonly [number, number],
): string {
	const emit = context.emit.bind(context);
	const row = (values: readonly number[]) => numbersOf(context, "float32", [values.length], values);
	const number = (value: number) => scalarOf(context, "float32", value);
	const total = (x: string, axis: number, keepdims: number) =>
		emit("ReduceSum", [x, intsOf(context, [axis])], { keepdims });
	const pick = (x: string, k: number) => emit("Gather", [x, intsOf(context, [k])], { axis: 1 });

	const logits = emit("Sub", [emit("Mul", [scores, row(a.map((one) => -one))]), row(b)]);
	const wins = emit("Clip", [emit("Sigmoid", [logits]), number(LEAST), number(1 - LEAST)]);
	const against = quadratic(context, wins, pairs, [rows, classes]);
	const everyRow = Array.from({ length: classes }, (_, t) =>
		reshape(context, pick(against, t), [rows, classes]),
	);
	const diagonal = everyRow.map((own, t) => pick(own, t));
	const unit = (t: number) =>
		numbersOf(
			context,
			"float32",
			[1, classes],
			Array.from({ length: classes }, (_, k) => Number(k === t)),
		);
	const uniform = new Array<number>(rows * classes).fill(1 / classes);
	let p = numbersOf(context, "float32", [rows, classes], uniform);
	for (let iteration = 0; iteration < ITERATIONS; iteration++) {
		let product = total(emit("Mul", [against, reshape(context, p, [rows, 1, classes])]), 2, 0);
		let norm = total(emit("Mul", [p, product]), 1, 1);
		const errors = emit("Abs", [emit("Sub", [product, norm])]);
		const largest = emit("ReduceMax", [errors, intsOf(context, [1])], { keepdims: 1 });
		const open = emit("GreaterOrEqual", [largest, number(0.005 / classes)]);
		let next = p;
		for (const [t, own] of everyRow.entries()) {
			// p + d·eₜ over its sum 1 + d is w·p + (1 − w)·eₜ with w = 1 / (1 + d).
			const excess = emit("Sub", [norm, pick(product, t)]);
			const w = emit("Div", [diagonal[t], emit("Add", [diagonal[t], excess])]);
			const rest = emit("Sub", [number(1), w]);
			next = emit("Add", [emit("Mul", [next, w]), emit("Mul", [rest, unit(t)])]);
			product = emit("Add", [emit("Mul", [product, w]), emit("Mul", [rest, own])]);
			norm = total(emit("Mul", [next, product]), 1, 1);
		}
		p = emit("Where", [open, next, p]);
	}
	return p;
}

/** Q of pᵀQp = Σ (rⱼᵢ·pᵢ − rᵢⱼ·pⱼ)² over all pairs, [rows, classes, classes], where rᵢⱼ says how likely i wins against j. */
function quadratic(
	context: DecomposeContext,
	wins: string,
	pairs: readonly (readonly [number, number])[],
	[rows, classes]: readonly [number, number],
): string {
	const size = classes * classes;
	const table = (entry: (pair: readonly [number, number], i: number, j: number) => number): string =>
		numbersOf(
			context,
			"float32",
			[pairs.length, size],
			pairs.flatMap((pair) =>
				Array.from({ length: size }, (_, at) => entry(pair, Math.floor(at / classes), at % classes)),
			),
		);
	const shift = (holds: (i: number, j: number) => boolean): string =>
		numbersOf(
			context,
			"float32",
			[size],
			Array.from({ length: size }, (_, at) => Number(holds(Math.floor(at / classes), at % classes))),
		);
	const sign = ([first, second]: readonly [number, number], i: number, j: number): number =>
		i === first && j === second ? 1 : i === second && j === first ? -1 : 0;
	const ofRow = context.emit("Add", [context.emit("MatMul", [wins, table(sign)]), shift((i, j) => i > j)]);
	const ofColumn = context.emit("Add", [
		context.emit("MatMul", [wins, table((pair, i, j) => sign(pair, j, i))]),
		shift((i, j) => i < j),
	]);
	const squares = context.emit("Mul", [ofColumn, ofColumn]);
	const toDiagonal = numbersOf(
		context,
		"float32",
		[size, size],
		Array.from({ length: size * size }, (_, at) => {
			const [from, to] = [Math.floor(at / size), at % size];
			return Number(to % (classes + 1) === 0 && Math.floor(from / classes) === Math.floor(to / classes));
		}),
	);
	const diagonal = context.emit("MatMul", [squares, toDiagonal]);
	const q = context.emit("Sub", [diagonal, context.emit("Mul", [ofColumn, ofRow])]);
	return reshape(context, q, [rows, classes, classes]);
}
