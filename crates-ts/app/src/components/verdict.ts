import type { StatusView } from "@umpire/views/dispute-view.ts";
import type { ReactNode } from "react";
import { h, sign } from "./h.ts";

/** The head of a page: its verdict or open question, what led to it, and how it stands. */
export function verdict(of: {
	readonly headline: ReactNode;
	readonly lead: ReactNode;
	readonly status?: StatusView | undefined;
	readonly moment?: string;
	readonly aside?: ReactNode;
}): ReactNode {
	return h(
		"div",
		{ className: "verdict" },
		h("div", null, h("h1", null, of.headline), h("p", { className: "lead" }, of.lead)),
		h(
			"div",
			{ className: "side" },
			of.status === undefined ? null : pill(of.status),
			of.moment === undefined ? null : h("span", { className: "caption" }, of.moment),
			of.aside,
		),
	);
}

export const pill = ({ text, tone }: StatusView): ReactNode =>
	h("span", { className: `pill ${tone}` }, sign(tone), text);
