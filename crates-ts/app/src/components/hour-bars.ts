import type { NetworkView } from "@umpire/views/network-view.ts";
import { timeOfDay } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { chart, frameOf, label } from "./charts.ts";
import { Fit } from "./fit.ts";
import { h } from "./h.ts";

const [WANTED, HEIGHT] = [780, 160];

/** Jobs that ended in each hour, paid or not. */
export const hourBars = (hours: NetworkView["hours"]): ReactNode =>
	h(Fit, { wanted: WANTED, draw: (width) => bars(hours, width) });

function bars(hours: NetworkView["hours"], all: number): ReactNode {
	const frame = frameOf([1, ...hours.map(({ paid, failed }) => paid + failed)], {
		width: all,
		height: HEIGHT,
		left: 30,
		right: 0,
	});
	const width = (all - frame.left) / hours.length;
	const whole = frame.ticks.filter((tick) => Number.isInteger(tick));
	return chart(
		frame,
		`Jobs that ended in the last ${hours.length} hours`,
		whole.map((tick) =>
			h(
				Fragment,
				{ key: tick },
				h("path", { d: `M${frame.left} ${frame.y(tick)}H${all}`, stroke: "var(--line)" }),
				label({ x: frame.left - 8, y: frame.y(tick) + 4 }, String(tick), { anchor: "end" }),
			),
		),
		hours.map(({ from, paid, failed }, i) => {
			const x = frame.left + i * width + width * 0.16;
			const bar = (low: number, count: number, fill: string) =>
				count === 0
					? null
					: h("rect", {
							...{
								x,
								width: width * 0.68,
								y: frame.y(low + count),
								height: frame.y(low) - frame.y(low + count),
							},
							...{ fill, stroke: "var(--bg)" },
						});
			return h(
				"g",
				{ key: from },
				h("title", null, `from ${timeOfDay(from)}: ${paid} paid, ${failed} failed`),
				bar(0, paid, "var(--data)"),
				bar(paid, failed, "var(--bad)"),
				i === hours.length - 1
					? label({ x: all, y: HEIGHT - 6 }, "now", { anchor: "end" })
					: i % 6 === 5
						? label({ x: x + width * 0.34, y: HEIGHT - 6 }, timeOfDay(from).slice(0, 5))
						: null,
			);
		}),
	);
}
