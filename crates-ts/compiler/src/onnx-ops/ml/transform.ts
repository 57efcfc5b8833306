import { intsOf, numbersOf, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

export type Transform = "NONE" | "SOFTMAX" | "LOGISTIC" | "SOFTMAX_ZERO";

/** Scores below this are left out by SOFTMAX_ZERO, as in onnxruntime. */
const ZERO = 1e-7;

/** @throws CompileError for PROBIT, and names that ONNX does not know */
export function transformOf(context: DecomposeContext, name: string): Transform {
	if (name === "NONE" || name === "SOFTMAX" || name === "LOGISTIC" || name === "SOFTMAX_ZERO") return name;
	throw context.error(`post_transform ${name} is not supported`, "Let the consumer transform the scores");
}

/** ONNX's post_transform of scores [rows, classes]. */
export function transformed(context: DecomposeContext, scores: string, transform: Transform): string {
	if (transform === "LOGISTIC") return context.emit("Sigmoid", [scores]);
	if (transform === "SOFTMAX") return context.emit("Softmax", [scores], { axis: 1 });
	if (transform === "NONE") return scores;
	const axes = intsOf(context, [1]);
	const highest = context.emit("ReduceMax", [scores, axes], { keepdims: 1 });
	const exponents = context.emit("Exp", [context.emit("Sub", [scores, highest])]);
	const magnitude = context.emit("Abs", [scores]);
	const counted = context.emit("Greater", [magnitude, scalarOf(context, "float32", ZERO)]);
	const kept = context.emit("Where", [counted, exponents, scalarOf(context, "float32", 0)]);
	const sum = context.emit("ReduceSum", [kept, axes], { keepdims: 1 });
	return context.emit("Div", [kept, sum]);
}

/** [rows, 2] from the score of the second class; `positive`: the first class's is one minus it, not its negative. */
export function secondClass(
	context: DecomposeContext,
	score: string,
	transform: Transform,
	positive: boolean,
): string {
	const one = numbersOf(context, "float32", [], [1]);
	if (transform === "LOGISTIC") {
		const yes = context.emit("Sigmoid", [score]);
		return context.emit("Concat", [context.emit("Sub", [one, yes]), yes], { axis: 1 });
	}
	const no = positive ? context.emit("Sub", [one, score]) : context.emit("Neg", [score]);
	return context.emit("Concat", [no, score], { axis: 1 });
}
