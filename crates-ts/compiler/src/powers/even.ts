import { type Facts, reachesOf } from "@umpire/graph/facts.ts";
import type { Feed, Feeds } from "@umpire/graph/feeds.ts";
import { reachOf } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import { MOST_ELEMENTS, type Needs, needsOf, rowsTogether } from "./needs.ts";
import { type Evened, Rewriter } from "./rewriter.ts";
import { rewrite } from "./rules.ts";

/** Of the 15 bits of a magnitude, how many may be lost to larger neighbours before a tensor is evened. */
const SPARE_BITS = 5;
/** What is only moved and compared has 29 bits, of which a threshold that lies next to a float32 number of its column needs 24. */
const SPARE_WHERE_COMPARED = 6;
/** Evening that gains fewer bits is not worth the other scales. */
const LEAST_GAIN = 3;
/** Exponents stay within what float32 holds of constants that are divided by them. */
const MOST_EXPONENT = 60;

/** What stands for what in a graph whose values are divided by powers of two, element by element. */
export interface Evening {
	/** Exponents of the inputs that are divided. */
	readonly inputs: ReadonlyMap<string, Float64Array>;
	/** By values of that graph, the value of the one before that each stands for, with its exponents. */
	readonly values: ReadonlyMap<string, Evened>;
}

/** Nothing is divided. */
export const AS_IT_WAS: Evening = { inputs: new Map(), values: new Map() };

export interface EvenedGraph extends Evening {
	readonly graph: Graph;
}

/**
 * Evens inputs whose features are of unlike size, and what is joined from such: each feature is
 * divided by a power of two of its own, which goes into the constants that the features meet
 * (weights, means, thresholds) as far as they are only moved, shifted, scaled and compared on the
 * way. One scale for all of them would leave nothing of the small ones. Which features need it is
 * told by what is made of them, not by their sizes alone: pixels that happen to be dark do not.
 *
 * @param fixed inputs that must stay as they are
 */
export function evenFeatures(
	graph: Graph,
	facts: Facts,
	fixed: ReadonlySet<string>,
): EvenedGraph | undefined {
	const outputs = new Set(graph.outputs.map(({ name }) => name));
	const candidates = graph.inputs.filter(
		({ name }) => !fixed.has(name) && !outputs.has(name) && facts.extents?.has(name),
	);
	const isOrigin = (node: Node): boolean => has(node, "joins") || isProduct(node, facts);
	if (candidates.length === 0 && !graph.nodes.some(isOrigin)) return undefined;
	const needs = needsOf(graph, facts);
	const compared = onlyCompared(graph, facts);
	const rewriter = new Rewriter(graph, facts);
	const inputs = new Map<string, Float64Array>();
	for (const { name } of candidates) {
		const exponents = inputExponents(
			name,
			facts,
			needs,
			compared.has(name) ? SPARE_WHERE_COMPARED : SPARE_BITS,
		);
		if (!exponents) continue;
		inputs.set(name, exponents);
		rewriter.define(name, name, exponents);
	}
	const choose = (name: string): Float64Array | undefined => valueExponents(name, facts, needs, compared);
	for (const node of graph.nodes) {
		const evened = node.inputs.some((name) => rewriter.evened.has(name));
		const origin = isOrigin(node) && choose(node.outputs[0]) !== undefined;
		if ((evened || origin) && rewrite(node, rewriter, choose)) continue;
		rewriter.nodes.push({
			...node,
			inputs: node.inputs.map((name) => rewriter.whole(name)),
		});
	}
	if (rewriter.evened.size === 0) return undefined;
	const values = new Map(
		[...rewriter.evened].map(([value, { name, exponents }]) => [name, { name: value, exponents }] as const),
	);
	return { graph: rewriter.graph(), inputs, values };
}

/** A product with constant weights, whose columns may be of unlike size (principal components are). */
function isProduct({ opType, domain, inputs, outputs }: Node, { constants }: Facts): boolean {
	return (
		domain === "" &&
		(opType === "MatMul" || opType === "Gemm") &&
		constants.has(inputs[1]) &&
		outputs.length === 1
	);
}

/** Inputs and what is moved from them that is only compared with constants. */
function onlyCompared(graph: Graph, facts: Facts): ReadonlySet<string> {
	const other = new Set(graph.outputs.map(({ name }) => name));
	for (const node of graph.nodes.toReversed()) {
		if (has(node, "compares") && node.inputs.some((name) => facts.constants.has(name))) continue;
		const moves = has(node, "moves", "casts", "permutes") && !node.outputs.some((name) => other.has(name));
		for (const [k, name] of node.inputs.entries()) if (!moves || k > 0) other.add(name);
	}
	return new Set([...facts.ranges.keys()].filter((name) => !other.has(name)));
}

/** Whole exponents for steps, the largest step at 0; where nobody looks, so that the value is no larger than the others. */
function exponentsFor(steps: Float64Array, seen: Float64Array | undefined): Float64Array {
	const finite = steps.filter(Number.isFinite);
	const top = Math.max(...finite);
	const level = seen
		? Math.max(...seen.map((reach, i) => (Number.isFinite(steps[i]) ? reach / steps[i] : 0)))
		: 0;
	return steps.map((step, i) => {
		const unseen = level > 0 && seen![i] > 0 ? seen![i] / level : top;
		const exponent = Math.floor(Math.log2((Number.isFinite(step) ? step : unseen) / top));
		return Math.max(-MOST_EXPONENT, Math.min(MOST_EXPONENT, exponent)) + 0;
	});
}

function inputExponents(name: string, facts: Facts, needs: Needs, spare: number): Float64Array | undefined {
	const steps = needs.get(name);
	const extents = facts.extents?.get(name);
	if (!steps || !extents) return undefined;
	const reaches = rowsTogether(reachesOf(extents), facts.shapes.get(name)!);
	const whole = Math.max(...reaches);
	const finest = Math.min(...steps);
	if (!(whole > 0) || !Number.isFinite(finest)) return undefined;
	const lost = Math.log2(whole / finest);
	const evened = Math.max(...reaches.map((reach, i) => reach / steps[i]));
	if (lost < spare || lost - Math.log2(evened) < LEAST_GAIN) return undefined;
	const exponents = exponentsFor(steps, reaches);
	return exponents.some((exponent) => exponent !== 0) ? exponents : undefined;
}

function valueExponents(
	name: string,
	facts: Facts,
	needs: Needs,
	compared: ReadonlySet<string>,
): Float64Array | undefined {
	const steps = needs.get(name);
	const range = facts.ranges.get(name);
	const shape = facts.shapes.get(name);
	if (!steps || !range || !shape || !isFloat(facts.types.get(name)!) || sizeOf(shape) > MOST_ELEMENTS)
		return undefined;
	const finite = steps.filter(Number.isFinite);
	if (finite.length === 0 || !(reachOf(range) > 0)) return undefined;
	const finest = Math.min(...finite);
	const lost = Math.log2(reachOf(range) / finest);
	const spread = Math.log2(Math.max(...finite) / finest);
	const spare = compared.has(name) ? SPARE_WHERE_COMPARED : SPARE_BITS;
	if (lost < spare || spread < LEAST_GAIN) return undefined;
	const exponents = withinReach(exponentsFor(steps, undefined), name, facts);
	const gain = exponents.reduce((a, b) => Math.max(a, b)) - exponents.reduce((a, b) => Math.min(a, b));
	return gain < LEAST_GAIN ? undefined : exponents;
}

/**
 * Exponents by which no column becomes larger than the largest is: what a reader behind could tell finer (a GELU
 * of −5, where only its tiny result counts) must not take bits from all others.
 */
function withinReach(exponents: Float64Array, name: string, facts: Facts): Float64Array {
	const extents = facts.extents?.get(name);
	if (!extents) return exponents;
	const reaches = rowsTogether(reachesOf(extents), facts.shapes.get(name)!);
	const most = reaches.reduce((a, b) => Math.max(a, b), 0);
	if (!(most > 0)) return exponents;
	return exponents.map((exponent, i) => Math.max(exponent, Math.floor(Math.log2(reaches[i] / most))) + 0);
}

/** What an evened graph reads for what the model reads. */
export function evenedFeeds(feeds: Feeds, { inputs }: Evening): Feeds {
	if (inputs.size === 0) return feeds;
	// What stays the same in all steps is divided once.
	const known = new Map([...inputs.keys()].map((name) => [name, new WeakMap<Tensor, Tensor>()]));
	const divided = (name: string, tensor: Tensor, exponents: Float64Array): Tensor => {
		const before = known.get(name)!.get(tensor);
		if (before) return before;
		const values = toReal(tensor).data.map((value, i) => value / 2 ** exponents[i]);
		const even = tensorFrom(tensor.type, tensor.dims, values);
		known.get(name)!.set(tensor, even);
		return even;
	};
	const evened = (feed: Feed): Feed =>
		new Map([
			...feed,
			...[...inputs].map(([name, exponents]) => [name, divided(name, feed.get(name)!, exponents)] as const),
		]);
	return {
		first: evened(feeds.first),
		count: feeds.count,
		async *each() {
			for await (const feed of feeds.each()) yield evened(feed);
		},
	};
}
