import { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { describe, expect, it } from "vitest";
import { compile } from "../src/compile.ts";

/** A convolution and a dense layer, of these sizes. */
function network(side: number, units: number): { model: Model; inputs: Tensor[][] } {
	const random = new Random(3);
	const graph = new GraphBuilder("two");
	const x = graph.input("x", "float32", [1, 8, side, side]);
	const w = graph.constant("w", random.heTensor([16, 8, 3, 3], 72));
	const y = graph.node("Conv", [x, w], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, "conv");
	const flat = graph.node("Flatten", [graph.node("Relu", [y], {}, "relu")], {}, "flatten");
	const count = 16 * side ** 2;
	const v = graph.constant("v", random.heTensor([count, units], count));
	graph.output(graph.node("MatMul", [flat, v], {}, "dense"), "float32", [1, units]);
	const inputs = [1, 2].map((seed) => [new Random(seed).normalTensor([1, 8, side, side])]);
	return { model: graph.model(), inputs };
}

const plansOf = async (side: number, units: number, bits: 8 | 16, weightBits?: 7) => {
	const { model, inputs } = network(side, units);
	const { program } = await compile(model, { inputs, bits, ...(weightBits ? { weightBits } : {}) });
	const plans = exactnessOf(program).map(({ plan }) => plan);
	return { plans: plans.filter((plan) => plan !== "Reshape"), constants: program.constants };
};

describe("weights of 7 bits", () => {
	it("are within what integer kernels take, in 8 bits, and they take them", async () => {
		const { plans, constants } = await plansOf(16, 40, 8, 7);
		expect(plans).toEqual(["8-bit Conv", "8-bit MatMul"]);
		for (const { data, width } of constants) {
			expect(width).toBe(8);
			const largest = Array.from(data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
			expect(largest).toBeLessThanOrEqual(63);
			expect(largest).toBeGreaterThan(31);
		}
	});

	it("multiply 16 bits in two limbs where that is a matrix product", async () => {
		const { plans } = await plansOf(16, 40, 16, 7);
		expect(plans[1]).toBe("2 8-bit MatMul");
	});

	it("are for products that are large enough", async () => {
		const { plans, constants } = await plansOf(4, 3, 8, 7);
		expect(plans.join()).not.toContain("8-bit");
		expect(constants.every(({ width }) => width === 16)).toBe(true);
	});

	it("are nobody's by default", async () => {
		const { plans } = await plansOf(16, 40, 8);
		expect(plans.join()).not.toContain("8-bit");
	});
});
