import type { GridView } from "@umpire/views/grid-view.ts";
import { short } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { gridLinesChart, gridMap } from "../components/grid-map.ts";
import { h, sign } from "../components/h.ts";
import { factRows } from "../components/table.ts";
import { pill } from "../components/verdict.ts";
import { useNow } from "../live.ts";
import { useTitle } from "../route.ts";
import { pageOr } from "../states.ts";
import { usePage } from "../use-page.ts";

/** A grid search: scores against hyper-parameters, what each cost, which claim was wrong. */
export function GridPage({ grid }: { grid: number }): ReactNode {
	const page = usePage<GridView>(`/v1/pages/grids/${grid}`);
	const now = useNow(page.view?.time);
	useTitle(page.view === undefined ? `Grid ${grid}` : page.view.headline);
	return h(
		"div",
		null,
		h("p", { className: "crumb" }, h("a", { href: "/grids" }, "Grids"), ` / ${grid}`),
		pageOr(page, (view) => gridPage(view, now)),
	);
}

function gridPage(view: GridView, now: number): ReactNode {
	const { program, note, scoreName, axes } = view;
	return h(
		"article",
		null,
		h(
			"div",
			{ className: "verdict" },
			h("div", null, h("h1", null, view.headline), h("p", { className: "lead" }, view.lead)),
			h("div", { className: "side" }, pill(view.status), h("span", { className: "caption" }, view.spent)),
		),
		h(
			"div",
			{ className: "split grid-split" },
			h(
				"section",
				{ "aria-labelledby": "map" },
				h(
					"header",
					{ className: "map-head" },
					h("h3", { id: "map" }, `${scoreName === "error" ? "Error" : "Score"}, and what the point was paid`),
					h(
						"div",
						{ className: "legend" },
						h("span", null, sign("submitter"), "can be challenged"),
						h("span", null, sign("wrong"), "first claim was wrong"),
					),
				),
				gridMap(view, now),
				note === null ? null : h("p", { className: "caption rule" }, note),
			),
			h(
				"section",
				{ "aria-labelledby": "lines" },
				h("h3", { id: "lines" }, `${scoreName === "error" ? "Error" : "Score"} against ${axes.x.name}`),
				gridLinesChart(view) ??
					h("p", { className: "quiet rule" }, "Scores are drawn when the first point is final."),
				h("div", { className: "rule" }, factRows(view.facts)),
			),
		),
		h(
			"footer",
			{ className: "foot" },
			h(
				"span",
				null,
				"The same in a terminal: ",
				h("span", { className: "mono" }, `umpire grid status ${view.grid}`),
			),
			h(
				"span",
				null,
				"Program ",
				program.number === null
					? h("span", { className: "mono", title: program.root }, short(program.root))
					: h("a", { href: `/programs/${program.number}` }, program.name),
			),
		),
	);
}
