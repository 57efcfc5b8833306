import { type Mutation, mutationsOf } from "./mutation.ts";

const VALUES = "crates-ts/compiler/test/infinite-values.test.ts";
const TABLES = "crates-ts/compiler/test/tables.test.ts";
const PASSES = "crates-ts/compiler/src/passes/infinity";

/** What a program computes instead of what the float model does, and nothing that a certificate would notice. */
export const COMPILER_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/compiler/src/quantise/table-values.ts",
		[TABLES],
		[["rows of a table have no more room than others", "const ROOM = 8;", "const ROOM = 1;"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/lower/fuse.ts",
		["crates-ts/compiler/test/matmul.test.ts"],
		[["products of two values take any factor", "only && factor > 0 &&", "only &&"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/scale-classes.ts",
		["crates-ts/compiler/test/matmul.test.ts"],
		[["values beside constants keep their grid", "ranges.set(value, all);", ";"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/program/cones.ts",
		["crates-ts/compiler/test/cones.test.ts"],
		[
			[
				"matrix products are settled in parts where a copy would do",
				"settles(current(), operator) ? settlesAtOnce : settles",
				"settles",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/powers/rules.ts",
		[TABLES],
		[
			[
				"what is repeated along an axis is not even",
				"const exponents = alike ? known[0] : isRepeated",
				"const exponents = alike && !isRepeated ? known[0] : isRepeated",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/passes/saturations.ts",
		[TABLES],
		[
			[
				"flat functions get all of their operand",
				"if (range.low >= low && range.high <= high) continue;",
				"if (range.low >= low || range.high <= high) continue;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/passes/interpolations.ts",
		[TABLES],
		[
			[
				"slopes are computed as they are written",
				"!shape || !same || !isPlaceBetween",
				"!shape || same || !isPlaceBetween",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/passes/undefined.ts",
		[TABLES],
		[["logarithms of negative numbers are numbers", "range.low >= 0 ||", "range.low <= 0 ||"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/onnx-ops/reductions/reduce.ts",
		[TABLES],
		[
			[
				"the least of some numbers is the largest",
				"? negated(context, emitAxisMax(context, negated(context, x), axes))",
				"? emitAxisMax(context, x, axes)",
			],
		],
	),
	...mutationsOf(
		`${PASSES}/comparisons.ts`,
		[VALUES],
		[
			["−∞ is not equal to itself", "say(around.and(a.low, b.low), lowSign(a, b));", ""],
			[
				"what is NaN is greater than −∞",
				"for (const { nan, empty } of [a, b]) result = around.without(result, around.or(nan, empty));",
				"",
			],
			[
				"a finite stand-in compares as −∞ does",
				"if (less === more || less >= more * (1 - SAME)) return 0;",
				"return 0;",
			],
		],
	),
	...mutationsOf(
		`${PASSES}/order.ts`,
		[VALUES],
		[
			[
				"a maximum of −∞ and a number is what stood in its place",
				"finite = around.choose(a.low, b.finite, finite);",
				"",
			],
		],
	),
	...mutationsOf(
		`${PASSES}/arithmetic.ts`,
		[VALUES],
		[
			[
				"what stands where no number is goes through exp",
				"around.choose(none, around.number(neutral, type), finite)",
				"finite",
			],
		],
	),
	...mutationsOf(
		`${PASSES}/masks.ts`,
		[VALUES],
		[
			[
				"any number between 0 and 1 is a truth value",
				"if (!far) return undefined;",
				"if (isFloat(type)) return around.facts.ranges.get(name);",
			],
		],
	),
	...mutationsOf(
		`${PASSES}/masks.ts`,
		["crates-ts/compiler/test/infinities.test.ts"],
		[
			[
				"an input is a mask if one sample says so",
				"if (!data.every((value) => value === 0 || value === 1)) this.truths.delete(name);",
				"",
			],
			["of an input that is a mask the last sample's magnitude counts", "Math.min(a, -b)", "-b"],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/lower/rounding.ts",
		["crates-ts/compiler/test/rounding.test.ts"],
		[
			[
				"halves are rounded up",
				"return emitLinear(context, [above, excess], [1, -1], shape, whole);",
				"return above;",
			],
			[
				"rounding down rounds to the nearest",
				'if (rounding === "floor") return shifted(down);',
				'if (rounding === "floor") return shifted(0);',
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/onnx-ops/logic/compare.ts",
		["crates-ts/compiler/test/comparisons.test.ts"],
		[
			[
				"a comparison that holds for equal numbers does not",
				"turned, shape, equal ? 1n : 0n",
				"turned, shape, equal ? 0n : 0n",
			],
			["a comparison with a number is moved by one", "1n - least", "0n - least"],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/onnx-ops/ml/ensemble.ts",
		["crates-ts/compiler/test/missing-numbers.test.ts"],
		[
			[
				"a tree forgets that NaN is not greater",
				'known.swap ? !tracks && known.mode !== "Equal" : tracks',
				"tracks",
			],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/quantise.ts",
		["crates-ts/runtime/test/quantise.test.ts"],
		[
			[
				"a number far down is taken for a missing one",
				"Math.max(spec.low, Math.ceil(leastPresent(standIn) / scales[i]))",
				"spec.low",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/import/probe.ts",
		["crates-ts/compiler/test/inline.test.ts"],
		[
			[
				"branches that are not taken must suit the sizes",
				"...openSizes(model.graph), outputs",
				"...model.graph, outputs",
			],
		],
	),
];
