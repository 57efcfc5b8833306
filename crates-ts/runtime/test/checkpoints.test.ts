import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { segmentCount, segmentOf } from "@umpire/operators/segments.ts";
import {
	CARRIED_INPUTS as inputs,
	carriedProgram as programOf,
} from "@umpire/testing/operators/carried-program.ts";
import { expect, test } from "vitest";
import { recordCheckpoints, recordSegment } from "../src/checkpoints.ts";
import { openSession } from "../src/executable.ts";
import { recordTrace } from "../src/trace.ts";

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
