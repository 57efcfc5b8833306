import type { RunningSum } from "@umpire/views/arithmetic.ts";
import { grouped } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { Fit } from "./fit.ts";
import { h } from "./h.ts";

const [WANTED, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [620, 250, 56, 96, 14, 26];

/** Less has no room for all words. */
const NARROW = 480;

/** How the sum grows, product by product, and where what was published leaves it. */
export const runningSum = (sum: RunningSum): ReactNode =>
	h(Fit, { wanted: WANTED, draw: (width) => drawn(sum, width) });

function drawn({ at, sums, parts }: RunningSum, width: number): ReactNode {
	const wrong = parts.find(({ claimed, follows }) => claimed !== null && claimed !== follows);
	const end = at.at(-1)!;
	const all = [0, ...sums, ...(wrong === undefined ? [] : [wrong.claimed!])];
	const ticks = ticksOf(Math.min(...all), Math.max(...all));
	const [low, high] = [Math.min(ticks[0], ...all), Math.max(ticks.at(-1)!, ...all)];
	const x = (n: number) => LEFT + (n / end) * (width - LEFT - RIGHT);
	const y = (v: number) => TOP + (1 - (v - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
	const before = wrong && parts[parts.indexOf(wrong) - 1];
	const from = before ?? { at: 0, follows: 0, name: "" };
	const last = sums.at(-1)!;
	const close = wrong !== undefined && Math.abs(y(wrong.claimed!) - y(last)) < 34;
	return h(
		"svg",
		{
			viewBox: `0 0 ${width} ${HEIGHT}`,
			className: "flow-sum",
			role: "img",
			"aria-label": "Running sum",
			style: { width: "100%", height: "auto" },
		},
		ticks.map((tick) =>
			h(
				Fragment,
				{ key: tick },
				h("path", { d: `M${LEFT} ${y(tick)}H${width - RIGHT}`, stroke: "var(--line)" }),
				h(
					"text",
					{ x: LEFT - 8, y: y(tick) + 4, fontSize: 11, textAnchor: "end", fill: "var(--ink3)" },
					brief(tick),
				),
			),
		),
		before === undefined
			? null
			: h(
					Fragment,
					null,
					h("path", {
						d: `M${x(before.at)} ${TOP}V${HEIGHT - BOTTOM}`,
						stroke: "var(--ink3)",
						strokeDasharray: "2 3",
					}),
					h(
						"text",
						{ x: x(before.at) + 6, y: TOP + 6, fontSize: 11, fill: "var(--ink2)" },
						width < NARROW ? `${before.name}, agreed` : `${before.name} = ${grouped(before.follows)}, agreed`,
					),
					h(
						"text",
						{ x: x(before.at), y: HEIGHT - 8, fontSize: 11, textAnchor: "middle", fill: "var(--ink3)" },
						grouped(before.at),
					),
				),
		h("path", {
			d: at.map((n, i) => `${i === 0 ? "M" : "L"}${x(n).toFixed(1)} ${y(sums[i]).toFixed(1)}`).join(""),
			fill: "none",
			stroke: "var(--ink)",
			strokeWidth: 1.5,
			strokeLinejoin: "round",
		}),
		wrong === undefined
			? null
			: h(
					Fragment,
					null,
					h("path", {
						d: `M${x(from.at)} ${y(from.follows)}L${x(wrong.at)} ${y(wrong.claimed!)}`,
						stroke: "var(--bad)",
						strokeDasharray: "4 3",
						fill: "none",
					}),
					h("circle", { cx: x(from.at), cy: y(from.follows), r: 3.5, fill: "var(--ink)" }),
					h("rect", {
						x: x(wrong.at) - 4,
						y: y(wrong.claimed!) - 4,
						width: 8,
						height: 8,
						fill: "var(--bad)",
					}),
					label(
						x(wrong.at),
						y(wrong.claimed!) - (close ? 16 : 0),
						grouped(wrong.claimed!),
						"published",
						"var(--bad)",
					),
				),
		h("circle", { cx: x(end), cy: y(last), r: 4, fill: "var(--ink)" }),
		label(x(end), y(last) + (close ? 16 : 0), grouped(last), "follows", "var(--ink)"),
		h("text", { x: LEFT, y: HEIGHT - 8, fontSize: 11, fill: "var(--ink3)" }, "0 products"),
		h(
			"text",
			{ x: x(end), y: HEIGHT - 8, fontSize: 11, textAnchor: "middle", fill: "var(--ink3)" },
			grouped(end),
		),
	);
}

function label(x: number, y: number, number: string, what: string, fill: string): ReactNode {
	return h(
		Fragment,
		null,
		h(
			"text",
			{ x: x + 9, y: y + 1, fontSize: 11, fontWeight: 600, fill, style: { fontFamily: "var(--mono)" } },
			number,
		),
		h("text", { x: x + 9, y: y + 14, fontSize: 11, fill: "var(--ink2)" }, what),
	);
}

/** Round numbers between two. */
function ticksOf(low: number, high: number): number[] {
	const span = high - low || 1;
	const raw = span / 4;
	const power = 10 ** Math.floor(Math.log10(raw));
	const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= raw)!;
	const ticks: number[] = [];
	for (let tick = Math.floor(low / step) * step; tick <= high + step / 2; tick += step) ticks.push(tick);
	return ticks;
}

/** 20 M, 3.5 k. */
function brief(value: number): string {
	const size = Math.abs(value);
	const [by, unit] =
		size >= 1e9 ? [1e9, " G"] : size >= 1e6 ? [1e6, " M"] : size >= 1e3 ? [1e3, " k"] : [1, ""];
	return `${Number((value / by).toPrecision(3))}${unit}`.replace("-", "\u2212");
}
