import type { Program } from "@umpire/operators/program.ts";
import { carriedProgram } from "@umpire/testing/operators/carried-program.ts";
import { expect, it } from "vitest";
import { committedRun, segmentFor } from "../src/commitments.ts";
import { slowCommitment } from "../src/submitter-words.ts";
import { disputedLeaves, traceLeaves } from "../src/trace-leaves.ts";

const runOf = (steps: number): Program => {
	const { segment: _, ...program } = carriedProgram(steps, 2);
	return program;
};

it("commits to the whole of a short run, and to a long one in segments", () => {
	expect(committedRun(runOf(100), {})).toEqual({});
	expect(committedRun(runOf(1_000_000), {})).toEqual({ segment: 1024 });
});

it("commits as it is told, whatever the length", () => {
	for (const program of [runOf(3), runOf(1_000_000)]) {
		expect(committedRun(program, { commitment: "eager" })).toEqual({});
		expect(committedRun(program, { commitment: "lazy" })).toEqual({ lazy: true });
		expect(committedRun(program, { commitment: "segments", segment: 7 })).toEqual({ segment: 7 });
		expect(committedRun(program, { segment: 7 })).toEqual({ segment: 7 });
		expect(committedRun(program, { commitment: "segments" })).toEqual({ segment: 1024 });
	}
	expect(() => committedRun(runOf(3), { commitment: "lazy", segment: 7 })).toThrow(
		"--segment gives the steps",
	);
});

it("has segments of as many steps as a dispute has time to hash, from 2 to 1024", () => {
	expect(segmentFor(1)).toBe(1024);
	expect(segmentFor(2 ** 15)).toBe(512);
	expect(segmentFor(2 ** 26)).toBe(2);
	for (const leaves of [17_000, 200_000, 5_000_000]) {
		expect(segmentFor(leaves) * leaves).toBeLessThanOrEqual(2 ** 24);
	}
});

it("counts what a dispute makes a submitter hash", () => {
	const program = runOf(100);
	const step = traceLeaves({ ...program, steps: 1 });
	expect(disputedLeaves(program)).toBe(0);
	expect(disputedLeaves({ ...program, lazy: true })).toBe(100 * step);
	expect(disputedLeaves({ ...program, segment: 30 })).toBe(30 * step);
	expect(disputedLeaves({ ...program, segment: 300 })).toBe(100 * step);
});

it("warns a submitter of segments, and of lazy traces, that one core cannot hash in time", () => {
	const program = { ...runOf(100_000), segment: 50_000 };
	const seconds = disputedLeaves(program) / 10_000;
	const parameters = { increment: 1, reserve: 1, commitAllowance: seconds - 2 };
	expect(slowCommitment(program, parameters)).toBeUndefined();
	expect(slowCommitment(program, { ...parameters, commitAllowance: seconds - 3 })).toContain("a slow core");
	const { segment: _, ...whole } = program;
	expect(slowCommitment(whole, { increment: 0, reserve: 0, commitAllowance: 0 })).toBeUndefined();
	expect(slowCommitment({ ...whole, lazy: true }, parameters)).toContain("its trace");
});
