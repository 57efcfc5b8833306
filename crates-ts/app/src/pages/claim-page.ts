import type { ClaimView, TimePoint } from "@umpire/views/claim-view.ts";
import { clock, short, timeOfDay } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { ChainCheck } from "../checks/chain-checks.ts";
import { ClaimCheck } from "../checks/claim-check.ts";
import { h, section, sign } from "../components/h.ts";
import { scores } from "../components/scores.ts";
import { planes } from "../components/tensor-map.ts";
import { pill } from "../components/verdict.ts";
import { useNow } from "../live.ts";
import { useTitle } from "../route.ts";
import { pageOr } from "../states.ts";
import { usePage } from "../use-page.ts";

/** A claim: what one waits for, the answer, who gets what, and how to check it. */
export function ClaimPage({ claim }: { claim: number }): ReactNode {
	const page = usePage<ClaimView>(`/v1/pages/claims/${claim}`);
	const now = useNow(page.view?.time);
	useTitle(page.view === undefined ? `Claim ${claim}` : page.view.headline);
	return h(
		"div",
		null,
		h("p", { className: "crumb" }, h("a", { href: "/claims" }, "Claims"), ` / ${claim}`),
		pageOr(page, (view) => h(Claim, { view, now })),
	);
}

function Claim({ view, now }: { view: ClaimView; now: number }): ReactNode {
	const left = view.until === null ? null : view.until - now;
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
				pill(view.status),
				left === null
					? null
					: h("span", { className: "caption" }, left > 0 ? `${clock(left)} left` : "time is up"),
			),
		),
		timeline(view.timeline, now),
		h(
			"div",
			{ className: "box answer" },
			h(
				"div",
				null,
				h("h3", null, "The question"),
				view.question === null ? null : h("div", { className: "question" }, planes(view.question, 180)),
				h("p", { className: "caption" }, view.questionNote),
			),
			h(
				"div",
				null,
				h(
					"h3",
					null,
					view.output !== null && view.output.count > 1 ? "Scores, as claimed" : "The answer, as claimed",
				),
				view.output === null ? null : scores(view.output),
				h("p", { className: "caption" }, view.outputNote),
			),
		),
		section("Who gets what", "In ETH, without gas.", null, money(view.money)),
		section(
			"Check it yourself",
			"Nothing here asks this page to be trusted.",
			null,
			h("div", { className: "columns" }, h("div", null, checks(view)), commits(view)),
		),
		section(
			"Answers to this request",
			null,
			null,
			h(
				"ul",
				{ className: "rows answers" },
				view.others.map((one) =>
					h(
						"li",
						{ key: one.claim },
						h(
							"span",
							null,
							one.claim === view.claim
								? `Claim ${one.claim}`
								: h("a", { href: `/claims/${one.claim}` }, `Claim ${one.claim}`),
						),
						h("span", null, sign(one.status.tone), " ", one.status.text),
						h("span", { className: "mono", title: one.submitter }, short(one.submitter)),
					),
				),
				view.disputes.map((one) =>
					h(
						"li",
						{ key: `d${one.dispute}` },
						h("span", null, h("a", { href: `/disputes/${one.dispute}` }, `Dispute ${one.dispute}`)),
						h("span", null, one.text),
						h("span", { className: "mono", title: one.challenger }, short(one.challenger)),
					),
				),
			),
		),
		h(
			"footer",
			{ className: "foot" },
			h(
				"span",
				null,
				"The same in a terminal: ",
				h("span", { className: "mono" }, `umpire result ${view.request}`),
			),
			h("span", null, "Market ", h("span", { className: "mono", title: view.market }, short(view.market))),
		),
	);
}

/** What happened and is to come, in its order; what is to come is hollow. */
function timeline(points: readonly TimePoint[], now: number): ReactNode {
	return h(
		"ol",
		{ className: "timeline" },
		points.map(({ label, note, time, tone, isFuture }, i) =>
			h(
				"li",
				{ key: i, className: `${tone}${isFuture && time > now ? " future" : ""}` },
				h("i", { "aria-hidden": true }),
				h("b", null, label),
				h("span", { className: "caption" }, `${timeOfDay(time)}${note === "" ? "" : `, ${note}`}`),
			),
		),
	);
}

function money(rows: ClaimView["money"]): ReactNode {
	return h(
		"table",
		null,
		h(
			"thead",
			null,
			h(
				"tr",
				null,
				["", "Has locked", "If it ends as final", "If someone proves one number wrong"].map((text, i) =>
					h(
						"th",
						{ key: i, scope: "col", className: i === 0 ? undefined : "right" },
						text === "" ? h("span", { className: "hidden" }, "Who") : text,
					),
				),
			),
		),
		h(
			"tbody",
			null,
			rows.map(({ who, account, tone, locked, ifFinal, ifRefuted }) =>
				h(
					"tr",
					{ key: who },
					h(
						"td",
						null,
						sign(tone),
						" ",
						who,
						account === null
							? null
							: h("span", { className: "mono quiet wide", title: account }, ` ${short(account)}`),
					),
					h("td", { className: "right" }, locked),
					h("td", { className: "right" }, ifFinal),
					h("td", { className: "right" }, ifRefuted),
				),
			),
		),
	);
}

const checks = (view: ClaimView): ReactNode =>
	h(
		"div",
		null,
		h(ClaimCheck, { place: { claim: view.claim } }),
		h(ChainCheck, { claim: view.claim, dispute: null }),
		h(
			"div",
			{ className: "check" },
			h("h3", null, "Or in a terminal"),
			h("p", { className: "caption" }, "Prints the trace root and the output."),
			h("p", null, h("code", { className: "command" }, `umpire run ${view.program.root} --input FILE`)),
		),
		h(
			"div",
			{ className: "check" },
			h("h3", null, "Or with files of your own"),
			h("p", { className: "caption" }, "If you have the program and the inputs, nothing comes from here."),
			h("p", null, h("a", { href: `/verify/${view.claim}` }, `Verify claim ${view.claim}`)),
		),
	);

function commits({ commits: rows, program }: ClaimView): ReactNode {
	return h(
		"dl",
		{ className: "rows" },
		rows.map(({ what, hash, note }, i) =>
			h(
				"div",
				{ key: what },
				h(
					"dt",
					null,
					i === 0 && program.number > 0 ? h("a", { href: `/programs/${program.number}` }, what) : what,
				),
				h(
					"dd",
					null,
					h("span", { className: "mono", title: hash }, short(hash)),
					" ",
					h("span", { className: "caption wide" }, note),
				),
			),
		),
	);
}
