import type { Hex } from "@umpire/commitment/constants.ts";
import { commitTensor, toPhysical } from "@umpire/commitment/tensor.ts";
import { treeRoot } from "@umpire/commitment/tree.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { elementValue } from "@umpire/operators/values.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { lenet, randomInput } from "@umpire/testing/runtime/networks.ts";
import { describe, expect, it } from "vitest";

async function traceOf(program: Program, inputs: readonly Elements[]) {
	const session = await openSession(program, { record: "trace" });
	const trace = await recordTrace(session, await commitProgram(program), inputs);
	await session.release();
	return trace;
}

describe("recordTrace", () => {
	it("commits every operator in physical order", async () => {
		const plain = lenet(16);
		const last: Program = {
			...plain,
			operators: plain.operators.map((op) => (op.shape.length === 4 ? { ...op, layout: [0, 2, 3, 1] } : op)),
		};
		const inputs = randomInput(last);
		const trace = await traceOf(last, inputs);
		const session = await openSession(last, { record: "trace" });
		const { operators, outputs } = await session.run(inputs);
		await session.release();
		const roots: Hex[] = [];
		for (const [i, { shape, layout, width }] of last.operators.entries()) {
			const { root } = await commitTensor(toPhysical(operators![i], shape, layout), width);
			expect(trace.operators[0][i].root).toBe(root);
			roots.push(root);
		}
		expect(trace.stepRoots).toEqual([treeRoot(roots, 2)]);
		expect(trace.traceRoot).toBe(treeRoot([treeRoot(roots, 2)], 3));
		expect(trace.inputsRoot).toBe(treeRoot([trace.inputs[0].root], 6));
		expect(trace.outputs).toEqual(outputs);
		expect(trace.traceRoot).not.toBe((await traceOf(plain, inputs)).traceRoot);
	});

	it("hashes a View that keeps the physical order once", async () => {
		const program = lenet(8);
		const trace = await traceOf(program, randomInput(program));
		const flatten = program.operators.findIndex(({ form }) => form.type === "reshape");
		expect(trace.operators[0][flatten]).toBe(trace.operators[0][flatten - 1]);
	});

	it("carries states from step to step", async () => {
		// s₀ = input; s_t = s_{t−1} + s_{t−1}: doubling, three times.
		const spec = { shape: [2], layout: [0], width: 16, low: -32768, high: 32767, scale: 1 } as const;
		const program: Program = {
			name: "doubling",
			steps: 3,
			inputs: [
				{ ...spec, name: "unused" },
				{ ...spec, name: "start" },
			],
			constants: [],
			operators: [
				{
					...spec,
					kind: "Add",
					form: { type: "linear", coefficients: [2] },
					operands: [{ source: "state", index: 0, initial: 1 }],
					rescale: { axes: [], rows: [{ bias: 0n, multiplier: 2, shift: 1 }] },
					node: "double",
					opType: "Add",
				},
			],
			outputs: [{ name: "end", operator: 0 }],
		};
		const trace = await traceOf(program, [Int16Array.of(7, 7), Int16Array.of(3, -5)]);
		expect(trace.operators.map(([tensor]) => [...tensor.elements])).toEqual([
			[6, -10],
			[12, -20],
			[24, -40],
		]);
		expect([...trace.outputs[0]]).toEqual([24, -40]);
		expect(trace.traceRoot).toBe(treeRoot(trace.stepRoots, 3));
	});

	it("has the value that the integer definition gives in every element it is asked for", async () => {
		const program = lenet(16);
		const commitment = await commitProgram(program);
		const trace = await traceOf(program, randomInput(program));
		for (const [index, { operands, rescale }] of program.operators.entries()) {
			const descriptor = commitment.descriptors[index];
			const tensors = operands.map(({ source, index: at }) =>
				source === "constant"
					? commitment.constants[at]
					: source === "input"
						? trace.inputs[at]
						: trace.operators[0][at],
			);
			const fetch = (operand: number, at: number): number => tensors[operand].elements[at];
			const { elements } = trace.operators[0][index];
			for (let element = 0; element < elements.length; element += 1 + (elements.length >> 5)) {
				expect(elementValue(descriptor, element, fetch, rescale?.rows)).toBe(elements[element]);
			}
		}
	});

	it("asks for a session that records", async () => {
		const program = lenet(8);
		const session = await openSession(program, { record: "outputs" });
		const commitment = await commitProgram(program);
		await expect(recordTrace(session, commitment, randomInput(program))).rejects.toThrow(/record: "trace"/);
		await session.release();
	});
});
