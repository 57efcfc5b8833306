import { type Mutation, mutationsOf } from "./mutation.ts";

const PLANS = "crates-ts/operators/test/plans.test.ts";
const WALK = "crates-ts/operators/test/walk.test.ts";
const VALIDATION = "crates-ts/operators/test/limits.test.ts";
const FUNCTIONS = "crates-ts/runtime/test/functions.test.ts";
const READING_FILES = "crates-ts/onnx/test/read-write.test.ts";

/** The exactness certificate and validation. */
export const CERTIFICATE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/operators/src/dot-plan.ts",
		[PLANS],
		[
			[
				"limbs that are bounded apart have no last clip",
				"...planFor(context, acc, least), clipLow: true, clipHigh: true",
				"...planFor(context, acc, least)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/linear.ts",
		[PLANS],
		[["what counts nothing is read as float32", "[factor, ...read]", "[factor]"]],
	),
	...mutationsOf(
		"crates-ts/operators/src/certificate/walk.ts",
		[WALK],
		[
			["an operator that nobody knows passes", "if (rule === undefined) throw", "if (rule === null) throw"],
			["own names of objects are operators", "Object.hasOwn(rules, node.opType)", "node.opType in rules"],
			[
				"operators of other domains pass",
				"node.domain === MICROSOFT ? MICROSOFT_RULES : undefined;",
				"node.domain === MICROSOFT ? MICROSOFT_RULES : RULES;",
			],
			[
				"rounded values are read by everybody",
				"if (rounded === true && !CHOOSES_MONOTONICALLY.has(node.opType)) {",
				"if (rounded === null) {",
			],
			[
				"a result may be rounded",
				'if (result.rounded === true) throw new Error("the result may be rounded");',
				"",
			],
			["results are not bounded", "if (!isExact(reach)) {", "if (reach.limit < 0) {"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/certificate/exact.ts",
		[WALK],
		[
			["float32 holds what float64 does", "float32: 2 ** 24", "float32: 2 ** 53"],
			["subnormal numbers have all bits", "cells.unit[i] >= span.least && ", ""],
			["numbers are as large as they like", " && most <= span.most", ""],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/certificate/products.ts",
		[WALK],
		[
			["negative weights are forgotten", "p * above + negative[i] * below", "p * above"],
			["a bias joins a sum at its end only", "h + Math.max(i, 0),", "h + i,"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/certificate/arithmetic.ts",
		[WALK],
		[
			[
				"the nearest multiple leaves half of the rest",
				"[-unit / 2, unit / 2, step]",
				"[-unit / 4, unit / 4, step]",
			],
			[
				"quotients are floored up to 2^53",
				"const QUOTIENT_LIMIT = { float32: 2 ** 23, float64: 2 ** 52 };",
				"const QUOTIENT_LIMIT = { float32: 2 ** 23, float64: 2 ** 53 };",
			],
			[
				"quotients of float32 are floored up to 2^24",
				"const QUOTIENT_LIMIT = { float32: 2 ** 23, float64: 2 ** 52 };",
				"const QUOTIENT_LIMIT = { float32: 2 ** 24, float64: 2 ** 52 };",
				["crates-ts/operators/test/integer-kernels.test.ts"],
			],
			["divisors may be 0", 'if (!isNonZero) throw new Error("Div by what may be 0");', ""],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/certificate/moves.ts",
		[WALK],
		[
			[
				"an index may lie beside its data",
				"if (low[0] < 0 || high[0] >= data.shape[axis]) {",
				"if (low[0] < -1e9) {",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/lookup.ts",
		[VALIDATION],
		[
			[
				"a table's index is computed in its operand's type",
				'const type = reach < LIMIT.float32 ? carrier(x.spec) : "float64";',
				"const type = reach < 0 ? carrier(x.spec) : carrier(x.spec);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/select.ts",
		[FUNCTIONS],
		[
			[
				"a mask puts 0 in the place of anything",
				"other.data !== undefined && allZero(other.data)",
				"other.data !== undefined",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/linear.ts",
		[FUNCTIONS],
		[
			[
				"odd biases are halved",
				"shift > taken && (bias >> taken) % 2n === 0n",
				"shift > taken && bias === bias",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/rescale-nodes.ts",
		[FUNCTIONS],
		[
			[
				"rows are in the order of the axes of a tensor",
				"body.reals(type, ascending(rows, target), dims)",
				"body.reals(type, rows, dims)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/conv/columns.ts",
		[FUNCTIONS],
		[
			["columns follow taps and weights channels", "if (taps > 1 && c > 1) {", "if (taps > 1 && c < 1) {"],
			[
				"places of an output lie one apart whatever the stride",
				"start: place[i] * axis.stride",
				"start: place[i]",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/validate.ts",
		[VALIDATION],
		[
			["limits are not looked at", "requireWithin(limits, program);", ""],
			[
				"own names of objects are forms",
				"Object.hasOwn(FORMS, operator.form.type)",
				"operator.form.type in FORMS",
			],
		],
	),
	...mutationsOf(
		"crates-ts/onnx/src/external-files.ts",
		[READING_FILES],
		[
			[
				"a folder beside the model's that begins alike is inside",
				"if (leaves(relative(realpathSync(folder), realpathSync(path))))",
				"if (!realpathSync(path).startsWith(realpathSync(folder)))",
			],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/program-model.ts",
		["crates-ts/runtime/test/names.test.ts"],
		[
			[
				"sessions have the names that a program gives",
				"return named(program, record, (_, own) => own);",
				"return named(program, record, uniqueNames());",
			],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/onnxruntime-web.ts",
		["crates-ts/runtime/test/onnxruntime-web.test.ts"],
		[
			[
				"browsers run what onnxruntime makes of a graph, unseen",
				'graphOptimizationLevel: "disabled"',
				'graphOptimizationLevel: "all"',
			],
		],
	),
];
