import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { segmentCount, segmentOf } from "@umpire/operators/segments.ts";
import {
	CARRIED_INPUTS as inputs,
	carriedProgram as programOf,
} from "@umpire/testing/operators/carried-program.ts";
import { expect, test } from "vitest";
import { recordCheckpoints, recordSegment, recordStep } from "../src/checkpoints.ts";
import { openSession } from "../src/executable.ts";
import { recordTrace, type Trace } from "../src/trace.ts";

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
			expect(found.stepTrees[step].root).toBe(root);
		}
	}
	await Promise.all([quick.release(), recording.release()]);
});

const countOf = ({ operators }: Trace): number => operators.filter((tensors) => tensors !== undefined).length;

test.each([
	["with the trees of its segment", true],
	["with the checkpoints alone", false],
] as const)("any leaf of any step is computed again %s, as is what the step reads", async (_, isKnown) => {
	const program = programOf(11, 4);
	const commitment = await commitProgram(program);
	const recording = await openSession(program, { record: "trace" });
	const quick = await openSession(program, { record: "outputs" });
	const pair = { quick, recording };
	const whole = await recordTrace(recording, commitment, inputs);
	const trace = await recordCheckpoints(pair, commitment, inputs);
	for (const step of whole.stepRoots.keys()) {
		const segment = segmentOf(commitment.header, step);
		const known = isKnown ? await recordSegment(pair, commitment, inputs, trace, segment) : trace;
		const found = await recordStep(pair, commitment, inputs, known, step);
		for (const at of [step - 1, step].filter((one) => one >= 0)) {
			for (const [operator, tensor] of found.operators[at].entries()) {
				const own = whole.operators[at][operator];
				expect([tensor.root, tensor.words(0)]).toEqual([own.root, own.words(0)]);
			}
		}
		// What was not asked for is not kept.
		expect(countOf(found) - countOf(trace)).toBeLessThanOrEqual(2);
	}
	await Promise.all([quick.release(), recording.release()]);
});

test("a step that is not the one that the trees are of is a failure", async () => {
	const program = programOf(5, 4);
	const commitment = await commitProgram(program);
	const recording = await openSession(program, { record: "trace" });
	const quick = await openSession(program, { record: "outputs" });
	const pair = { quick, recording };
	const trace = await recordCheckpoints(pair, commitment, inputs);
	const known = await recordSegment(pair, commitment, inputs, trace, 0);
	const others = [inputs[0].map((value) => -value), inputs[1]];
	await expect(recordStep(pair, commitment, others, known, 2)).rejects.toThrow(
		"Step 1 is not the one that the trace has",
	);
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
