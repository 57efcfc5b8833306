import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { ElementType, Graph, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { setAside } from "@umpire/onnx/set-aside.ts";
import { Names, removeDead } from "./edit.ts";
import { CompileError } from "./errors.ts";
import type { Extents, FoldedModel } from "./facts.ts";
import type { Feeds } from "./feeds.ts";
import { Histogram } from "./histogram.ts";
import { refuseNotFinite } from "./not-finite.ts";
import { HUGE, observe, type RangeTable } from "./ranges.ts";
import { isFloat, toReal } from "./real.ts";
import { sizeOf } from "./shapes.ts";
import { has } from "./traits.ts";
import { readsOf, writesOf } from "./uses.ts";

/** What runs so often is small: to wake further threads would cost it more than they save. */
const MANY = 64;

/**
 * Runs the float model with every value exposed and folds away what does not depend on its
 * inputs, and what has no elements. `feeds` are the calibration inputs; ranges, and histograms if
 * asked for, are taken over all of them.
 */
export async function foldModel(
	model: Model,
	feeds: Feeds,
	{ histograms: counts = false } = {},
): Promise<FoldedModel> {
	const graph = removeDead(model.graph);
	for (const node of graph.nodes) {
		if (has(node, "random")) {
			throw new CompileError("its result is random", {
				node,
				hint: "Make the random values an input or a constant",
			});
		}
	}
	let varying = varyingValues(graph, new Set());
	const values = graph.nodes.flatMap(writesOf);
	const shapes = new Map<string, readonly number[]>();
	const types = new Map<string, ElementType>();
	const constants = new Map<string, Tensor>(graph.initializers);
	const ranges: RangeTable = new Map();
	const extents = new Map<string, Extents>();
	const ends = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
	const histograms = new Map<string, Histogram>();
	const record = (name: string, tensor: Tensor): void => {
		if (!varying.has(name)) constants.set(name, aside(tensor));
		else {
			observe(ranges, name, tensor);
			extend(extents, name, tensor, ends.has(name) ? MOST_FEATURES : MOST_INNER);
			if (counts && isFloat(tensor.type)) count(histograms, name, tensor);
		}
	};
	const describe = (name: string, tensor: Tensor): void => {
		shapes.set(name, tensor.dims);
		types.set(name, tensor.type);
	};
	for (const [name, tensor] of graph.initializers) describe(name, tensor);
	const session = await createFloatSession(
		{ ...model, graph },
		{
			outputs: values,
			optimisation: "basic",
			...(feeds.count > MANY ? { threads: 1 } : {}),
		},
	);
	try {
		const seen = new Map<string, Tensor>();
		let index = -1;
		for await (const feed of feeds.each()) {
			index += 1;
			for (const { name } of graph.inputs) {
				const tensor = feed.get(name)!;
				if (index === 0) describe(name, tensor);
				// What stays the same in all steps, a whole data set perhaps, is looked at once.
				if (seen.get(name) === tensor) continue;
				seen.set(name, tensor);
				observe(ranges, name, tensor);
				extend(extents, name, tensor, MOST_FEATURES);
			}
			const computed = await session.run(feed);
			// What has no elements is the same for all inputs.
			if (index === 0) varying = varyingValues(graph, emptyOf(computed));
			refuseNotFinite(graph, new Map([...feed, ...[...computed].filter(([name]) => varying.has(name))]));
			for (const [name, tensor] of computed) {
				if (index === 0) describe(name, tensor);
				if (index === 0 || varying.has(name)) record(name, tensor);
			}
		}
	} finally {
		await session.release();
	}
	const isEmpty = (name: string): boolean => sizeOf(shapes.get(name) ?? []) === 0;
	const outputs = graph.outputs.filter(({ name }) => !isEmpty(name));
	if (outputs.length === 0) refuseEmpty(graph, shapes);
	const names = new Names(graph);
	const nodes = graph.nodes
		.filter((node) => node.outputs.some((name) => name !== "" && varying.has(name)))
		.map((node) => withoutEmpty(node, isEmpty, names));
	const needed = new Set([...nodes.flatMap(readsOf), ...outputs.map((output) => output.name)]);
	const kept = new Map([...constants].filter(([name]) => needed.has(name)));
	return {
		graph: { ...graph, nodes, outputs, initializers: kept },
		facts: { shapes, types, constants: kept, ranges, extents, ...(counts ? { histograms } : {}) },
	};
}

/** What was computed once, a transposed weight say, is not kept in memory if it is large. */
function aside({ type, dims, data }: Tensor): Tensor {
	return Array.isArray(data) ? { type, dims, data } : setAside({ type, dims }, data);
}

/** Inputs and outputs of more elements are no lists of features; of values between them less is kept. */
const MOST_FEATURES = 65536;
const MOST_INNER = 4096;

/** Widens the ranges of single elements by a tensor; NaN, infinities and masks count as 0. */
function extend(extents: Map<string, Extents>, name: string, tensor: Tensor, most: number): void {
	if (!isFloat(tensor.type) || sizeOf(tensor.dims) > most) return;
	const values = toReal(tensor).data.map((value) => (Math.abs(value) < HUGE ? value : 0));
	const known = extents.get(name);
	extents.set(name, {
		low: known ? values.map((value, i) => Math.min(value, known.low[i])) : values,
		high: known ? values.map((value, i) => Math.max(value, known.high[i])) : values,
	});
}

function count(histograms: Map<string, Histogram>, name: string, tensor: Tensor): void {
	const histogram = histograms.get(name) ?? new Histogram();
	histogram.add(tensor);
	histograms.set(name, histogram);
}

/** The values that depend on the graph's inputs, leaving out those of `constant`. */
function varyingValues(graph: Graph, constant: ReadonlySet<string>): Set<string> {
	const varying = new Set(graph.inputs.map((input) => input.name));
	for (const node of graph.nodes) {
		if (has(node, "shapeOnly")) continue;
		if (!readsOf(node).some((name) => varying.has(name))) continue;
		for (const name of node.outputs) if (!constant.has(name)) varying.add(name);
	}
	return varying;
}

function emptyOf(computed: ReadonlyMap<string, Tensor>): Set<string> {
	return new Set([...computed].filter(([, { dims }]) => sizeOf(dims) === 0).map(([name]) => name));
}

/** A node without what has no elements: results under a name that nothing reads, pieces of a Concat. */
function withoutEmpty(node: Node, isEmpty: (name: string) => boolean, names: Names): Node {
	const joins = node.opType === "Concat" && node.domain === "" && node.inputs.some(isEmpty);
	if (!joins && !writesOf(node).some(isEmpty)) return node;
	return {
		...node,
		inputs: joins ? node.inputs.filter((name) => !isEmpty(name)) : node.inputs,
		outputs: node.outputs.map((name) => (name !== "" && isEmpty(name) ? names.fresh(`${name}/empty`) : name)),
	};
}

function refuseEmpty(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>): never {
	const [{ name }] = graph.outputs;
	const node = graph.nodes.find(({ outputs }) => outputs.includes(name));
	throw new CompileError(`output "${name}" has no elements: its shape is [${shapes.get(name)?.join(", ")}]`, {
		...(node ? { node } : {}),
		hint: "Compile with input shapes for which some output has elements",
	});
}
