import type { Figure } from "@umpire/views/overview-view.ts";
import { clock } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { h } from "./h.ts";

/** Numbers of a page, each with what it is. */
export const figures = (all: readonly Figure[], now: number): ReactNode =>
	all.length === 0
		? null
		: h(
				"dl",
				{ className: "figures" },
				all.map((one) => figure(one, now)),
			);

function figure({ label, value, note, until }: Figure, now: number): ReactNode {
	const isClock = until !== undefined && value === "\u2013";
	const left = until === undefined ? 0 : until - now;
	return h(
		"div",
		{ key: label },
		h("dt", null, label),
		h("dd", { className: "figure" }, isClock ? (left > 0 ? clock(left) : "now") : value),
		h(
			"dd",
			{ className: "caption" },
			note,
			until !== undefined && !isClock ? ` ${left > 0 ? clock(left) : "now"}` : null,
		),
	);
}
