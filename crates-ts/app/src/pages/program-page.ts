import type { OperatorLine, ProgramView } from "@umpire/views/program-view.ts";
import { counted, grouped, short } from "@umpire/views/text.ts";
import { type ReactNode, useMemo, useState } from "react";
import { h, section, sign } from "../components/h.ts";
import { ProgramGraph } from "../graph/program-graph.ts";
import { useTitle } from "../route.ts";
import { pageOr, stateCard } from "../states.ts";
import { usePage } from "../use-page.ts";

/** A program: its operators as a graph and as a table. */
export function ProgramPage({ program }: { program: number }): ReactNode {
	const page = usePage<ProgramView>(`/v1/pages/programs/${program}`);
	useTitle(page.view === undefined ? `Program ${program}` : page.view.name);
	return h(
		"div",
		null,
		h("p", { className: "crumb" }, h("a", { href: "/programs" }, "Programs"), ` / ${program}`),
		pageOr(page, (view) => h(Program, { view })),
	);
}

/** Rows of the table at once. */
const MOST_ROWS = 200;

function Program({ view }: { view: ProgramView }): ReactNode {
	const [selected, select] = useState<number | undefined>(
		view.operators.find(({ disputes }) => disputes.length > 0)?.operator,
	);
	const [wanted, setWanted] = useState("");
	const found = useMemo(() => {
		const text = wanted.trim().toLowerCase();
		if (text === "") return view.operators;
		return view.operators.filter((one) =>
			[String(one.operator), one.name, one.node, one.opType, one.kind].some((part) =>
				part.toLowerCase().includes(text),
			),
		);
	}, [wanted, view.operators]);
	const shown = selected === undefined ? undefined : view.operators[selected];
	return h(
		"article",
		null,
		h(
			"div",
			{ className: "verdict" },
			h("div", null, h("h1", null, view.headline), h("p", { className: "lead" }, view.lead)),
			h(
				"div",
				{ className: "side" },
				h(
					"span",
					{ className: "caption" },
					"Root ",
					h("span", { className: "mono", title: view.root }, short(view.root)),
				),
			),
		),
		!view.isHere
			? stateCard({
					label: "Not here",
					title: "Its operators cannot be shown.",
					text: "The chain has the program\u2019s root alone. With the program in the home folder they are shown.",
					action: h("code", { className: "command" }, "umpire app --fetch ADDRESS"),
				})
			: h(
					"div",
					null,
					h(
						"div",
						{ className: "box graphbox" },
						h(
							"div",
							{ className: "tools" },
							h("input", {
								value: wanted,
								"aria-label": "Find operator or ONNX node",
								placeholder: "Find operator or ONNX node",
								onChange: (event: { target: HTMLInputElement }) => setWanted(event.target.value),
							}),
							h(
								"span",
								{ className: "caption", role: "status" },
								wanted.trim() === ""
									? counted(view.operators.length, "operator")
									: `${grouped(found.length)} of ${counted(view.operators.length, "operator")}`,
							),
						),
						h(ProgramGraph, {
							view,
							selected,
							onSelect: select,
							found: wanted.trim() === "" ? undefined : new Set(found.map(({ operator }) => operator)),
						}),
					),
					shown === undefined
						? h(
								"p",
								{ className: "caption rule" },
								"Choose an operator to see what one of its numbers follows from.",
							)
						: inspector(shown),
					operators(found, selected, select),
				),
		claims(view),
		h(
			"footer",
			{ className: "foot" },
			h(
				"span",
				null,
				"Compile it yourself and compare the root: ",
				h("span", { className: "mono" }, "umpire compile MODEL"),
			),
		),
	);
}

function inspector(one: OperatorLine): ReactNode {
	const facts: [string, ReactNode][] = [
		["Kind", `${one.kind}, as ${one.form}`],
		["Came from", h("span", { className: "mono" }, one.node)],
		["Output", `${one.shape}, ${counted(one.numbers, "integer")} of ${one.width} bits`],
		["Scale", h("span", { className: "mono" }, one.scale)],
		[
			"Reads",
			[
				one.constants.length === 0 ? null : one.constants.join(", "),
				one.states.length === 0 ? null : "the step before",
			]
				.filter(Boolean)
				.join("; ") || "no constants",
		],
	];
	return section(
		one.name,
		`Operator ${one.operator}, selected. What the contract needs to judge any one of its ${grouped(one.numbers)} numbers.`,
		null,
		h(
			"div",
			{ className: "columns" },
			h(
				"dl",
				{ className: "rows" },
				facts.map(([what, value]) => h("div", { key: what }, h("dt", null, what), h("dd", null, value))),
			),
			h(
				"div",
				null,
				h("h3", null, "One number follows from"),
				h(
					"p",
					{ className: "quiet" },
					`${counted(one.reads, one.kind === "Dot" ? "product" : "number")}${one.parts > 1 ? `, proved in ${one.parts} parts of which a dispute proves one` : ", in one proof"}.`,
				),
				one.disputes.length === 0
					? null
					: h(
							"div",
							{ className: "endings" },
							h("h3", null, "Disputes that ended here"),
							one.disputes.map(({ dispute, text }) =>
								h(
									"p",
									{ key: dispute },
									sign("wrong"),
									" ",
									h("a", { href: `/disputes/${dispute}` }, `Dispute ${dispute}`),
									`: ${text}`,
								),
							),
						),
			),
		),
	);
}

function operators(
	lines: readonly OperatorLine[],
	selected: number | undefined,
	select: (operator: number) => void,
): ReactNode {
	const heads = ["", "Operator", "ONNX nodes", "Kind, form", "Output", "Scale", "Reads", "Disputes"];
	const wide = new Set([2, 5]);
	return section(
		"Operators",
		"In the order in which they run. A wrong number is looked for in this order too.",
		null,
		h(
			"table",
			{ className: "operators" },
			h(
				"thead",
				null,
				h(
					"tr",
					null,
					heads.map((text, i) =>
						h(
							"th",
							{ key: i, scope: "col", className: `${i >= 5 ? "right" : ""}${wide.has(i) ? " wide" : ""}` },
							text === "" ? h("span", { className: "hidden" }, "Number") : text,
						),
					),
				),
			),
			h(
				"tbody",
				null,
				lines
					.slice(0, MOST_ROWS)
					.map((one) =>
						h(
							"tr",
							{ key: one.operator, className: one.operator === selected ? "selected" : undefined },
							h("td", { className: "quiet" }, one.operator),
							h(
								"td",
								null,
								h(
									"button",
									{ type: "button", className: "textbutton", onClick: () => select(one.operator) },
									one.name,
								),
							),
							h("td", { className: "mono wide" }, one.node),
							h("td", null, one.kind, h("span", { className: "quiet" }, `, ${one.form}`)),
							h("td", null, one.shape),
							h("td", { className: "num wide" }, one.scale),
							h(
								"td",
								{ className: "right" },
								grouped(one.reads),
								one.parts > 1 ? h("span", { className: "quiet" }, ` in ${one.parts}`) : null,
							),
							h(
								"td",
								{ className: `right${one.disputes.length > 0 ? " bad" : ""}` },
								one.disputes.length === 0 ? "\u2013" : one.disputes.length,
							),
						),
					),
			),
		),
		lines.length > MOST_ROWS
			? h(
					"p",
					{ className: "caption rule" },
					`The first ${MOST_ROWS} of ${grouped(lines.length)}: search for the others.`,
				)
			: null,
	);
}

function claims({ claims: lines }: ProgramView): ReactNode {
	return section(
		"Claims",
		null,
		null,
		lines.length === 0
			? h("p", { className: "quiet" }, "Nobody has claimed a result of this program.")
			: h(
					"ul",
					{ className: "rows answers" },
					lines.map((one) =>
						h(
							"li",
							{ key: one.claim },
							h("a", { href: `/claims/${one.claim}` }, `Claim ${one.claim}`),
							h("span", null, sign(one.status.tone), " ", one.status.text),
							h("span", { className: "mono", title: one.submitter }, short(one.submitter)),
						),
					),
				),
	);
}
