import { naturalBounds } from "@umpire/compiler/quantise/natural-bounds.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { compileChecked, floats, modelOf, outputsOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

/** The largest difference of a program's outputs, calibrated on some inputs, from the model's on another. */
async function errorOn(model: Model, seen: readonly Tensor[][], unseen: readonly Tensor[]): Promise<number> {
	const compiled = await compileChecked(model, { inputs: seen });
	const inputs = new Map(model.graph.inputs.map(({ name }, k) => [name, unseen[k]]));
	const expected = await runFloat(model, inputs);
	const errors = outputsOf(compiled, inputs).flatMap((values, k) => {
		const real = expected.get(model.graph.outputs[k].name)!.data as Float32Array;
		return values.map((value, i) => Math.abs(value - real[i]));
	});
	return Math.max(...errors);
}

const filled = (dims: readonly number[], value: number): Tensor =>
	floats(
		dims,
		Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => value),
	);

test("a probability may become 1, however small calibration saw it, and so may what it is the mean of", async () => {
	const mean = (g: GraphBuilder, x: string): string =>
		g.node("ReduceMean", [g.node("Sigmoid", [x]), g.ints("axes", [1])], { keepdims: 1 });
	const model = modelOf([[1, 4]], (g, [x]) => mean(g, x), 18);
	// The largest number is there, but not where it makes the output.
	const seen = [[floats([1, 4], [-4, -4, -4, -4])], [floats([1, 4], [-3, -5, -6, -4])]];
	expect(await errorOn(model, seen, [filled([1, 4], 3)])).toBeLessThan(0.001);
});

/** One step of an LSTM written out, c and h being inputs. */
function cell(g: GraphBuilder, [x, h, c]: readonly string[]): string[] {
	const gate = (k: number): string =>
		g.node("Add", [x, g.node("MatMul", [h, g.constant(`r${k}`, random([4, 4], k))])]);
	const kept = g.node("Mul", [g.node("Sigmoid", [gate(1)]), c]);
	const added = g.node("Mul", [g.node("Sigmoid", [gate(2)]), g.node("Tanh", [gate(3)])]);
	const next = g.node("Add", [kept, added]);
	return [g.node("Mul", [g.node("Sigmoid", [gate(4)]), g.node("Tanh", [next])]), next];
}

describe("in a recurrence", () => {
	const model = modelOf(
		[
			[1, 4],
			[1, 4],
			[1, 4],
		],
		cell,
		18,
	);
	const sample = (c: number, h: number, x = 0.4): Tensor[] => [
		filled([1, 4], x),
		filled([1, 4], h),
		filled([1, 4], c),
	];
	/** So many samples that their margin alone is small. */
	const seen = Array.from({ length: 64 }, (_, k) => sample(2 * Math.cos(k), 0.15 * Math.sin(k)));

	test("a cell may grow to twice of what calibration saw, on its way in and out", async () => {
		expect(await errorOn(model, seen, sample(5.5, 0.1))).toBeLessThan(0.01);
	});

	test("hidden states and gates reach their bounds", async () => {
		const closed = Array.from({ length: 64 }, (_, k) => sample(2 * Math.cos(k), 0, -2 + (k % 3) / 2));
		expect(await errorOn(model, closed, sample(1, 0, 2))).toBeLessThan(0.01);
	});
});

test("values lie between what their operators and constants say", () => {
	const g = modelOf([[1, 4]], (b, [x]) => {
		const s = b.node("Sigmoid", [x], {}, "s", ["s"]);
		const t = b.node("Tanh", [x], {}, "t", ["t"]);
		b.node("Sub", [s, t], {}, "d", ["d"]);
		b.node("Mul", ["d", "d"], {}, "q", ["q"]);
		b.node("Relu", [x], {}, "r", ["r"]);
		b.node("Neg", ["r"], {}, "n", ["n"]);
		b.node("Mul", [s, x], {}, "m", ["m"]);
		b.node("Concat", [s, t], { axis: 1 }, "j", ["j"]);
		b.node("Add", [x, x], {}, "a", ["a"]);
		return "j";
	}).graph;
	const facts = { constants: new Map(), types: new Map(), shapes: new Map() } as unknown as Facts;
	const bounds = naturalBounds(g, facts);
	expect(bounds.get("d")).toEqual({ low: -1, high: 2 });
	expect(bounds.get("q")).toEqual({ low: 0, high: 4 });
	expect(bounds.get("r")).toEqual({ low: 0, high: Number.POSITIVE_INFINITY });
	expect(bounds.get("n")?.high).toBeCloseTo(0);
	expect(bounds.get("j")).toEqual({ low: -1, high: 1 });
	expect([bounds.has("m"), bounds.has("a")]).toEqual([false, false]);
});

test("an end of a grid is open where calibration set it, and closed where the model does", async () => {
	const openOf = async (build: (g: GraphBuilder, x: string) => string): Promise<string | undefined> => {
		const { program } = await compileChecked(
			modelOf([[1, 4]], (g, [x]) => build(g, x)),
			{ inputs: [[random([1, 4])]] },
		);
		return program.operators[program.outputs[0].operator].open;
	};
	const w = random([4, 4]);
	expect(await openOf((g, x) => g.node("MatMul", [x, g.constant("w", w)]))).toBe("both");
	expect(await openOf((g, x) => g.node("Relu", [g.node("MatMul", [x, g.constant("w", w)])]))).toBe("high");
	expect(await openOf((g, x) => g.node("Exp", [x]))).toBe("high");
	expect(await openOf((g, x) => g.node("Sigmoid", [x]))).toBeUndefined();
});
