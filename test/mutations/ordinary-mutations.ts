import { type Mutation, mutationsOf } from "./mutation.ts";

const KINDS = ["crates-ts/compiler/test/ordinary-kinds.test.ts"];

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
	...mutationsOf("crates-ts/compiler/src/powers/needs.ts", KINDS, [
		[
			"a steep power is taken for a flat one",
			"return slopes && at(1).map((step, i) => step / slopes[i]);",
			"return slopes && at(1);",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/magnitudes.ts", KINDS, [
		[
			"magnitudes are roots of squares",
			'sum.opType !== "Add" || editor.reads(node.inputs[0]) !== 1',
			'sum.opType !== "Sub" || editor.reads(node.inputs[0]) !== 1',
		],
	]),
	...mutationsOf("crates-ts/compiler/src/passes/likelihoods.ts", KINDS, [
		["distances to classes have no bound", "const ROOM = 16;", "const ROOM = 1e12;"],
		[
			"the first rows tell how far others are",
			"(isFar || this.#isUnlike(x)) && this.#multiply(x)",
			"isFar && this.#multiply(x)",
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
];
