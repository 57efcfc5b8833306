import { int } from "@umpire/graph/attributes.ts";
import { normaliseAxis, sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { constantOf, finish, intsOf, numbersOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

interface Transform {
	/** Numbers per element of the signal (1 real, 2 complex), and how many of its elements count. */
	readonly parts: number;
	readonly given: number;
	readonly length: number;
	readonly inverse: boolean;
	readonly onesided: boolean;
	/** Weight of every element of the signal. */
	readonly window?: readonly number[];
}

/** How many bins a transform gives, and of how many numbers each. */
function binsOf({ length, inverse, onesided }: Transform): [number, number] {
	if (!onesided) return [length, 2];
	return inverse ? [length, 1] : [Math.floor(length / 2) + 1, 2];
}

/** The matrix [given·parts, bins·numbers] by which a row of a signal is multiplied. */
function matrixOf(transform: Transform): Float64Array {
	const { parts, given, length, inverse, onesided, window } = transform;
	const [bins, numbers] = binsOf(transform);
	const matrix = new Float64Array(given * parts * bins * numbers);
	const put = (row: number, column: number, value: number) => {
		matrix[row * bins * numbers + column] += value;
	};
	// What a one-sided spectrum leaves out are the conjugates of what it has.
	const mirrored = (n: number) => inverse && onesided && n > 0 && 2 * n !== length;
	const used = inverse && onesided ? Math.min(given, Math.floor(length / 2) + 1) : Math.min(given, length);
	for (let n = 0; n < used; n++) {
		for (let k = 0; k < bins; k++) {
			const angle = (2 * Math.PI * ((n * k) % length)) / length;
			const weight = ((window?.[n] ?? 1) * (mirrored(n) ? 2 : 1)) / (inverse ? length : 1);
			const cos = Math.cos(angle) * weight;
			const sin = Math.sin(angle) * weight * (inverse ? 1 : -1);
			put(n * parts, k * numbers, cos);
			if (numbers === 2) put(n * parts, k * numbers + 1, sin);
			if (parts === 2) {
				put(n * parts + 1, k * numbers, -sin);
				if (numbers === 2) put(n * parts + 1, k * numbers + 1, cos);
			}
		}
	}
	return matrix;
}

/** ONNX DFT: a product with the matrix of cosines and sines. */
export function decomposeDft(node: Node, context: DecomposeContext): void {
	const [x, lengthName, axisName] = node.inputs;
	const shape = context.shape(x);
	const rank = shape.length;
	const [chosen] = constantOf(context, axisName, "axis") ?? [-2];
	const axis = normaliseAxis(chosen, rank);
	if (axis === undefined) throw context.error(`axis ${chosen} is out of range for rank ${rank}`);
	const inverse = int(node, "inverse", 0) === 1;
	const onesided = int(node, "onesided", 0) === 1;
	const given = shape[axis];
	const [length] = constantOf(context, lengthName, "length") ?? [
		inverse && onesided ? 2 * (given - 1) : given,
	];
	const transform = { parts: shape[rank - 1], given, length, inverse, onesided };
	const [bins, numbers] = binsOf(transform);
	const order = [...shape.keys()].filter((a) => a !== axis && a !== rank - 1);
	const last = [...order, axis, rank - 1];
	const rows = reshape(context, context.emit("Transpose", [x], { perm: last }), [
		-1,
		given * transform.parts,
	]);
	const matrix = [given * transform.parts, bins * numbers];
	const constant = numbersOf(context, context.type(x), matrix, matrixOf(transform));
	const product = context.emit("MatMul", [rows, constant]);
	const turned = reshape(context, product, [...order.map((a) => shape[a]), bins, numbers]);
	const back = [...shape.keys()].map((a) => last.indexOf(a));
	finish(context, node, context.emit("Transpose", [turned], { perm: back }));
}

/** ONNX STFT: a DFT of every frame, of which the window is a part. */
export function decomposeStft(node: Node, context: DecomposeContext): void {
	const [x, stepName, windowName, lengthName] = node.inputs;
	const [batch, samples, parts = 1] = context.shape(x);
	const [step] = constantOf(context, stepName, "frame step")!;
	const windowSize = windowName ? sizeOf(context.shape(windowName)) : undefined;
	const length = constantOf(context, lengthName, "frame length")?.[0] ?? windowSize!;
	const window = windowName ? context.constant(windowName) : undefined;
	const frames = 1 + Math.floor((samples - length) / step);
	const index = Array.from(
		{ length: frames * length },
		(_, at) => Math.floor(at / length) * step + (at % length),
	);
	const type = context.type(x);
	const signal = reshape(context, x, [batch, samples, parts]);
	let rows = context.emit("Gather", [signal, intsOf(context, index)], { axis: 1 });
	if (windowName && !window) {
		const split = reshape(context, rows, [batch, frames, length, parts]);
		rows = context.emit("Mul", [split, reshape(context, windowName, [length, 1])]);
	}
	const flat = reshape(context, rows, [batch, frames, length * parts]);
	const weights = window ? { window: Array.from(window.data as Float32Array, Number) } : {};
	const onesided = int(node, "onesided", 1) === 1;
	const transform = { parts, given: length, length, inverse: false, onesided, ...weights };
	const [bins, numbers] = binsOf(transform);
	const constant = numbersOf(context, type, [length * parts, bins * numbers], matrixOf(transform));
	finish(
		context,
		node,
		reshape(context, context.emit("MatMul", [flat, constant]), [batch, frames, bins, numbers]),
	);
}
