import { GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { sameShape } from "@umpire/graph/shapes.ts";
import { countReads, producersOf } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** Whether a / b is how far a number lies between two others: (x − u) / (v − u). */
export function isPlaceBetween(a: Node | undefined, b: Node | undefined): boolean {
	const difference = (node: Node | undefined): boolean => node?.opType === "Sub" && node.domain === "";
	return difference(a) && difference(b) && a!.inputs[1] === b!.inputs[1];
}

/** Whether the graph may hold interpolations, as far as it can be told without shapes. */
export function interpolates(graph: Graph): boolean {
	const producers = producersOf(graph);
	const isDistance = (name: string): boolean => producers.get(name)?.opType === "Sub";
	return graph.nodes.some(({ opType, inputs }) => opType === "Div" && isDistance(inputs[1]));
}

/**
 * (d / (v − u))·(x − u), as interpolations are written, becomes d·((x − u) / (v − u)). Slopes differ as much as
 * the features' sizes do, and no grid holds the small beside the large; the place between two numbers
 * is 0 to 1 for all of them. A constant that is chosen in the slope's place (where v = u) stays chosen.
 */
export function interpolateByPlace(graph: Graph, facts: Facts): Graph {
	const producers = producersOf(graph);
	const reads = countReads(graph);
	const editor = new GraphEditor(graph, facts.shapes.keys());
	const inner = (name: string, opType: string): Node | undefined => {
		const node = producers.get(name);
		return node?.opType === opType && node.domain === "" && reads.get(name) === 1 ? node : undefined;
	};
	for (const node of graph.nodes) {
		if (node.opType !== "Mul" || node.domain !== "") continue;
		for (const [slope, r] of [node.inputs, [node.inputs[1], node.inputs[0]]]) {
			const choice = inner(slope, "Where");
			const chosen = choice && facts.constants.has(choice.inputs[1]);
			const quotient = inner(chosen ? choice.inputs[2] : slope, "Div");
			if (!quotient || facts.constants.has(quotient.inputs[0])) continue;
			const [d, q] = quotient.inputs;
			const shape = facts.shapes.get(slope);
			const same = [d, q, r].every((name) => sameShape(facts.shapes.get(name) ?? [], shape ?? []));
			if (!shape || !same || !isPlaceBetween(producers.get(r), producers.get(q))) continue;
			const place = editor.node(`${node.name}/Place`, "Div", [r, q]);
			const outputs = chosen ? undefined : node.outputs;
			const part = editor.node(`${node.name}/Part`, "Mul", [place.outputs[0], d], {}, outputs);
			const nodes = [place, part];
			if (chosen) {
				const flat = editor.node(`${node.name}/Flat`, "Mul", [r, choice.inputs[1]]);
				const branches = [choice.inputs[0], flat.outputs[0], part.outputs[0]];
				nodes.push(flat, editor.node(`${node.name}/Where`, "Where", branches, {}, node.outputs));
			}
			editor.replace(node, nodes);
			break;
		}
	}
	return editor.graph();
}
