import { type Mutation, mutationsOf } from "./mutation.ts";

const FEATURES = "crates-ts/compiler/test/features.test.ts";
const LOGARITHMS = "crates-ts/compiler/test/logarithms.test.ts";
const MISSING = "crates-ts/operators/test/missing.test.ts";
const JUDGING = "crates-ts/compiler/test/judging.test.ts";
const POWERS = "crates-ts/operators/test/powers.test.ts";

/** How fine a program is, and how its errors are judged. */
export const SCALE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/operators/src/signature.ts",
		[POWERS],
		[
			[
				"a program's root does not bind powers",
				"powers.length === 0 && missing.length === 0",
				"powers.length >= 0",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/validate.ts",
		[POWERS],
		[
			["what is carried may have powers", "first.powers === undefined", "true"],
			["what stands for NaN need not be negative", "\t\t\tvalidateMissing(input);\n", "", [MISSING]],
			["powers need not be valid", "\t\t\tvalidatePowers(input);\n", ""],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/powers/even.ts",
		[FEATURES],
		[
			[
				"features share one scale",
				"if (lost < spare || lost - Math.log2(evened) < LEAST_GAIN) return undefined;",
				"return undefined;",
			],
			[
				"features of like size have scales of their own",
				"if (lost < spare || lost - Math.log2(evened) < LEAST_GAIN) return undefined;",
				"",
			],
			["what is carried is divided by powers", "!fixed.has(name) && ", ""],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/powers/centre.ts",
		[FEATURES],
		[["offsets meet the weights", "if (!excess || !offset) return undefined;", "return undefined;"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/powers/rules.ts",
		[FEATURES],
		[["powers get lost at weights", "weight * 2 ** (factors[i] - (parts?.[i] ?? 0))", "weight"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/graded-inputs.ts",
		[LOGARITHMS],
		[
			["what is carried is read on several grids", "carried.has(name) || ", ""],
			[
				"small numbers have one grid",
				"if (given.scale * ENOUGH <= least) continue;",
				"if (given.scale > 0) continue;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/fidelity/judge.ts",
		[JUDGING],
		[
			["another class counts as the same", "if (shape.length > 2) return step;", "return step;"],
			[
				"probabilities are judged by their range",
				"return isProbability ? maxAbs : maxRelRange;",
				"return maxRelRange;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/fidelity/budget.ts",
		[JUDGING],
		[["a search that gains nothing goes on", "last = idle >= PATIENCE;", "last = false;"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/scales.ts",
		[JUDGING],
		[
			[
				"dead activations have ever finer grids",
				"if (!(reach > NEGLIGIBLE)) reach = 1;",
				"if (!(reach > NEGLIGIBLE)) reach = natural > 0 ? 0 : 1;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/joined-outputs.ts",
		[FEATURES],
		[["scores have the scale of boxes", "> UNLIKE * Math.min", "> 1e9 * UNLIKE * Math.min"]],
	),
];
