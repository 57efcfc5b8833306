import { type Mutation, mutationsOf } from "./mutation.ts";

const CLASSES = ["crates-ts/compiler/test/classes.test.ts"];
const BOUNDED = ["crates-ts/compiler/test/bounded-ranges.test.ts"];
const CLIPPED = ["crates-ts/actors/test/check-tells.test.ts"];
const INLINE = ["crates-ts/compiler/test/inline.test.ts"];

/** Which rows are classes, what room values have, and who is told of what was clipped. */
export const ROOM_MUTATIONS: readonly Mutation[] = [
	...mutationsOf("crates-ts/compiler/src/fidelity/class-evidence.ts", CLASSES, [
		["rows of pixels are classes", "place === undefined || place.rank <= 2", "true"],
		[
			"a softmax across rows makes classes of them",
			'alongRows(int(node, "axis", -1), place) ? "probabilities" : "none"',
			'"probabilities"',
		],
		["what the model looks for is not seen", '(ranked.has(name) ? "ranked" : own)', "own"],
		["a part of an output speaks for all", "Math.min(...parts.map", "Math.max(...parts.map"],
	]),
	...mutationsOf("crates-ts/compiler/src/fidelity/classes.ts", CLASSES, [
		[
			"regressors of tables give classes",
			'evidence !== "none" && !(evidence === "product" && isTabular(model))',
			'evidence !== "none"',
		],
		[
			"what a user says of classes does not count",
			"if (classes !== undefined) {",
			"if (classes?.length === 0) {",
		],
		["classes of no output are taken", "\trequireOutputs(classes, names);\n", ""],
	]),
	...mutationsOf("crates-ts/compiler/src/fidelity/judge.ts", CLASSES, [
		[
			"the largest number of any row has to stay",
			"return rows.isClasses && keepsArgmax(budget)",
			"return keepsArgmax(budget)",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/quantise/bounded-ranges.ts", BOUNDED, [
		["a probability ends where calibration saw it end", "if (shown.has(name) || isNear)", "if (isNear)"],
		["gates end where calibration saw them end", "if (shown.has(name) || isNear)", "if (shown.has(name))"],
		["a cell grows no further", "const GROWTH = 2;", "const GROWTH = 1;"],
	]),
	...mutationsOf("crates-ts/compiler/src/quantise/open-ends.ts", BOUNDED, [
		["no end is open", "COMPUTING.has(kind) ||", "COMPUTING.has(kind) || kind !== undefined ||"],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/function-tables.ts", BOUNDED, [
		["every table is clipped", "openEnds(reals, quantisation)", '"both"'],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/wide-table.ts", BOUNDED, [
		["a table of columns ends before they do", "Math.max(0, seen) * margin", "Math.max(0, seen)"],
	]),
	...mutationsOf("crates-ts/compiler/src/onnx-ops/products/matmul.ts", BOUNDED, [
		[
			"squares of inputs are refused their bits",
			"if (context.representableReach(value) <= limit) return value;",
			"if (reach <= limit) return value;",
		],
	]),
	...mutationsOf(
		"crates-ts/runtime/src/clips.ts",
		["crates-ts/runtime/test/clips.test.ts"],
		[["closed ends count as clipped", "if (open === undefined) continue;", ""]],
	),
	...mutationsOf("crates-ts/actors/src/run-program.ts", CLIPPED, [
		[
			"a run keeps silent of what was clipped within",
			"if (clipped !== undefined) options.warn(clipped);",
			"",
		],
	]),
	...mutationsOf("crates-ts/actors/src/check.ts", CLIPPED, [
		["a check keeps silent of what was clipped within", "if (clipped !== undefined) progress(clipped);", ""],
	]),
	...mutationsOf("crates-ts/onnx/src/opset.ts", INLINE, [
		[
			"a function keeps the opset that it was written for",
			"if (from === to) return called;",
			"return called;",
		],
		["a function of a newer opset is taken", "if (from > to || to < LEAST_OF_FUNCTIONS)", "if (to < 0)"],
	]),
	...mutationsOf("crates-ts/compiler/src/import/if.ts", INLINE, [
		["branches of open sizes run", "\trefuseVaryingSizes(model, node);\n", ""],
	]),
];
