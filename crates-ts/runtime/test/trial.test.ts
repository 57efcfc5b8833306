import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model, Node } from "@umpire/onnx/model.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { levelsFor } from "../src/onnxruntime.ts";
import { tryModels } from "../src/trial.ts";

const node = (opType: string, inputs: string[], output: string): Node => ({
	name: output,
	opType,
	domain: "",
	inputs,
	outputs: [output],
	attributes: new Map(),
});

/** A model of one input `x` of float32, four numbers, and one output `y` of the same. */
const model = (nodes: Node[]): Model => ({
	irVersion: 8,
	producer: "test",
	graph: {
		name: "g",
		inputs: [{ name: "x", type: "float32", dims: [4] }],
		outputs: [{ name: "y", type: "float32", dims: [4] }],
		valueInfo: [],
		initializers: new Map(),
		nodes,
	},
	opsets: new Map([["", 17]]),
	functions: [],
	metadata: new Map(),
});

const sound = model([node("Add", ["x", "x"], "y")]);

/** Calls within calls: onnxruntime follows them when it opens a session, until its stack ends and the process with it. */
const CALLS = 20_000;
const opsets = new Map([
	["", 17],
	["test", 1],
]);
const call = (index: number, from: string, to: string): Node => ({
	...node(`F${index}`, [from], to),
	domain: "test",
});
const fatal: Model = {
	...model([call(0, "x", "y")]),
	opsets,
	functions: Array.from({ length: CALLS }, (_, i) => ({
		name: `F${i}`,
		domain: "test",
		inputs: ["a"],
		outputs: ["b"],
		nodes: [i === CALLS - 1 ? node("Add", ["a", "a"], "b") : call(i + 1, "a", "b")],
		opsets,
		doc: "",
	})),
};

describe("tryModels", () => {
	// What trials leave behind is looked for in a folder that nobody else writes to.
	let folder: string;
	const before = process.env.TMPDIR;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), "umpire-trial-"));
		process.env.TMPDIR = folder;
	});
	afterAll(() => {
		process.env.TMPDIR = before;
		if (before === undefined) delete process.env.TMPDIR;
		rmSync(folder, { recursive: true });
	});

	it("loads and runs what onnxruntime takes", async () => {
		await tryModels([sound, sound], 1);
	});

	it("tells what onnxruntime refuses", async () => {
		await expect(tryModels([model([node("Sqrt", ["x"], "y")])], 1)).rejects.toThrow(/may round: Sqrt/);
	});

	it("survives what ends onnxruntime's process, and leaves nothing of it on the disk", async () => {
		await expect(tryModels([sound, fatal], 1)).rejects.toThrow("its process ended with SIGSEGV");
		expect(readdirSync(folder)).toEqual([]);
		await tryModels([sound], 1);
	});

	it("is given up after its time, whatever its process does", async () => {
		await expect(tryModels([sound], 1, 0)).rejects.toThrow("it took more than 0 s");
	});

	it("lets some wait when there are many, and all of them have their turn", async () => {
		const trials = Array.from({ length: 9 }, (_, i) => tryModels([i % 2 === 0 ? sound : fatal], 1));
		const results = await Promise.allSettled(trials);
		expect(results.map(({ status }) => status)).toEqual(
			trials.map((_, i) => (i % 2 === 0 ? "fulfilled" : "rejected")),
		);
	});
});

describe("levelsFor", () => {
	it("leaves out the optimisers for so many nodes that they take longer than they save", () => {
		const nodes = (count: number) => model(Array.from({ length: count }, () => node("Add", ["x", "x"], "y")));
		expect(levelsFor(nodes(4095))).toEqual(["all", "basic", "disabled"]);
		expect(levelsFor(nodes(4096))).toEqual(["disabled"]);
	});
});
