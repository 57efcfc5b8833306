import { CompileError } from "@umpire/graph/errors.ts";
import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Graph, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { upgradeTo20 } from "@umpire/onnx/opset.ts";
import { DECOMPOSITIONS } from "../onnx-ops/registry.ts";
import { belowAll, withoutInfinities } from "./infinities.ts";
import { boundMasks } from "./masks.ts";
import { withoutNanChecks } from "./nan-checks.ts";
import { divideOnce } from "./quotients.ts";
import { replaceNodes } from "./replace.ts";
import { foldRunnable } from "./runnable-model.ts";
import { sumSquares, sumsSquares } from "./squares.ts";

/** Rounds of replacing after which a decomposition must be going round in circles. */
const MOST_ROUNDS = 50;

/** Whether a node may have to be replaced; a convolution only for operands that are not constants, a pool for its indices. */
function isComposite(node: Node, { initializers }: Graph): boolean {
	if (node.domain === "" && /^Conv(Transpose)?$/.test(node.opType))
		return node.inputs.slice(1).some((name) => name !== "" && !initializers.has(name));
	if (node.domain === "" && node.opType === "MaxPool") return Boolean(node.outputs[1]);
	return DECOMPOSITIONS.has(qualifiedName(node));
}

function hasComposites(graph: Graph): boolean {
	return graph.nodes.some((node) => isComposite(node, graph));
}

/**
 * Replaces composite ONNX operators by the primitive ones that the compiler lowers. What the
 * model computes stays the same in real numbers; names of inputs and outputs stay, and new
 * nodes are named after the node that they stand for. The shapes and constants that the
 * decompositions ask for come from one run of the model on the first of `feeds`. `sharedRanges` collects
 * the groups of values that should have one range (ranges.ts: shareRanges).
 * @throws CompileError naming the node that cannot be replaced
 */
export async function decomposeModel(
	model: Model,
	feeds: readonly ReadonlyMap<string, Tensor>[],
	sharedRanges: (readonly string[])[] = [],
): Promise<Model> {
	if (!hasComposites(model.graph) && !sumsSquares(model.graph)) return model;
	let current = upgradeTo20(model);
	let lowest: number | undefined;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const { graph: folded, facts } = (await foldRunnable(current, feeds.slice(0, 1))).folded;
		lowest ??= belowAll(facts);
		const finite = withoutNanChecks(withoutInfinities(folded, lowest), facts, lowest);
		if (finite !== folded) {
			current = { ...current, graph: finite };
			continue;
		}
		const graph = boundMasks(folded, facts);
		const replaced = replaceNodes(graph, facts, current.opsets.get("") ?? 1, sharedRanges);
		const simpler = divideOnce(sumSquares(replaced ?? graph, facts), facts);
		current = { ...current, graph: simpler };
		if (simpler === folded || !hasComposites(simpler)) return current;
	}
	const rest = [
		...new Set(current.graph.nodes.filter((node) => isComposite(node, current.graph)).map(qualifiedName)),
	];
	throw new CompileError(`operators cannot be replaced by simpler ones: ${rest.join(", ")}`);
}
