import { readFileSync } from "node:fs";
import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { short } from "@umpire/views/text.ts";
import { renderToStaticMarkup } from "react-dom/server";
import { disputePage } from "./components/dispute-page.ts";
import { h } from "./components/h.ts";

/** No script, no request: what a browser is told of the file, should something foreign ever get into it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/**
 * A dispute as one HTML file: styles and pictures inside, without scripts, without a request to anywhere. It can be
 * mailed, printed and kept.
 */
export function storyHtml(view: DisputeView): string {
	const style = readFileSync(new URL("./style.css", import.meta.url), "utf8");
	const page = h(
		"html",
		{ lang: "en" },
		h(
			"head",
			null,
			h("meta", { charSet: "utf-8" }),
			h("meta", { httpEquiv: "Content-Security-Policy", content: POLICY }),
			h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
			h("meta", { name: "referrer", content: "no-referrer" }),
			h("title", null, `Dispute ${view.dispute}: ${view.headline}`),
			h("style", { dangerouslySetInnerHTML: { __html: style } }),
		),
		h(
			"body",
			null,
			h(
				"main",
				{ className: "page" },
				h(
					"p",
					{ className: "crumb" },
					`Dispute ${view.dispute} of claim ${view.claim}, chain ${view.chainId}`,
				),
				disputePage(view, { checks: commands(view) }),
				h(
					"footer",
					{ className: "foot" },
					h(
						"span",
						null,
						`Dispute ${view.dispute} of claim ${view.claim}, request ${view.request} \u00b7 court `,
						h("span", { className: "mono", title: view.court }, short(view.court)),
						` \u00b7 as of block ${view.block}`,
					),
					h(
						"span",
						null,
						"This file: ",
						h("span", { className: "mono" }, `umpire story ${view.dispute} --html FILE`),
					),
				),
			),
		),
	);
	return `<!doctype html>\n${renderToStaticMarkup(page)}\n`;
}

/** How to check it from a terminal. */
function commands({ dispute, request, program, place }: DisputeView) {
	const one = (title: string, about: string, command: string) =>
		h(
			"div",
			{ className: "check", key: title },
			h("h3", null, title),
			h("p", { className: "caption" }, about),
			h("p", null, h("code", { className: "command" }, command)),
		);
	return h(
		"div",
		null,
		one(
			"Recompute it",
			place === null
				? "Run the program on the claim\u2019s inputs, and compare its trace root with the claim\u2019s."
				: "Run the program on the claim\u2019s inputs: the trace root differs from the claim\u2019s.",
			`umpire run ${program.root} --input FILE`,
		),
		one(
			"Read the moves from your own node",
			"Every move, its transaction and gas, and what was proved.",
			`umpire dispute ${dispute} --rpc URL`,
		),
		one(
			"Ask what became of the request",
			"What the contract holds as its result.",
			`umpire result ${request}`,
		),
	);
}
