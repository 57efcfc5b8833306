import type { ClientLine, JobLine, NetworkView, WorkerLine } from "@umpire/views/network-view.ts";
import { clock, short } from "@umpire/views/text.ts";
import { type ReactNode, useState } from "react";
import { figures } from "../components/figures.ts";
import { h, section, sign } from "../components/h.ts";
import { hourBars } from "../components/hour-bars.ts";
import { NetworkForms } from "../forms/network-forms.ts";
import { useNow } from "../live.ts";
import { useTitle } from "../route.ts";
import { pageOr, stateCard } from "../states.ts";
import { usePage } from "../use-page.ts";

/** The dashboard of the compute network: jobs, workers, clients, and forms to add some. */
export function NetworkPage(): ReactNode {
	const page = usePage<NetworkView>("/v1/pages/network");
	const now = useNow(page.view?.time);
	useTitle("Network");
	return pageOr(page, (view) => network(view, now, page.again));
}

function network(view: NetworkView, now: number, again: () => void): ReactNode {
	return h(
		"article",
		null,
		h(
			"div",
			{ className: "verdict first" },
			h("div", null, h("h1", null, view.headline), h("p", { className: "lead" }, view.lead)),
		),
		figures(view.figures, now),
		h(
			"div",
			{ className: "split" },
			h(
				"div",
				null,
				section("Jobs", null, h("p", { className: "caption" }, view.jobsNote), jobs(view, now)),
				section(
					"Workers",
					null,
					h("p", { className: "caption" }, "reputation starts at 100"),
					workers(view.workers),
				),
				view.jobs.length === 0 ? null : section("Jobs paid per hour", null, null, hourBars(view.hours)),
			),
			h(
				"div",
				null,
				view.coordination === null
					? null
					: section("Coordination", null, null, h(Coordination, { of: view.coordination, again })),
				view.isDeployed ? h("div", { className: "section" }, h(NetworkForms, { view })) : null,
				section("Clients", null, null, clients(view.clients)),
			),
		),
		h(
			"footer",
			{ className: "foot" },
			h(
				"span",
				null,
				"The same in a terminal: ",
				h("span", { className: "mono" }, "umpire job status JOB"),
				" \u00b7 ",
				h("span", { className: "mono" }, "umpire work"),
			),
			h("span", null, "Updated as blocks come"),
		),
	);
}

function jobs({ jobs: lines, isDeployed }: NetworkView, now: number): ReactNode {
	if (lines.length === 0) {
		return stateCard({
			label: "No job yet",
			title: isDeployed ? "Nobody has asked for anything." : "No network is deployed for this market.",
			text: isDeployed
				? "A job is a program, inputs and a reward that is locked. Submit one with the form."
				: "umpire job deploy brings contracts for workers and jobs.",
			action: h(
				"code",
				{ className: "command" },
				isDeployed ? "umpire job submit PROGRAM INPUT --reward 0.02" : "umpire job deploy",
			),
		});
	}
	const heads = ["Job", "What", "Worker", "Stage", "How it stands", "Reward"];
	return h(
		"table",
		{ className: "jobs" },
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
							key: text,
							scope: "col",
							className: i === 5 ? "right" : i === 2 || i === 3 ? "wide" : undefined,
						},
						text,
					),
				),
			),
		),
		h(
			"tbody",
			null,
			lines.map((line) => jobRow(line, now)),
		),
	);
}

function jobRow(one: JobLine, now: number): ReactNode {
	const left = one.until === null ? null : one.until - now;
	return h(
		"tr",
		{ key: one.job },
		h("td", null, one.claim === null ? one.job : h("a", { href: `/claims/${one.claim}` }, one.job)),
		h(
			"td",
			{ className: "foreign" },
			one.program === null ? one.what : h("a", { href: `/programs/${one.program}` }, one.what),
		),
		h("td", { className: "wide" }, account(one.worker)),
		h("td", { className: "wide" }, stages(one)),
		h(
			"td",
			null,
			mark(one.status.tone),
			one.status.text,
			left !== null && left > 0 ? h("span", { className: "quiet" }, ` ${clock(left)} left`) : null,
			one.failed > 0 ? h("span", { className: "quiet" }, `, ${one.failed} failed before`) : null,
		),
		h("td", { className: "right" }, one.reward, h("span", { className: "quiet" }, ` ${one.unit}`)),
	);
}

const mark = (tone: string): ReactNode => (tone === "plain" ? null : h("span", null, sign(tone), " "));

const STAGES = 5;

const stages = ({ stage, status }: JobLine): ReactNode =>
	h(
		"span",
		{ className: "cells stage", role: "img", "aria-label": `stage ${stage + 1} of ${STAGES}` },
		Array.from({ length: STAGES }, (_, i) =>
			h("i", { key: i, className: i < stage ? "done" : i === stage ? `now ${status.tone}` : "" }),
		),
	);

const account = (address: string | null): ReactNode =>
	address === null
		? "\u2013"
		: h(
				"a",
				{ href: `/accounts/${address}` },
				h("span", { className: "mono", title: address }, short(address)),
			);

function workers(lines: readonly WorkerLine[]): ReactNode {
	if (lines.length === 0) {
		return h(
			"p",
			{ className: "quiet" },
			"Nobody has registered. Register one with the form, or with umpire work.",
		);
	}
	const heads = ["Worker", "Hardware", "Places", "Stake, ETH", "Reputation", "State"];
	return h(
		"table",
		{ className: "workers" },
		h(
			"thead",
			null,
			h(
				"tr",
				null,
				heads.map((text, i) =>
					h(
						"th",
						{ key: text, scope: "col", className: i >= 3 ? "right" : i === 1 ? "wide" : undefined },
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
					{ key: one.worker },
					h("td", null, account(one.worker)),
					h(
						"td",
						{ className: "wide foreign" },
						one.hardware === "" ? h("span", { className: "quiet" }, "not said") : one.hardware,
					),
					h("td", null, places(one)),
					h("td", { className: "right" }, one.stake),
					h(
						"td",
						{ className: "right" },
						h("span", null, one.reputation),
						" ",
						h(
							"span",
							{ className: "meter short wide" },
							h("i", { className: "best", style: { width: `${Math.min(100, one.reputation)}%` } }),
						),
					),
					h("td", { className: "right" }, mark(one.status.tone), one.status.text),
				),
			),
		),
	);
}

const MOST_SQUARES = 8;

/** Places as squares: filled are taken. */
const places = ({ busy, places: all }: WorkerLine): ReactNode =>
	h(
		"span",
		{ className: "places" },
		all > MOST_SQUARES
			? null
			: h(
					"span",
					{ "aria-hidden": true, className: "wide" },
					Array.from({ length: all }, (_, i) => h("i", { key: i, className: i < busy ? "taken" : "" })),
				),
		h("span", { className: "caption" }, `${busy} of ${all}`),
	);

function clients(lines: readonly ClientLine[]): ReactNode {
	if (lines.length === 0) return h("p", { className: "quiet" }, "Whoever submits a job is a client.");
	return h(
		"ul",
		{ className: "rows" },
		lines.map((one) =>
			h(
				"li",
				{ key: one.client },
				account(one.client),
				h("span", { className: "quiet" }, `${one.open} open of ${one.jobs}`),
				h("span", null, `${one.locked} locked`),
			),
		),
	);
}

/** Starts and stops what the server does for jobs of a local chain. */
function Coordination({
	of,
	again,
}: {
	of: NonNullable<NetworkView["coordination"]>;
	again: () => void;
}): ReactNode {
	const [text, setText] = useState("");
	const press = async (action: "start" | "stop" | "trigger") => {
		const response = await fetch(`/network/coordination/${action}`, { method: "POST" }).catch(
			() => undefined,
		);
		const body = (await response?.json().catch(() => undefined)) as
			| { readonly acted?: boolean; readonly error?: { readonly message: string } }
			| undefined;
		setText(
			response === undefined
				? "The server does not answer."
				: body?.error !== undefined
					? body.error.message
					: action === "trigger"
						? body?.acted === true
							? "What was due was done."
							: "Nothing was due."
						: "",
		);
		again();
	};
	return h(
		"div",
		{ className: "coordination" },
		h("p", { className: "quiet" }, of.note),
		h(
			"div",
			{ className: "buttons" },
			h("span", { className: "caption", role: "status" }, text === "" ? (of.running ? "On." : "Off.") : text),
			h(
				"button",
				{ type: "button", className: "button", onClick: () => void press(of.running ? "stop" : "start") },
				of.running ? "Stop" : "Start",
			),
			h(
				"button",
				{ type: "button", className: "button strong", onClick: () => void press("trigger") },
				"Do it now",
			),
		),
	);
}
