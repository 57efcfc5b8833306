import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { countReads, qualifiedName } from "@umpire/graph/uses.ts";
import { attributeOf } from "@umpire/onnx/builder.ts";
import type { AttributeValue, Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import type { DecomposeContext } from "../onnx-ops/decomposition.ts";
import { DECOMPOSITIONS } from "../onnx-ops/registry.ts";

/** The graph with the composite nodes that `chosen` admits replaced once; undefined if all of them want to stay. */
export function replaceNodes(
	graph: Graph,
	facts: Facts,
	opset: number,
	sharedRanges: (readonly string[])[],
	chosen: (node: Node) => boolean = () => true,
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
	const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	const surroundings: Surroundings = {
		isUsed: (name) => reads.has(name),
		producer: (name) => producers.get(name),
	};
	let changed = false;
	const nodes = graph.nodes.flatMap((node): readonly Node[] => {
		const decomposition = DECOMPOSITIONS.get(qualifiedName(node));
		if (!decomposition || !chosen(node)) return [node];
		const emitted: Node[] = [];
		const context = contextOf(node, facts, opset, emitted, initializers, fresh, surroundings, sharedRanges);
		const kept = decomposition(node, context) === "keep";
		changed ||= !kept;
		return kept ? [node] : emitted;
	});
	return changed ? { ...graph, nodes, initializers } : undefined;
}

type Surroundings = Pick<DecomposeContext, "isUsed" | "producer">;

function contextOf(
	node: Node,
	facts: Facts,
	opset: number,
	emitted: Node[],
	initializers: Map<string, Tensor>,
	fresh: (base: string) => string,
	surroundings: Surroundings,
	sharedRanges: (readonly string[])[],
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
		...surroundings,
		shareRange: (names) => void sharedRanges.push(names),
		shape: (name) => known(facts.shapes, name, "shape"),
		type: (name) => known(facts.types, name, "type"),
		range: (name) => facts.ranges.get(name),
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
