import type { ReactNode } from "react";
import { h } from "../components/h.ts";

/** How a check stands. */
export type CheckState =
	| { readonly at: "idle" }
	| { readonly at: "running"; readonly progress: string }
	| {
			readonly at: "agrees" | "differs" | "undecided";
			readonly result: ReactNode;
			readonly seconds?: number;
	  };

/** One check: what it does, how it stands, and its button. */
export function check(of: {
	readonly title: string;
	readonly about: string;
	readonly state: CheckState;
	readonly onRun: () => void;
	readonly onStop: () => void;
}): ReactNode {
	const { title, about, state, onRun, onStop } = of;
	const running = state.at === "running";
	return h(
		"div",
		{ className: "check", "aria-live": "polite" },
		h("div", { className: "mark" }, mark(state.at)),
		h("h3", null, title),
		h("p", { className: "caption" }, about),
		state.at === "idle"
			? null
			: h(
					"p",
					null,
					state.at === "running" ? state.progress : state.result,
					"seconds" in state && state.seconds !== undefined
						? h("span", { className: "quiet" }, ` ${state.seconds.toFixed(1)} s`)
						: null,
				),
		h(
			"button",
			{
				className: `button${state.at === "idle" ? " strong" : ""}`,
				type: "button",
				onClick: running ? onStop : onRun,
			},
			running ? "Stop" : state.at === "idle" ? "Check" : "Run again",
		),
	);
}

function mark(at: CheckState["at"]): ReactNode {
	const circle = (stroke: string) =>
		h("circle", { cx: 8, cy: 8, r: 7, fill: "none", stroke, strokeWidth: 1.5 });
	const shape =
		at === "agrees"
			? [
					circle("var(--ink)"),
					h("path", { d: "M4.8 8.2l2.3 2.3 4.2-4.6", fill: "none", stroke: "var(--ink)", strokeWidth: 1.5 }),
				]
			: at === "differs"
				? [
						h("rect", { width: 16, height: 16, rx: 2, fill: "var(--bad)" }),
						h("path", { d: "M5 5l6 6M11 5l-6 6", stroke: "var(--on-bad)", strokeWidth: 1.5 }),
					]
				: at === "undecided"
					? [
							circle("var(--ink3)"),
							h("path", { d: "M8 4.5v4.5M8 11v1", stroke: "var(--ink3)", strokeWidth: 1.5 }),
						]
					: [
							circle("var(--line3)"),
							at === "running"
								? h("path", { d: "M8 1a7 7 0 0 1 7 7", fill: "none", stroke: "var(--ink)", strokeWidth: 1.5 })
								: null,
						];
	return h("svg", { viewBox: "0 0 16 16", "aria-hidden": true }, ...shape);
}
