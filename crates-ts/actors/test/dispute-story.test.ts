import { descentText } from "@umpire/actors/dispute-story.ts";
import { TAG } from "@umpire/commitment/constants.ts";
import { expect, it } from "vitest";

const of = (tree: number, start: bigint, level: bigint): string =>
	descentText({ tree, step: 512n, operator: 4n, start, level });

it("tells where a search through the segments of a claim went", () => {
	expect(of(TAG.checkpoints, 4n, 2n)).toBe("named the segments from 4 (height 2)");
	expect(of(TAG.checkpoints, 5n, 0n)).toBe("demanded the trace of segment 5");
});

it("counts the steps of a segment from the first step of the trace", () => {
	expect(of(TAG.steps, 8n, 3n)).toBe("named the steps from 520 (height 3)");
	expect(of(TAG.operators, 2n, 1n)).toBe("named the operators from 2 (height 1) of step 512");
	expect(of(TAG.tensor, 7n, 0n)).toBe("named leaf 7 of operator 4");
});
