import type { Program } from "@umpire/operators/program.ts";
import { carriedProgram } from "@umpire/testing/operators/carried-program.ts";
import { expect, it } from "vitest";
import { committed, MOST_EAGER_LEAVES, MOST_LAZY_STEPS, segmentFor } from "../src/commitments.ts";
import { slowCommitment } from "../src/submitter-words.ts";
import { disputedLeaves, traceLeaves } from "../src/trace-leaves.ts";

const runOf = (steps: number): Program => {
	const { segment: _, ...program } = carriedProgram(steps, 2);
	return program;
};

it("commits to the whole of a short run, and to a long one in segments", () => {
	expect(committed(runOf(100), {})).toEqual({});
	expect(committed(runOf(1_000_000), {})).toEqual({ segment: 1024 });
});

it("commits to nothing but the output of a large trace that a dispute can hash at once, whatever the machine", () => {
	const [wide] = runOf(1).operators;
	if (wide === undefined) throw new Error("the program has no operator");
	const ofLeaves = (leaves: number, steps: number) => ({
		operators: [{ ...wide, width: 8 as const, layout: [0], shape: [8 * leaves] }],
		steps,
	});
	const leavesOf = traceLeaves(ofLeaves(2 ** 20, 1)) / 2 ** 20;
	const of = (leaves: number, steps: number) =>
		committed(ofLeaves(Math.ceil(leaves / leavesOf / steps), steps), {});
	expect(of(MOST_EAGER_LEAVES, 1)).toEqual({});
	expect(of(2 * MOST_EAGER_LEAVES, 1)).toEqual({ lazy: true });
	expect(of(2 * MOST_EAGER_LEAVES, MOST_LAZY_STEPS)).toEqual({ lazy: true });
	expect(of(2 * MOST_EAGER_LEAVES, MOST_LAZY_STEPS + 1)).toEqual({ segment: 1024 });
	// 2^24 leaves are what a dispute has time for.
	expect(of(2 ** 24, 4)).toEqual({ lazy: true });
	expect(of(2 ** 25, 8)).toEqual({ segment: 4 });
	expect(of(2 ** 26, 1)).toEqual({ lazy: true });
});

it("commits as it is told, whatever the length", () => {
	for (const program of [runOf(3), runOf(1_000_000)]) {
		expect(committed(program, { commitment: "eager" })).toEqual({});
		expect(committed(program, { commitment: "lazy" })).toEqual({ lazy: true });
		expect(committed(program, { commitment: "segments", segment: 7 })).toEqual({ segment: 7 });
		expect(committed(program, { segment: 7 })).toEqual({ segment: 7 });
		expect(committed(program, { commitment: "segments" })).toEqual({ segment: 1024 });
	}
	expect(() => committed(runOf(3), { commitment: "lazy", segment: 7 })).toThrow("--segment gives the steps");
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
