import { ExactnessError } from "@umpire/operators/errors.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import type { Program } from "@umpire/operators/program.ts";
import { ProgramError, validateProgram } from "@umpire/operators/validate.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Case } from "./arbitrary-case.ts";
import * as dots from "./arbitrary-dots.ts";
import { extreme } from "./arbitrary-extremes.ts";
import * as others from "./arbitrary-others.ts";
import { checkLevels } from "./reference.ts";

/** Whether a program is taken; whatever else is wrong with it than what validation says is a fault. */
function isTaken(program: Program): boolean {
	try {
		validateProgram(program);
		exactnessOf(program);
		return true;
	} catch (error) {
		if (error instanceof ProgramError || error instanceof ExactnessError) return false;
		throw error;
	}
}

/** More with UMPIRE_FUZZ_RUNS. */
const RUNS = Number(process.env.UMPIRE_FUZZ_RUNS ?? 25);

const forms: Record<string, fc.Arbitrary<Case>> = { ...dots.all, ...others.all };

describe("a valid program with extreme constants is what onnxruntime computes, at every level", () => {
	for (const [name, cases] of Object.entries(forms)) {
		it(name, async () => {
			let taken = 0;
			const extremes = cases.chain(extreme).filter(({ program }) => isTaken(program));
			await fc.assert(
				fc.asyncProperty(extremes, async (example) => {
					taken++;
					await checkLevels(example);
				}),
				{ numRuns: name === "wide conv" || name === "sliced conv" ? 8 : RUNS },
			);
			expect(taken).toBeGreaterThan(0);
		});
	}
});
