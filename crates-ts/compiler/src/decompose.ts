import { attributeOf } from "@umpire/onnx/builder.ts";
import type { AttributeValue, Graph, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { upgradeTo20 } from "@umpire/onnx/opset.ts";
import type { DecomposeContext } from "./decompositions/context.ts";
import { DECOMPOSITIONS } from "./decompositions/registry.ts";
import { CompileError } from "./errors.ts";
import type { Facts } from "./facts.ts";
import { foldModel } from "./fold.ts";
import { countReads } from "./graphs.ts";
import { tameMasks } from "./masks.ts";
import { sumSquares, sumsSquares } from "./squares.ts";

/** Rounds of replacing after which a decomposition must be going round in circles. */
const MOST_ROUNDS = 50;

/** The name under which the registry knows a node's operator. */
export function qualifiedName(node: Node): string {
	return node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
}

function isComposite(node: Node): boolean {
	return DECOMPOSITIONS.has(qualifiedName(node));
}

/**
 * Replaces composite ONNX operators by the primitive ones that the compiler lowers. What the
 * model computes stays the same in real numbers; names of inputs and outputs stay, and new
 * nodes are named after the node that they stand for. The shapes and constants that the
 * decompositions ask for come from one run of the model on the first of `feeds`. `alike` collects
 * the groups of values that should have one range (ranges.ts: shareRanges).
 * @throws CompileError naming the node that cannot be replaced
 */
export async function decomposeModel(
	model: Model,
	feeds: readonly ReadonlyMap<string, Tensor>[],
	alike: (readonly string[])[] = [],
): Promise<Model> {
	if (!model.graph.nodes.some(isComposite) && !sumsSquares(model.graph)) return model;
	let current = upgradeTo20(model);
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const { graph: folded, facts } = await foldModel(current, feeds.slice(0, 1));
		const graph = round === 0 ? tameMasks(folded, facts) : folded;
		const replaced = replaceAll(graph, facts, current.opsets.get("") ?? 1, alike);
		const simpler = sumSquares(replaced ?? graph, facts);
		current = { ...current, graph: simpler };
		if (simpler === folded || !simpler.nodes.some(isComposite)) return current;
	}
	const rest = [...new Set(current.graph.nodes.filter(isComposite).map(qualifiedName))];
	throw new CompileError(`operators cannot be replaced by simpler ones: ${rest.join(", ")}`);
}

/** The graph with every composite node replaced once; undefined if all of them want to stay. */
function replaceAll(
	graph: Graph,
	facts: Facts,
	opset: number,
	alike: (readonly string[])[],
): Graph | undefined {
	const names = new Set([
		...facts.shapes.keys(),
		...graph.initializers.keys(),
		...graph.nodes.flatMap((node) => [node.name, ...node.outputs]),
	]);
	const initializers = new Map(graph.initializers);
	const fresh = (base: string): string => {
		let name = base;
		for (let count = 1; names.has(name); count++) name = `${base}_${count}`;
		names.add(name);
		return name;
	};
	const reads = countReads(graph);
	const isUsed = (name: string): boolean => reads.has(name);
	let changed = false;
	const nodes = graph.nodes.flatMap((node): readonly Node[] => {
		const decomposition = DECOMPOSITIONS.get(qualifiedName(node));
		if (!decomposition) return [node];
		const emitted: Node[] = [];
		const context = contextOf(node, facts, opset, emitted, initializers, fresh, isUsed, alike);
		const kept = decomposition(node, context) === "keep";
		changed ||= !kept;
		return kept ? [node] : emitted;
	});
	return changed ? { ...graph, nodes, initializers } : undefined;
}

function contextOf(
	node: Node,
	facts: Facts,
	opset: number,
	emitted: Node[],
	initializers: Map<string, Tensor>,
	fresh: (base: string) => string,
	isUsed: (name: string) => boolean,
	alike: (readonly string[])[],
): DecomposeContext {
	const error = (reason: string, hint?: string) =>
		new CompileError(reason, { node, ...(hint ? { hint } : {}) });
	const known = <T>(table: ReadonlyMap<string, T>, name: string, what: string): T => {
		const found = table.get(name);
		if (found === undefined) throw error(`value "${name}" has no known ${what}`);
		return found;
	};
	return {
		opset,
		error,
		isUsed,
		alike: (names) => void alike.push(names),
		shape: (name) => known(facts.shapes, name, "shape"),
		type: (name) => known(facts.types, name, "type"),
		constant: (name) => (name ? facts.constants.get(name) : undefined),
		fresh: (base) => fresh(`${node.name}/${base}`),
		tensor(value) {
			const name = fresh(`${node.name}/constant`);
			initializers.set(name, value);
			return name;
		},
		emit(qualified, inputs, attributes = {}, outputs) {
			const dot = qualified.lastIndexOf(".");
			const name = fresh(`${node.name}/${qualified.slice(dot + 1)}`);
			const written = outputs ?? [fresh(`${name}_output_0`)];
			emitted.push({
				name,
				opType: qualified.slice(dot + 1),
				domain: dot < 0 ? "" : qualified.slice(0, dot),
				inputs,
				outputs: written,
				attributes: new Map(
					Object.entries(attributes).map(([key, value]): [string, AttributeValue] => [
						key,
						attributeOf(key, value),
					]),
				),
			});
			return written[0];
		},
	};
}
