import type { ListView } from "@umpire/views/list-view.ts";
import type { AskedProgram } from "@umpire/views/network-view.ts";
import type { ReactNode } from "react";
import { h, section } from "../components/h.ts";
import { RequestForm } from "../forms/request-form.ts";
import { ListPage } from "./list-page.ts";

type RequestsView = ListView & { readonly programs: readonly AskedProgram[]; readonly isLocal: boolean };

/** The market's history, and a form to ask something. */
export function RequestsPage(): ReactNode {
	return h(ListPage<RequestsView>, {
		path: "requests",
		title: "Requests",
		more: ({ programs, time, isLocal }) =>
			section(
				"Ask",
				isLocal
					? "Your wallet signs. This server keeps the inputs, and answers for nobody."
					: "Your wallet signs. Inputs have to be in a store that submitters read: give their root.",
				null,
				h(RequestForm, { programs, time }),
			),
	});
}
