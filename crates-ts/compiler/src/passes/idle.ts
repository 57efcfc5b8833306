import { GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** Whether the graph may hold what does nothing, as far as it can be told without types. */
export function idles(graph: Graph): boolean {
	return graph.nodes.some(({ domain, opType }) => domain === "" && (opType === "Cast" || opType === "Mul"));
}

/**
 * Exporters of bins write casts to the type that a value has, and x·0 + 1 for a column of ones. A column that is
 * computed with has the grid of what is computed; one that is compared alone has all bits there are, and a bin's
 * edge is where the float model has it.
 */
export function withoutIdle(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		const [output] = node.outputs;
		if (node.domain !== "") continue;
		if (node.opType === "Cast" && isSame(node, facts))
			editor.replace(node, [{ ...node, opType: "Identity", attributes: new Map() }]);
		else if (node.opType === "Mul" && node.inputs.some((name) => isZero(name, facts))) {
			const [type, shape] = [facts.types.get(output), facts.shapes.get(output)];
			if (!type || !shape || !isFloat(type) || node.inputs.every((name) => facts.constants.has(name)))
				continue;
			const zeros = tensorFrom(type, shape, new Array<number>(sizeOf(shape)).fill(0));
			const constant = editor.constant(`${output}_zeros`, zeros);
			editor.replace(node, [{ ...node, opType: "Identity", inputs: [constant], attributes: new Map() }]);
		}
	}
	return editor.graph();
}

function isSame({ inputs, outputs }: Node, { types }: Facts): boolean {
	const type = types.get(inputs[0]);
	return type !== undefined && type === types.get(outputs[0]);
}

function isZero(name: string, { constants }: Facts): boolean {
	const tensor = constants.get(name);
	return tensor !== undefined && isFloat(tensor.type) && toReal(tensor).data.every((value) => value === 0);
}
