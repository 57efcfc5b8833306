import type { EventLine } from "@umpire/views/event-line.ts";
import type { ClaimLine, OpenDisputeLine, OverviewView } from "@umpire/views/overview-view.ts";
import { clock, grouped, short, timeOfDay } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { dayBars } from "../components/day-bars.ts";
import { figures } from "../components/figures.ts";
import { h, section, sign } from "../components/h.ts";
import { useNow } from "../live.ts";
import { useTitle } from "../route.ts";
import { pageOr, stateCard } from "../states.ts";
import { usePage } from "../use-page.ts";

/** What stands on the chain, what is urgent first. */
export function OverviewPage(): ReactNode {
	const page = usePage<OverviewView>("/v1/pages/overview");
	const now = useNow(page.view?.time);
	useTitle("");
	return pageOr(page, (view) => overview(view, now));
}

function overview(view: OverviewView, now: number): ReactNode {
	const left = view.headlineUntil === null ? null : view.headlineUntil - now;
	return h(
		"article",
		null,
		h(
			"div",
			{ className: "verdict first" },
			h(
				"div",
				null,
				h(
					"h1",
					null,
					view.headline,
					left === null ? null : left > 0 ? ` in ${clock(left)}` : ", and its time is up",
				),
				h("p", { className: "lead" }, view.lead),
				h(
					"p",
					{ className: "quiet intro" },
					"Contracts ask models here. A ",
					sign("submitter"),
					" submitter answers and locks a bond. A ",
					sign("challenger"),
					" challenger who finds one wrong number in the computation disputes it; the two narrow it down, one small proof decides, and the loser pays. An answer that nobody refutes in time is final.",
				),
			),
		),
		figures(view.figures, now),
		h(
			"div",
			{ className: "split" },
			h(
				"div",
				null,
				openDisputes(view, now),
				section("Claims per day", null, legend(), dayBars(view.days)),
				claims(view.claims, now),
			),
			h("div", null, events(view.events), health(view)),
		),
		h(
			"footer",
			{ className: "foot" },
			h(
				"span",
				null,
				"The same in a terminal: ",
				h("span", { className: "mono" }, "umpire status"),
				" \u00b7 ",
				h("span", { className: "mono" }, "umpire monitor"),
			),
			h(
				"span",
				null,
				`Chain ${view.chainId}, market `,
				h("span", { className: "mono", title: view.market }, short(view.market)),
			),
		),
	);
}

const STAGES = ["operator", "leaf", "number", "proof"] as const;

function openDisputes({ disputes }: OverviewView, now: number): ReactNode {
	if (disputes.length === 0) {
		return h(
			"section",
			{ className: "section" },
			h("header", null, h("h2", null, "Open disputes")),
			stateCard({
				label: "No open dispute",
				title: "Nobody disagrees.",
				text: "A dispute starts when someone challenges a claim. To see one with real numbers, play it on a private chain.",
				action: h("code", { className: "command" }, "umpire rehearse MODEL --html story.html"),
			}),
		);
	}
	return section(
		"Open disputes",
		null,
		null,
		h(
			"ul",
			null,
			disputes.map((one) => openDispute(one, now)),
		),
	);
}

function openDispute(one: OpenDisputeLine, now: number): ReactNode {
	const side = one.turn?.side;
	const left = one.turn === null ? 0 : one.turn.until - now;
	return h(
		"li",
		{ className: "open", key: one.dispute },
		h(
			"div",
			null,
			h("h3", null, h("a", { href: `/disputes/${one.dispute}` }, one.question)),
			h(
				"p",
				{ className: "sides" },
				sign("submitter"),
				h("span", { className: "mono", title: one.submitter }, short(one.submitter)),
				" against ",
				sign("challenger"),
				h("span", { className: "mono", title: one.challenger }, short(one.challenger)),
			),
			h(
				"p",
				{ className: "caption" },
				`Dispute ${one.dispute} of `,
				h("a", { href: `/claims/${one.claim}` }, `claim ${one.claim}`),
				`, ${one.program}`,
			),
		),
		h(
			"div",
			{ className: "stages" },
			h(
				"div",
				{ className: "cells", "aria-hidden": true },
				STAGES.map((stage, i) =>
					h("i", {
						key: stage,
						className: i < one.stage ? "past" : i === one.stage ? `now ${side ?? ""}` : "",
					}),
				),
			),
			h(
				"p",
				{ className: "caption" },
				STAGES.map((stage, i) =>
					h(
						Fragment,
						{ key: stage },
						i === 0 ? "" : ", ",
						i === one.stage ? h("b", { className: side }, stage) : stage,
					),
				),
			),
		),
		h(
			"div",
			null,
			side === undefined
				? null
				: h(
						"b",
						{ className: side },
						`${side === "submitter" ? "Submitter" : "Challenger"}, ${left > 0 ? `${clock(left)} left` : "out of time"}`,
					),
			h("p", { className: "caption" }, one.stakes),
		),
	);
}

const legend = (): ReactNode =>
	h(
		"div",
		{ className: "legend" },
		[
			["data", "final"],
			["sub", "can be challenged"],
			["bad", "rejected"],
		].map(([colour, text]) => h("span", { key: text }, h("i", { className: `key ${colour}` }), text)),
	);

function claims(lines: readonly ClaimLine[], now: number): ReactNode {
	if (lines.length === 0) return null;
	return section(
		"Claims",
		null,
		null,
		h(
			"table",
			{ className: "claims" },
			h(
				"thead",
				null,
				h(
					"tr",
					null,
					["Claim", "Program", "Answer", "Status", "Submitter", "Bond, ETH"].map((text, i) =>
						h(
							"th",
							{
								key: text,
								scope: "col",
								className: i === 5 ? "right" : i === 2 || i === 4 ? "wide" : undefined,
							},
							text,
						),
					),
				),
			),
			h(
				"tbody",
				null,
				lines.map((one) =>
					h(
						"tr",
						{ key: one.claim },
						h("td", null, h("a", { href: `/claims/${one.claim}` }, one.claim)),
						h("td", { className: "foreign" }, one.program),
						h("td", { className: "wide" }, one.answer),
						h(
							"td",
							null,
							sign(one.status.tone),
							" ",
							one.status.text,
							one.until === null
								? null
								: h("span", { className: "quiet" }, ` ${clock(one.until - now)} left`),
						),
						h("td", { className: "wide mono", title: one.submitter }, short(one.submitter)),
						h("td", { className: "right" }, one.bond),
					),
				),
			),
		),
	);
}

function events(lines: readonly EventLine[]): ReactNode {
	return section(
		"Live",
		"Newest first. Times are UTC.",
		null,
		lines.length === 0
			? h("p", { className: "quiet" }, "Nothing has happened yet.")
			: h(
					"ul",
					{ className: "rows events" },
					lines.map(({ text, about, tone, time, transaction }, i) =>
						h(
							"li",
							{ key: `${transaction}${i}` },
							h(
								"span",
								null,
								sign(tone),
								" ",
								text,
								about === null ? null : h("span", { className: "quiet" }, " \u00b7 ", aboutLink(about)),
							),
							h("span", { className: "caption" }, time === null ? "" : timeOfDay(time)),
						),
					),
				),
	);
}

const KINDS = { claim: "Claim", dispute: "Dispute", request: "Request", program: "Program" } as const;

function aboutLink({ kind, number }: NonNullable<EventLine["about"]>): ReactNode {
	const text = `${KINDS[kind]} ${grouped(number)}`;
	return h("a", { href: `/${kind}s/${number}` }, text);
}

function health({ health: lines }: OverviewView): ReactNode {
	return section(
		"Health",
		null,
		null,
		h(
			"dl",
			{ className: "rows" },
			lines.map(({ what, value, isAlarm }) =>
				h(
					"div",
					{ key: what },
					h("dt", null, what),
					h("dd", { className: isAlarm ? "bad" : undefined }, value),
				),
			),
		),
	);
}
