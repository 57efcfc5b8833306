import { int, ints } from "@umpire/graph/attributes.ts";
import { sameShape, sizeOf, stridesOf } from "@umpire/graph/shapes.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { choose, finish, intsOf, numbersOf, realOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** Elements that all windows of a pool have together. */
const MOST_ELEMENTS = 1 << 24;
/** Updates of a MaxUnpool whose indices may be anything. */
const MOST_UPDATES = 128;

interface Plane {
	readonly size: readonly number[];
	readonly kernel: readonly number[];
	readonly strides: readonly number[];
	readonly dilations: readonly number[];
	readonly begins: readonly number[];
}

/** Per window, the positions [axis] of its elements in row-major order; undefined outside of the plane. */
function windowsOf({ size, kernel, strides, dilations, begins }: Plane, out: readonly number[]) {
	const [outStrides, inner] = [out, kernel].map(stridesOf);
	return Array.from({ length: sizeOf(out) }, (_, o) =>
		Array.from({ length: sizeOf(kernel) }, (_, k) => {
			const place = size.map((own, a) => {
				const window = Math.floor(o / outStrides[a]) % out[a];
				const offset = Math.floor(k / inner[a]) % kernel[a];
				const at = window * strides[a] + offset * dilations[a] - begins[a];
				return at >= 0 && at < own ? at : undefined;
			});
			return place.includes(undefined) ? undefined : (place as number[]);
		}),
	);
}

/**
 * ONNX MaxPool with its Indices output: the elements of every window side by side, and the place of
 * the first largest one. Places outside of the plane hold the window's first element within it.
 */
export function decomposeMaxPool(node: Node, context: DecomposeContext): "keep" | undefined {
	const [y, indices] = node.outputs;
	if (!indices || !context.isUsed(indices)) return "keep";
	const [x] = node.inputs;
	const shape = context.shape(x);
	const [batches, channels, ...size] = shape;
	const out = context.shape(y || indices).slice(2);
	const kernel = ints(node, "kernel_shape")!;
	const ones = kernel.map(() => 1);
	const mode = node.attributes.get("auto_pad");
	if (mode?.type === "string" && mode.value.startsWith("SAME"))
		throw context.error("it gives indices and auto_pad", "Give pads, not auto_pad");
	const plane: Plane = {
		...{ size, kernel, strides: ints(node, "strides") ?? ones, dilations: ints(node, "dilations") ?? ones },
		begins: (ints(node, "pads") ?? [...ones, ...ones].map(() => 0)).slice(0, size.length),
	};
	if (shape[0] * shape[1] * sizeOf(out) * sizeOf(kernel) > MOST_ELEMENTS)
		throw context.error("its windows hold too many elements", `Up to ${MOST_ELEMENTS} compile with indices`);
	const steps = stridesOf(size);
	// Column-major: the first axis of the plane is the fastest.
	const counted = int(node, "storage_order", 0) === 1 ? stridesOf(size.toReversed()).toReversed() : steps;
	const flat = (place: readonly number[], by: readonly number[]): number =>
		place.reduce((sum, at, a) => sum + at * by[a], 0);
	const windows = windowsOf(plane, out).map((places) => {
		const first = places.find((place) => place !== undefined)!;
		return places.map((place) => place ?? first);
	});
	const lines = [batches * channels, sizeOf(out), sizeOf(kernel)];
	const rows = reshape(context, x, [lines[0], sizeOf(size)]);
	const index = intsOf(
		context,
		windows.flat().map((place) => flat(place, steps)),
	);
	const elements = reshape(context, context.emit("Gather", [rows, index], { axis: 1 }), lines);
	const largest = context.emit("ArgMax", [elements], { axis: 2, keepdims: 1 });
	const places = windows.flat().map((place) => flat(place, counted));
	const all = Array.from({ length: lines[0] }, (_, line) => places.map((at) => at + line * sizeOf(size)));
	const positions = context.tensor(tensorFrom("int64", lines, all.flat()));
	const result = [batches, channels, ...out];
	const chosen = (data: string): string =>
		reshape(context, context.emit("GatherElements", [data, largest], { axis: 2 }), result);
	if (y) finish(context, node, chosen(elements));
	finish(context, node, chosen(positions), 1);
	return undefined;
}

/** The shape of which MaxUnpool's indices count: what the pooling had if it left nothing out. */
function pooledShape(node: Node, context: DecomposeContext): number[] {
	const kernel = ints(node, "kernel_shape")!;
	const shape = context.shape(node.inputs[0]);
	const strides = ints(node, "strides") ?? kernel.map(() => 1);
	const pads = ints(node, "pads") ?? new Array<number>(2 * kernel.length).fill(0);
	const spatial = kernel.map(
		(size, a) => (shape[a + 2] - 1) * strides[a] + size - pads[a] - pads[a + kernel.length],
	);
	return [...shape.slice(0, 2), ...spatial];
}

/**
 * ONNX MaxUnpool: values put where the indices say, zeros elsewhere. Indices that depend on the
 * inputs are those of a MaxPool of the same windows: an index lies within its own window.
 */
export function decomposeMaxUnpool(node: Node, context: DecomposeContext): void {
	const [x, indexName] = node.inputs;
	const given = realOf(context, indexName)?.data;
	const output = context.shape(node.outputs[0]);
	const total = sizeOf(output);
	const natural = pooledShape(node, context);
	const type = context.type(x);
	if (!sameShape(natural, output))
		throw context.error(
			`its output_shape is [${output.join(", ")}], its windows make [${natural.join(", ")}]: ONNX and onnxruntime place the indices differently`,
			"Pool shapes that the windows divide",
		);
	if (given) {
		const index = new Int32Array(total).fill(-1);
		given.forEach((at, u) => {
			index[at] = u;
		});
		finish(
			context,
			node,
			choose(context, [x], { total: sizeOf(context.shape(x)), index, shape: output, type }),
		);
		return;
	}
	const shape = context.shape(x);
	if (!isPooled(node, context, natural)) {
		if (sizeOf(shape) > MOST_UPDATES)
			throw context.error(
				"its indices depend on the model's inputs",
				`Indices compile that are constants, come from a MaxPool of the same windows, or are at most ${MOST_UPDATES}`,
			);
		const zeros = numbersOf(context, type, [sizeOf(natural)], new Float64Array(sizeOf(natural)));
		const flat = [indexName, x].map((name) => reshape(context, name, [sizeOf(shape)]));
		const put = reshape(context, context.emit("ScatterElements", [zeros, ...flat], { axis: 0 }), output);
		finish(context, node, put);
		return;
	}
	const values = covered(node, shape, output).map((taps) => {
		const part = (name: string, from: ElementType, fill: number): string =>
			choose(context, [name], { total: sizeOf(shape), index: taps, shape: output, type: from, fill });
		return { value: part(x, type, 0), index: part(indexName, "int64", -1) };
	});
	const places = numbersOf(context, "int64", output, [...Array(total).keys()]);
	let result = numbersOf(context, type, output, new Float64Array(total));
	for (const { value, index } of values)
		result = context.emit("Where", [context.emit("Equal", [index, places]), value, result]);
	finish(context, node, result);
}

/** Whether the indices are those of a MaxPool with the node's windows of a tensor of shape `natural`. */
function isPooled(node: Node, context: DecomposeContext, natural: readonly number[]): boolean {
	const pool = context.producer(node.inputs[1]);
	if (pool?.opType !== "MaxPool" || pool.domain !== "") return false;
	const plain =
		(ints(pool, "dilations") ?? [1]).every((step) => step === 1) && int(pool, "storage_order", 0) === 0;
	const alike = ["kernel_shape", "strides", "pads"].every((name) => {
		const [own, other] = [node, pool].map((one) => ints(one, name) ?? []);
		return String(own) === String(other);
	});
	return plain && alike && sameShape(context.shape(pool.inputs[0]), natural);
}

/** Per tap, for every element of the output the element of x in one of the windows that cover it, or −1. */
function covered(node: Node, shape: readonly number[], output: readonly number[]): number[][] {
	const kernel = ints(node, "kernel_shape")!;
	const strides = ints(node, "strides") ?? kernel.map(() => 1);
	const begins = ints(node, "pads") ?? kernel.map(() => 0);
	const [own, to] = [shape, output].map(stridesOf);
	const windows = kernel.map((size, a) => Math.ceil(size / strides[a]));
	const inner = stridesOf(windows);
	return Array.from({ length: sizeOf(windows) }, (_, tap) =>
		Array.from({ length: sizeOf(output) }, (_, p) => {
			let at = 0;
			for (let a = 0; a < shape.length; a++) {
				const place = Math.floor(p / to[a]) % output[a];
				if (a < 2) {
					at += place * own[a];
					continue;
				}
				const last = Math.floor((place + begins[a - 2]) / strides[a - 2]);
				const window = last - (Math.floor(tap / inner[a - 2]) % windows[a - 2]);
				const first = window * strides[a - 2] - begins[a - 2];
				if (window < 0 || window >= shape[a] || place >= first + kernel[a - 2]) return -1;
				at += window * own[a];
			}
			return at;
		}),
	);
}
