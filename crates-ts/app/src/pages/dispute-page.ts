import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { short } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { DisputeChecks } from "../checks/dispute-checks.ts";
import { disputePage } from "../components/dispute-page.ts";
import { h } from "../components/h.ts";
import { useNow } from "../live.ts";
import { useTitle } from "../route.ts";
import { pageOr } from "../states.ts";
import { usePage } from "../use-page.ts";

/** A dispute, live: clocks run, moves appear. */
export function DisputePage({ dispute }: { dispute: number }): ReactNode {
	const page = usePage<DisputeView>(`/v1/pages/disputes/${dispute}`);
	const now = useNow(page.view?.time);
	useTitle(page.view === undefined ? `Dispute ${dispute}` : page.view.headline);
	return h(
		"div",
		null,
		h("p", { className: "crumb" }, h("a", { href: "/disputes" }, "Disputes"), ` / ${dispute}`),
		pageOr(page, (view) => [
			h(
				"div",
				{ key: "page" },
				disputePage(view, {
					now,
					aside: h("a", { className: "button", href: "#the-proof-and-how-to-check-it" }, "Check it yourself"),
					checks: h(DisputeChecks, { view }),
					programLink:
						view.program.number === 0
							? null
							: h(
									"a",
									{ className: "button", href: `/programs/${view.program.number}` },
									`Open program ${view.program.number}`,
								),
				}),
			),
			h(
				"footer",
				{ className: "foot", key: "foot" },
				h(
					"span",
					null,
					"About ",
					h("a", { href: `/claims/${view.claim}` }, `claim ${view.claim}`),
					" \u00b7 court ",
					h("span", { className: "mono", title: view.court }, short(view.court)),
				),
				h(
					"span",
					null,
					"Save as one file: ",
					h("span", { className: "mono" }, `umpire story ${view.dispute} --html FILE`),
				),
			),
		]),
	);
}
