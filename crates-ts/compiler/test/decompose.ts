import { nameNodes } from "@umpire/graph/edit.ts";
import { feedsOf } from "@umpire/graph/feeds.ts";
import { toReal } from "@umpire/graph/real.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { expect } from "vitest";
import { syntheticInputs } from "../src/import/synthetic.ts";
import { decomposeModel } from "../src/passes/decompose.ts";

/** Names of the operators into which a model is decomposed. */
export function operatorsOf(model: Model): string[] {
	return model.graph.nodes.map((node) => node.opType);
}

/**
 * Decomposes a model and expects onnxruntime to compute from the result what it computes from
 * the original, within `tolerance` of each output's largest magnitude.
 */
export async function expectSameFloats(
	given: Model,
	inputs: readonly Tensor[] = syntheticInputs(given.graph.inputs, 1)[0],
	tolerance = 1e-5,
): Promise<Model> {
	const model = { ...given, graph: nameNodes(given.graph) };
	const feed = new Map(model.graph.inputs.map(({ name }, k) => [name, inputs[k]]));
	const { model: primitive } = await decomposeModel(model, feedsOf([feed]));
	const [expected, found] = [await runFloat(model, feed), await runFloat(primitive, feed)];
	for (const [name, tensor] of expected) expectClose(found.get(name)!, tensor, tolerance, name);
	return primitive;
}

export function expectClose(found: Tensor, expected: Tensor, tolerance: number, name = ""): void {
	expect(found.dims, `shape of ${name}`).toEqual(expected.dims);
	expect(found.type, `type of ${name}`).toEqual(expected.type);
	const [a, b] = [toReal(found).data, toReal(expected).data];
	const reach = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
	for (let i = 0; i < b.length; i++) {
		expect(Math.abs(a[i] - b[i]), `${name}[${i}] = ${a[i]}, expected ${b[i]}`).toBeLessThanOrEqual(
			tolerance * reach,
		);
	}
}
