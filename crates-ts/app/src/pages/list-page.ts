import type { ListView } from "@umpire/views/list-view.ts";
import type { ReactNode } from "react";
import { figures } from "../components/figures.ts";
import { h } from "../components/h.ts";
import { tableSection } from "../components/table.ts";
import { useNow } from "../live.ts";
import { useTitle } from "../route.ts";
import { pageOr } from "../states.ts";
import { usePage } from "../use-page.ts";

/** A page that is a sentence, some figures and tables; `more` is shown before and after them. */
export function ListPage<View extends ListView>({
	path,
	crumb,
	title,
	before,
	more,
}: {
	readonly path: string;
	readonly title: string;
	readonly crumb?: ReactNode;
	readonly before?: (view: View) => ReactNode;
	readonly more?: (view: View) => ReactNode;
}): ReactNode {
	const page = usePage<View>(`/v1/pages/${path}`);
	const now = useNow(page.view?.time);
	useTitle(title);
	return h(
		"div",
		null,
		crumb,
		pageOr(page, (view) =>
			h(
				"article",
				null,
				h(
					"div",
					{ className: "verdict first" },
					h("div", null, h("h1", null, view.headline), h("p", { className: "lead" }, view.lead)),
				),
				figures(view.figures, now),
				before?.(view),
				view.tables.map((one) => tableSection(one, now)),
				more?.(view),
				h(
					"footer",
					{ className: "foot" },
					h("span", null, "In a terminal: ", h("span", { className: "mono" }, view.command)),
					h("span", null, `Block ${view.block.toLocaleString("en")} of chain ${view.chainId}`),
				),
			),
		),
	);
}
