import { modelOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { UNARY } from "../src/lower/functions.ts";
import { decompositionOf, FAMILIES, isComposite, loweringOf, OPERATORS } from "../src/onnx-ops/operators.ts";

const records = Object.values(FAMILIES).flat();

describe("records of operators", () => {
	test("are one for each", () => {
		expect(OPERATORS.size).toBe(records.length);
	});

	test.each(records.map((record) => [record.domain, record.name, record] as const))(
		"%s %s says what becomes of it",
		(_, __, { since, lower, decompose, refuse, isComposite, summary, domain }) => {
			expect(since).toBeGreaterThan(0);
			expect(summary).not.toMatch(/^$|\n|\.$/);
			expect(Boolean(lower || decompose)).toBe(!refuse);
			if (isComposite) expect(decompose).toBeDefined();
			if (lower) expect(domain).toBe("");
		},
	);

	test("hold every function that a table can be", () => {
		const functions = FAMILIES.functions.map(({ name }) => name);
		expect(functions.sort()).toEqual(Object.keys(UNARY).sort());
	});

	test("have the traits of ONNX's operators", () => {
		expect([...OPERATORS.get("Reshape")!.traits]).toContain("moves");
		expect([...OPERATORS.get("com.microsoft.Pad")!.traits]).toEqual([]);
	});

	test("say which nodes may have to be replaced", () => {
		const pool = (outputs: string[]) =>
			modelOf([[1, 1, 4, 4]], (g, [x]) => g.node("MaxPool", [x], { kernel_shape: [2, 2] }, "pool", outputs))
				.graph;
		const [plain, indexed] = [pool(["y"]), pool(["y", "places"])];
		expect(isComposite(plain.nodes[0], plain)).toBe(false);
		expect(isComposite(indexed.nodes[0], indexed)).toBe(true);
		const softmax = modelOf([[4]], (g, [x]) => g.node("Softmax", [x])).graph;
		expect(isComposite(softmax.nodes[0], softmax)).toBe(true);
		const [unknown] = modelOf([[4]], (g, [x]) => g.node("Frobnicate", [x])).graph.nodes;
		expect([loweringOf(unknown), decompositionOf(unknown)]).toEqual([undefined, undefined]);
	});
});
