import { toReal } from "@umpire/graph/real.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { floats, modelOf } from "@umpire/testing/compiler/check.ts";
import { expect, test } from "vitest";
import { UNARY } from "../src/lower/functions.ts";

/** Attributes besides the defaults. */
const VARIANTS: Readonly<Record<string, Record<string, number | string>>> = {
	Celu: { alpha: 0.5 },
	Elu: { alpha: 2.5 },
	Gelu: { approximate: "tanh" },
	HardSigmoid: { alpha: 0.3, beta: 0.4 },
	LeakyRelu: { alpha: 0.2 },
	Selu: { alpha: 2.5, gamma: 0.5 },
	Shrink: { lambd: 0.7, bias: 0.3 },
	Swish: { alpha: 0.5 },
	ThresholdedRelu: { alpha: 0.25 },
};

/** Functions of opsets that onnxruntime does not run yet. */
const NEWER = ["Swish"];

const POINTS = Array.from({ length: 161 }, (_, k) => (k - 80) / 16);

test.each(Object.keys(UNARY).filter((opType) => !NEWER.includes(opType)))(
	"%s is onnxruntime's",
	async (opType) => {
		for (const attributes of [{}, VARIANTS[opType]]) {
			if (!attributes) continue;
			const model = modelOf([[POINTS.length]], (g, [x]) => g.node(opType, [x], attributes), 20);
			const [node] = model.graph.nodes as readonly [Node];
			const result = await runFloat(model, new Map([["x0", floats([POINTS.length], POINTS)]]));
			const expected = toReal([...result.values()][0]).data;
			const f = UNARY[opType](node);
			POINTS.forEach((x, i) => {
				// Poles and what lies outside the domain have no number that a table could be held to.
				if (!Number.isFinite(expected[i])) return;
				const error = Math.abs(f(x) - expected[i]);
				expect(error, `${opType}(${x}) = ${f(x)}, onnxruntime: ${expected[i]}`).toBeLessThanOrEqual(
					2e-6 * Math.max(1, Math.abs(expected[i])),
				);
			});
		}
	},
);

test("Swish by its definition, which onnxruntime lacks", () => {
	const [node] = modelOf([[1]], (g, [x]) => g.node("Swish", [x], { alpha: 0.5 })).graph.nodes;
	for (const x of POINTS) expect(UNARY.Swish(node)(x)).toBeCloseTo(x / (1 + Math.exp(-0.5 * x)), 12);
});
