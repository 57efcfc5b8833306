import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { short } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { arithmeticTable } from "./arithmetic-table.ts";
import { duel, turnStrip } from "./duel.ts";
import { graphStrip } from "./graph-strip.ts";
import { h, section } from "./h.ts";
import { ladderTable } from "./ladder-view.ts";
import { gasBars, moneyFlow } from "./money-flow.ts";
import { operandPictures } from "./pictures.ts";
import { runningSum } from "./running-sum.ts";
import { verdict } from "./verdict.ts";

/** What a page about a dispute needs beside the dispute. */
export interface DisputePageOptions {
	/** The chain's time now; that of the view by default. */
	readonly now?: number;
	/** Head of the verdict's aside, e.g. a link to the checks. */
	readonly aside?: ReactNode;
	/** How the number can be checked: buttons in the app, commands in a file. */
	readonly checks: ReactNode;
	/** What links to the program. */
	readonly programLink?: ReactNode;
}

/** A dispute: who says what, where exactly they disagree, whose turn it is, what it costs whom, how it was decided. */
export function disputePage(view: DisputeView, options: DisputePageOptions): ReactNode {
	const { now = view.time, aside, checks, programLink } = options;
	const { graph, pictures, arithmetic, place, proof, money } = view;
	return h(
		"article",
		null,
		verdict({ headline: view.headline, lead: view.lead, status: view.status, moment: view.moment, aside }),
		duel(view, now),
		turnStrip(view.turn, now),
		h("p", { className: "caption rule" }, view.clockRule),
		view.missing === null ? null : h("p", { className: "notice" }, view.missing),
		section(
			"The search",
			"Each answer is a list of hashes or numbers. The challenger names the first that differs from its own; the next question looks inside.",
			legend(),
			ladderTable(view.ladder),
		),
		graph === null
			? null
			: section(
					"Where it is",
					graph.note,
					programLink,
					graphStrip(graph),
					pictures === null || place === null ? null : operandPictures(pictures, place),
				),
		arithmetic === null
			? null
			: section(
					"The last arithmetic",
					arithmetic.caption,
					null,
					h(
						"div",
						{ className: "columns" },
						arithmeticTable(arithmetic),
						arithmetic.running === null ? null : runningSum(arithmetic.running),
					),
				),
		section(
			"The proof, and how to check it",
			proof.isPublished ? "Independent ways. None of them asks this page to be trusted." : proof.note,
			null,
			h(
				"div",
				{ className: "columns" },
				checks,
				proof.facts.length === 0
					? null
					: h("div", null, proofFacts(proof), h("p", { className: "caption rule" }, proof.note)),
			),
		),
		section(
			"The money",
			money.note,
			null,
			h(
				"div",
				{ className: "columns" },
				h("div", null, moneyFlow(money)),
				h("div", null, gasBars(money, view.isOpen)),
			),
		),
	);
}

function proofFacts({ facts }: DisputeView["proof"]): ReactNode {
	return h(
		"dl",
		{ className: "rows" },
		facts.map(({ what, value }) =>
			h(
				"div",
				{ key: what },
				h("dt", null, what),
				h("dd", { className: "mono", title: value }, value.startsWith("0x") ? short(value) : value),
			),
		),
	);
}

function legend(): ReactNode {
	return h(
		"div",
		{ className: "legend", "aria-hidden": true },
		[
			["same", "same"],
			["first", "first difference"],
			["rest", "not compared"],
		].map(([key, text]) => h("span", { key }, h("i", { className: `key ${key}` }), text)),
	);
}
