import { type Mutation, mutationsOf } from "./mutation.ts";

const KINDS = ["crates-ts/compiler/test/ordinary-kinds.test.ts"];
const ROOM = ["features", "judging", "ordinary-kinds", "mixtures", "logarithms"].map(
	(name) => `crates-ts/compiler/test/${name}.test.ts`,
);
const FEATURES = ["crates-ts/compiler/test/features.test.ts"];
const GRIDS = ["crates-ts/compiler/test/rescale-ratio.test.ts"];
const MIXTURES = ["crates-ts/compiler/test/mixtures.test.ts"];

const MISSING = ["crates-ts/compiler/test/missing-numbers.test.ts"];
const PARTS = ["crates-ts/compiler/test/parts.test.ts"];
const SCATTERS = [
	"crates-ts/compiler/test/rearrangements.test.ts",
	"crates-ts/compiler/test/refusals.test.ts",
];

/** What kinds of ordinary models were wrong by. */
export const ORDINARY_MUTATIONS: readonly Mutation[] = [
	...mutationsOf("crates-ts/compiler/src/powers/even.ts", KINDS, [
		[
			"a column is divided until it is larger than the largest",
			"const exponents = withinReach(exponentsFor(steps, undefined), name, facts);",
			"const exponents = exponentsFor(steps, undefined);",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/onnx-ops/arithmetic/scale.ts", KINDS, [
		[
			"a small factor of a wide value is 0",
			"const small = Math.round(ratio * 2 ** maxShift(limit)) < 1;",
			"const small = ratio < 2 ** (14 - maxShift(limit));",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/infinity/surroundings.ts", MISSING, [
		[
			"a mean of large numbers stands for infinity",
			"this.constant(names[k]) && one.least < HUGE && reach * factor >= one.least",
			"false",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/infinity/rules.ts", MISSING, [
		["a scaler hands no missing number on", "	BatchNormalization: normalised,\n", ""],
	]),
	...mutationsOf("crates-ts/compiler/src/import/missing-numbers.ts", MISSING, [
		[
			"a model with missing numbers gets another opset than its functions",
			'(given.opsets.get("") ?? 1) < 9 ?',
			'(given.opsets.get("") ?? 1) < 20 ?',
		],
	]),
	...mutationsOf(
		"crates-ts/actors/src/missing-inputs.ts",
		["crates-ts/actors/test/compile-file.test.ts"],
		[
			[
				"what is missing is the reason for every refusal",
				"if (!(error instanceof CompileError) || saysWhatIsMissing(nodes)) return error;",
				"if (!(error instanceof CompileError)) return error;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/fidelity/error-budget.ts",
		["crates-ts/compiler/test/judging.test.ts"],
		[
			[
				"a budget that is named is a little too small",
				"(Math.floor(value / digit) + 1)",
				"Math.floor(value / digit)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/fidelity/report.ts",
		["crates-ts/compiler/test/judging.test.ts"],
		[
			[
				"a budget is named that asks for the largest element",
				"if (outputs.some((one) => misplaces(one, { measure })))",
				"if (false)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/onnx/src/input-files.ts",
		["crates-ts/onnx/test/input-files.test.ts"],
		[
			[
				"two files of one name are one",
				"found.some((matches) => matches.length !== 1)",
				"found.some((matches) => matches.length === 0)",
			],
			[
				"what is not read is not told of",
				"for (const { path, name } of more)",
				"for (const { path, name } of [])",
			],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/program-json.ts",
		["crates-ts/runtime/test/program-file.test.ts"],
		[
			[
				"what is missing is a whole number",
				// biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of the file
				"missing: reals(missing, `${where}: missing`)",
				// biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of the file
				"missing: numbers(missing, `${where}: missing`)",
			],
		],
	),
	...mutationsOf("crates-ts/compiler/src/powers/needs.ts", KINDS, [
		[
			"a steep power is taken for a flat one",
			"return slopes && at(1).map((step, i) => step / slopes[i]);",
			"return slopes && at(1);",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/powers/needs.ts", FEATURES, [
		[
			"columns that are inputs of their own are compared on one scale",
			'const own = has(node, "joins") ?',
			'const own = has(node, "permutes") ?',
		],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/emit.ts", KINDS, [
		[
			"what lies too far for a sum is not clipped",
			"if (!(end < integerReach(operands[k]))) return [undefined, undefined];",
			"return [undefined, undefined];",
		],
		[
			"what lies too far for a sum counts for nothing",
			"const end = Math.ceil(enough / Math.abs(ratios[k])) + 1;",
			"const end = 0;",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/magnitudes.ts", KINDS, [
		[
			"magnitudes are roots of squares",
			'sum?.domain !== "" || sum.opType !== "Add"',
			'sum?.domain !== "" || sum.opType !== "Sub"',
		],
		[
			"magnitudes that are moved are roots of squares",
			"return isMoved ? originOf(node.inputs[0]) : node;",
			"return node;",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/likelihoods.ts", KINDS, [
		["distances to classes have no bound", "const LEAST = 2 ** 21;", "const LEAST = 2 ** 60;"],
		[
			"the first rows tell how far others are",
			"isFar || this.#isUnlike(x) ? this.#roots(x) : undefined",
			"isFar ? this.#roots(x) : undefined",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/masks.ts", KINDS, [
		[
			"a mask is below the scores of its own piece only",
			"const scores = others ? union(own, others) : own;",
			"const scores = own;",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/fidelity/probabilities.ts", KINDS, [
		[
			"one branch tells for both",
			"return subgraphsOf(node).every((inner) =>",
			"return subgraphsOf(node).some((inner) =>",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/quadratics.ts", MIXTURES, [
		["squares stay multiplied out", "if (!nodes) continue;", "if (nodes) continue;"],
		["a completed square has half its centre", "-b[i] / (2 * a[i])", "-b[i] / (4 * a[i])"],
	]),
	...mutationsOf("crates-ts/compiler/src/quantise/sums-of-exponentials.ts", MIXTURES, [
		[
			"sums of a softmax end where certain samples do",
			"widen(output, { low: 1, high: Math.min(count, MOST_ALIKE) });",
			"widen(output, { low: 1, high: 1 });",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/quantise/truth-ranges.ts", MIXTURES, [
		[
			"a category that nobody saw is not there",
			"ranges.set(output, union(seen, range));",
			"ranges.set(output, seen);",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/likelihoods.ts", MIXTURES, [
		[
			"the sum of likelihoods is rounded as it is",
			"if (isSum) normalise(editor, facts, node);",
			"if (!isSum) normalise(editor, facts, node);",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/powers/slopes.ts", MIXTURES, [
		["a branch that is thrown away asks for steps", "if (ends.every((end) => end === 1)) return 0;", ""],
	]),
	...mutationsOf("crates-ts/compiler/src/fidelity/probabilities.ts", MIXTURES, [
		[
			"shares of likelihoods are judged by their range",
			'return sum?.opType === "ReduceLogSumExp" &&',
			'return sum?.opType === "ReduceSum" &&',
		],
		["any difference is a share", "sum.inputs[0] === node.inputs[0];", "true;"],
	]),
	...mutationsOf("crates-ts/compiler/src/fidelity/float64.ts", MIXTURES, [
		["scalers have no float64", "?? (await withoutMl(model, feed))", ""],
	]),
	...mutationsOf("crates-ts/compiler/src/powers/even.ts", ROOM, [
		[
			"nothing is evened but inputs",
			"const origin = isOrigin(node) && choose(node.outputs[0]) !== undefined;",
			"const origin = false;",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/quantise/scales.ts", GRIDS, [
		[
			"grids stay finer than what they are made of",
			"if (!(ratio > most)) return own;",
			"if (ratio > 0) return own;",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/emit.ts", ROOM, [
		[
			"a grid of 32 bits ends at its own end",
			"if (quantisation.width !== 32) return quantisation;",
			"if (quantisation.width > 0) return quantisation;",
			GRIDS,
		],
		["a grid that no row converts to stays", "if (ratio < 2 ** -maxShift(limit)) {", "if (ratio < 0) {"],
	]),
	...mutationsOf(
		"crates-ts/onnx/src/attribute-lists.ts",
		["crates-ts/onnx/test/attribute-lists.test.ts"],
		[
			[
				"a forest of millions of nodes is decoded",
				"if (count <= most) continue;",
				"if (count > most) continue;",
			],
			["strings of an attribute are not counted", "if (field.number === ATTRIBUTE.strings) count++;", ""],
			["integers of several bytes count several times", "if (bytes[at] < 128) count++;", "count++;"],
		],
	),
	...mutationsOf("crates-ts/compiler/src/onnx-ops/indexing/scatter-lines.ts", SCATTERS, [
		[
			"rows of a graph are compared for each of their elements",
			"if (isColumn(context.shape(name))) return reshape(context, name, [-1]);",
			"",
		],
		["the first of several updates stays", "select_last_index: 1", "select_last_index: 0"],
		[
			"a place that nothing goes to takes an update",
			'context.emit("Where", [last.isThere, last.update, data])',
			'context.emit("Where", [last.isThere, last.update, last.update])',
		],
		[
			"where nothing goes, a maximum is 0",
			"? reshape(context, data, [outer, places, 1, inner])",
			"? scalarOf(context, type, 0)",
		],
		["a scatter of any size compares", "if (comparisons <= MOST_COMPARISONS) return;", "return;"],
	]),
	...mutationsOf("crates-ts/compiler/src/fidelity/judge.ts", PARTS, [
		[
			"a score beside pixels is judged by the range of the pixels",
			"if (used.length < 2 || largest <= UNLIKE * Math.min(...ranges)) return undefined;",
			"return undefined;",
		],
		[
			"a probability beside pixels is judged by what was seen of it",
			"(part.#isProbability ? 1 : part.#range)",
			"part.#range",
		],
		[
			"the mean of an output's parts is that of pixels",
			'if (measure === "mean" && meanOfPart !== undefined) return meanOfPart;',
			"",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/fidelity/parts.ts", PARTS, [
		["parts that were turned are none", "(isMove(node) && joins(node.inputs[0]))", "false"],
	]),
	...mutationsOf("crates-ts/compiler/src/fidelity/measure.ts", PARTS, [
		["a compiled output is judged as a whole", "parts.get(name)", "undefined"],
	]),
];
