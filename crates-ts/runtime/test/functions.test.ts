import { ExactnessError } from "@umpire/operators/errors.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { FORMS } from "@umpire/operators/forms.ts";
import { planOf } from "@umpire/operators/plans.ts";
import type { Program } from "@umpire/operators/program.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Case } from "./arbitrary-case.ts";
import * as dots from "./arbitrary-dots.ts";
import * as others from "./arbitrary-others.ts";
import { checkLevels } from "./reference.ts";

const isExact = (program: Program): boolean => {
	try {
		exactnessOf(program);
		return true;
	} catch (error) {
		if (error instanceof ExactnessError) return false;
		throw error;
	}
};

/** More with UMPIRE_FUZZ_RUNS. */
const RUNS = Number(process.env.UMPIRE_FUZZ_RUNS ?? 60);

const forms: Record<string, fc.Arbitrary<Case>> = { ...dots.all, ...others.all };

describe("an operator's ONNX function equals its access maps and integer definition at every level", () => {
	for (const [name, cases] of Object.entries(forms)) {
		it(name, async () => {
			await fc.assert(
				fc.asyncProperty(
					cases.filter((c) => isExact(c.program)),
					checkLevels,
				),
				{
					numRuns: name === "wide conv" || name === "sliced conv" ? 12 : RUNS,
				},
			);
		});
	}
});

it("the examples have every form", () => {
	const drawn = Object.values(forms).flatMap((cases) => fc.sample(cases, { numRuns: 1, seed: 1 }));
	const types = drawn.map(({ program }) => program.operators[0].form.type);
	expect([...new Set(types)].sort()).toEqual(Object.keys(FORMS).sort());
});

it("the examples reach every way to convolve", () => {
	const names = fc
		.sample(fc.oneof(dots.halvedConvs, dots.slicedConvs, dots.pointwiseConvs, dots.convs), {
			numRuns: 800,
			seed: 5,
		})
		.filter(({ program }) => isExact(program))
		.map(({ program }) => planOf(program, 0).plan.name);
	for (const way of [
		/^float32 Conv, rescaled by its weights/,
		/^1 float32 Conv .*float64 rescale/,
		/^2 float32 Conv, rescaled by their weights/,
		/^1 float32 Conv in \d+ slices, float64 rescale/,
		/^2 float32 Conv in 1 slices, x in 2 limbs of \d bits, float64 rescale/,
		/^2 float32 Conv in [2-9] slices, x in 2 limbs of \d bits, float64 rescale/,
		/^4 float32 Conv/,
		/^float64 MatMul per position/,
		/^float64 MatMul of columns \(\d+ taps\)/,
		/^float64 MatMul of columns \(\d+ places\)/,
	]) {
		expect(names.some((name) => way.test(name))).toBe(true);
	}
});
