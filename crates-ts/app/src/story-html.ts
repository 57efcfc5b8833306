import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { short } from "@umpire/views/text.ts";
import { renderToStaticMarkup } from "react-dom/server";
import { disputePage } from "./components/dispute-page.ts";
import { h } from "./components/h.ts";

/** No script, no request: what a browser is told of the file, should something foreign ever get into it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:";

/** Latin letters of the typefaces, inside the file: it looks the same everywhere. */
const FONTS = [
	["Inter Variable", "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"],
	[
		"JetBrains Mono Variable",
		"@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
	],
] as const;

/**
 * A dispute as one HTML file: styles and pictures inside, without scripts, without a request to anywhere. It can be
 * mailed, printed and kept.
 */
export function storyHtml(view: DisputeView): string {
	const style = `${FONTS.map(fontFace).join("")}${readFileSync(new URL("./style.css", import.meta.url), "utf8")}`;
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

function fontFace([family, file]: (typeof FONTS)[number]): string {
	const path = fileURLToPath(import.meta.resolve(file));
	const data = readFileSync(path).toString("base64");
	return `@font-face{font-family:"${family}";font-weight:100 900;src:url(data:font/woff2;base64,${data}) format("woff2")}`;
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
