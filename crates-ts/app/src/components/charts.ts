import { real } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { h } from "./h.ts";

/** Values for the lines of a chart, between two, at most some five: 1, 2 or 5 times a power of ten apart. */
export function ticksOf(low: number, high: number): number[] {
	const span = high - low || Math.abs(high) || 1;
	const rough = span / 4;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough) ?? 10 * power;
	const from = Math.floor(low / step) * step;
	const ticks: number[] = [];
	for (let i = 0; i < 12; i++) {
		const tick = Number((from + i * step).toPrecision(12));
		ticks.push(tick);
		if (tick >= high) break;
	}
	return ticks;
}

/** Where a chart's values are on paper. */
export interface Frame {
	readonly width: number;
	readonly height: number;
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly base: number;
	readonly ticks: readonly number[];
	readonly y: (value: number) => number;
}

export function frameOf(
	values: readonly number[],
	size: { readonly width: number; readonly height: number; readonly left?: number; readonly right?: number },
): Frame {
	const { width, height, left = 44, right = 16 } = size;
	const ticks = ticksOf(Math.min(0, ...values), Math.max(...values, Number.MIN_VALUE));
	const [top, base] = [12, height - 26];
	const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
	const y = (value: number) => base - ((value - low) / (high - low || 1)) * (base - top);
	return { width, height, left, right, top, base, ticks, y };
}

/** Lines with their values. */
export const gridLines = ({ width, left, right, ticks, y }: Frame): ReactNode =>
	ticks.map((tick) =>
		h(
			Fragment,
			{ key: tick },
			h("path", { d: `M${left} ${y(tick)}H${width - right}`, stroke: "var(--line)" }),
			h(
				"text",
				{ x: left - 8, y: y(tick) + 4, fontSize: 11, textAnchor: "end", fill: "var(--ink3)" },
				real(tick, 3),
			),
		),
	);

export const chart = (frame: Frame, label: string, ...children: readonly ReactNode[]): ReactNode =>
	h(
		"svg",
		{
			viewBox: `0 0 ${frame.width} ${frame.height}`,
			className: "chart",
			role: "img",
			"aria-label": label,
		},
		...children,
	);

export const label = (
	at: { readonly x: number; readonly y: number },
	text: string,
	of: { readonly anchor?: "start" | "middle" | "end"; readonly fill?: string; readonly weight?: number } = {},
): ReactNode =>
	h(
		"text",
		{
			...{ x: at.x, y: at.y, fontSize: 11, textAnchor: of.anchor ?? "middle" },
			...{ fill: of.fill ?? "var(--ink3)", fontWeight: of.weight ?? 400 },
		},
		text,
	);
