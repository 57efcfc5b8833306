import type { DayBar } from "@umpire/views/overview-view.ts";
import { moment } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { Fit } from "./fit.ts";
import { h } from "./h.ts";

const [WANTED, HEIGHT, LEFT, BASE] = [780, 170, 30, 146];

/** Claims of each day, by what became of them. */
export const dayBars = (days: readonly DayBar[]): ReactNode =>
	h(Fit, { wanted: WANTED, draw: (width) => bars(days, width) });

function bars(days: readonly DayBar[], whole: number): ReactNode {
	const most = Math.max(4, ...days.map(({ final, open, rejected }) => final + open + rejected));
	const step = Math.ceil(most / 4);
	const top = step * Math.ceil(most / step);
	const y = (n: number) => BASE - (n / top) * (BASE - 10);
	const width = (whole - LEFT) / days.length;
	return h(
		"svg",
		{
			viewBox: `0 0 ${whole} ${HEIGHT}`,
			className: "chart",
			role: "img",
			"aria-label": `Claims of the last ${days.length} days`,
		},
		Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step).map((tick) =>
			h(
				Fragment,
				{ key: `t${tick}` },
				h("path", { d: `M${LEFT} ${y(tick)}H${whole}`, stroke: "var(--line)" }),
				h(
					"text",
					{ x: LEFT - 8, y: y(tick) + 4, fontSize: 11, textAnchor: "end", fill: "var(--ink3)" },
					tick,
				),
			),
		),
		days.map(({ day, final, open, rejected }, i) => {
			const x = LEFT + i * width + width * 0.16;
			const bar = (from: number, count: number, fill: string) =>
				count === 0
					? null
					: h("rect", {
							x,
							width: width * 0.68,
							y: y(from + count),
							height: y(from) - y(from + count),
							fill,
							stroke: "var(--bg)",
						});
			const date = moment(day).split(" ").slice(0, 2).join(" ");
			return h(
				Fragment,
				{ key: day },
				h(
					"g",
					null,
					h("title", null, `${date}: ${final} final, ${open} open, ${rejected} rejected`),
					bar(0, final, "var(--data)"),
					bar(final, open, "var(--sub)"),
					bar(final + open, rejected, "var(--bad)"),
				),
				(i % 7 === days.length % 7 && (days.length - i) * width > 64) || i === days.length - 1
					? h(
							"text",
							{
								x: x + width * 0.34,
								y: HEIGHT - 6,
								fontSize: 11,
								textAnchor: i === days.length - 1 ? "end" : "middle",
								fill: "var(--ink3)",
							},
							date,
						)
					: null,
			);
		}),
	);
}
