import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { type Feeds, feedsOf } from "@umpire/graph/feeds.ts";
import { observe as observeRange, type RangeTable } from "@umpire/graph/ranges.ts";
import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Graph, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { upgradeTo20 } from "@umpire/onnx/opset.ts";
import { isComposite } from "../onnx-ops/operators.ts";
import { idles, withoutIdle } from "./idle.ts";
import { holdsInfinities, type Kept, withoutInfinities } from "./infinities.ts";
import type { MaskInputs } from "./infinity/extended.ts";
import { InputMasks } from "./infinity/masks.ts";
import { interpolateByPlace, interpolates } from "./interpolations.ts";
import { boundDistances } from "./likelihoods.ts";
import { fromExponents, takesLogarithms } from "./logarithms.ts";
import { takesMagnitudes, withoutSquares } from "./magnitudes.ts";
import { boundMasks, masksPositions } from "./masks.ts";
import type { Observe } from "./pass.ts";
import { completeSquares, expandsSquares } from "./quadratics.ts";
import { divideOnce } from "./quotients.ts";
import { replaceNodes } from "./replace.ts";
import { foldRunnable } from "./runnable-model.ts";
import { clipToSteep, saturates, saturatesUnknown } from "./saturations.ts";
import { sumSquares, sumsSquares } from "./squares.ts";
import { maybeUndefined, withUndefined } from "./undefined.ts";

/** Rounds of replacing after which a decomposition must be going round in circles. */
const MOST_ROUNDS = 50;

function hasComposites(graph: Graph): boolean {
	return graph.nodes.some((node) => isComposite(node, graph));
}

/** What the rewrites of a round work with. */
interface Round {
	readonly facts: Facts;
	readonly opset: number;
	readonly sharedRanges: (readonly string[])[];
}

/** A change of the graph by what is known of it; the graph itself if there is nothing to change. */
interface Rewrite {
	readonly name: string;
	readonly summary: string;
	run(graph: Graph, round: Round): Graph;
}

/** What comes before the others: if one of these changes something, shapes and ranges are measured anew. */
const LOGARITHMS = {
	name: "logarithms",
	summary: "logarithms of what is made of exponentials are computed from the exponents",
};
const UNDEFINED = {
	name: "undefined",
	summary: "logarithms and powers of negative numbers are NaN where they are, and numbers elsewhere",
};
const IDLE = {
	name: "idle",
	summary: "casts to the same type go, and products with 0 are 0",
};
const QUADRATICS = {
	name: "quadratics",
	summary: "squares that were multiplied out become squares of differences",
};
const LIKELIHOODS = {
	name: "likelihoods",
	summary: "distances to classes that are far off are bounded where only the likeliest classes count",
};
const MAGNITUDES = {
	name: "magnitudes",
	summary: "roots of two squares are computed without squaring, from the larger number and a quotient",
};
const INFINITIES = {
	name: "infinities",
	summary: "infinities are taken apart: truth values say where they are, and numbers go on alone",
};

function replaced(graph: Graph, round: Round, chosen?: (node: Node) => boolean): Graph {
	const found = replaceNodes(graph, round.facts, round.opset, chosen);
	round.sharedRanges.push(...(found?.sharedRanges ?? []));
	return found?.graph ?? graph;
}

const REWRITES: readonly Rewrite[] = [
	{
		name: "masks",
		summary: "numbers that say where attention must not look come close below all scores",
		run: (graph, { facts }) => boundMasks(graph, facts),
	},
	{
		name: "composites",
		summary: "composite operators are replaced by what their records say",
		run: (graph, round) => replaced(graph, round),
	},
	{
		name: "squares",
		summary: "sums and means of squares become sums of products",
		run: (graph, { facts }) => sumSquares(graph, facts),
	},
	{
		name: "quotients",
		summary: "x·(1 / y) becomes x / y",
		run: (graph, { facts }) => divideOnce(graph, facts),
	},
	{
		name: "interpolations",
		summary: "slopes times distances become shares of differences",
		run: (graph, { facts }) => interpolateByPlace(graph, facts),
	},
	{
		name: "saturations",
		summary: "operands of functions that are flat there are clipped to where they change",
		run: (graph, { facts }) => clipToSteep(graph, facts),
	},
];

/**
 * Replaces composite ONNX operators by the primitive ones that the compiler lowers. What the
 * model computes stays the same in real numbers; names of inputs and outputs stay, and new
 * nodes are named after the node that they stand for. The shapes and constants that the
 * decompositions ask for come from one run of the model on the first of `feeds`; what inputs hold, from all.
 * @throws CompileError naming the node that cannot be replaced
 */
export async function decomposeModel(
	model: Model,
	feeds: Feeds,
	observe: Observe = () => {},
): Promise<DecomposedModel> {
	const sharedRanges: (readonly string[])[] = [];
	const { graph: given } = model;
	const { ranges: inputs, masks } = await lookAtInputs(given, feeds);
	const rewritable = [
		hasComposites(given),
		sumsSquares(given),
		holdsInfinities(given),
		masksPositions(given, inputs),
		takesLogarithms(given),
		saturates(given),
		maybeUndefined(given),
		interpolates(given),
		takesMagnitudes(given),
		expandsSquares(given),
		idles(given),
	];
	if (!rewritable.includes(true)) return { model, sharedRanges };
	let current = upgradeTo20(model);
	const kept: Kept = { settled: new Set(), inputs: masks, staying: new Set() };
	for (let count = 0; count < MOST_ROUNDS; count++) {
		const { graph: folded, facts: seen } = (await foldRunnable(current, feedsOf([feeds.first]))).folded;
		const facts = { ...seen, ranges: new Map([...seen.ranges, ...inputs]) };
		const opset = current.opsets.get("") ?? 1;
		const round = { facts, opset, sharedRanges };
		const busy = withoutIdle(folded, facts);
		if (busy !== folded) {
			observe(IDLE, folded, busy);
			current = { ...current, graph: busy };
			continue;
		}
		const plain = fromExponents(folded, facts);
		if (plain !== folded) {
			observe(LOGARITHMS, folded, plain);
			current = { ...current, graph: plain };
			continue;
		}
		const defined = withUndefined(folded, facts);
		if (defined !== folded) {
			observe(UNDEFINED, folded, defined);
			current = { ...current, graph: defined };
			continue;
		}
		const completed = completeSquares(folded, facts);
		if (completed !== folded) {
			observe(QUADRATICS, folded, completed);
			current = { ...current, graph: completed };
			continue;
		}
		const bounded = boundDistances(folded, facts);
		if (bounded !== folded) {
			observe(LIKELIHOODS, folded, bounded);
			current = { ...current, graph: bounded };
			continue;
		}
		const rooted = withoutSquares(folded, facts);
		if (rooted !== folded) {
			observe(MAGNITUDES, folded, rooted);
			current = { ...current, graph: rooted };
			continue;
		}
		const { graph: finite, waiting } = withoutInfinities(folded, facts, kept);
		let simpler = finite;
		if (waiting.size > 0) {
			simpler = replaced(folded, round, (node) => waiting.has(node));
			if (simpler === folded) for (const { name } of waiting) kept.staying.add(name);
		} else if (finite === folded) {
			simpler = REWRITES.reduce((graph, { name, summary, run }) => {
				const after = run(graph, round);
				if (after !== graph) observe({ name, summary }, graph, after);
				return after;
			}, folded);
		} else observe(INFINITIES, folded, finite);
		current = { ...current, graph: simpler };
		if (waiting.size > 0) continue;
		const isSimple = finite === folded && !hasComposites(simpler) && !saturatesUnknown(simpler, facts);
		const done = simpler === folded || isSimple;
		if (done) return { model: current, sharedRanges };
	}
	const rest = [
		...new Set(current.graph.nodes.filter((node) => isComposite(node, current.graph)).map(qualifiedName)),
	];
	throw new CompileError(`operators cannot be replaced by simpler ones: ${rest.join(", ")}`);
}

export interface DecomposedModel {
	readonly model: Model;
	/** Groups of values that should have one range (graph/ranges.ts: shareRanges). */
	readonly sharedRanges: readonly (readonly string[])[];
}

/** What the inputs hold in all of `feeds`. */
async function lookAtInputs(
	graph: Graph,
	feeds: Feeds,
): Promise<{ readonly ranges: RangeTable; readonly masks: MaskInputs }> {
	const ranges: RangeTable = new Map();
	const masks = new InputMasks(graph);
	const seen = new Map<string, Tensor>();
	for await (const feed of feeds.each()) {
		for (const { name } of graph.inputs) {
			const tensor = feed.get(name)!;
			// What stays the same in all steps is looked at once.
			if (seen.get(name) === tensor) continue;
			seen.set(name, tensor);
			observeRange(ranges, name, tensor);
			masks.add(name, tensor);
		}
	}
	return { ranges, masks: masks.found() };
}
