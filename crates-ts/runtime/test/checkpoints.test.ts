import { rangeOf } from "@umpire/commitment/elements.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { segmentCount, segmentOf } from "@umpire/operators/segments.ts";
import { expect, test } from "vitest";
import { recordCheckpoints, recordSegment } from "../src/checkpoints.ts";
import { openSession } from "../src/executable.ts";
import { recordTrace } from "../src/trace.ts";

const spec: TensorSpec = { shape: [2, 3], layout: [1, 0], width: 8, ...rangeOf(8), scale: 1 };
const names = { node: "n", opType: "t" };
const rescale = { rows: [{ bias: 3n, multiplier: 1, shift: 1 }], axes: [] };

/** Two states that change in every step, of which the output reads one; both begin as an input that is read, too. */
const programOf = (steps: number, segment: number): Program => ({
	name: "states",
	steps,
	segment,
	inputs: [
		{ ...spec, name: "x" },
		{ ...spec, name: "start" },
	],
	constants: [],
	operators: [
		{
			...spec,
			...names,
			kind: "Add",
			form: { type: "linear", coefficients: [1, -1] },
			operands: [
				{ source: "state", index: 1, initial: 1 },
				{ source: "input", index: 1 },
			],
			rescale,
		},
		{
			...spec,
			...names,
			kind: "Add",
			form: { type: "linear", coefficients: [1, 1] },
			operands: [
				{ source: "state", index: 0, initial: 1 },
				{ source: "input", index: 0 },
			],
			rescale,
		},
		{
			...spec,
			...names,
			kind: "Mul",
			form: { type: "product" },
			operands: [
				{ source: "operator", index: 0 },
				{ source: "input", index: 0 },
			],
			rescale,
		},
	],
	outputs: [{ name: "y", operator: 2 }],
});
const inputs = [Int8Array.of(10, -11, 25, -27, 33, 1), Int8Array.of(50, -60, 70, -80, 90, 100)];

test.each([
	["a last segment that is shorter", 7, 3],
	["a last segment of one step", 7, 2],
	["whole segments", 6, 3],
	["a segment longer than the trace", 3, 5],
	["one step", 1, 2],
] as const)("checkpoints and segments are those of the whole trace: %s", async (_, steps, segment) => {
	const program = programOf(steps, segment);
	const commitment = await commitProgram(program);
	const recording = await openSession(program, { record: "trace" });
	const quick = await openSession(program, { record: "outputs" });
	const whole = await recordTrace(recording, commitment, inputs);
	const roots = whole.stepRoots;
	expect(new Set(roots).size).toBe(steps);
	const trace = await recordCheckpoints({ quick, recording }, commitment, inputs);
	expect(trace.traceRoot).toBe(whole.traceRoot);
	expect(trace.inputsRoot).toBe(whole.inputsRoot);
	expect(trace.outputs).toEqual(whole.outputs);
	expect(Object.keys(trace.operators)).toHaveLength(segmentCount(commitment.header));
	for (let at = 0; at < segmentCount(commitment.header); at++) {
		const found = await recordSegment({ quick, recording }, commitment, inputs, trace, at);
		expect(found.segmentTrees[at].root).toBe(whole.segmentTrees[at].root);
		for (const [step, root] of roots.entries()) {
			if (segmentOf(commitment.header, step) !== at) continue;
			expect(found.stepRoots[step]).toBe(root);
			expect(found.operators[step].map(({ elements }) => elements)).toEqual(
				whole.operators[step].map(({ elements }) => elements),
			);
		}
	}
	await Promise.all([quick.release(), recording.release()]);
});

test("a segment that does not lead to its checkpoint is a failure", async () => {
	const program = programOf(5, 2);
	const commitment = await commitProgram(program);
	const recording = await openSession(program, { record: "trace" });
	const quick = await openSession(program, { record: "outputs" });
	const trace = await recordCheckpoints({ quick, recording }, commitment, inputs);
	const others = [inputs[0].map((value) => -value), inputs[1]];
	await expect(recordSegment({ quick, recording }, commitment, others, trace, 1)).rejects.toThrow(
		"The steps of segment 1 do not lead to its checkpoint",
	);
	await Promise.all([quick.release(), recording.release()]);
});
