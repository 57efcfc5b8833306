import type { AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { expectFaithful, floats, formsOf, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

type Attributes = Record<string, AttributeInput>;

const TOLERANCE = 4e-3;

/** One node on x with random constant operands, of which scales are near 1. */
function single(
	opType: string,
	shape: readonly number[],
	attributes: Attributes = {},
	opset = 17,
	operands = 0,
) {
	return modelOf(
		[shape],
		(g, [x]) => {
			const size = opType === "LayerNormalization" ? shape[shape.length - 1] : shape[1];
			const rest = Array.from({ length: operands }, (_, k) => g.constant(`w${k}`, random([size], k + 3)));
			return g.node(opType, [x, ...rest], attributes);
		},
		opset,
	);
}

describe("composite operators as programs", () => {
	test.each([
		[2, 10],
		[2, 3, 200],
		[1, 1],
	])("Softmax and its kin over %j", async (...shape) => {
		for (const opType of ["Softmax", "LogSoftmax"]) await expectFaithful(single(opType, shape), TOLERANCE);
		await expectFaithful(single("Hardmax", shape), 1e-9);
		await expectFaithful(single("Softmax", shape, { axis: 1 }, 11), TOLERANCE);
	});

	test("Softmax of far apart numbers", async () => {
		const x = floats([3, 4], [40, 1, -40, 39, -100, -101, -102, -100.5, 0, 0, 0, 0]);
		const model = modelOf([[3, 4]], (g, [name]) => g.node("Softmax", [name], { axis: -1 }));
		await expectFaithful(model, 5e-3, { inputs: [[x]] });
	});

	test.each("ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp ReduceProd".split(" "))(
		"%s",
		async (opType) => {
			await expectFaithful(single(opType, [3, 4, 5], { axes: [-1] }), TOLERANCE);
			await expectFaithful(single(opType, [2, 3, 2], { axes: [0, 2], keepdims: 0 }), TOLERANCE);
			await expectFaithful(single(opType, [6]), TOLERANCE);
		},
	);

	test("ReduceLogSum", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => g.node("ReduceLogSum", [g.node("Exp", [x])], { axes: [1] }));
		await expectFaithful(model, TOLERANCE);
	});

	test.each<[string, number[], Attributes, number, number]>([
		["LayerNormalization", [2, 3, 8], {}, 17, 2],
		["InstanceNormalization", [2, 3, 4, 4], {}, 17, 2],
		["GroupNormalization", [2, 4, 3, 3], { num_groups: 2 }, 21, 2],
		["LpNormalization", [4, 5], { p: 1 }, 17, 0],
		["LpNormalization", [4, 5], { p: 2, axis: 0 }, 17, 0],
		["MeanVarianceNormalization", [2, 3, 4, 4], {}, 13, 0],
		["LRN", [2, 6, 3, 3], { size: 3, alpha: 0.5 }, 13, 0],
		["GlobalLpPool", [2, 3, 4, 4], { p: 2 }, 13, 0],
		["LpPool", [2, 3, 6, 6], { p: 2, kernel_shape: [2, 2] }, 13, 0],
		["LpPool", [2, 3, 6, 6], { p: 3, kernel_shape: [2, 2], strides: [2, 2] }, 13, 0],
	])("%s of %j, %o", async (opType, shape, attributes, opset, operands) => {
		await expectFaithful(single(opType, shape, attributes, opset, operands), TOLERANCE);
	});

	test("all outputs of LayerNormalization", async () => {
		const model = modelOf([[4, 8]], (g, [x]) => {
			const [scale, bias] = [g.constant("s", random([8], 3)), g.constant("b", random([8], 4))];
			g.node("LayerNormalization", [x, scale, bias], {}, "norm", ["y", "mean", "inverse"]);
			return ["y", "mean", "inverse"];
		});
		await expectFaithful(model, TOLERANCE);
	});

	test("rows of very different size are normalised alike", async () => {
		const sizes = tensorFrom("float32", [5, 1], [1, 3, 10, 30, 100]);
		for (const opType of ["LayerNormalization", "LpNormalization"]) {
			const model = modelOf([[5, 16]], (g, [x]) => {
				const scaled = g.node("Mul", [x, g.constant("sizes", sizes)]);
				const scale = g.constant("scale", floats([16], new Array<number>(16).fill(1)));
				return g.node(opType, opType[1] === "a" ? [scaled, scale] : [scaled]);
			});
			await expectFaithful(model, 1e-2, { budget: 1e-2 });
		}
	});

	test("SoftmaxCrossEntropyLoss of labels that are an input", async () => {
		const g = modelOf([[4, 5]], (b, [x]) =>
			b.node("SoftmaxCrossEntropyLoss", [x, b.input("t", "int64", [4])], {}),
		);
		await expectFaithful(g, TOLERANCE, {
			inputs: [[random([4, 5], 2), tensorFrom("int64", [4], [0, 3, 4, 1])]],
		});
	});
});

describe("elementwise chains are one table", () => {
	const gelu = (g: GraphBuilder, x: string) => {
		const erf = g.node("Erf", [g.node("Div", [x, g.scalar("root", Math.SQRT2)])]);
		return g.node("Mul", [
			g.node("Mul", [x, g.node("Add", [erf, g.scalar("one", 1)])]),
			g.scalar("half", 0.5),
		]);
	};

	test("GELU written out", async () => {
		const compiled = await expectFaithful(
			modelOf([[40]], (g, [x]) => gelu(g, x)),
			1e-3,
		);
		expect(formsOf(compiled)).toEqual(["lookup"]);
		expect(compiled.program.operators[0].opType).toBe("Div+Erf+Add+Mul+Mul");
	});

	test("values on the way that are outputs stay", async () => {
		const model = modelOf([[40]], (g, [x]) => {
			const half = g.node("Mul", [x, g.scalar("half", 0.5)]);
			return [g.node("Mul", [g.node("Sigmoid", [half]), x]), half];
		});
		expect(formsOf(await expectFaithful(model, 1e-3)).sort()).toEqual(["linear", "lookup"]);
	});

	test("a factor, a shift and a clip are none", async () => {
		const model = modelOf([[40]], (g, [x]) =>
			g.node("Relu", [g.node("Add", [g.node("Mul", [x, g.scalar("a", 3)]), g.scalar("b", 1)])]),
		);
		expect(formsOf(await expectFaithful(model, 1e-3))).not.toContain("lookup");
	});

	test("chains of two tensors are none", async () => {
		const model = modelOf([[40], [40]], (g, [x, y]) => g.node("Exp", [g.node("Mul", [x, y])]));
		expect(formsOf(await expectFaithful(model, 2e-3))).toEqual(["product", "lookup"]);
	});
});
