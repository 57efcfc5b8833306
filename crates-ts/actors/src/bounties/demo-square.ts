import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";

/** Slopes and places of the kinks of a network of one hidden layer, and what they count. */
export type Kinks = readonly [
	slopes: readonly number[],
	places: readonly number[],
	counts: readonly number[],
];

/** A network that is nearly x² on (−1, 1), and one that is not. */
export const GOOD: Kinks = [
	[1, -1, 1, -1],
	[0, 0, -0.5, -0.5],
	[0.45, 0.45, 1.05, 1.05],
];
export const POOR: Kinks = [GOOD[0], GOOD[1], [0.2, 0.9, 1.05, 0.2]];

/** A float model of such a network: rows of one number in, rows of one number out. */
export function squareNetwork([slopes, places, counts]: Kinks): Model {
	const units = slopes.length;
	const g = new GraphBuilder("square");
	const weight = (name: string, dims: readonly number[], values: readonly number[]) =>
		g.constant(name, tensorFrom("float32", dims, values));
	const x = g.input("x", "float32", ["rows", 1]);
	const inner = g.node("MatMul", [x, weight("slopes", [1, units], slopes)]);
	const hidden = g.node("Relu", [g.node("Add", [inner, weight("places", [units], places)])]);
	g.output(g.node("MatMul", [hidden, weight("counts", [units, 1], counts)]), "float32", ["rows", 1]);
	return g.model();
}
