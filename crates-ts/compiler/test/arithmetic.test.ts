import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import {
	compileChecked,
	expectFaithful,
	floats,
	formsOf,
	modelOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

const TWO = [
	[2, 3, 4],
	[3, 1],
];

describe("sums", () => {
	test.each(["Add", "Sub", "Sum", "Mean"])("%s of two inputs that broadcast", async (opType) => {
		await expectFaithful(modelOf(TWO, (g, inputs) => g.node(opType, inputs)));
	});

	test.each(["Sum", "Mean"])("%s of four, one of them constant, one twice", async (opType) => {
		const model = modelOf(TWO, (g, [a, b]) => g.node(opType, [a, b, g.constant("c", random([4], 5)), b]));
		await expectFaithful(model);
	});

	test.each<[string, number[]]>([
		["a scalar", []],
		["one per channel", [3, 1]],
		["a whole tensor", [2, 3, 4]],
		["more axes than the input", [2, 1, 1, 1]],
	])("constants: %s", async (_, dims) => {
		for (const opType of ["Add", "Sub", "Mul", "Div"]) {
			const model = modelOf([[2, 3, 4]], (g, [x]) => g.node(opType, [x, g.constant("c", random(dims, 7))]));
			await expectFaithful(model, 2e-3);
		}
		const model = modelOf([[2, 3, 4]], (g, [x]) => g.node("Sub", [g.constant("c", random(dims, 7)), x]));
		await expectFaithful(model);
	});

	test("a constant with many values is an operand, not rows", async () => {
		const model = modelOf([[1, 5000]], (g, [x]) => {
			const y = g.node("Add", [x, g.constant("c", random([5000], 7))]);
			return g.node("Mul", [y, g.constant("d", random([5000], 8))]);
		});
		const { program } = await expectFaithful(model);
		expect(program.operators.map((operator) => operator.rescale?.rows.length)).toEqual([1, 1]);
	});

	test("operands of very different scales keep the precision of the sum", async () => {
		const model = modelOf([[50], [50]], (g, [a, b]) => {
			const small = g.node("Mul", [b, g.scalar("s", 1e-4)]);
			return g.node("Add", [g.node("Mul", [a, g.scalar("l", 1e4)]), small]);
		});
		await expectFaithful(model, 1e-4);
	});

	test("Relu after Add is the clip of the sum", async () => {
		const model = modelOf(TWO, (g, [a, b]) => g.node("Relu", [g.node("Add", [a, b])]));
		expect(formsOf(await expectFaithful(model))).toEqual(["linear"]);
	});

	test("Neg, and x + x", async () => {
		await expectFaithful(modelOf([[4]], (g, [x]) => g.node("Neg", [x])));
		await expectFaithful(modelOf([[4]], (g, [x]) => g.node("Add", [x, x])));
		await expectFaithful(modelOf([[4]], (g, [x]) => g.node("Sub", [x, x])));
	});

	test("matrices of whole numbers are exact", async () => {
		const g = new GraphBuilder("whole");
		const x = g.input("x", "int32", [2, 3]);
		const w = g.constant("w", tensorFrom("int32", [3, 2], [1, -2, 300, 4, 5, -777]));
		g.output(g.node("MatMul", [x, w]));
		const set = [tensorFrom("int32", [2, 3], [5, -70, 99, 1, 2, 3])];
		const { report } = await compileChecked(g.model(), { inputs: [set] });
		expect(report.fidelity?.outputs[0].maxAbs).toBe(0);
	});

	test("whole numbers are exact", async () => {
		const g = new GraphBuilder("whole");
		const x = g.input("x", "int64", [3]);
		const y = g.node("Add", [x, g.constant("c", tensorFrom("int64", [3], [1, -2, 3]))]);
		g.output(g.node("Mul", [y, g.node("Sub", [x, y])]));
		const set = [tensorFrom("int64", [3], [5, -70, 99])];
		const { program, report } = await compileChecked(g.model(), { inputs: [set] });
		expect(report.fidelity?.outputs[0].maxAbs).toBe(0);
		expect(program.operators.every((operator) => operator.scale === 1)).toBe(true);
	});
});

describe("products", () => {
	test("of two inputs, and a square", async () => {
		await expectFaithful(modelOf(TWO, (g, [a, b]) => g.node("Mul", [a, b])));
		await expectFaithful(modelOf([[9]], (g, [x]) => g.node("Mul", [x, x])));
	});

	test("a factor of 0, a tiny one among large ones", async () => {
		const dims = [4, 1];
		const factors = floats(dims, [0, 1e-12, -3, 1000]);
		await expectFaithful(modelOf([[4, 5]], (g, [x]) => g.node("Mul", [x, g.constant("c", factors)])));
		await expectFaithful(modelOf([[4, 5]], (g, [x]) => g.node("Mul", [x, g.scalar("zero", 0)])));
	});

	test("a constant number divided by a value", async () => {
		const model = modelOf([[6]], (g, [x]) => g.node("Div", [g.scalar("two", 2), g.node("Exp", [x])]));
		await expectFaithful(model);
	});
});

describe("BatchNormalization on its own", () => {
	test.each([[[2, 3]], [[2, 3, 4]], [[1, 3, 2, 2]]])("input %j", async (dims) => {
		const model = modelOf([dims], (g, [x]) => {
			const parts = [1, 2, 3].map((seed) => g.constant(`p${seed}`, random([3], seed)));
			const variance = g.constant("v", floats([3], [1e-7, 1, 30]));
			return g.node("Relu", [g.node("BatchNormalization", [x, ...parts, variance], { epsilon: 1e-6 })]);
		});
		expect(formsOf(await expectFaithful(model))).toHaveLength(1);
	});
});

describe("PRelu", () => {
	test.each<[string, number[], number[]]>([
		["one slope", [1], [0.25]],
		["slopes up to 1", [3, 1], [0.25, -0.5, 1]],
		["steep slopes", [3, 1], [0.25, -3, 2]],
	])("%s", async (_, dims, values) => {
		const model = modelOf([[2, 3, 4]], (g, [x]) =>
			g.node("PRelu", [x, g.constant("s", floats(dims, values))]),
		);
		await expectFaithful(model);
	});
});

test.each(["Erf", "Softsign", "Atan"])(
	"%s of float64, for which onnxruntime has no kernel",
	async (opType) => {
		const model = modelOf([], (g) => g.node(opType, [g.input("x", "float64", [2, 3])]));
		await expectFaithful(model);
	},
);

test.each(["float32", "float64"] as const)("Clip and Pad of opset 10 on %s", async (type) => {
	const model = modelOf(
		[],
		(g) => {
			const clipped = g.node("Clip", [g.input("x", type, [2, 3])], { min: 0 });
			const padded = g.node("Pad", [clipped], { pads: [0, 1, 0, 0], value: -0.5 });
			return g.node("Mul", [padded, padded]);
		},
		10,
	);
	const compiled = await expectFaithful(model);
	expect(formsOf(compiled)).toEqual(["linear", "pad", "product"]);
});
