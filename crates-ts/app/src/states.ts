import { clock, grouped } from "@umpire/views/text.ts";
import { type ReactNode, useEffect, useState } from "react";
import { h } from "./components/h.ts";
import { useLive } from "./live.ts";
import type { Page } from "./use-page.ts";

/** What is missing, why, and what to do. */
export function stateCard(of: {
	readonly label: string;
	readonly title: string;
	readonly text: string;
	readonly action?: ReactNode;
}): ReactNode {
	return h(
		"div",
		{ className: "box state" },
		h("p", { className: "caption" }, of.label),
		h("h2", null, of.title),
		h("p", { className: "quiet" }, of.text),
		of.action,
	);
}

/** The outline of a page that is on its way; nothing before 300 ms. */
function Skeleton(): ReactNode {
	const [shown, setShown] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => setShown(true), 300);
		return () => clearTimeout(timer);
	}, []);
	if (!shown) return h("div", { className: "skeleton", "aria-busy": true });
	return h(
		"div",
		{ className: "skeleton", role: "status", "aria-label": "Loading" },
		[38, 62, 58, 24, 90, 84, 88].map((width, i) => h("i", { key: i, style: { width: `${width}%` } })),
	);
}

/** Answers of the API are written to go on after a colon. */
const sentence = (text: string): string =>
	text === "" ? "" : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

/** A page, or what is in its place while it is asked for, or cannot be had. */
export function pageOr<T>({ view, refusal, again }: Page<T>, show: (view: T) => ReactNode): ReactNode {
	if (view !== undefined) return show(view);
	if (refusal === undefined) return h(Skeleton);
	return stateCard({
		label: refusal.status === 404 ? "Not there" : "Cannot be shown",
		title: sentence(refusal.message),
		text: sentence(refusal.help),
		action:
			refusal.status === 404
				? h("a", { className: "button", href: "/" }, "Overview")
				: h("button", { className: "button", type: "button", onClick: again }, "Try now"),
	});
}

/** Told above a page when nothing is heard of the chain: what is shown is as old as it says. */
export function Silence(): ReactNode {
	const { head, silentSince, trouble } = useLive();
	const [, tick] = useState(0);
	useEffect(() => {
		const timer = setInterval(() => tick((n) => n + 1), 1000);
		return () => clearInterval(timer);
	}, []);
	if (silentSince === undefined) return null;
	const age = clock((Date.now() - silentSince) / 1000);
	return h(
		"div",
		{ className: "silence", role: "alert" },
		h("b", null, `No word from the chain for ${age}.`),
		` ${trouble ?? ""} ${head === undefined ? "" : `What you see is block ${grouped(head.number)}. `}Clocks go on without us.`,
	);
}
