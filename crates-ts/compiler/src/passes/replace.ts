import { GraphEditor } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import type { DecomposeContext } from "../onnx-ops/decomposition.ts";
import { decompositionOf } from "../onnx-ops/operators.ts";

export interface Replaced {
	readonly graph: Graph;
	/** Groups of values that should have one range (graph/ranges.ts: shareRanges). */
	readonly sharedRanges: readonly (readonly string[])[];
}

/** The graph with the composite nodes that `chosen` admits replaced once; undefined if all of them want to stay. */
export function replaceNodes(
	graph: Graph,
	facts: Facts,
	opset: number,
	chosen: (node: Node) => boolean = () => true,
): Replaced | undefined {
	const sharedRanges: (readonly string[])[] = [];
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		const decomposition = decompositionOf(node);
		if (!decomposition || !chosen(node)) continue;
		const emitted: Node[] = [];
		const kept = decomposition(node, contextOf(node, facts, opset, emitted, editor, sharedRanges)) === "keep";
		if (!kept) editor.replace(node, emitted);
	}
	const edited = editor.graph();
	return edited === graph ? undefined : { graph: edited, sharedRanges };
}

function contextOf(
	node: Node,
	facts: Facts,
	opset: number,
	emitted: Node[],
	editor: GraphEditor,
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
		isUsed: (name) => editor.reads(name) > 0,
		producer: (name) => editor.producer(name),
		shareRange: (names) => void sharedRanges.push(names),
		shape: (name) => known(facts.shapes, name, "shape"),
		type: (name) => known(facts.types, name, "type"),
		range: (name) => facts.ranges.get(name),
		constant: (name) => (name ? facts.constants.get(name) : undefined),
		fresh: (base) => editor.names.fresh(`${node.name}/${base}`),
		tensor: (value) => editor.constant(`${node.name}/constant`, value),
		emit(qualified, inputs, attributes = {}, outputs) {
			const base = `${node.name}/${qualified.slice(qualified.lastIndexOf(".") + 1)}`;
			const made = editor.node(base, qualified, inputs, attributes, outputs);
			emitted.push(made);
			return made.outputs[0];
		},
	};
}
