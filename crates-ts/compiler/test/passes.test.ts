import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { modelOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { pass, runPasses } from "../src/passes/pass.ts";
import { PIPELINE } from "../src/passes/pipeline.ts";

describe("the pipeline", () => {
	test("gives every pass what it needs", () => {
		const known = new Set<string>(["model", "sets"]);
		for (const { name, needs, leaves } of PIPELINE) {
			for (const key of needs) expect(known, `${name} needs ${key}`).toContain(key);
			for (const key of leaves) known.add(key);
		}
		expect(known).toContain("built");
	});

	test("has passes of different names, each with a summary", () => {
		const names = PIPELINE.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		for (const { summary } of PIPELINE) expect(summary).not.toBe("");
	});

	test("in another order is refused", async () => {
		const needy = pass({
			name: "needy",
			summary: "needs ranges",
			needs: ["folded"],
			leaves: [],
			run: () => ({}),
		});
		await expect(runPasses([needy], {}, {})).rejects.toThrow("pass needy needs folded");
	});
});

describe("a report", () => {
	test("says what every pass changed", async () => {
		const model = modelOf([[2, 4]], (g, [x]) => g.node("Softmax", [g.node("Identity", [x])]));
		const { report } = await compile(model);
		expect(report.passes.map(({ name }) => name)).toEqual(PIPELINE.map(({ name }) => name));
		const by = new Map(report.passes.map((one) => [one.name, one]));
		expect(by.get("upgrade")).toMatchObject({ nodes: [2, 2], added: {}, removed: {} });
		expect(by.get("identities")).toMatchObject({ nodes: [2, 1], removed: { Identity: 1 } });
		const decompose = by.get("decompose")!;
		expect(decompose.removed).toEqual({ Softmax: 1 });
		expect(decompose.added).toMatchObject({ Exp: 1, Div: 1 });
		expect(decompose.steps.map(({ name }) => name)).toEqual(["composites"]);
		expect(by.get("build")!.operators).toMatchObject({ Div: 1, Gather: 1 });
	});

	test("names the steps of a pass that changed something", async () => {
		const g = new GraphBuilder("squares", { opset: 18 });
		const x = g.input("x", "float32", [2, 4]);
		g.output(g.node("ReduceSum", [g.node("Mul", [x, x])]));
		const { passes } = (await compile(g.model())).report;
		const steps = passes.find(({ name }) => name === "decompose")!.steps;
		expect(steps.map(({ name }) => name)).toContain("squares");
		expect(steps.find(({ name }) => name === "squares")).toMatchObject({ added: { ReduceSumSquare: 1 } });
	});

	test("says which values have a grid for a reason of its own", async () => {
		const rounded = modelOf([[2, 4]], (g, [x]) => g.node("Round", [x]));
		const { grids } = (await compile(rounded)).report;
		expect(grids).toEqual([{ value: "x0", reasons: ["compared", "wide", "dyadic"] }]);
		const plain = modelOf([[2, 4]], (g, [x]) => g.node("Relu", [x]));
		expect((await compile(plain)).report.grids).toEqual([]);
	});
});
