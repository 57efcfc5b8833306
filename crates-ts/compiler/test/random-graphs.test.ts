import { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { compileChecked, random } from "@umpire/testing/compiler/check.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

interface Step {
	readonly op: number;
	readonly seed: number;
	readonly other: number;
}

/** Adds a node to the graph; values are all of shape [2, 3, 4, 4] so that any step can follow any other. */
type Build = (g: GraphBuilder, x: string, y: string, step: Step) => string;

const C = 3;
const SHAPE = [2, C, 4, 4];

const STEPS: readonly Build[] = [
	(g, x, _, { seed }) =>
		g.node("Conv", [x, weights(g, [C, C, 3, 3], seed), weights(g, [C], seed + 1)], { pads: [1, 1, 1, 1] }),
	(g, x, _, { seed }) =>
		g.node("Conv", [x, weights(g, [C, 1, 2, 2], seed)], { group: C, auto_pad: "SAME_UPPER" }),
	(g, x, _, { seed }) => g.node("MatMul", [x, weights(g, [4, 4], seed)]),
	(g, x, y) => g.node("MatMul", [x, y]),
	(g, x, y) => g.node("Add", [x, y]),
	(g, x, y) => g.node("Sub", [x, y]),
	(g, x, y) => g.node("Mul", [g.node("Tanh", [x]), y]),
	(g, x, y) => g.node("Max", [x, y]),
	(g, x, y) => g.node("Min", [x, y]),
	(g, x, _, { seed }) => g.node("Add", [weights(g, [C, 1, 1], seed), x]),
	(g, x, _, { seed }) => g.node("Mul", [x, weights(g, [C, 1, 1], seed)]),
	(g, x) => g.node("Relu", [x]),
	(g, x) => g.node("Sigmoid", [x]),
	(g, x) => g.node("LeakyRelu", [x]),
	(g, x) => g.node("Abs", [x]),
	(g, x) => g.node("Neg", [x]),
	(g, x) => g.node("Transpose", [x], { perm: [0, 1, 3, 2] }),
	(g, x) => g.node("MaxPool", [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
	(g, x) => g.node("AveragePool", [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
	(g, x) => g.node("Add", [x, g.node("ReduceMean", [x], { axes: [2, 3] })]),
	(g, x) => g.node("Sub", [x, g.node("ReduceMax", [x], { axes: [1] })]),
	(g, x, y) => {
		const both = g.node("Concat", [x, y], { axis: 1 });
		const name = `split${nodeCount(g)}`;
		g.node("Split", [both], { axis: 1 }, name, [`${name}_a`, `${name}_b`]);
		return g.node("Add", [`${name}_a`, `${name}_b`]);
	},
	(g, x) => {
		const flat = g.node("Reshape", [x, g.ints(`shape${nodeCount(g)}`, [0, -1])]);
		return g.node("Reshape", [g.node("Softplus", [flat]), g.ints(`back${nodeCount(g)}`, SHAPE)]);
	},
];

function nodeCount(g: GraphBuilder): number {
	return g.graph().nodes.length;
}

function weights(g: GraphBuilder, dims: readonly number[], seed: number): string {
	const name = `w${g.graph().initializers.size}`;
	const tensor = random(dims, seed);
	return g.constant(name, { ...tensor, data: Float32Array.from(tensor.data as Float32Array, (v) => v / 2) });
}

function build(steps: readonly Step[]): Model {
	const g = new GraphBuilder("random", { opset: 13 });
	const values = [g.input("x", "float32", SHAPE)];
	for (const step of steps) {
		const y = values[step.other % values.length];
		values.push(STEPS[step.op](g, values[values.length - 1], y, step));
	}
	g.output(values[values.length - 1]);
	return g.model();
}

test("random graphs of any operators stay close to the float model", async () => {
	const step = fc.record({
		op: fc.nat(STEPS.length - 1),
		seed: fc.integer({ min: 1, max: 1000 }),
		other: fc.nat(20),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 7 }), async (steps) => {
			const { report } = await compileChecked(build(steps), { inputs: [[random(SHAPE, 5)]] });
			// One graph in 1500 of twelve steps is ill-conditioned enough to lose more than 1 %.
			expect(report.fidelity!.outputs[0].maxRelRange).toBeLessThan(0.05);
		}),
		{ numRuns: 40 },
	);
});
