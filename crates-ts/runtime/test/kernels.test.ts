import { exactnessOf } from "@umpire/operators/exactness.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Case } from "./arbitrary-case.ts";
import { behindClip, kernelConvs, kernelMatmuls } from "./arbitrary-kernels.ts";
import { checkLevels } from "./reference.ts";

/** More with UMPIRE_FUZZ_RUNS. */
const numRuns = Number(process.env.UMPIRE_FUZZ_RUNS ?? 40);

const forms: Record<string, fc.Arbitrary<Case>> = { "8-bit MatMul": kernelMatmuls };

describe("what integer kernels compute is the integer definition, at every level", () => {
	for (const [name, cases] of Object.entries(forms)) {
		it(`${name}, its input as a float`, async () => {
			let taken = 0;
			await fc.assert(
				fc.asyncProperty(cases, async (example) => {
					if (planOf(example).includes("8-bit")) taken++;
					await checkLevels(example);
				}),
				{ numRuns },
			);
			expect(taken).toBeGreaterThan(numRuns / 2);
		});

		it.each([
			[0, 255],
			[-128, 127],
			[0, 200],
			[0, 65535],
			[-32768, 32767],
		])(`${name}, its input clipped to %i … %i`, async (low, high) => {
			await fc.assert(
				fc.asyncProperty(cases, (example) => checkLevels(behindClip(example, low, high))),
				{ numRuns: Math.ceil(numRuns / 4) },
			);
		});
	}
});

function planOf({ program }: Case): string {
	validateProgram(program);
	return exactnessOf(program).at(-1)?.plan ?? "";
}
