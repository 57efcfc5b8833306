import { type AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { OnnxError } from "@umpire/onnx/errors.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { describe, expect, test } from "vitest";
import { checkAttributeLists, MOST_LISTED } from "../src/attribute-lists.ts";

/** A model whose node "forest" has one attribute beside two others. */
function listing(attribute: Record<string, AttributeInput>): Uint8Array {
	const g = new GraphBuilder("lists");
	const x = g.input("x", "float32", [1]);
	const w = g.constant("w", tensorFrom("float32", [40], new Array<number>(40).fill(1)));
	g.node("Sum", [x, w], { before: [1, 2] }, "earlier");
	const node = g.node("TreeEnsembleRegressor", [x], { ...attribute, after: "text" }, "forest");
	g.output(node, "float32", [1]);
	return writeModel(g.model());
}

const ints = (count: number): number[] => Array.from({ length: count }, (_, k) => k * 300 - 5);

const floats = (count: number): AttributeInput => ({
	type: "floats",
	value: new Array<number>(count).fill(0.5),
});

describe("lists of attributes", () => {
	test.each([
		["integers of one byte and of several", { ids: ints(8) }, { ids: ints(9) }],
		[
			"strings",
			{ modes: new Array<string>(8).fill("LEAF") },
			{ modes: new Array<string>(9).fill("BRANCH_LEQ") },
		],
		["floats", { values: floats(8) }, { values: floats(9) }],
	])("of %s are counted before the model is decoded", (_, some, more) => {
		expect(() => checkAttributeLists(listing(some), "m", 8)).not.toThrow();
		const [name] = Object.keys(more);
		expect(() => checkAttributeLists(listing(more), "m", 8)).toThrow(
			new RegExp(`^m: TreeEnsembleRegressor "forest" lists 9 elements as ${name}: give it 8 at most`),
		);
	});

	test("of millions of elements are refused by name when a model is read", () => {
		const forest = listing({ modes: new Array<string>(MOST_LISTED + 1).fill("") });
		expect(() => readModel(forest)).toThrow(OnnxError);
		expect(() => readModel(forest)).toThrow(
			/TreeEnsembleRegressor "forest" lists 1048577 elements as modes: .* fewer or smaller/,
		);
	});

	test("do not count elements of tensors, however many", () => {
		const g = new GraphBuilder("constant");
		const value = tensorFrom("float32", [64], new Array<number>(64).fill(2));
		g.output(g.node("Constant", [], { value }), "float32", [64]);
		expect(() => checkAttributeLists(writeModel(g.model()), "m", 8)).not.toThrow();
	});
});
