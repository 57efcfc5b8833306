import type { ClaimView, TimePoint } from "@umpire/views/claim-view.ts";
import type { OutputView } from "@umpire/views/output-view.ts";
import { clock, real, short, timeOfDay } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { ChainCheck } from "../checks/chain-checks.ts";
import { check } from "../checks/check.ts";
import { useRecompute } from "../checks/use-recompute.ts";
import { h, section, sign } from "../components/h.ts";
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
			h("div", { className: "columns" }, h("div", null, h(ClaimCheck, { view })), commits(view)),
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

const [WIDTH, ROW] = [420, 24];

/** Values as bars from zero; the largest in full ink. */
function scores({ top, count, isWhole }: OutputView): ReactNode {
	if (count === 1) return h("p", { className: "disputed long" }, real(top[0].value));
	const values = top.map(({ value }) => value);
	const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
	const x = (value: number) => 40 + ((value - low) / (high - low || 1)) * (WIDTH - 140);
	const largest = Math.max(...values);
	return h(
		Fragment,
		null,
		h(
			"svg",
			{
				className: "chart",
				viewBox: `0 0 ${WIDTH} ${top.length * ROW}`,
				role: "img",
				"aria-label": "Output",
			},
			h("path", { d: `M${x(0)} 0V${top.length * ROW}`, stroke: "var(--line3)" }),
			top.map(({ index, value }, i) => {
				const isLargest = value === largest;
				return h(
					Fragment,
					{ key: index },
					h(
						"text",
						{
							x: 26,
							y: i * ROW + 16,
							fontSize: 12,
							textAnchor: "end",
							fontWeight: isLargest ? 600 : 400,
							fill: "var(--ink)",
						},
						index,
					),
					h("rect", {
						x: Math.min(x(0), x(value)),
						y: i * ROW + 5,
						height: 14,
						width: Math.max(0.5, Math.abs(x(value) - x(0))),
						rx: 2,
						fill: "var(--data)",
						fillOpacity: isLargest ? 1 : 0.3,
					}),
					h(
						"text",
						{
							x: WIDTH,
							y: i * ROW + 16,
							fontSize: 12,
							textAnchor: "end",
							fontWeight: isLargest ? 600 : 400,
							fill: isLargest ? "var(--ink)" : "var(--ink2)",
							style: { fontFamily: "var(--mono)" },
						},
						real(value, 4),
					),
				);
			}),
		),
		isWhole ? null : h("p", { className: "caption" }, `The ${top.length} largest of ${count}.`),
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

function ClaimCheck({ view }: { view: ClaimView }): ReactNode {
	const { state, run, stop } = useRecompute(
		{ program: view.program.root, inputsRoot: view.inputsRoot },
		undefined,
		({ traceRoot, output }) => {
			if (!/^0x0*$/.test(view.traceRoot)) {
				return traceRoot === view.traceRoot
					? { at: "agrees", result: "The trace root is the claimed one: every number agrees." }
					: { at: "differs", result: "The trace root is another one: some number of the claim is wrong." };
			}
			const claimed = view.output;
			if (claimed === null)
				return { at: "undecided", result: "Not decided: the output is not on the chain." };
			const same = claimed.top.every(({ index, integer }) => output[index] === integer);
			return same
				? { at: "agrees", result: "The output is the claimed one." }
				: { at: "differs", result: "The output is another one than claimed." };
		},
	);
	return h(
		"div",
		null,
		check({
			title: "Recompute here",
			about:
				"Your browser runs the program, hashes every number on the way, and compares the root with the claim\u2019s.",
			state,
			onRun: run,
			onStop: stop,
		}),
		h(ChainCheck, { claim: view.claim, dispute: null }),
		h(
			"div",
			{ className: "check" },
			h("h3", null, "Or in a terminal"),
			h("p", { className: "caption" }, "Prints the trace root and the output."),
			h("p", null, h("code", { className: "command" }, `umpire run ${view.program.root} --input FILE`)),
		),
	);
}

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
