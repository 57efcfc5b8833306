import type { GridCell, GridView } from "@umpire/views/grid-view.ts";
import { clock, grouped, real, short } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { chart, frameOf, gridLines, label } from "./charts.ts";
import { Fit } from "./fit.ts";
import { h, sign } from "./h.ts";

/** How dark a cell is: the better, the more ink. */
export function shadesOf({ cells, lowest }: Pick<GridView, "cells" | "lowest">): (cell: GridCell) => number {
	// Errors spread over orders of magnitude, where a best one is looked for: their order shades them.
	const scores = [...new Set(cells.flatMap(({ score }) => (score === null ? [] : [score])))].toSorted(
		(a, b) => (lowest ? b - a : a - b),
	);
	return ({ score }) =>
		score === null
			? 0
			: scores.length < 2
				? 0.9
				: 0.08 + (0.84 * scores.indexOf(score)) / (scores.length - 1);
}

/** Scores and prices of all points, by two of their hyper-parameters. */
export function gridMap(view: GridView, now: number): ReactNode {
	const { axes, cells } = view;
	const shade = shadesOf(view);
	const at = new Map(cells.map((cell) => [`${cell.x} ${cell.y}`, cell]));
	const rows = axes.y === null ? [null] : axes.y.values.map((value, y) => ({ value, y })).toReversed();
	return h(
		"div",
		{ className: "scroll", tabIndex: 0, role: "group", "aria-label": "Map of all points" },
		h(
			"table",
			{ className: "gridmap" },
			h(
				"thead",
				null,
				h(
					"tr",
					null,
					h("th", { scope: "col" }, axes.y === null ? "" : axes.y.name),
					axes.x.values.map((value) => h("th", { key: value, scope: "col" }, grouped(value))),
				),
			),
			h(
				"tbody",
				null,
				rows.map((row) =>
					h(
						"tr",
						{ key: row?.value ?? 0 },
						h("th", { scope: "row" }, row === null ? "" : grouped(row.value)),
						axes.x.values.map((value, x) => {
							const cell = at.get(`${x} ${row?.y ?? 0}`);
							return h("td", { key: value }, cell === undefined ? null : one(cell, shade(cell), now));
						}),
					),
				),
			),
		),
		h("p", { className: "caption axis" }, axes.x.name),
	);
}

/** From which shade on white contrasts more than black in the light theme, and black more than white in the dark one. */
const [WHITE_FROM, BLACK_FROM] = [0.66, 0.47];

function one(cell: GridCell, shade: number, now: number): ReactNode {
	const {
		status,
		isBest,
		scoreText,
		paid,
		canBeChallenged,
		wasWrong,
		claim,
		label: name,
		worker,
		until,
	} = cell;
	const left = until === null ? null : until - now;
	const text = [
		h("b", { key: "score" }, scoreText),
		h(
			"span",
			{ key: "paid" },
			status === "accepted" ? paid : left !== null && left > 0 ? clock(left) : "\u00a0",
		),
	];
	const marks = [
		canBeChallenged ? h("i", { key: "open", title: "can be challenged" }, sign("submitter")) : null,
		wasWrong ? h("i", { key: "wrong", title: "its first claim was wrong" }, sign("wrong")) : null,
	];
	const title = `${name}: ${scoreText}${worker === null ? "" : `, by ${short(worker)}`}`;
	const className = `cell ${status}${isBest ? " best" : ""}${shade > WHITE_FROM ? " over-light" : ""}${shade > BLACK_FROM ? " over-dark" : ""}`;
	// Ink over the page's ground: the same in both themes.
	const style =
		shade === 0
			? {}
			: { background: `color-mix(in srgb, var(--data) ${Math.round(100 * shade)}%, var(--bg))` };
	return claim === null
		? h("div", { className, title, style }, text, marks)
		: h("a", { className, title, style, href: `/claims/${claim}` }, text, marks);
}

const [WANTED, HEIGHT] = [460, 290];

/** Scores against the hyper-parameter that has most values, a line for each of the other. */
export function gridLinesChart(view: GridView): ReactNode {
	const { cells, wrong } = view;
	if (cells.every(({ score }) => score === null)) return null;
	return h(
		Fragment,
		null,
		h(Fit, { wanted: WANTED, draw: (width) => lines(view, width) }),
		wrong.length === 0
			? null
			: h(
					"ul",
					{ className: "rows" },
					wrong.map((one) =>
						h(
							"li",
							{ key: one.claim },
							h("span", null, sign("wrong"), " ", h("a", { href: `/claims/${one.claim}` }, one.label)),
							h(
								"span",
								{ className: "quiet" },
								`claimed ${one.said}${one.is === null ? "" : `, is ${one.is}`}`,
							),
						),
					),
				),
	);
}

function lines({ axes, cells, scoreName }: GridView, width: number): ReactNode {
	const scored = cells.filter(({ score }) => score !== null);
	const positive = scored.every(({ score }) => score! > 0);
	const [least, most] = [
		Math.min(...scored.map(({ score }) => score!)),
		Math.max(...scored.map(({ score }) => score!)),
	];
	// Over two orders of magnitude a logarithm shows more.
	const isLog = positive && most / least > 50;
	const to = (score: number) => (isLog ? Math.log10(score) : score);
	const frame = frameOf(
		scored.map(({ score }) => to(score!)),
		{ width, height: HEIGHT, left: 52, right: 96 },
	);
	const x = (i: number) =>
		frame.left + 12 + (i / Math.max(1, axes.x.values.length - 1)) * (width - frame.left - frame.right - 24);
	const byRow = Map.groupBy(
		scored.toSorted((a, b) => a.x - b.x),
		({ y }) => y,
	);
	const rows = [...byRow].toSorted(([a], [b]) => a - b);
	const ends = spread(
		rows.map(([, own]) => frame.y(to(own.at(-1)!.score!)) + 4),
		13,
	);
	return h(
		Fragment,
		null,
		chart(
			frame,
			`${scoreName} against ${axes.x.name}`,
			isLog
				? frame.ticks.map((tick) =>
						h(
							Fragment,
							{ key: tick },
							h("path", {
								d: `M${frame.left} ${frame.y(tick)}H${width - frame.right}`,
								stroke: "var(--line)",
							}),
							Number.isInteger(tick)
								? label({ x: frame.left - 8, y: frame.y(tick) + 4 }, real(10 ** tick, 3), { anchor: "end" })
								: null,
						),
					)
				: gridLines(frame),
			axes.x.values.map((value, i) =>
				h(Fragment, { key: value }, label({ x: x(i), y: HEIGHT - 8 }, grouped(value))),
			),
			rows.map(([row, own], i) => {
				const points = own.map((cell) => `${x(cell.x)} ${frame.y(to(cell.score!))}`);
				const strength = 0.35 + (0.65 * (i + 1)) / rows.length;
				return h(
					Fragment,
					{ key: row },
					h("path", {
						...{ d: `M${points.join("L")}`, fill: "none", stroke: "var(--data)" },
						...{ strokeOpacity: strength, strokeWidth: 1.5 },
					}),
					own.map((cell) =>
						h("circle", {
							...{ key: cell.point, cx: x(cell.x), cy: frame.y(to(cell.score!)), r: cell.isBest ? 5.5 : 3.5 },
							...{ fill: "var(--data)", fillOpacity: cell.isBest ? 1 : strength },
						}),
					),
					axes.y === null
						? null
						: label(
								{ x: x(own.at(-1)!.x) + 10, y: ends[i] ?? 0 },
								`${grouped(axes.y.values[row] ?? 0)} ${axes.y.name === "steps" ? "steps" : ""}`,
								{ anchor: "start", fill: "var(--ink2)" },
							),
				);
			}),
		),
	);
}

/** Heights that are so far apart as text needs, each as near as may be to where it belongs. */
export function spread(wanted: readonly number[], apart: number): number[] {
	const order = wanted.map((y, i) => ({ y, i })).toSorted((a, b) => a.y - b.y);
	const placed = new Array<number>(wanted.length);
	let last = Number.NEGATIVE_INFINITY;
	for (const { y, i } of order) {
		last = Math.max(y, last + apart);
		placed[i] = last;
	}
	return placed;
}
