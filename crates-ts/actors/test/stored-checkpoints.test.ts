import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wordHex } from "@umpire/commitment/hex.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { recordCheckpoints } from "@umpire/runtime/checkpoints.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { folderStore } from "@umpire/store/folder-store.ts";
import { getTrace, putTrace } from "@umpire/store/traces.ts";
import { CARRIED_INPUTS, carriedProgram } from "@umpire/testing/operators/carried-program.ts";
import { expect, test } from "vitest";

test.each([
	[7, 3],
	[6, 3],
	[2, 5],
])("of %i steps in segments of %i a store keeps the last steps of the segments", async (steps, segment) => {
	const folder = await mkdtemp(join(tmpdir(), "umpire-traces-"));
	const store = folderStore(folder);
	const program = carriedProgram(steps, segment);
	const commitment = await commitProgram(program);
	const recording = await openSession(program, { record: "trace" });
	const quick = await openSession(program, { record: "outputs" });
	const trace = await recordCheckpoints({ quick, recording }, commitment, CARRIED_INPUTS);
	await putTrace(store, program, trace);
	const read = (root = trace.traceRoot) => getTrace(store, program, commitment, CARRIED_INPUTS, root);
	const found = await read();
	expect(found?.traceRoot).toBe(trace.traceRoot);
	expect(Object.keys(found!.operators)).toEqual(Object.keys(trace.operators));
	expect(found?.outputs).toEqual(trace.outputs);
	expect(await read(wordHex(1n))).toBeNull();
	await Promise.all([quick.release(), recording.release(), rm(folder, { recursive: true })]);
});
