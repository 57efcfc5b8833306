import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import {
	compileChecked,
	expectFaithful,
	expectOutputs,
	floats,
	modelOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { expectSameFloats, operatorsOf } from "./decompose.ts";

type Attributes = Record<string, AttributeInput>;

/** One node of the given operator on x of the given shape, with constant operands. */
function single(
	opType: string,
	shape: readonly number[],
	attributes: Attributes = {},
	opset = 17,
	operands: readonly (readonly number[])[] = [],
	domain = "",
	outputs = 1,
): Model {
	const build = modelOf(
		[shape],
		(g, [x]) => {
			const constants = operands.map((dims, k) => g.constant(`w${k}`, random(dims, k + 5)));
			const names = Array.from({ length: outputs }, (_, k) => `y${k}`);
			g.node(opType, [x, ...constants], attributes, "op", names, domain);
			return names;
		},
		opset,
	);
	return domain ? { ...build, opsets: new Map(build.opsets).set(domain, 1) } : build;
}

async function expectGone(model: Model, tolerance = 1e-5): Promise<void> {
	const [node] = model.graph.nodes;
	const primitive = await expectSameFloats(model, undefined, tolerance);
	const left = primitive.graph.nodes.filter(
		(one) => one.opType === node.opType && one.domain === node.domain,
	);
	expect(left).toHaveLength(0);
}

const SHAPES = [[6], [2, 3], [2, 1, 4], [2, 3, 1, 2], [1, 2, 3, 2, 2]];

describe("reductions", () => {
	test.each("ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp ReduceProd".split(" "))(
		"%s",
		async (opType) => {
			for (const shape of SHAPES) {
				await expectGone(single(opType, shape, {}, 13));
				await expectGone(single(opType, shape, { axes: [-1], keepdims: 0 }, 11));
				await expectGone(single(opType, shape, { axes: shape.length > 2 ? [0, -1] : [0] }, 17));
				const over18 = modelOf(
					[shape],
					(g, [x]) => g.node(opType, [x, g.ints("a", [-1])], { keepdims: 0 }),
					18,
				);
				await expectGone(over18);
				const none = modelOf([shape], (g, [x]) => g.node(opType, [x], { noop_with_empty_axes: 1 }), 18);
				if (opType === "ReduceProd") await expectGone(none);
			}
		},
	);

	test("ReduceLogSum of positive numbers", async () => {
		for (const opset of [11, 18]) {
			const model = modelOf([[2, 3, 4]], (g, [x]) => g.node("ReduceLogSum", [g.node("Exp", [x])]), opset);
			await expectSameFloats(model);
		}
	});

	test("large numbers do not overflow LogSumExp", async () => {
		const model = modelOf([[4]], (g, [x]) =>
			g.node("ReduceLogSumExp", [g.node("Mul", [x, g.scalar("k", 500)])]),
		);
		await expectSameFloats(model);
	});
});

describe("normalisations", () => {
	test("LayerNormalization along any axes, with all outputs", async () => {
		for (const shape of SHAPES) {
			for (let axis = -shape.length; axis < shape.length; axis++) {
				const last = shape.slice(axis < 0 ? axis + shape.length : axis);
				const attributes = { axis, epsilon: 1e-3 };
				await expectGone(single("LayerNormalization", shape, attributes, 17, [last], "", 1), 1e-4);
				await expectGone(single("LayerNormalization", shape, attributes, 17, [last, last], "", 3), 1e-4);
			}
		}
	});

	test("GroupNormalization of both forms", async () => {
		for (const [shape, groups] of [
			[[2, 4, 3], 2],
			[[1, 6, 2, 2], 3],
			[[2, 4, 2, 1, 3], 4],
			[[2, 3, 5], 1],
		] as const) {
			await expectGone(single("GroupNormalization", shape, { num_groups: groups }, 18, [[groups], [groups]]));
			await expectGone(
				single("GroupNormalization", shape, { num_groups: groups }, 21, [[shape[1]], [shape[1]]]),
			);
		}
	});

	test("InstanceNormalization", async () => {
		for (const shape of [
			[2, 3, 4],
			[1, 2, 3, 3],
			[2, 2, 2, 3, 2],
		]) {
			for (const opset of [7, 17]) {
				await expectGone(
					single("InstanceNormalization", shape, { epsilon: 1e-3 }, opset, [[shape[1]], [shape[1]]]),
				);
			}
		}
	});

	test("LpNormalization", async () => {
		for (const shape of SHAPES) {
			for (const p of [1, 2]) {
				await expectGone(single("LpNormalization", shape, { p, axis: 0 }));
				await expectGone(single("LpNormalization", shape, { p }));
			}
		}
	});

	test("MeanVarianceNormalization", async () => {
		await expectGone(single("MeanVarianceNormalization", [2, 3, 4, 2], {}, 13), 1e-4);
		await expectGone(single("MeanVarianceNormalization", [2, 3, 4], { axes: [1, -1] }, 9), 1e-4);
	});

	test("LRN", async () => {
		for (const size of [1, 3, 5]) {
			const attributes = { size, alpha: 0.3, beta: 0.6, bias: 1.5 };
			await expectGone(single("LRN", [2, 6, 3, 2], attributes, 13));
			await expectGone(single("LRN", [1, 4, 2, 3], { size }, 7));
		}
	});

	test("onnxruntime's own", async () => {
		const ms = "com.microsoft";
		await expectGone(single("SimplifiedLayerNormalization", [2, 3, 4], { axis: -1 }, 17, [[4]]));
		await expectGone(single("SkipLayerNormalization", [2, 3, 4], {}, 17, [[2, 3, 4], [4], [4], [4]], ms));
		await expectGone(single("SkipLayerNormalization", [2, 3, 4], {}, 17, [[2, 3, 4], [4]], ms));
		await expectGone(
			single("SkipSimplifiedLayerNormalization", [2, 3, 4], { epsilon: 0.01 }, 17, [[2, 3, 4], [4], [4]], ms),
		);
		await expectGone(single("RMSNormalization", [2, 3, 4], { epsilon: 0.01 }, 23, [[4]]));
	});

	test("BatchNormalization with statistics that are inputs", async () => {
		const model = modelOf([[2, 3, 4], [3], [3], [3], [3]], (g, [x, scale, bias, mean, variance]) => {
			const positive = g.node("Exp", [variance]);
			return g.node("BatchNormalization", [x, scale, bias, mean, positive], { epsilon: 0.01 });
		});
		await expectFaithful(model, 2e-3);
	});

	test("BatchNormalization of the batch's own statistics", async () => {
		const x = floats([4, 1], [1, 2, 3, 6]);
		const model = modelOf([[4, 1]], (g, [own]) => {
			const parts = [2, 1, 10, 20].map((value, k) => g.constant(`c${k}`, floats([1], [value])));
			const names = ["y", "mean", "variance"];
			g.node("BatchNormalization", [own, ...parts], { training_mode: 1, momentum: 0.75 }, "op", names);
			return names;
		});
		// The mean is 3, the variance 3.5.
		const y = [1, 2, 3, 6].map((value) => ((value - 3) / Math.sqrt(3.5 + 1e-5)) * 2 + 1);
		await expectOutputs(model, [x], [y, [0.75 * 10 + 0.25 * 3], [0.75 * 20 + 0.25 * 3.5]], 1e-3);
	});

	test("outputs of BatchNormalization's training without saying so are refused", async () => {
		const four = [[3], [3], [3], [3]];
		const model = single("BatchNormalization", [2, 3, 4], {}, 9, four, "", 3);
		await expect(compileChecked(model)).rejects.toThrow(
			/"op" \(BatchNormalization\) .*it is in training mode/,
		);
	});
});

describe("pools and activations", () => {
	test("GlobalLpPool", async () => {
		for (const p of [1, 2, 3]) await expectGone(single("GlobalLpPool", [2, 3, 4, 3], { p }, 13));
	});

	test.each<Attributes>([
		{ kernel_shape: [2, 2] },
		{ kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] },
		{ kernel_shape: [3, 3], auto_pad: "SAME_UPPER", strides: [2, 2] },
		{ kernel_shape: [2, 3], auto_pad: "SAME_LOWER" },
		{ kernel_shape: [3, 3], auto_pad: "VALID", strides: [2, 2] },
		{ kernel_shape: [2, 2], dilations: [2, 2] },
		{ kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
	])("LpPool %o", async (attributes) => {
		for (const p of [1, 2, 3]) await expectGone(single("LpPool", [2, 3, 6, 7], { ...attributes, p }, 18));
	});

	test("Gelu and its relatives of onnxruntime", async () => {
		const ms = "com.microsoft";
		await expectGone(single("Gelu", [2, 3], {}, 17, [], ms));
		await expectGone(single("FastGelu", [2, 3], {}, 17, [[3]], ms), 1e-4);
		await expectGone(single("FastGelu", [2, 3], {}, 17, [], ms), 1e-4);
		await expectGone(single("BiasGelu", [2, 3], {}, 17, [[3]], ms));
		await expectGone(single("QuickGelu", [2, 3], { alpha: 1.5 }, 17, [], ms));
	});
});

describe("losses", () => {
	const labels = (dims: readonly number[], classes: number) => {
		const count = dims.reduce((a, b) => a * b, 1);
		return tensorFrom(
			"int64",
			dims,
			Array.from({ length: count }, (_, i) => (i * 7 + 1) % classes),
		);
	};
	test.each(["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"])("%s", async (opType) => {
		for (const [shape, target] of [
			[[3, 5], [3]],
			[
				[2, 4, 3],
				[2, 3],
			],
			[
				[2, 3, 2, 2],
				[2, 2, 2],
			],
		]) {
			for (const reduction of ["none", "sum", "mean"]) {
				for (const weighted of [false, true]) {
					for (const ignore of [{}, { ignore_index: 1 }] as Attributes[]) {
						const model = modelOf([shape], (g, [x]) => {
							const y = g.constant("labels", labels(target, shape[1]));
							const w = weighted ? [g.node("Exp", [g.constant("w", random([shape[1]], 3))])] : [];
							return g.node(opType, [x, y, ...w], { reduction, ...ignore });
						});
						await expectSameFloats(model);
					}
				}
			}
		}
	});

	test("SoftmaxCrossEntropyLoss gives its log probabilities", async () => {
		const model = modelOf([[3, 5]], (g, [x]) => {
			g.node("SoftmaxCrossEntropyLoss", [x, g.constant("labels", labels([3], 5))], {}, "loss", ["y", "p"]);
			return ["y", "p"];
		});
		expect(operatorsOf(await expectSameFloats(model))).not.toContain("SoftmaxCrossEntropyLoss");
	});
});
