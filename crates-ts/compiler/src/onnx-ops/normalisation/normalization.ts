import { float, int, ints } from "@umpire/graph/attributes.ts";
import { normaliseAxis, sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { axisOf, reduced } from "../axes.ts";
import { finish, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { centre, rootMeanSquare, scaledAndShifted, sourceOf, standardise, sumOfSquares } from "./moments.ts";

/** A value of one number per channel (axis 1), shaped to broadcast. */
function perChannel(context: DecomposeContext, name: string, rank: number): string {
	return reshape(context, name, [-1, ...new Array<number>(Math.max(rank - 2, 0)).fill(1)]);
}

/** ONNX InstanceNormalization: over all spatial axes. */
export function decomposeInstanceNormalization(node: Node, context: DecomposeContext): void {
	const [x, scale, bias] = node.inputs;
	const source = sourceOf(context, x);
	const rank = source.shape.length;
	const axes = source.shape.flatMap((_, axis) => (axis >= 2 ? [axis] : []));
	const { y } = standardise(context, source, axes, float(node, "epsilon", 1e-5));
	const [factor, shift] = [scale, bias].map((name) => perChannel(context, name, rank));
	finish(context, node, scaledAndShifted(context, y, factor, shift));
}

/** ONNX GroupNormalization: scale and bias per channel (opset 21) or per group (opset 18). */
export function decomposeGroupNormalization(node: Node, context: DecomposeContext): void {
	const [x, scale, bias] = node.inputs;
	const { type, shape } = sourceOf(context, x);
	const [batch, channels, ...spatial] = shape;
	const groups = int(node, "num_groups", 0);
	if (!(groups > 0) || channels % groups !== 0) {
		throw context.error(`${channels} channels do not divide into ${groups} groups`);
	}
	const grouped = [batch, groups, (channels / groups) * sizeOf(spatial)];
	const source = { name: reshape(context, x, grouped), type, shape: grouped };
	const { y } = standardise(context, source, [2], float(node, "epsilon", 1e-5));
	const perGroup = context.shape(scale)[0] === groups && groups !== channels;
	const rank = perGroup ? 3 : shape.length;
	const [factor, shift] = [scale, bias].map((name) => perChannel(context, name, rank));
	if (perGroup) finish(context, node, reshape(context, scaledAndShifted(context, y, factor, shift), shape));
	else finish(context, node, scaledAndShifted(context, reshape(context, y, shape), factor, shift));
}

/** ONNX MeanVarianceNormalization; its epsilon is added to the root. */
export function decomposeMeanVarianceNormalization(node: Node, context: DecomposeContext): void {
	const source = sourceOf(context, node.inputs[0]);
	const axes = (ints(node, "axes") ?? [0, 2, 3]).map((axis) => {
		const positive = normaliseAxis(axis, source.shape.length);
		if (positive === undefined)
			throw context.error(`axis ${axis} is out of range for rank ${source.shape.length}`);
		return positive;
	});
	const { centred } = centre(context, source, axes);
	const root = rootMeanSquare(context, centred, axes, 0);
	const divisor = context.emit("Add", [root, scalarOf(context, source.type, 1e-9)]);
	finish(context, node, context.emit("Div", [centred.name, divisor]));
}

/** ONNX LpNormalization, p = 1 or 2. */
export function decomposeLpNormalization(node: Node, context: DecomposeContext): void {
	const source = sourceOf(context, node.inputs[0]);
	const axis = axisOf(node, context, -1);
	const p = int(node, "p", 2);
	if (p !== 1 && p !== 2) throw context.error(`p is ${p}`, "ONNX allows 1 and 2");
	const norm =
		p === 1
			? reduced(context, "ReduceSum", context.emit("Abs", [source.name]), [axis])
			: context.emit("Sqrt", [sumOfSquares(context, source, [axis])]);
	finish(context, node, context.emit("Div", [source.name, norm]));
}

/**
 * ONNX BatchNormalization with statistics, scale or bias that depend on the inputs, or of the batch
 * itself (training_mode): running statistics take 1 − momentum of the batch's.
 */
export function decomposeBatchNormalization(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, , , ...running] = node.inputs;
	const training = int(node, "training_mode", 0) === 1;
	const [y, ...statistics] = node.outputs;
	const wanted = statistics.filter((name) => name !== "" && context.isUsed(name));
	if (!training && wanted.length > 0)
		throw context.error("it is in training mode", "Export the model for inference (model.eval())");
	if (!training && node.inputs.slice(1).every((name) => context.constant(name))) return "keep";
	const source = sourceOf(context, x);
	const rank = source.shape.length;
	const epsilon = float(node, "epsilon", 1e-5);
	const [factor, shift, mean, variance] = node.inputs.slice(1).map((name) => perChannel(context, name, rank));
	if (!training) {
		const widened = context.emit("Add", [variance, scalarOf(context, context.type(running[1]), epsilon)]);
		const standard = context.emit("Div", [context.emit("Sub", [x, mean]), context.emit("Sqrt", [widened])]);
		context.emit("Identity", [scaledAndShifted(context, standard, factor, shift)], {}, [y]);
		return undefined;
	}
	const axes = source.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
	const own = standardise(context, source, axes, epsilon);
	context.emit("Identity", [scaledAndShifted(context, own.y, factor, shift)], {}, [y]);
	const momentum = float(node, "momentum", 0.9);
	const of = (value: number): string => scalarOf(context, source.type, value);
	const current = (): string[] => {
		const square = context.emit("Mul", [own.deviation, own.deviation]);
		return [own.mean, context.emit("Sub", [square, of(epsilon)])];
	};
	const batch = wanted.length > 0 ? current() : [];
	for (const name of wanted) {
		const k = statistics.indexOf(name);
		const share = context.emit("Mul", [reshape(context, batch[k], [source.shape[1]]), of(1 - momentum)]);
		context.emit("Add", [context.emit("Mul", [running[k], of(momentum)]), share], {}, [name]);
	}
	return undefined;
}
