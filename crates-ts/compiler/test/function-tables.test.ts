import { nodeOf } from "@umpire/graph/edit.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { expectFaithful, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { afterEach, describe, expect, test, vi } from "vitest";
import { compile } from "../src/compile.ts";
import type { Value } from "../src/lower/context.ts";
import { FunctionTables } from "../src/lower/function-tables.ts";
import { keyOfUnary } from "../src/lower/functions.ts";
import { keyOf } from "../src/lower/pointwise.ts";

const GRID = { low: -100, high: 100, scale: 0.01 };
const RESULTS = { low: -127, high: 127, scale: 1 / 64, width: 8 } as const;

/** Keeps what is stored, and counts it. */
function storage() {
	const stored: number[][] = [];
	const store = (data: ArrayLike<number>): Value => {
		stored.push([...Array.from(data)]);
		const spec = { shape: [data.length], layout: [0], ...RESULTS };
		return { ref: { source: "constant", index: stored.length - 1 }, spec };
	};
	return { stored, store };
}

describe("a function of a grid", () => {
	test("is computed once, however often it is asked for", () => {
		const tables = new FunctionTables();
		const f = vi.fn((x: number) => x * x);
		const { stored, store } = storage();
		const found = [0, 1, 2].map(() => tables.of(f, { ...GRID }).on({ ...RESULTS }, store));
		expect(f).toHaveBeenCalledTimes(201);
		expect(stored).toEqual([Array.from({ length: 201 }, (_, k) => Math.round(64 * ((k - 100) / 100) ** 2))]);
		expect(new Set(found).size).toBe(1);
	});

	test.each([
		["lowest integer", { ...GRID, low: -90 }],
		["highest integer", { ...GRID, high: 90 }],
		["scale", { ...GRID, scale: 0.02 }],
	])("is another one with another %s", (_, other) => {
		const tables = new FunctionTables();
		const f = (x: number): number => x / 2;
		const { stored, store } = storage();
		for (const grid of [GRID, other]) tables.of(f, grid).on(RESULTS, store);
		expect(stored[1]).toEqual(
			Array.from(
				{ length: other.high - other.low + 1 },
				(_, k) => Math.round(32 * (other.low + k) * other.scale) + 0,
			),
		);
		expect(tables.of(f, other).bounds).toEqual({
			low: (other.low * other.scale) / 2,
			high: (other.high * other.scale) / 2,
		});
	});

	test.each([
		["lowest integer", { ...RESULTS, low: -20 }, -20, 64],
		["highest integer", { ...RESULTS, high: 20 }, -64, 20],
		["scale", { ...RESULTS, scale: 1 / 32 }, -32, 32],
		["width", { ...RESULTS, width: 16 as const }, -64, 64],
	])("has another table of results of another %s", (_, other, low, high) => {
		const tables = new FunctionTables();
		const f = (x: number): number => x;
		const { stored, store } = storage();
		for (const results of [RESULTS, other, RESULTS]) tables.of(f, GRID).on(results, store);
		expect(stored.map((data) => [data[0], data[200]])).toEqual([
			[-64, 64],
			[low, high],
		]);
	});
});

describe("functions of nodes", () => {
	const elu = (alpha: number) => nodeOf("n", "Elu", ["x"], ["y"], { alpha });

	test("are one function where operator and attributes are equal", () => {
		expect(keyOfUnary(elu(2))).toBe(keyOfUnary({ ...elu(2), inputs: ["a"], outputs: ["b"] }));
		expect(keyOfUnary(elu(2))).not.toBe(keyOfUnary(elu(3)));
		expect(keyOfUnary(elu(2))).not.toBe(keyOfUnary({ ...elu(2), opType: "Celu" }));
		const lists = nodeOf("n", "Elu", ["x"], ["y"], { alpha: [2] });
		expect(keyOfUnary(lists)).not.toBe(keyOfUnary({ ...lists, name: "m" }));
	});

	test("are two where a zero has another sign", () => {
		expect(keyOf("Div", [undefined, 0])).not.toBe(keyOf("Div", [undefined, -0]));
		expect(keyOf("Div", [undefined, 0])).not.toBe(keyOf("Div", [0, undefined]));
		expect(keyOf("Div", [undefined, 0])).toBe(keyOf("Div", [undefined, 0]));
	});

	const curve = (g: GraphBuilder, x: string): string => g.node("Sigmoid", [x]);
	test.each<[string, (g: GraphBuilder, x: string) => [string, string]]>([
		["attributes", (g, x) => [g.node("Elu", [x], { alpha: 2 }), g.node("Elu", [x], { alpha: 0.5 })]],
		[
			"attributes of a part",
			(g, x) => [
				g.node("Mul", [x, g.node("Elu", [x], { alpha: 2 })]),
				g.node("Mul", [x, g.node("Elu", [x], { alpha: 0.5 })]),
			],
		],
		[
			"constants",
			(g, x) => [
				curve(g, g.node("Add", [x, g.scalar("a", 1)])),
				curve(g, g.node("Add", [x, g.scalar("b", -1)])),
			],
		],
		[
			"ends",
			(g, x) => [
				curve(g, g.node("Clip", [x, g.scalar("a", -1), g.scalar("b", 1)])),
				curve(g, g.node("Clip", [x, g.scalar("c", -1), g.scalar("d", 0.5)])),
			],
		],
		["order of operands", (g, x) => [g.node("Sub", [x, curve(g, x)]), g.node("Sub", [curve(g, x), x])]],
		["operator", (g, x) => [g.node("Mul", [x, curve(g, x)]), g.node("Mul", [x, g.node("Tanh", [x])])]],
	])("are two functions where they have unlike %s", async (_, pair) => {
		const model = modelOf([[4, 50]], (g, [x]) => pair(g, x));
		await expectFaithful(model, 1e-3);
	});
});

describe("what recurs in a model is computed once", () => {
	afterEach(() => vi.restoreAllMocks());

	/** How often Math.exp, Math.tanh and Math.expm1 are called while the model is compiled. */
	async function callsOf(model: Model): Promise<number[]> {
		const spies = [vi.spyOn(Math, "exp"), vi.spyOn(Math, "tanh"), vi.spyOn(Math, "expm1")];
		await compile(model, { inputs: [[random(model.graph.inputs[0].dims as number[], 7)]] });
		const calls = spies.map((spy) => spy.mock.calls.length);
		vi.restoreAllMocks();
		return calls;
	}

	const SIZE = 3;
	const recurrent = (steps: number): Model =>
		modelOf([[steps, 1, SIZE]], (g, [x]) => {
			const weights = (name: string, seed: number): string =>
				g.constant(name, random([1, 4 * SIZE, SIZE], seed));
			g.node("LSTM", [x, weights("w", 2), weights("r", 3)], { hidden_size: SIZE }, "cell", ["y"]);
			return ["y"];
		});

	test("by the steps of a recurrence", async () => {
		const calls = await callsOf(recurrent(6));
		expect(Math.min(calls[0], calls[1])).toBeGreaterThan(0);
		expect(await callsOf(recurrent(12))).toEqual(calls);
	});

	const repeated = (times: number): Model =>
		modelOf([[1, 8]], (g, [x]) =>
			Array.from({ length: times }, (_, k) =>
				g.node("Mul", [x, g.node("Sigmoid", [g.node("Add", [x, g.scalar(`c${k}`, 0.5)])])]),
			),
		);

	test("by chains of several nodes", async () => {
		const calls = await callsOf(repeated(1));
		expect(calls[0]).toBeGreaterThan(0);
		expect(await callsOf(repeated(4))).toEqual(calls);
	});

	const withAttributes = (times: number): Model =>
		modelOf([[1, 8]], (g, [x]) => Array.from({ length: times }, () => g.node("Elu", [x], { alpha: 0.5 })));

	test("by nodes with equal attributes", async () => {
		const calls = await callsOf(withAttributes(1));
		expect(calls[2]).toBeGreaterThan(0);
		expect(await callsOf(withAttributes(4))).toEqual(calls);
	});
});
