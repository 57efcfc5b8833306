import { ExactnessError } from "@umpire/operators/errors.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import type { Elements, Operator, Program, Row } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { convolutional, lenet, randomInput } from "@umpire/testing/runtime/networks.ts";
import { describe, expect, it } from "vitest";
import { caseOf, type Source } from "./arbitrary-case.ts";
import { elementsOf, span } from "./arbitrary-tensors.ts";

const tensor = (shape: number[], width: 8 | 16 | 32, constant: boolean, fill: number): Source => ({
	spec: { shape, layout: shape.map((_, i) => i), width, ...span(width), scale: 1 },
	data: elementsOf(width, Array<number>(shape.reduce((a, b) => a * b, 1)).fill(fill)),
	constant,
});

/** y = x·w, one row of `k` products of 8 bits by 8, in one output. */
function matmul(
	k: number,
	row: Row,
	xWidth: 8 | 16 | 32 = 8,
	weight = -128,
): { program: Program; inputs: readonly Elements[] } {
	const operands = [tensor([1, k], xWidth, false, span(xWidth).low), tensor([k, 1], 8, true, weight)];
	const output = { shape: [1, 1], layout: [0, 1], width: 32, ...span(32), scale: 1 } as const;
	return caseOf(
		{ ...output, kind: "Dot", form: { type: "matmul" }, rescale: { axes: [], rows: [row] } },
		operands,
	);
}

const whole: Row = { bias: 0n, multiplier: 2, shift: 1 };
const planOf = (example: { program: Program }) => exactnessOf(example.program)[0];

describe("exactnessOf", () => {
	it("takes float32 just below 2^24 and float64 from there", () => {
		// 1023 products of −128·−128 and one of 127·… : Σ = 2^24 exactly at 1024.
		expect(planOf(matmul(1023, whole))).toMatchObject({ bound: 1023 * 2 ** 14, limit: 2 ** 24 });
		expect(planOf(matmul(1024, whole))).toMatchObject({ bound: 2 ** 24, limit: 2 ** 53 });
	});

	it("counts the rescaling in", () => {
		expect(planOf(matmul(1023, { ...whole, bias: BigInt(2 ** 24) }))).toMatchObject({ limit: 2 ** 53 });
		expect(planOf(matmul(500, { bias: 0n, multiplier: 3, shift: 4 }))).toMatchObject({ limit: 2 ** 53 });
		expect(planOf(matmul(300, { bias: 0n, multiplier: 3, shift: 4 }))).toMatchObject({
			bound: 300 * 2 ** 14 * 3 + 8,
			limit: 2 ** 24,
		});
	});

	it("is exact at the bound", async () => {
		for (const k of [1023, 1024]) {
			const { program, inputs } = matmul(k, whole);
			const session = await openSession(program, { record: "outputs" });
			const { outputs } = await session.run(inputs);
			expect(outputs[0][0]).toBe(k * 2 ** 14);
			await session.release();
		}
	});

	it("refuses sums that even float64 cannot hold, naming the operator", () => {
		const example = matmul(2 ** 16, whole, 32);
		const [operator] = example.program.operators;
		const named: Program = {
			...example.program,
			operators: [{ ...operator, node: "/head/MatMul", opType: "MatMul" }],
		};
		expect(() => exactnessOf(named)).toThrow(ExactnessError);
		expect(() => exactnessOf(named)).toThrow(/operator 0 \(MatMul, node "\/head\/MatMul"\).*float64/);
	});

	it("refuses a rescaling that float64 cannot hold", () => {
		expect(() => planOf(matmul(1024, { bias: 0n, multiplier: 2 ** 31 - 1, shift: 40 }))).toThrow(
			/2\^53.*smaller shift/,
		);
		expect(() => planOf(matmul(8, { bias: 2n ** 60n, multiplier: 1, shift: 1 }))).toThrow(ExactnessError);
	});

	it("believes no declared range that nothing enforces", () => {
		const { program } = matmul(1024, whole);
		const narrow: Program = {
			...program,
			inputs: program.inputs.map((input) => ({ ...input, low: 0, high: 1 })),
		};
		expect(planOf({ program: narrow })).toEqual(planOf({ program }));
		const view: Operator = {
			...program.inputs[0],
			low: 0,
			high: 1,
			kind: "View",
			form: { type: "reshape" },
			operands: [{ source: "input", index: 0 }],
			node: "view",
			opType: "Reshape",
		};
		const [dot] = program.operators;
		const behind: Operator = { ...dot, operands: [{ source: "operator", index: 0 }, dot.operands[1]] };
		const chain: Program = { ...program, operators: [view, behind], outputs: [{ name: "y", operator: 1 }] };
		expect(exactnessOf(chain)[1].bound).toBe(planOf({ program }).bound);
	});

	it("refuses sums whose constant of ones holds something else", () => {
		const sum = caseOf(
			{
				...tensor([1, 1], 16, false, 0).spec,
				kind: "Dot",
				form: { type: "sum", axes: [1] },
				rescale: { axes: [], rows: [whole] },
			},
			[tensor([1, 4], 8, false, 1), tensor([4], 8, true, 2)],
		);
		expect(() => exactnessOf(sum.program)).toThrow(/must be ones, found 2/);
	});

	it("is the same however often it is computed, and whatever else was", () => {
		expect(exactnessOf(lenet(16))).toEqual(exactnessOf(lenet(16)));
	});
});

describe("whole networks", () => {
	for (const [name, program] of [
		["lenet, 16 bits", lenet(16)],
		["lenet, 8 bits, small multipliers", lenet(8, 2)],
		["ten convolutions, 16 bits", convolutional(16)],
		["ten convolutions, 8 bits", convolutional(8)],
	] as const) {
		it(`${name}: every level gives the same trace`, async () => {
			const inputs = randomInput(program);
			let first: readonly Elements[] | undefined;
			for (const level of ["disabled", "basic", "all"] as const) {
				const session = await openSession(program, { record: "trace", levels: [level] });
				const { operators } = await session.run(inputs);
				await session.release();
				first ??= operators;
				expect(operators).toEqual(first);
			}
		});
	}
});
