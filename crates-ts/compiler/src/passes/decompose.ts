import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { type Feed, feedsOf } from "@umpire/graph/feeds.ts";
import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Graph, Model } from "@umpire/onnx/model.ts";
import { upgradeTo20 } from "@umpire/onnx/opset.ts";
import { isComposite } from "../onnx-ops/operators.ts";
import { belowAll, withoutInfinities } from "./infinities.ts";
import { boundMasks } from "./masks.ts";
import { withoutNanChecks } from "./nan-checks.ts";
import type { Observe } from "./pass.ts";
import { divideOnce } from "./quotients.ts";
import { replaceNodes } from "./replace.ts";
import { foldRunnable } from "./runnable-model.ts";
import { sumSquares, sumsSquares } from "./squares.ts";

/** Rounds of replacing after which a decomposition must be going round in circles. */
const MOST_ROUNDS = 50;

function hasComposites(graph: Graph): boolean {
	return graph.nodes.some((node) => isComposite(node, graph));
}

/** What the rewrites of a round work with. */
interface Round {
	readonly facts: Facts;
	readonly opset: number;
	/** The number that stands for −∞ (infinities.ts). */
	readonly lowest: number;
	readonly sharedRanges: (readonly string[])[];
}

/** A change of the graph by what is known of it; the graph itself if there is nothing to change. */
interface Rewrite {
	readonly name: string;
	readonly summary: string;
	run(graph: Graph, round: Round): Graph;
}

/** What makes infinities numbers: if one changes something, ranges are measured anew before the others. */
const FINITE: readonly Rewrite[] = [
	{
		name: "infinities",
		summary: "−∞ in constants that are added, chosen or compared becomes a number below all others",
		run: (graph, { lowest }) => withoutInfinities(graph, lowest),
	},
	{
		name: "NaN checks",
		summary: "IsNaN of a softmax asks whether a row is masked everywhere",
		run: (graph, { facts, lowest }) => withoutNanChecks(graph, facts, lowest),
	},
];

const REWRITES: readonly Rewrite[] = [
	{
		name: "masks",
		summary: "numbers that say where attention must not look come close below all scores",
		run: (graph, { facts }) => boundMasks(graph, facts),
	},
	{
		name: "composites",
		summary: "composite operators are replaced by what their records say",
		run: (graph, { facts, opset, sharedRanges }) => {
			const replaced = replaceNodes(graph, facts, opset);
			sharedRanges.push(...(replaced?.sharedRanges ?? []));
			return replaced?.graph ?? graph;
		},
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
];

/**
 * Replaces composite ONNX operators by the primitive ones that the compiler lowers. What the
 * model computes stays the same in real numbers; names of inputs and outputs stay, and new
 * nodes are named after the node that they stand for. The shapes and constants that the
 * decompositions ask for come from one run of the model on `feed`.
 * @throws CompileError naming the node that cannot be replaced
 */
export async function decomposeModel(
	model: Model,
	feed: Feed,
	observe: Observe = () => {},
): Promise<DecomposedModel> {
	const sharedRanges: (readonly string[])[] = [];
	if (!hasComposites(model.graph) && !sumsSquares(model.graph)) return { model, sharedRanges };
	let current = upgradeTo20(model);
	let lowest: number | undefined;
	for (let count = 0; count < MOST_ROUNDS; count++) {
		const { graph: folded, facts } = (await foldRunnable(current, feedsOf([feed]))).folded;
		lowest ??= belowAll(facts);
		const round = { facts, opset: current.opsets.get("") ?? 1, lowest, sharedRanges };
		const rewrite = (graph: Graph, { name, summary, run }: Rewrite): Graph => {
			const after = run(graph, round);
			if (after !== graph) observe({ name, summary }, graph, after);
			return after;
		};
		const finite = FINITE.reduce(rewrite, folded);
		const simpler = finite === folded ? REWRITES.reduce(rewrite, folded) : finite;
		current = { ...current, graph: simpler };
		if (finite !== folded) continue;
		if (simpler === folded || !hasComposites(simpler)) return { model: current, sharedRanges };
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
