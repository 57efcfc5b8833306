import type { BountyView, LeaderLine, Phase } from "@umpire/views/bounty-view.ts";
import { clock, short, timeOfDay } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { chart, frameOf, gridLines, label } from "../components/charts.ts";
import { Fit } from "../components/fit.ts";
import { h, section, sign } from "../components/h.ts";
import { factRows } from "../components/table.ts";
import { pill } from "../components/verdict.ts";
import { useNow } from "../live.ts";
import { useTitle } from "../route.ts";
import { pageOr, stateCard } from "../states.ts";
import { usePage } from "../use-page.ts";

/** A bounty: the best score over time, the phases of a round, the leaderboard. */
export function BountyPage({ bounty }: { bounty: number }): ReactNode {
	const page = usePage<BountyView>(`/v1/pages/bounties/${bounty}`);
	const now = useNow(page.view?.time);
	useTitle(page.view === undefined ? `Bounty ${bounty}` : `Bounty ${bounty}: ${page.view.headline}`);
	return h(
		"div",
		null,
		h("p", { className: "crumb" }, h("a", { href: "/bounties" }, "Bounties"), ` / ${bounty}`),
		pageOr(page, (view) => bountyPage(view, now)),
	);
}

function bountyPage(view: BountyView, now: number): ReactNode {
	return h(
		"article",
		null,
		h(
			"div",
			{ className: "verdict" },
			h("div", null, h("h1", null, view.headline), h("p", { className: "lead" }, view.lead)),
			h("div", { className: "side" }, pill(view.status), h("span", { className: "caption" }, view.left)),
		),
		h(
			"div",
			{ className: "columns bounty-columns" },
			h(
				"section",
				{ "aria-labelledby": "over-time" },
				h("h3", { id: "over-time" }, "Best score over time"),
				h(Fit, { wanted: WANTED, draw: (width) => scores(view, width) }),
			),
			h(
				"section",
				{ "aria-labelledby": "round" },
				h("h3", { id: "round" }, view.round === null ? "No round has begun" : `Round ${view.round}`),
				phases(view.phases, now),
			),
		),
		section(
			"Leaderboard",
			"Scores are claims: each can be challenged until it is final.",
			null,
			leaders(view, now),
		),
		section("Terms", null, null, h("div", { className: "columns" }, factRows(view.facts))),
		h(
			"footer",
			{ className: "foot" },
			h(
				"span",
				null,
				"The same in a terminal: ",
				h("span", { className: "mono" }, `umpire bounty status ${view.bounty}`),
			),
			h("span", null, "Owner ", h("span", { className: "mono", title: view.owner }, short(view.owner))),
		),
	);
}

const [WANTED, HEIGHT] = [620, 230];

/** The best score as steps; hollow what was no gain, red what was claimed wrongly. */
function scores({ points, time }: BountyView, width: number): ReactNode {
	if (points.length === 0) {
		return h("p", { className: "quiet rule" }, "Nobody has been scored yet.");
	}
	const frame = frameOf(
		points.map(({ score }) => score),
		{ width, height: HEIGHT, right: 60 },
	);
	const from = points[0].time;
	const until = Math.max(time, points.at(-1)!.time, from + 1);
	const x = (at: number) =>
		frame.left + 10 + ((at - from) / (until - from)) * (width - frame.left - frame.right - 10);
	let path = `M${x(from)} ${frame.y(points[0].score)}`;
	for (const one of points) if (one.isGain) path += `H${x(one.time)}V${frame.y(one.score)}`;
	return chart(
		frame,
		"Best score over time",
		gridLines(frame),
		h("path", { d: `${path}H${x(until)}`, fill: "none", stroke: "var(--ink)", strokeWidth: 1.5 }),
		points.map(({ time: at, score, isGain, isWrong, text }, i) =>
			h(
				Fragment,
				{ key: i },
				isWrong
					? h("rect", { x: x(at) - 4, y: frame.y(score) - 4, width: 8, height: 8, fill: "var(--bad)" })
					: h("circle", {
							...{ cx: x(at), cy: frame.y(score), r: 4.5, stroke: "var(--ink)", strokeWidth: 1.5 },
							fill: isGain ? "var(--ink)" : "var(--bg)",
						}),
				label({ x: x(at) + 9, y: frame.y(score) + (isGain || i === 0 ? -8 : 16) }, text, {
					...{ anchor: "start", fill: isWrong ? "var(--bad)" : "var(--ink)", weight: isGain ? 600 : 400 },
				}),
			),
		),
		label({ x: frame.left + 10, y: HEIGHT - 6 }, `opened ${timeOfDay(from)}`, { anchor: "start" }),
		label({ x: width - frame.right, y: HEIGHT - 6 }, timeOfDay(until), { anchor: "end" }),
	);
}

const phases = (all: readonly Phase[], now: number): ReactNode =>
	h(
		"ol",
		{ className: "phases" },
		all.map(({ name, text, until, state }) =>
			h(
				"li",
				{ key: name, className: state.replace(" ", "-") },
				h("i", { "aria-hidden": true }, state === "past" ? "\u2713" : ""),
				h("div", null, h("b", null, name), h("p", { className: "quiet" }, text)),
				h(
					"span",
					{ className: "caption" },
					until === null
						? state === "now"
							? "now"
							: ""
						: until > now
							? `${clock(until - now)} left`
							: "over",
				),
			),
		),
	);

function leaders({ leaders: lines }: BountyView, now: number): ReactNode {
	if (lines.length === 0) {
		return stateCard({
			label: "Leaderboard",
			title: "Nobody has tried yet.",
			text: "A contributor commits to weights with a deposit, and shows them before anybody knows what they are scored on.",
			action: h("code", { className: "command" }, "umpire bounty submit BOUNTY MODEL"),
		});
	}
	const heads = ["", "Contributor", "Score", "", "Gain", "Reward", "Status", "Claim"];
	return h(
		"table",
		{ className: "leaders" },
		h(
			"thead",
			null,
			h(
				"tr",
				null,
				heads.map((text, i) =>
					h(
						"th",
						{
							key: i,
							scope: "col",
							className: i === 4 || i === 7 ? "right" : i === 3 || i === 5 ? "wide" : undefined,
						},
						text === "" ? h("span", { className: "hidden" }, i === 0 ? "Rank" : "Bar") : text,
					),
				),
			),
		),
		h(
			"tbody",
			null,
			lines.map((line, i) => leader(line, i + 1, now)),
		),
	);
}

function leader(one: LeaderLine, rank: number, now: number): ReactNode {
	const left = one.until === null ? null : one.until - now;
	return h(
		"tr",
		{ key: rank },
		h("td", { className: "quiet" }, rank),
		h(
			"td",
			null,
			h(
				"a",
				{ href: `/accounts/${one.contributor}` },
				h("span", { className: "mono", title: one.contributor }, short(one.contributor)),
			),
		),
		h("td", null, h(one.isBest ? "b" : "span", null, one.scoreText)),
		h(
			"td",
			{ className: "wide" },
			h(
				"span",
				{ className: "meter" },
				h("i", { className: one.isBest ? "best" : undefined, style: { width: `${100 * one.share}%` } }),
			),
		),
		h("td", { className: "right" }, one.gain),
		h("td", { className: "wide" }, one.reward),
		h(
			"td",
			null,
			sign(one.status.tone),
			" ",
			one.status.text,
			left !== null && left > 0 ? h("span", { className: "quiet" }, ` ${clock(left)} left`) : null,
		),
		h(
			"td",
			{ className: "right" },
			one.claim === null ? "\u2013" : h("a", { href: `/claims/${one.claim}` }, `claim ${one.claim}`),
		),
	);
}
