import type { ProgramView } from "@umpire/views/program-view.ts";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useState } from "react";
import { h } from "../components/h.ts";
import { type Box, boxesOf, type Placed, type ToPlace } from "./layout.ts";

const HEIGHT = 46;

const widthOf = ({ name, detail }: Box): number =>
	Math.min(190, Math.max(64, 7.2 * Math.max(name.length, 0.86 * detail.length) + 22));

/** The operators of a program as a graph, laid out by dagre in a worker. */
export function ProgramGraph({
	view,
	selected,
	onSelect,
	found,
}: {
	view: ProgramView;
	selected: number | undefined;
	onSelect: (operator: number) => void;
	found: ReadonlySet<number> | undefined;
}): ReactNode {
	const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
	const { boxes, edges } = useMemo(() => boxesOf(view, unfolded, found), [view, unfolded, found]);
	const placed = useLayout(boxes, edges);
	if (placed === undefined) return h("div", { className: "graphview", "aria-busy": true });
	const at = new Map(placed.nodes.map((node) => [node.id, node]));
	return h(
		"div",
		{ className: "graphview", role: "group", "aria-label": "Operators", tabIndex: 0 },
		h(
			"svg",
			{ width: placed.width, height: placed.height, viewBox: `0 0 ${placed.width} ${placed.height}` },
			placed.edges.map(({ points }, i) =>
				h("path", {
					key: i,
					d: points.map(({ x, y }, k) => `${k === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join(""),
					fill: "none",
					stroke: "var(--line3)",
				}),
			),
			boxes.map((box) => {
				const place = at.get(box.id);
				return place === undefined
					? null
					: nodeOf(box, place, {
							selected,
							found,
							onSelect,
							onUnfold: (name) => setUnfolded(new Set([...unfolded, name])),
						});
			}),
		),
		unfolded.size === 0
			? null
			: h(
					"button",
					{ type: "button", className: "button fold", onClick: () => setUnfolded(new Set()) },
					"Fold again",
				),
	);
}

function nodeOf(
	box: Box,
	{ x, y }: { readonly x: number; readonly y: number },
	on: {
		readonly selected: number | undefined;
		readonly found: ReadonlySet<number> | undefined;
		readonly onSelect: (operator: number) => void;
		readonly onUnfold: (name: string) => void;
	},
): ReactNode {
	const width = widthOf(box);
	const isSelected = on.selected !== undefined && box.operators.includes(on.selected);
	const isFound = on.found === undefined || box.operators.some((operator) => on.found!.has(operator));
	const choose = () => {
		if (box.fold !== undefined) on.onUnfold(box.fold);
		else if (box.operators[0] !== undefined) on.onSelect(box.operators[0]);
	};
	const isInput = box.operators.length === 0;
	return h(
		"g",
		{
			key: box.id,
			transform: `translate(${(x - width / 2).toFixed(1)} ${(y - HEIGHT / 2).toFixed(1)})`,
			opacity: isFound || isInput ? 1 : 0.35,
			...(isInput
				? {}
				: {
						role: "button",
						tabIndex: 0,
						"aria-label": `${box.name}, ${box.detail}${box.fold === undefined ? "" : ", unfold"}`,
						"aria-pressed": isSelected,
						className: "box-node",
						onClick: choose,
						onKeyDown: (event: KeyboardEvent) => {
							if (event.key !== "Enter" && event.key !== " ") return;
							event.preventDefault();
							choose();
						},
					}),
		},
		h("title", null, box.name),
		h("rect", {
			width,
			height: HEIGHT,
			rx: 6,
			fill: box.isWrong ? "var(--badbg)" : box.fold === undefined ? "var(--surface)" : "var(--line2)",
			stroke: isSelected ? "var(--ink)" : box.isWrong ? "var(--bad)" : "var(--line3)",
			strokeWidth: isSelected ? 2 : 1,
		}),
		h("text", { x: 10, y: 19, fontSize: 12, fontWeight: 600, fill: "var(--ink)" }, fitted(box.name, width)),
		h("text", { x: 10, y: 35, fontSize: 11, fill: "var(--ink2)" }, box.detail),
	);
}

function fitted(text: string, width: number): string {
	const most = Math.floor((width - 20) / 6.6);
	return text.length <= most ? text : `${text.slice(0, most - 1)}\u2026`;
}

function useLayout(boxes: readonly Box[], edges: ToPlace["edges"]): Placed | undefined {
	const [placed, setPlaced] = useState<Placed>();
	useEffect(() => {
		const worker = new Worker(new URL("./layout-worker.ts", import.meta.url), { type: "module" });
		worker.onmessage = ({ data }: MessageEvent<Placed>) => setPlaced(data);
		worker.postMessage({
			nodes: boxes.map((box) => ({ id: box.id, width: widthOf(box), height: HEIGHT })),
			edges,
		} satisfies ToPlace);
		return () => worker.terminate();
	}, [boxes, edges]);
	return placed;
}
