/// <reference lib="dom" />
import { Graph, layout } from "@dagrejs/dagre";
import type { Placed, ToPlace } from "./layout.ts";

/** Lays a graph out apart from the page, which stays quick meanwhile. */
self.onmessage = ({ data }: MessageEvent<ToPlace>) => {
	const graph = new Graph();
	graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 34, marginx: 8, marginy: 8 });
	graph.setDefaultEdgeLabel(() => ({}));
	for (const { id, width, height } of data.nodes) graph.setNode(id, { width, height });
	for (const [from, to] of data.edges) graph.setEdge(from, to);
	layout(graph);
	const { width = 0, height = 0 } = graph.graph();
	const placed: Placed = {
		width,
		height,
		nodes: graph.nodes().map((id: string) => {
			const { x, y } = graph.node(id);
			return { id, x, y };
		}),
		edges: graph.edges().map((edge: { v: string; w: string }) => ({ points: graph.edge(edge).points ?? [] })),
	};
	self.postMessage(placed);
};
