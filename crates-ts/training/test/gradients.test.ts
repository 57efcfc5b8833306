import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { describe, expect, test } from "vitest";
import { GRADIENTS } from "../src/gradients/registry.ts";
import { between, type Case, type CaseOptions, caseOf, type Random, type Shape } from "./cases.ts";
import { deviations, numbersFrom } from "./central-differences.ts";

type Draw = (random: Random) => Case;

const box = (random: Random, rank: number): number[] =>
	Array.from({ length: rank }, () => between(random, 1, 4));

/** A shape that broadcasts to the given one: axes left out in front, others of size 1. */
const narrower = (random: Random, shape: Shape): number[] =>
	shape.slice(between(random, 0, shape.length)).map((size) => (random() < 0.5 ? 1 : size));

const unary =
	(opType: string, options: CaseOptions = {}): Draw =>
	(random) =>
		caseOf(opType, [box(random, between(random, 1, 3))], random, options);

const binary =
	(opType: string, options: CaseOptions = {}): Draw =>
	(random) => {
		const shape = box(random, between(random, 1, 3));
		const other = narrower(random, shape);
		return caseOf(opType, random() < 0.5 ? [shape, other] : [other, shape], random, options);
	};

const positive = (uniform: number): number => 0.5 + 2 * uniform;

/** On either side of 0, but not near. */
const eitherSide = (uniform: number): number => (uniform < 0.5 ? -0.25 - 3 * uniform : 4 * uniform - 1.75);

const reduction =
	(opType: string): Draw =>
	(random) => {
		const rank = between(random, 1, 4);
		const axes = Array.from({ length: rank }, (_, k) => k).filter(() => random() < 0.5);
		const attributes = { keepdims: between(random, 0, 1) };
		const constants = axes.length > 0 ? [axes.map((axis) => (random() < 0.5 ? axis : axis - rank))] : [];
		return caseOf(opType, [box(random, rank)], random, { attributes, constants });
	};

const rows =
	(opType: string): Draw =>
	(random) => {
		const rank = between(random, 1, 3);
		const attributes = { axis: between(random, -rank, rank - 1) };
		return caseOf(opType, [box(random, rank)], random, { attributes });
	};

/** Windows over one to three axes, with everything that ONNX lets one say of them. */
const windows = (random: Random, padded = true) => {
	const rank = between(random, 1, random() < 0.2 ? 3 : 2);
	const kernel = Array.from({ length: rank }, () => between(random, 1, 3));
	const strides = kernel.map(() => between(random, 1, 3));
	const dilations = kernel.map(() => between(random, 1, 2));
	const pads = [...kernel, ...kernel].map((size) => (padded ? between(random, 0, size - 1) : 0));
	const size = kernel.map((taps, i) => (taps - 1) * dilations[i] + 1 + between(random, 0, 4));
	return { kernel, strides, dilations, pads, size };
};

/** onnxruntime has no convolutions of float64: these are linear in each operand, so that a whole step is exact. */
const WHOLE = 1;

const conv: Draw = (random) => {
	const { kernel, strides, dilations, pads, size } = windows(random);
	const group = between(random, 1, 2);
	const [per, filters] = [between(random, 1, 2), group * between(random, 1, 2)];
	const shapes = [[between(random, 1, 2), per * group, ...size], [filters, per, ...kernel], [filters]];
	const attributes = { strides, dilations, pads, group };
	return caseOf("Conv", shapes, random, { attributes, type: "float32" });
};

const convTranspose: Draw = (random) => {
	const { kernel, strides, dilations, size } = windows(random);
	const pads = [...kernel, ...kernel].map((taps) => between(random, 0, taps > 2 ? 1 : 0));
	const output_padding = strides.map((stride) => between(random, 0, stride - 1));
	const group = between(random, 1, 2);
	const [channels, per] = [group * between(random, 1, 2), between(random, 1, 2)];
	const small = size.map((n) => Math.min(n, 3));
	const shapes = [[between(random, 1, 2), channels, ...small], [channels, per, ...kernel], [per * group]];
	const attributes = { strides, dilations, pads, group, output_padding };
	return caseOf("ConvTranspose", shapes, random, { attributes, type: "float32" });
};

const maxPool: Draw = (random) => {
	const { kernel, strides, dilations, pads, size } = windows(random);
	const tiling = random() < 0.4;
	const attributes = tiling
		? { kernel_shape: kernel, strides: kernel }
		: { kernel_shape: kernel, strides, dilations, pads };
	return caseOf("MaxPool", [[2, between(random, 1, 2), ...size]], random, { attributes, type: "float32" });
};

const averagePool: Draw = (random) => {
	const { kernel, strides, dilations, pads, size } = windows(random);
	const attributes =
		random() < 0.4
			? { kernel_shape: kernel, strides: kernel }
			: { kernel_shape: kernel, strides, dilations, pads, count_include_pad: between(random, 0, 1) };
	const shape = [2, between(random, 1, 2), ...size];
	return caseOf("AveragePool", [shape], random, { attributes, type: "float32", opset: 20 });
};

const gemm: Draw = (random) => {
	const [m, k, n] = box(random, 3);
	const [transA, transB] = [between(random, 0, 1), between(random, 0, 1)];
	const shapes = [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n]];
	if (random() < 0.7) shapes.push(narrower(random, [m, n]));
	return caseOf("Gemm", shapes, random, { attributes: { transA, transB, alpha: 0.5, beta: 1.5 } });
};

const matmul: Draw = (random) => {
	const [m, k, n, b] = box(random, 4);
	const left = [[k], [m, k], [b, m, k], [2, b, m, k]][between(random, 0, 3)];
	const right = [[k], [k, n], [b, k, n], [1, k, n]][between(random, 0, 3)];
	return caseOf("MatMul", [left, right], random);
};

const slice: Draw = (random) => {
	const shape = box(random, between(random, 1, 3));
	const axis = between(random, 0, shape.length - 1);
	const step = [1, 2, -1, -2][between(random, 0, 3)];
	const [starts, ends] = step > 0 ? [[between(random, 0, shape[axis] - 1)], [9]] : [[9], [-9]];
	return caseOf("Slice", [shape], random, { constants: [starts, ends, [axis], [step]] });
};

const gather: Draw = (random) => {
	const shape = box(random, between(random, 1, 3));
	const axis = between(random, 0, shape.length - 1);
	const indices = tensorFrom(
		"int64",
		[2, 3],
		Array.from({ length: 6 }, () => between(random, -shape[axis], shape[axis] - 1)),
	);
	return caseOf("Gather", [shape], random, { attributes: { axis }, constants: [indices] });
};

const pad: Draw = (random) => {
	const shape = [3, 4];
	const pads = shape.flatMap(() => [0, 0]).map(() => between(random, -1, 2));
	return caseOf("Pad", [shape], random, { constants: [pads] });
};

const split: Draw = (random) =>
	caseOf("Split", [[2, 5]], random, { constants: [[2, 3]], attributes: { axis: 1 }, outputs: 2 });

const normalised =
	(opType: string, operands: number): Draw =>
	(random) => {
		const shape = [...box(random, 2), between(random, 3, 6)];
		const axis = between(random, -2, -1);
		const inner = shape.slice(axis);
		const shapes = [shape, ...Array.from({ length: operands - 1 }, () => inner)];
		const opset = opType === "RMSNormalization" ? 23 : 20;
		return caseOf(opType, shapes, random, { attributes: { axis, epsilon: 0.01 }, opset });
	};

const where: Draw = (random) => {
	const shape = box(random, 2);
	const flags = tensorFrom("bool", shape, flagsOf(random, shape));
	const built = caseOf("Where", [shape, narrower(random, shape)], random);
	const { graph } = built.model;
	const [node] = graph.nodes;
	const inputs = ["c", ...node.inputs];
	const initializers = new Map([...graph.initializers, ["c", flags]]);
	return {
		...built,
		model: { ...built.model, graph: { ...graph, nodes: [{ ...node, inputs }], initializers } },
	};
};

const flagsOf = (random: Random, shape: Shape): number[] =>
	Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => between(random, 0, 1));

/** Cases by operator. Where onnxruntime has no kernel of float64, `coarse` is the step in float32. */
const CASES: Readonly<
	Record<string, { readonly draw: Draw; readonly coarse?: number; readonly within?: number }>
> = {
	Abs: { draw: unary("Abs") },
	Add: { draw: binary("Add") },
	AveragePool: { draw: averagePool, coarse: WHOLE },
	Cast: { draw: unary("Cast", { attributes: { to: 11 } }) },
	Ceil: { draw: unary("Ceil", { values: (u) => Math.floor(4 * u) + 0.5 }) },
	Celu: {
		draw: unary("Celu", { attributes: { alpha: 0.7 }, type: "float32", values: eitherSide }),
		coarse: 2 ** -7,
		within: 1e-3,
	},
	Clip: {
		draw: (random) =>
			unary("Clip", { constants: [tensorFrom("float64", [], [-1]), tensorFrom("float64", [], [0.9])] })(
				random,
			),
	},
	Concat: {
		draw: (random) =>
			caseOf(
				"Concat",
				[
					[2, 1, 3],
					[2, 4, 3],
					[2, 2, 3],
				],
				random,
				{ attributes: { axis: -2 } },
			),
	},
	Conv: { draw: conv, coarse: WHOLE },
	ConvTranspose: { draw: convTranspose, coarse: WHOLE },
	Cos: { draw: unary("Cos") },
	DepthToSpace: {
		draw: (random) =>
			caseOf("DepthToSpace", [[2, 8, 2, 3]], random, {
				attributes: { blocksize: 2, mode: random() < 0.5 ? "DCR" : "CRD" },
			}),
	},
	Div: { draw: binary("Div", { values: positive }) },
	Elu: {
		draw: unary("Elu", { attributes: { alpha: 0.7 }, type: "float32", values: eitherSide }),
		coarse: 2 ** -7,
		within: 1e-3,
	},
	Erf: { draw: unary("Erf", { type: "float32" }), coarse: 2 ** -7, within: 1e-3 },
	Exp: { draw: unary("Exp") },
	Expand: {
		draw: (random) => caseOf("Expand", [[3, 1]], random, { constants: [[2, 1, 4]] }),
	},
	Flatten: { draw: (random) => caseOf("Flatten", [[2, 3, 2]], random, { attributes: { axis: 2 } }) },
	Floor: { draw: unary("Floor", { values: (u) => Math.floor(4 * u) + 0.5 }) },
	Gather: { draw: gather },
	Gelu: {
		draw: (random) =>
			unary("Gelu", {
				attributes: { approximate: random() < 0.5 ? "tanh" : "none" },
				type: "float32",
			})(random),
		coarse: 2 ** -7,
		within: 1e-3,
	},
	Gemm: { draw: gemm },
	GlobalAveragePool: {
		draw: (random) => caseOf("GlobalAveragePool", [[2, 2, 3, 2]], random, { type: "float32" }),
		coarse: WHOLE,
	},
	HardSigmoid: {
		draw: unary("HardSigmoid", { attributes: { alpha: 0.3 }, type: "float32" }),
		coarse: 2 ** -9,
		within: 1e-3,
	},
	HardSwish: {
		draw: unary("HardSwish", { type: "float32", values: (u) => 10 * u - 5.01 }),
		coarse: 2 ** -9,
		within: 1e-3,
	},
	Identity: { draw: unary("Identity") },
	LayerNormalization: { draw: normalised("LayerNormalization", 3) },
	LeakyRelu: {
		draw: unary("LeakyRelu", { attributes: { alpha: 0.1 }, type: "float32", values: eitherSide }),
		coarse: 2 ** -9,
		within: 1e-3,
	},
	Log: { draw: unary("Log", { values: positive }) },
	LogSoftmax: { draw: rows("LogSoftmax") },
	MatMul: { draw: matmul },
	Max: { draw: binary("Max") },
	MaxPool: { draw: maxPool, coarse: 2 ** -9, within: 2e-3 },
	Mean: { draw: binary("Mean", { type: "float32" }), coarse: WHOLE },
	Min: { draw: binary("Min") },
	Mish: { draw: unary("Mish", { type: "float32" }), coarse: 2 ** -7, within: 1e-3 },
	Mul: { draw: binary("Mul") },
	Neg: { draw: unary("Neg") },
	PRelu: {
		draw: (random) =>
			caseOf(
				"PRelu",
				[
					[2, 3, 4],
					[3, 1],
				],
				random,
				{ type: "float32", values: eitherSide },
			),
		coarse: 2 ** -7,
		within: 1e-3,
	},
	Pad: { draw: pad },
	Pow: {
		draw: (random) =>
			unary("Pow", {
				constants: [tensorFrom("float64", [], [[2, 3, 0.5, -1][between(random, 0, 3)]])],
				values: positive,
			})(random),
	},
	RMSNormalization: { draw: normalised("RMSNormalization", 2) },
	Reciprocal: { draw: unary("Reciprocal", { values: positive }) },
	ReduceMax: { draw: reduction("ReduceMax") },
	ReduceMean: { draw: reduction("ReduceMean") },
	ReduceMin: { draw: reduction("ReduceMin") },
	ReduceSum: { draw: reduction("ReduceSum") },
	ReduceSumSquare: { draw: reduction("ReduceSumSquare") },
	Relu: { draw: unary("Relu") },
	Reshape: { draw: (random) => caseOf("Reshape", [[2, 3, 2]], random, { constants: [[4, -1]] }) },
	Round: { draw: unary("Round", { values: (u) => Math.floor(4 * u) + 0.2 }) },
	Selu: { draw: unary("Selu", { type: "float32", values: eitherSide }), coarse: 2 ** -7, within: 1e-3 },
	Shrink: {
		draw: unary("Shrink", { attributes: { lambd: 1.1 }, type: "float32" }),
		coarse: 2 ** -9,
		within: 1e-3,
	},
	Sigmoid: { draw: unary("Sigmoid") },
	Sign: { draw: unary("Sign") },
	Sin: { draw: unary("Sin") },
	Slice: { draw: slice },
	Softmax: { draw: rows("Softmax") },
	Softplus: { draw: unary("Softplus", { type: "float32" }), coarse: 2 ** -7, within: 1e-3 },
	Softsign: { draw: unary("Softsign", { type: "float32" }), coarse: 2 ** -9, within: 2e-3 },
	SpaceToDepth: {
		draw: (random) => caseOf("SpaceToDepth", [[2, 3, 4, 6]], random, { attributes: { blocksize: 2 } }),
	},
	Split: { draw: split },
	Sqrt: { draw: unary("Sqrt", { values: positive }) },
	Squeeze: { draw: (random) => caseOf("Squeeze", [[2, 1, 3]], random, { constants: [[1]] }) },
	Sub: { draw: binary("Sub") },
	Sum: { draw: binary("Sum") },
	Swish: { draw: unary("Swish", { attributes: { alpha: 1.3 }, opset: 24 }) },
	Tanh: { draw: unary("Tanh") },
	ThresholdedRelu: {
		draw: unary("ThresholdedRelu", { attributes: { alpha: 0.9 }, type: "float32" }),
		coarse: 2 ** -9,
		within: 1e-3,
	},
	Tile: { draw: (random) => caseOf("Tile", [[2, 3]], random, { constants: [[3, 2]] }) },
	Transpose: {
		draw: (random) => caseOf("Transpose", [[2, 3, 4]], random, { attributes: { perm: [2, 0, 1] } }),
	},
	Trilu: {
		draw: (random) => caseOf("Trilu", [[3, 4]], random, { attributes: { upper: between(random, 0, 1) } }),
	},
	Unsqueeze: { draw: (random) => caseOf("Unsqueeze", [[2, 3]], random, { constants: [[0, 2]] }) },
	Where: { draw: where },
};

/** Draws of each operator; those of windows have more to vary. */
const DRAWS = 8;
const MANY: Readonly<Record<string, number>> = {
	AveragePool: 40,
	Conv: 60,
	ConvTranspose: 40,
	MaxPool: 40,
	MatMul: 16,
};

describe("gradients are what central differences say", () => {
	test("every rule has a case, and every case a rule", () => {
		expect(Object.keys(CASES).sort()).toEqual([...GRADIENTS.keys()].sort());
	});

	test.each(Object.keys(CASES))("%s", async (opType) => {
		const { draw, coarse, within = coarse ? 2e-4 : 1e-6 } = CASES[opType];
		for (let seed = 1; seed <= (MANY[opType] ?? DRAWS); seed++) {
			const random = numbersFrom(seed);
			const { model, feed } = draw(random);
			for (const { input, error } of await deviations(model, feed, coarse ?? 2 ** -14, random)) {
				expect(error, `seed ${seed}, input ${input}`).toBeLessThan(within);
			}
		}
	});

	test("padding is no element of a window, though it looks like a zero", async () => {
		const attributes = { kernel_shape: [2], strides: [1], pads: [1, 1] };
		const { model } = caseOf("MaxPool", [[1, 1, 3]], numbersFrom(1), { attributes, type: "float32" });
		const feed = new Map([["x0", tensorFrom("float32", [1, 1, 3], [0, -1, -2])]]);
		for (const { error } of await deviations(model, feed, 2 ** -6, numbersFrom(2)))
			expect(error).toBeLessThan(1e-4);
	});
});
