import { nameNodes } from "@umpire/graph/edit.ts";
import { feedsOf } from "@umpire/graph/feeds.ts";
import { type AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { ElementType, Model, Tensor } from "@umpire/onnx/model.ts";
import { expect } from "vitest";
import { inlineModel } from "../src/import/inline.ts";
import { decomposeModel } from "../src/passes/decompose.ts";

export const ML = "ai.onnx.ml";

/** A list attribute of floats, whatever the values are. */
export function reals(values: readonly number[]): AttributeInput {
	return { type: "floats", value: [...values] };
}

/** A model of one ai.onnx.ml operator on the input x; outputs are y0, y1, …; "" is one that the model does not give out. */
export function mlModel(
	opType: string,
	attributes: Readonly<Record<string, AttributeInput>>,
	shape: readonly number[],
	options: { outputs?: readonly string[]; version?: number; type?: ElementType; opset?: number } = {},
): Model {
	const { outputs = ["y0"], version = 3, type = "float32", opset = 17 } = options;
	const g = new GraphBuilder(opType, { opset });
	const x = g.input("x", type, shape);
	g.node(
		opType,
		[x],
		attributes,
		"node",
		outputs.map((name, k) => name || `unread${k}`),
		ML,
	);
	for (const name of outputs) if (name !== "") g.output(name);
	const opsets = new Map([
		["", opset],
		[ML, version],
	]);
	return { ...g.model(), opsets, irVersion: 10 };
}

export async function decomposed(model: Model, x: Tensor): Promise<Model> {
	const feed = new Map([["x", x]]);
	const { model: inlined } = await inlineModel({ ...model, graph: nameNodes(model.graph) }, feed);
	return (await decomposeModel(inlined, feedsOf([feed]))).model;
}

/** The decomposed model has no ai.onnx.ml operator left and gives what onnxruntime gives for the original. */
export async function expectSame(model: Model, xs: readonly Tensor[], digits = 5): Promise<Model> {
	const primitive = await decomposed(model, xs[0]);
	expect(primitive.graph.nodes.filter(({ domain }) => domain === ML)).toEqual([]);
	for (const x of xs) {
		const feed = new Map([["x", x]]);
		const expected = await runFloat(model, feed);
		const found = await runFloat(primitive, feed);
		for (const [name, { dims, data, type }] of expected) {
			const result = found.get(name)!;
			expect([result.type, ...result.dims], name).toEqual([type, ...dims]);
			for (let i = 0; i < data.length; i++)
				if (!(Number.isNaN(data[i]) && Number.isNaN(result.data[i])))
					expect(Number(result.data[i]), `${name}[${i}]`).toBeCloseTo(Number(data[i]), digits);
		}
	}
	return primitive;
}

/** Whole numbers and halves, so that comparisons with equal values happen. */
export function halves(shape: readonly number[], seed: number, type: ElementType = "float32"): Tensor {
	let state = seed;
	const next = (): number => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return (state >>> 16) % 13;
	};
	const count = shape.reduce((a, b) => a * b, 1);
	const whole = type.startsWith("int");
	const values = Array.from({ length: count }, () => (whole ? next() - 6 : (next() - 6) / 2));
	return tensorFrom(type, shape, values);
}
