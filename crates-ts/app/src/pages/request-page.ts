import type { RequestView } from "@umpire/views/request-view.ts";
import { clock } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { h, inApp, section } from "../components/h.ts";
import { factRows, tableSection } from "../components/table.ts";
import { pill } from "../components/verdict.ts";
import { useNow } from "../live.ts";
import { useTitle } from "../route.ts";
import { pageOr } from "../states.ts";
import { usePage } from "../use-page.ts";
import { MoveButton } from "../wallet/move-button.ts";

/** A request: what was asked, who answered what, what can be done about it now. */
export function RequestPage({ request }: { request: number }): ReactNode {
	const page = usePage<RequestView>(`/v1/pages/requests/${request}`);
	const now = useNow(page.view?.time);
	useTitle(page.view === undefined ? `Request ${request}` : page.view.headline);
	return h(
		"div",
		null,
		h("p", { className: "crumb" }, h("a", { href: "/requests" }, "Requests"), ` / ${request}`),
		pageOr(page, (view) => requestPage(view, now)),
	);
}

function requestPage(view: RequestView, now: number): ReactNode {
	const { program, request, finalisable, isRefundable } = view;
	const left = view.until === null ? null : view.until - now;
	const latest = view.claims.rows.at(0)?.at(0);
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
				left !== null && left > 0 ? h("span", { className: "caption" }, `${clock(left)} left`) : null,
			),
		),
		tableSection(view.claims, now),
		section(
			"What was asked",
			null,
			null,
			h(
				"div",
				{ className: "columns" },
				factRows(view.facts),
				h(
					"div",
					null,
					isRefundable
						? h(MoveButton, {
								label: "Give the fee back",
								move: { contract: "market", function: "refund", args: [String(request)] },
								about: "Anyone may: it is credited to whoever asked, who withdraws it.",
							})
						: null,
					finalisable === null
						? null
						: h(MoveButton, {
								label: "Make the answer final",
								move: { contract: "market", function: "finalise", args: [String(finalisable)] },
								about: "Anyone may: its time is over, nothing is open against it. The submitter is paid.",
							}),
					h("h3", null, "Check it yourself"),
					h(
						"p",
						{ className: "quiet" },
						"The claim\u2019s page recomputes it in this browser. In a terminal, from your own node:",
					),
					h(
						"p",
						{ className: "rule" },
						h("code", { className: "command" }, `umpire result ${request} --rpc URL`),
					),
					h("p", { className: "rule" }, h("code", { className: "command" }, `umpire audit ${request}`)),
				),
			),
		),
		h(
			"footer",
			{ className: "foot" },
			h(
				"span",
				null,
				"Asks ",
				program.number === null
					? program.name
					: h("a", { href: `/programs/${program.number}` }, program.name),
			),
			latest?.href === undefined ? null : h("a", { href: inApp(latest.href) }, "To the newest answer"),
		),
	);
}
