import type { GraphNode, GraphView } from "@umpire/views/dispute-view.ts";
import { grouped } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { h } from "./h.ts";

/** The operators around the wrong one, and how many of their numbers differ. */
export function graphStrip({ nodes, constants }: GraphView): ReactNode {
	return h(
		"div",
		null,
		h(
			"div",
			{ className: "graph" },
			nodes.map((node, i) => nodeBox(node, i, node.role === "wrong" ? constants : [])),
		),
		brackets(nodes),
	);
}

function nodeBox(node: GraphNode, key: number, constants: GraphView["constants"]): ReactNode {
	return h(
		"div",
		{ className: `node ${node.role}`, key },
		constants.length === 0
			? null
			: h(
					"div",
					{ className: "constants" },
					constants.map(({ name, shape }, i) =>
						h(
							"div",
							{ className: "constant", key: i, title: name },
							`${lastPart(name)} `,
							h("span", { className: "quiet" }, shape),
						),
					),
				),
		h(
			"div",
			{ className: "tensor" },
			h("b", { title: node.name }, node.name),
			h("span", { className: "caption" }, node.shape),
		),
		h("span", { className: "count" }, countText(node)),
	);
}

const lastPart = (name: string): string => name.split(/[./]/).at(-1) || name;

function countText({ role, differing, numbers, operator }: GraphNode): string {
	if (operator === null) return "";
	if (differing !== null) return `${grouped(differing)} of ${grouped(numbers)}`;
	return role === "wrong" ? `1 of ${grouped(numbers)}` : grouped(numbers);
}

/** What the nodes have in common: agreed, the first difference, and what follows from it. */
function brackets(nodes: readonly GraphNode[]): ReactNode {
	const wrong = nodes.findIndex(({ role }) => role === "wrong");
	if (wrong < 0) return null;
	const after = nodes.length - wrong - 1;
	const known = nodes.some(({ differing }) => differing !== null);
	return h(
		"div",
		{ className: "brackets", style: { gridTemplateColumns: `${wrong}fr 1fr ${after}fr` } },
		wrong === 0 ? h("div", null) : h("div", null, h("span", null), "both sides published the same numbers"),
		h("div", { className: "wrong" }, h("span", null), "first difference"),
		after === 0
			? h("div", null)
			: h(
					"div",
					null,
					h("span", null),
					known ? "differs only because of it: not in dispute" : "follows from it: not in dispute",
				),
	);
}
