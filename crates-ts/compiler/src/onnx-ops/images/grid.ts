import { int, string } from "@umpire/graph/attributes.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf, stridesOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { choose, constantOf, finish, intsOf, numbersOf, realOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { decomposeDynamicGridSample } from "./dynamic-grid.ts";

/** ONNX GridSample: by a constant grid chosen elements times constant weights, by another (dynamic-grid.ts) neighbours that are looked up. */
export function decomposeGridSample(node: Node, context: DecomposeContext): void {
	const [x, gridName] = node.inputs;
	const grid = realOf(context, gridName);
	if (!grid) {
		decomposeDynamicGridSample(node, context);
		return;
	}
	const [batches, channels, ...spatial] = context.shape(x);
	const output = context.shape(node.outputs[0]);
	const points = sizeOf(output.slice(2));
	const samples: Sample[][] = Array.from({ length: batches * points }, (_, p) =>
		samplesOf(
			node,
			context,
			spatial,
			spatial.map((_, axis) => grid.data[p * spatial.length + (spatial.length - 1 - axis)]),
		),
	);
	const taps = samples.reduce((most, list) => Math.max(most, list.length), 1);
	const plane = sizeOf(spatial);
	const index: number[] = [];
	const weights: number[] = [];
	for (let n = 0; n < batches; n++) {
		for (let c = 0; c < channels; c++) {
			for (let p = 0; p < points; p++) {
				const list = samples[n * points + p];
				for (let t = 0; t < taps; t++) {
					const sample = list[t];
					index.push(sample ? (n * channels + c) * plane + sample.at : -1);
					if (c === 0) weights.push(sample ? sample.weight : 0);
				}
			}
		}
	}
	const type = context.type(x);
	const chosen = choose(context, [x], {
		total: batches * channels * plane,
		index,
		shape: [batches, channels, points, taps],
		type,
	});
	if (weights.every((weight) => weight === 1 || weight === 0) && taps === 1) {
		finish(context, node, reshape(context, chosen, output));
		return;
	}
	if (!isFloat(type)) throw context.error(`it interpolates ${type}`, "Cast to float before");
	const factors = numbersOf(context, type, [batches, 1, points, taps], weights);
	const products = context.emit("Mul", [chosen, factors]);
	const sums = context.emit("ReduceSum", [products, intsOf(context, [-1])], { keepdims: 0 });
	finish(context, node, reshape(context, sums, output));
}

interface Sample {
	/** Position in the plane (or volume). */
	readonly at: number;
	readonly weight: number;
}

/** Positions and weights for one point of the grid, whose coordinates are given per spatial axis. */
function samplesOf(
	node: Node,
	context: DecomposeContext,
	spatial: readonly number[],
	point: readonly number[],
): Sample[] {
	const aligned = int(node, "align_corners", 0) === 1;
	const mode = string(node, "mode", "linear").replace(/^bi/, "");
	const padding = string(node, "padding_mode", "zeros");
	const strides = stridesOf(spatial);
	let samples: Sample[] = [{ at: 0, weight: 1 }];
	for (const [axis, size] of spatial.entries()) {
		let x = aligned ? ((point[axis] + 1) / 2) * (size - 1) : ((point[axis] + 1) * size - 1) / 2;
		const [low, high] = aligned ? [0, size - 1] : [-0.5, size - 0.5];
		if (mode !== "cubic" && padding === "border") x = Math.max(0, Math.min(size - 1, x));
		if (mode !== "cubic" && padding === "reflection") x = reflect(x, low, high);
		const taps = tapsOf(context, mode, x).flatMap(({ at, weight }) => {
			let place = at;
			if (padding === "border") place = Math.max(0, Math.min(size - 1, at));
			if (padding === "reflection")
				place = Math.max(0, Math.min(size - 1, Math.round(reflect(at, low, high))));
			return weight === 0 || place < 0 || place >= size ? [] : [{ at: place, weight }];
		});
		samples = samples.flatMap((sample) =>
			taps.map(({ at, weight }) => ({ at: sample.at + at * strides[axis], weight: sample.weight * weight })),
		);
	}
	return samples;
}

function reflect(x: number, low: number, high: number): number {
	const span = high - low;
	if (span <= 0) return 0;
	const folded = (((x - low) % (2 * span)) + 2 * span) % (2 * span);
	return low + (folded <= span ? folded : 2 * span - folded);
}

function tapsOf(context: DecomposeContext, mode: string, x: number): Sample[] {
	const floor = Math.floor(x);
	const t = x - floor;
	if (mode === "nearest") {
		const half = t === 0.5;
		return [{ at: half ? floor + (Math.abs(floor) % 2) : Math.round(x), weight: 1 }];
	}
	if (mode === "linear") {
		return [
			{ at: floor, weight: 1 - t },
			{ at: floor + 1, weight: t },
		];
	}
	if (mode !== "cubic") throw context.error(`mode ${mode} is unknown`);
	const a = -0.75;
	const near = (d: number) => (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
	const far = (d: number) => a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
	return [far(1 + t), near(t), near(1 - t), far(2 - t)].map((weight, k) => ({ at: floor - 1 + k, weight }));
}

/** ONNX AffineGrid: the constant grid of base points times the transformation. */
export function decomposeAffineGrid(node: Node, context: DecomposeContext): void {
	const [theta, sizeName] = node.inputs;
	const [batches, , ...spatial] = constantOf(context, sizeName, "size")!;
	const aligned = int(node, "align_corners", 0) === 1;
	const points = sizeOf(spatial);
	const strides = stridesOf(spatial);
	const base: number[] = [];
	for (let p = 0; p < points; p++) {
		const place = spatial.map((size, axis) => {
			const at = Math.floor(p / strides[axis]) % size;
			if (!aligned) return (2 * at + 1) / size - 1;
			return size === 1 ? 0 : (2 * at) / (size - 1) - 1;
		});
		base.push(...place.reverse(), 1);
	}
	const rank = spatial.length;
	const matrix = numbersOf(context, context.type(theta), [1, points, rank + 1], base);
	const turned = context.emit("Transpose", [theta], { perm: [0, 2, 1] });
	const grid = context.emit("MatMul", [matrix, turned]);
	finish(context, node, reshape(context, grid, [batches, ...spatial, rank]));
}
