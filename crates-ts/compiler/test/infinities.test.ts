import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import {
	compileChecked,
	expectFaithful,
	expectOutputs,
	floats,
	modelOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { InputMasks } from "../src/passes/infinity/masks.ts";

const infinity = Number.NEGATIVE_INFINITY;

/** Σ values·softmax(scores) row by row, 0 for rows of which everything is masked. */
function softmaxRows(scores: readonly number[], masked: readonly boolean[], columns: number): number[] {
	return Array.from({ length: scores.length / columns }, (_, row) => {
		const powers = Array.from({ length: columns }, (_, k) =>
			masked[row * columns + k] ? 0 : Math.exp(scores[row * columns + k]),
		);
		const sum = powers.reduce((a, b) => a + b, 0);
		return powers.map((power) => (sum === 0 ? 0 : power / sum));
	}).flat();
}

describe("masks of −∞", () => {
	const scores = random([3, 4], 2);
	const mask = tensorFrom("bool", [3, 4], [1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0]);
	const expected = softmaxRows(
		Array.from(scores.data as Float32Array),
		Array.from(mask.data as Uint8Array, (keep) => keep === 0),
		4,
	);

	test("rows of which everything is masked are found, whatever the masks are summed up from", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => {
			const keep = g.input("keep", "bool", [3, 4]);
			const [zero, lowest] = [g.scalar("zero", 0), g.scalar("lowest", infinity)];
			const own = g.node("Where", [keep, zero, lowest]);
			const causal = g.constant("causal", floats([4], [0, 0, 0, 0]));
			const bias = g.node("Add", [g.node("Add", [own, causal]), own]);
			const masked = g.node("Equal", [g.node("ReduceMax", [bias], { axes: [-1] }), lowest]);
			const safe = g.node("Softmax", [g.node("Cast", [g.node("Add", [x, bias])], { to: 1 })]);
			return g.node("Where", [masked, zero, safe]);
		});
		await expectOutputs(model, [scores, mask], [expected], 1e-3);
	});

	for (const added of [true, false]) {
		test(`rows without any number are found by IsNaN, masks ${added ? "added" : "put in place"}`, async () => {
			const model = modelOf([[3, 4]], (g, [x]) => {
				const keep = g.input("keep", "bool", [3, 4]);
				const [zero, lowest] = [g.scalar("zero", 0), g.scalar("lowest", infinity)];
				const masked = added
					? g.node("Add", [x, g.node("Where", [keep, zero, lowest])])
					: g.node("Where", [keep, x, lowest]);
				const softmax = g.node("Softmax", [masked], { axis: -1 });
				return g.node("Where", [g.node("IsNaN", [softmax]), zero, softmax]);
			});
			await expectOutputs(model, [scores, mask], [expected], 1e-3);
		});
	}

	test("scores of which masks are looked at themselves", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => {
			const keep = g.input("keep", "bool", [3, 4]);
			const [zero, lowest] = [g.scalar("zero", 0), g.scalar("lowest", infinity)];
			const masked = g.node("Where", [keep, x, lowest]);
			const out = g.node("Cast", [g.node("Equal", [masked, lowest])], { to: 6 });
			const all = g.node("Cast", [g.node("ReduceMin", [out], { axes: [-1] })], { to: 9 });
			return g.node("Where", [all, zero, g.node("Softmax", [masked], { axis: -1 })]);
		});
		await expectOutputs(model, [scores, mask], [expected], 3e-3);
	});

	test("a causal mask added through a cast", async () => {
		const model = modelOf([[3, 3]], (g, [x]) => {
			const above = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => (column > row ? infinity : 0)));
			const sum = g.node("Add", [x, g.constant("causal", floats([3, 3], above))]);
			return g.node("Softmax", [g.node("Cast", [sum], { to: 1 })]);
		});
		await expectFaithful(model, 1e-3);
	});

	test("the smallest floats as a mask that the inputs choose", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => {
			const keep = g.input("keep", "bool", [3, 4]);
			return g.node("Softmax", [g.node("Where", [keep, x, g.scalar("lowest", -3.4028234663852886e38)])]);
		});
		const some = tensorFrom("bool", [3, 4], [1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0]);
		const kept = softmaxRows(
			Array.from(scores.data as Float32Array),
			Array.from(some.data as Uint8Array, (keep) => keep === 0),
			4,
		);
		await expectOutputs(model, [scores, some], [kept], 1e-3);
	});

	for (const lowest of [-1e4, -3.4028234663852886e38]) {
		test(`a mask that is an input, with ${lowest}`, async () => {
			const model = modelOf(
				[
					[3, 4],
					[3, 4],
				],
				(g, inputs) => g.node("Softmax", [g.node("Add", inputs)]),
			);
			const some = [0, 0, lowest, 0, lowest, lowest, 0, lowest, 0, lowest, lowest, lowest];
			const kept = softmaxRows(
				Array.from(scores.data as Float32Array),
				some.map((value) => value !== 0),
				4,
			);
			await expectOutputs(model, [scores, floats([3, 4], some)], [kept], 1e-3);
		});
	}
});

describe("what is not finite", () => {
	test("bounds of ±∞ clip nothing", async () => {
		const model = modelOf([[4]], (g, [x]) =>
			g.node("Clip", [x, g.scalar("low", infinity), g.scalar("high", Number.POSITIVE_INFINITY)]),
		);
		await expectFaithful(model);
	});
	test.each([
		["∞", Number.POSITIVE_INFINITY, /Mul "m": its constant "c" holds Infinity/],
		["NaN", Number.NaN, /Where "w": its constant "c" holds NaN. NaN as a mark of what is missing/],
	])("a constant of %s is refused by name", async (_, value, message) => {
		const model = modelOf([[2, 2]], (g, [x]) => {
			const constant = g.constant("c", floats([2, 1], [value, 1]));
			if (Number.isNaN(value))
				return g.node("Where", [g.node("Less", [x, g.scalar("z", 0)]), constant, x], {}, "w");
			return g.node("Max", [g.node("Mul", [x, constant], {}, "m"), x]);
		});
		await expect(compileChecked(model)).rejects.toThrow(message);
	});
});

describe("tensors without elements", () => {
	const whole = (values: readonly number[]): Tensor => tensorFrom("int64", [values.length], values);

	test("a part that a Split leaves empty, joined again", async () => {
		const model = modelOf([[2, 4]], (g, [x]) => {
			const sizes = g.constant("sizes", whole([4, 0]));
			g.node("Split", [x, sizes], { axis: 1 }, "split", ["first", "rest"]);
			return g.node("Concat", ["rest", g.node("Neg", ["first"]), "rest"], { axis: 1 });
		});
		await expectFaithful(model);
	});
	test("a sum over nothing, and an output of nothing beside another", async () => {
		const model = modelOf([[2, 4]], (g, [x]) => {
			const [start, end, axis] = ["start", "end", "axis"].map((name, k) =>
				g.constant(name, whole([[4], [4], [1]][k])),
			);
			const none = g.node("Slice", [x, start, end, axis]);
			const sum = g.node("ReduceSum", [none, g.constant("axes", whole([1]))]);
			return [g.node("Add", [x, sum]), none];
		});
		const { program } = await expectFaithful(model);
		expect(program.outputs.map(({ name }) => name)).toEqual([model.graph.outputs[0].name]);
	});

	test("a model of nothing is refused", async () => {
		const model = modelOf([[2, 4]], (g, [x]) => {
			const [start, end] = ["start", "end"].map((name) => g.constant(name, whole([2])));
			return g.node("Slice", [x, start, end], {}, "s");
		});
		await expect(compileChecked(model)).rejects.toThrow(
			/Slice "s": output ".*" has no elements: its shape is \[0, 4\]/,
		);
	});
});

test("inputs are masks only if all samples say so", () => {
	const masks = new InputMasks(modelOf([[2], [2], [2], [2]], (_, [x]) => x).graph);
	const samples = [
		[
			[1, 0],
			[0, 1],
			[0, -1e7],
			[0, 0],
		],
		[
			[0, 1],
			[0, 2],
			[0, -1e9],
			[0, -1e8],
		],
	];
	for (const sample of samples)
		sample.forEach((values, k) => {
			masks.add(`x${k}`, floats([2], values));
		});
	const { truths, added } = masks.found();
	expect([[...truths], [...added]]).toEqual([
		["x0"],
		[
			["x2", 1e7],
			["x3", 1e8],
		],
	]);
});
