import { int, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { reduced } from "../axes.ts";
import { finish, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/**
 * ONNX NegativeLogLikelihoodLoss: −weight[label]·x[label] along axis 1, 0 where the label is
 * `ignore_index`; the mean is weighted.
 */
export function decomposeNegativeLogLikelihoodLoss(node: Node, context: DecomposeContext): void {
	const [x, labels, weight] = node.inputs;
	const loss = emitLoss(node, context, x, context.type(x), labels, weight);
	finish(context, node, loss);
}

/** ONNX SoftmaxCrossEntropyLoss: the same of log softmax along axis 1, its optional second output. */
export function decomposeSoftmaxCrossEntropyLoss(node: Node, context: DecomposeContext): void {
	const [x, labels, weight] = node.inputs;
	const logits = context.emit("LogSoftmax", [x], { axis: 1 });
	finish(context, node, emitLoss(node, context, logits, context.type(x), labels, weight));
	if (node.outputs[1]) finish(context, node, logits, 1);
}

function emitLoss(
	node: Node,
	context: DecomposeContext,
	x: string,
	type: ReturnType<DecomposeContext["type"]>,
	given: string,
	weight: string | undefined,
): string {
	const shape = context.shape(given);
	const reduction = string(node, "reduction", "mean");
	const ignores = node.attributes.has("ignore_index");
	const whole = context.type(given);
	const zero = scalarOf(context, type, 0);
	let labels = given;
	let ignored: string | undefined;
	if (ignores) {
		ignored = context.emit("Equal", [given, scalarOf(context, whole, int(node, "ignore_index", -1))]);
		labels = context.emit("Where", [ignored, scalarOf(context, whole, 0), given]);
	}
	const unmask = (value: string): string => (ignored ? context.emit("Where", [ignored, zero, value]) : value);
	const index = reshape(context, labels, [shape[0], 1, ...shape.slice(1)]);
	const chosen = reshape(context, context.emit("GatherElements", [x, index], { axis: 1 }), shape);
	let loss = context.emit("Neg", [chosen]);
	let share: string | undefined;
	if (weight) {
		share = unmask(context.emit("Gather", [weight, labels], { axis: 0 }));
		loss = context.emit("Mul", [loss, share]);
	} else if (ignored) {
		share = context.emit("Where", [ignored, zero, scalarOf(context, type, 1)]);
		loss = unmask(loss);
	}
	if (reduction === "none") return loss;
	const axes = shape.map((_, axis) => axis);
	if (reduction === "sum") return reduced(context, "ReduceSum", loss, axes, false);
	if (!share) return reduced(context, "ReduceMean", loss, axes, false);
	const [sum, total] = [loss, share].map((value) => reduced(context, "ReduceSum", value, axes, false));
	return context.emit("Div", [sum, total]);
}
