import { has } from "@umpire/graph/traits.ts";
import { readsOf } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** Adds to `varying` what the graph computes from varying values. Shapes are fixed, so what reads only a shape is not. */
export function spread(graph: Graph, varying: Set<string>): void {
	for (const node of graph.nodes) {
		if (has(node, "tellsShape")) continue;
		if (readsOf(node).some((name) => varying.has(name))) for (const name of node.outputs) varying.add(name);
	}
}

/** Values of the graph that depend on its inputs. */
export function varyingOf(graph: Graph): Set<string> {
	const varying = new Set(graph.inputs.map(({ name }) => name));
	spread(graph, varying);
	return varying;
}

/** Whether a Loop may run for a number of iterations that depends on the model's inputs. */
export function hasVaryingTrips(loop: Node, body: Graph, outer: ReadonlySet<string>): boolean {
	const [trips, condition, ...initial] = loop.inputs;
	if (outer.has(trips) || outer.has(condition)) return true;
	const states = body.inputs.slice(2);
	const varying = new Set(outer);
	states.forEach(({ name }, k) => {
		if (outer.has(initial[k])) varying.add(name);
	});
	for (let size = -1; size !== varying.size; ) {
		size = varying.size;
		spread(body, varying);
		states.forEach(({ name }, k) => {
			if (varying.has(body.outputs[k + 1].name)) varying.add(name);
		});
	}
	return varying.has(body.outputs[0].name);
}
