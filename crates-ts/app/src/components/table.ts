import type { Cell, Column, TableView } from "@umpire/views/list-view.ts";
import { clock, grouped, short } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { stateCard } from "../states.ts";
import { h, inApp, section, sign } from "./h.ts";

/** Rows that are drawn: more would hold the browser, and nobody reads them. */
const MOST_ROWS = 1000;

/** A section that is a table, or says why there is nothing. */
export function tableSection({ title, about, columns, rows, empty }: TableView, now: number): ReactNode {
	return h(
		"div",
		{ key: title },
		section(
			title,
			about,
			null,
			rows.length === 0
				? stateCard({ label: title, title: "Nothing here yet.", text: empty })
				: [
						h("div", { key: "table" }, table(columns, rows.slice(0, MOST_ROWS), now)),
						rows.length <= MOST_ROWS
							? null
							: h(
									"p",
									{ key: "rest", className: "caption rule" },
									`The first ${grouped(MOST_ROWS)} of ${grouped(rows.length)} are shown.`,
								),
					],
		),
	);
}

export function table(
	columns: readonly Column[],
	rows: readonly (readonly Cell[])[],
	now: number,
): ReactNode {
	const classOf = ({ isRight, isWide }: Column): string | undefined =>
		[isRight ? "right" : "", isWide ? "wide" : ""].filter(Boolean).join(" ") || undefined;
	return h(
		"table",
		{ className: "list" },
		h(
			"thead",
			null,
			h(
				"tr",
				null,
				columns.map((column) =>
					h("th", { key: column.name, scope: "col", className: classOf(column) }, column.name),
				),
			),
		),
		h(
			"tbody",
			null,
			rows.map((cells, row) =>
				h(
					"tr",
					{ key: row },
					cells.map((one, i) =>
						h("td", { key: columns[i].name, className: classOf(columns[i]) }, cell(one, now)),
					),
				),
			),
		),
	);
}

function cell({ text, href, isHash, tone, until, note }: Cell, now: number): ReactNode {
	const shown = isHash ? h("span", { className: "mono", title: text }, short(text)) : text;
	const left = until == null ? null : until - now;
	return [
		tone === undefined ? null : h("span", { key: "s" }, sign(tone), " "),
		href === undefined ? h("span", { key: "t" }, shown) : h("a", { key: "t", href: inApp(href) }, shown),
		left === null || left <= 0 ? null : h("span", { key: "u", className: "quiet" }, ` ${clock(left)} left`),
		note === undefined ? null : h("span", { key: "n", className: "quiet" }, `, ${note}`),
	];
}

/** What something is, and its value, row by row. */
export function factRows(
	facts: readonly {
		readonly what: string;
		readonly value: string;
		readonly isHash?: boolean;
		readonly href?: string;
	}[],
): ReactNode {
	return h(
		"dl",
		{ className: "rows" },
		facts.map(({ what, value, isHash, href }) => {
			const shown = isHash ? h("span", { className: "mono", title: value }, short(value)) : value;
			return h(
				"div",
				{ key: what },
				h("dt", null, what),
				h("dd", null, href === undefined ? shown : h("a", { href: inApp(href) }, shown)),
			);
		}),
	);
}
