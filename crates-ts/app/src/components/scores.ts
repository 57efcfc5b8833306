import type { OutputView } from "@umpire/views/output-view.ts";
import { real } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { Fit } from "./fit.ts";
import { h } from "./h.ts";

const [WANTED, ROW] = [420, 24];

/** An answer: its one number, or values as bars from zero, the largest in full ink. */
export function scores(view: OutputView): ReactNode {
	const { top, count, isWhole } = view;
	if (top.length === 0) return null;
	if (count === 1) return h("p", { className: "disputed long" }, real(top[0].value));
	return h(
		Fragment,
		null,
		h(Fit, { wanted: WANTED, draw: (width) => bars(top, width) }),
		isWhole ? null : h("p", { className: "caption" }, `The ${top.length} largest of ${count}.`),
	);
}

function bars(top: OutputView["top"], width: number): ReactNode {
	const values = top.map(({ value }) => value);
	const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
	const x = (value: number) => 40 + ((value - low) / (high - low || 1)) * (width - 140);
	const largest = Math.max(...values);
	return h(
		"svg",
		{
			className: "chart",
			viewBox: `0 0 ${width} ${top.length * ROW}`,
			role: "img",
			"aria-label": "Output",
		},
		h("path", { d: `M${x(0)} 0V${top.length * ROW}`, stroke: "var(--line3)" }),
		top.map(({ index, value }, i) => {
			const isLargest = value === largest;
			return h(
				Fragment,
				{ key: index },
				h(
					"text",
					{
						x: 26,
						y: i * ROW + 16,
						fontSize: 12,
						textAnchor: "end",
						fontWeight: isLargest ? 600 : 400,
						fill: "var(--ink)",
					},
					index,
				),
				h("rect", {
					x: Math.min(x(0), x(value)),
					y: i * ROW + 5,
					height: 14,
					width: Math.max(0.5, Math.abs(x(value) - x(0))),
					rx: 2,
					fill: "var(--data)",
					fillOpacity: isLargest ? 1 : 0.3,
				}),
				h(
					"text",
					{
						x: width,
						y: i * ROW + 16,
						fontSize: 12,
						textAnchor: "end",
						fontWeight: isLargest ? 600 : 400,
						fill: isLargest ? "var(--ink)" : "var(--ink2)",
						style: { fontFamily: "var(--mono)" },
					},
					real(value, 4),
				),
			);
		}),
	);
}
