import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { segmentCount, segmentOf } from "@umpire/operators/segments.ts";
import {
	CARRIED_INPUTS as inputs,
	carriedProgram as programOf,
} from "@umpire/testing/operators/carried-program.ts";
import { expect, test } from "vitest";
import { recordCheckpoints, recordSegment, recordTensor } from "../src/checkpoints.ts";
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

test("any leaf of any step is computed again, as is what it is computed from", async () => {
	const program = programOf(11, 4);
	const commitment = await commitProgram(program);
	const recording = await openSession(program, { record: "trace" });
	const quick = await openSession(program, { record: "outputs" });
	const pair = { quick, recording };
	const whole = await recordTrace(recording, commitment, inputs);
	const trace = await recordCheckpoints(pair, commitment, inputs);
	const kept = ({ operators }: Trace): string[] =>
		operators.flatMap((tensors, step) => Object.keys(tensors ?? []).map((operator) => `${step}/${operator}`));
	for (const step of whole.stepRoots.keys()) {
		const known = await recordSegment(pair, commitment, inputs, trace, segmentOf(commitment.header, step));
		for (const [operator, { operands }] of program.operators.entries()) {
			const found = await recordTensor(pair, inputs, known, { step, operator });
			const read = operands.flatMap(({ source, index }) => {
				if (source === "operator") return [[step, index]];
				return source === "state" && step > 0 ? [[step - 1, index]] : [];
			});
			const wanted = [[step, operator], ...read];
			for (const [at, index] of wanted) {
				const [own, other] = [whole, found].map(({ operators }) => operators[at][index]);
				expect([other.root, other.words(0), other.path(0)]).toEqual([own.root, own.words(0), own.path(0)]);
			}
			// What was not asked for is not kept.
			const names = wanted.map(([at, index]) => `${at}/${index}`);
			expect(new Set(kept(found))).toEqual(new Set([...kept(trace), ...names]));
		}
	}
	await Promise.all([quick.release(), recording.release()]);
});

test("a trace with a tensor of one step has those of later steps, too", async () => {
	const program = programOf(11, 4);
	const commitment = await commitProgram(program);
	const recording = await openSession(program, { record: "trace" });
	const quick = await openSession(program, { record: "outputs" });
	const pair = { quick, recording };
	const whole = await recordTrace(recording, commitment, inputs);
	const trace = await recordCheckpoints(pair, commitment, inputs);
	const known = await recordSegment(pair, commitment, inputs, trace, 1);
	const one = await recordTensor(pair, inputs, known, { step: 4, operator: 2 });
	const two = await recordTensor(pair, inputs, one, { step: 6, operator: 2 });
	expect(two.operators[6][2].root).toBe(whole.operators[6][2].root);
	expect(two.operators[4][2]).toBe(one.operators[4][2]);
	await Promise.all([quick.release(), recording.release()]);
});

test("a tensor that is not the one that the trees are of is a failure", async () => {
	const program = programOf(5, 4);
	const commitment = await commitProgram(program);
	const recording = await openSession(program, { record: "trace" });
	const quick = await openSession(program, { record: "outputs" });
	const pair = { quick, recording };
	const trace = await recordCheckpoints(pair, commitment, inputs);
	const known = await recordSegment(pair, commitment, inputs, trace, 0);
	const others = [inputs[0].map((value) => -value), inputs[1]];
	const again = (tensors: typeof inputs, from: Trace) =>
		recordTensor(pair, tensors, from, { step: 2, operator: 0 });
	await expect(again(others, known)).rejects.toThrow(
		/Operator \d .* of step \d is not the one that the trace has/,
	);
	await expect(again(inputs, trace)).rejects.toThrow("is not the one that the trace has");
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
