import { descriptorOf } from "@umpire/operators/descriptor.ts";
import { partCount } from "@umpire/operators/parts.ts";
import { descriptorBytes, dotWork, MAX_DESCRIPTOR_BYTES, MAX_WORK } from "@umpire/operators/work.ts";
import { compileChecked, expectFaithful, formsOf, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { type Compiled, compile } from "../src/compile.ts";

/** Thousands of products leave few bits to each weight. */
const SUMS = 1e-2;

function expectSettleable({ program }: Compiled): void {
	for (const index of program.operators.keys()) {
		const descriptor = descriptorOf(program, index);
		expect(descriptorBytes(descriptor)).toBeLessThanOrEqual(MAX_DESCRIPTOR_BYTES);
		if (descriptor.kind === 0) expect(dotWork(descriptor)).toBeLessThanOrEqual(MAX_WORK);
	}
}

describe("programs keep within what a transaction can settle", () => {
	test("a convolution and a matrix product that want different layouts of one tensor", async () => {
		const model = modelOf([[1, 512, 3, 600]], (g, [x]) => [
			g.node("MatMul", [x, g.constant("m", random([600, 1], 3))]),
			g.node("Conv", [x, g.constant("w", random([1, 512, 3, 3], 2))], { strides: [1, 100] }),
		]);
		const compiled = await compileChecked(model);
		expectSettleable(compiled);
		expect(formsOf(compiled).sort()).toEqual(["conv", "matmul", "reshape"]);
		for (const { maxRelRange } of compiled.report.fidelity!.outputs) expect(maxRelRange).toBeLessThan(SUMS);
	});

	test("a layer and its gradient, which read one tensor along different axes: one part each", async () => {
		const model = modelOf(
			[
				[16, 32],
				[10, 16],
			],
			(g, [x, gradient]) => {
				const h = g.node("Relu", [x]);
				const out = g.node("MatMul", [h, g.constant("w", random([32, 10], 3))]);
				return [out, g.node("MatMul", [gradient, h])];
			},
		);
		const compiled = await expectFaithful(model);
		const { operators } = compiled.program;
		expect(operators.filter(({ form }) => form.type === "reshape")).toHaveLength(1);
		for (const [index, { form, shape }] of operators.entries()) {
			if (form.type !== "matmul") continue;
			const descriptor = descriptorOf(compiled.program, index);
			for (let element = 0; element < shape[0] * shape[1]; element++) {
				expect(partCount(descriptor, element)).toBe(1);
			}
		}
	});

	test("a kernel that is long in one direction", async () => {
		const model = modelOf([[1, 8, 1501, 3]], (g, [x]) =>
			g.node("Conv", [x, g.constant("w", random([2, 8, 1500, 2], 2))]),
		);
		const compiled = await expectFaithful(model, SUMS);
		expectSettleable(compiled);
		const [view, conv] = compiled.program.operators;
		expect([view.layout, conv.form.type]).toEqual([[0, 1, 3, 2], "conv"]);
		expect(compiled.program.constants).toHaveLength(1);
	});

	test("an average over large windows after a convolution", async () => {
		const model = modelOf([[1, 3, 92, 92]], (g, [x]) => {
			const c = g.node("Conv", [x, g.constant("w", random([3, 3, 1, 1], 2))]);
			const p = g.node("AveragePool", [c], { kernel_shape: [90, 90] });
			return [p, g.node("Conv", [c, g.constant("v", random([2, 3, 1, 1], 4))])];
		});
		expectSettleable(await expectFaithful(model));
	});

	test.each(["Concat", "Max", "Min", "Sum"])("%s of many operands", async (opType) => {
		const count = 70;
		const model = modelOf(
			Array.from({ length: count }, () => [1, 2]),
			(g, inputs) => g.node(opType, inputs, opType === "Concat" ? { axis: 0 } : {}),
		);
		const compiled = await expectFaithful(model);
		expectSettleable(compiled);
		for (const { operands } of compiled.program.operators) expect(operands.length).toBeLessThanOrEqual(16);
	});

	test("layers of large networks are as they were", async () => {
		const model = modelOf([[1, 512, 7, 7]], (g, [x]) => {
			const c = g.node("Conv", [x, g.constant("w", random([2, 512, 3, 3], 2))], { pads: [1, 1, 1, 1] });
			const flat = g.node("Flatten", [x]);
			return [c, g.node("Gemm", [flat, g.constant("d", random([25088, 2], 3))])];
		});
		const compiled = await expectFaithful(model, SUMS);
		expectSettleable(compiled);
		expect(formsOf(compiled)).toEqual(["conv", "reshape", "matmul"]);
	});

	test("what has no valid form is refused, with the node's name and what would help", async () => {
		const model = modelOf([[1, 400_000]], (g, [x]) =>
			g.node("MatMul", [x, g.constant("w", random([400_000, 1], 2))]),
		);
		await expect(compile(model)).rejects.toThrow(/MatMul.*make the reduction shorter/);
	});
});
