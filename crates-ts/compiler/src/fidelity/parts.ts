import type { Feed } from "@umpire/graph/feeds.ts";
import { toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { producersOf } from "@umpire/graph/uses.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Model, Node } from "@umpire/onnx/model.ts";
import { isLarge } from "@umpire/onnx/weight-bytes.ts";
import { probe } from "../import/probe.ts";
import { probabilitiesOf } from "./probabilities.ts";

/** Of what an output is joined: boxes in pixels and scores below 1, say. */
export interface Parts {
	/** For every element of the output the number of its part. */
	readonly of: ArrayLike<number>;
	/** For every part whether it holds probabilities. */
	readonly isProbability: readonly boolean[];
}

const found = new WeakMap<Graph, Promise<ReadonlyMap<string, Parts>>>();

/**
 * Outputs of a float model that are joined of several values, perhaps moved since, by their names.
 * Where each element comes from is computed by the model's own Concats and moves, from tensors that are
 * filled with numbers of parts; so it is run once, on `feed`.
 */
export function partsOf(model: Model, feed: Feed): Promise<ReadonlyMap<string, Parts>> {
	const known = found.get(model.graph);
	if (known) return known;
	const parts = findParts(model, feed);
	found.set(model.graph, parts);
	return parts;
}

async function findParts(model: Model, feed: Feed): Promise<ReadonlyMap<string, Parts>> {
	const { graph } = model;
	const producers = producersOf(graph);
	const joins = (name: string): boolean => {
		const node = producers.get(name);
		return node !== undefined && (isJoin(node) || (isMove(node) && joins(node.inputs[0])));
	};
	const outputs = graph.outputs.map(({ name }) => name).filter(joins);
	// A large model is run no more often than it has to be.
	if (outputs.length === 0 || isLarge(graph)) return new Map();
	const pieces: string[] = [];
	const labels: Node[] = [];
	const labelled = new Map<string, string>();
	const labelOf = (name: string): string => {
		const before = labelled.get(name);
		if (before !== undefined) return before;
		const label = `${name}/part`;
		labelled.set(name, label);
		const node = producers.get(name);
		if (node && isJoin(node)) {
			labels.push({ ...node, name: label, inputs: node.inputs.map(labelOf), outputs: [label] });
		} else if (node && joins(name)) {
			const [first, ...rest] = node.inputs;
			labels.push({ ...node, name: label, inputs: [labelOf(first), ...rest], outputs: [label] });
		} else {
			pieces.push(name);
		}
		return label;
	};
	const wanted = outputs.map(labelOf);
	const initializers = new Map(graph.initializers);
	for (const [part, dims] of (await shapesOf(model, feed, pieces)).entries()) {
		const filled = new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(part);
		initializers.set(labelOf(pieces[part]), tensorFrom("float32", dims, filled));
	}
	const labelling = { ...model, graph: { ...graph, initializers, nodes: [...graph.nodes, ...labels] } };
	const seen = await probe(labelling, feed, wanted);
	const probabilities = probabilitiesOf({
		...graph,
		outputs: pieces.map((name) => ({ name, type: "undefined", dims: null })),
	});
	const isProbability = pieces.map((name) => probabilities.has(name));
	return new Map(
		outputs.map((name, k) => [name, { of: toReal(seen.get(wanted[k])!).data, isProbability }] as const),
	);
}

/** Shapes of a model's values on `feed`. */
async function shapesOf(model: Model, feed: Feed, names: readonly string[]): Promise<(readonly number[])[]> {
	const given = (name: string) => feed.get(name) ?? model.graph.initializers.get(name);
	const computed = [...new Set(names.filter((name) => given(name) === undefined))];
	const seen = await probe(model, feed, computed);
	return names.map((name) => (given(name) ?? seen.get(name)!).dims);
}

const isJoin = (node: Node): boolean => node.domain === "" && has(node, "joins");

/** What puts elements elsewhere, without making any: Pad fills. */
const isMove = (node: Node): boolean =>
	node.domain === "" && node.outputs.length === 1 && has(node, "moves") && node.opType !== "Pad";
