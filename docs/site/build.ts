/** Writes the documentation site to a folder (default: .umpire/site): `node docs/site/build.ts [FOLDER]`. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { apiPage } from "./api-page.ts";
import { escaped } from "./escaped.ts";
import { brokenLinks, DECISIONS, readSource, SOURCES, targetOf } from "./links.ts";
import type { Document } from "./markdown.ts";
import { heldBy, PARTS } from "./pages.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const API = "docs/endpoints.md";

/** The file of a page, from the site's root. */
export const fileOf = (source: string): string =>
	source === "README.md" ? "index.html" : source.replace(/README\.md$/, "index.md").replace(/\.md$/, ".html");

/** Nothing runs, and nothing is asked of anybody. */
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

export function buildSite(folder: string): void {
	const documents = new Map(SOURCES.map((source) => [source, readSource(source)]));
	const broken = brokenLinks(documents);
	if (broken.length > 0) throw new Error(`Links lead nowhere:\n${broken.join("\n")}`);
	rmSync(folder, { recursive: true, force: true });
	const write = (source: string, title: string, html: string, note?: string): void => {
		const path = join(folder, fileOf(source));
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, pageOf(source, { title, html, note }, documents));
	};
	const notes = new Map(PARTS.flatMap(({ pages }) => pages).map((one) => [one.source, heldBy(one.commands)]));
	for (const [source, document] of documents) {
		const html = document.html((link) => hrefOf(source, link, folder));
		write(source, document.title, html, notes.get(source));
	}
	write(API, "Endpoints", apiPage());
	cpSync(join(import.meta.dirname, "style.css"), join(folder, "style.css"));
}

/** Where a link of a page leads; pictures are copied beside the pages. */
function hrefOf(source: string, link: string, folder: string): string | undefined {
	const target = targetOf(source, link);
	if (target.kind === "elsewhere") return target.url;
	if (target.kind === "page") {
		return `${between(source, fileOf(target.source))}${target.anchor === "" ? "" : `#${target.anchor}`}`;
	}
	if (!/\.(svg|png|json|yml|yaml)$/.test(target.path)) return undefined;
	mkdirSync(dirname(join(folder, target.path)), { recursive: true });
	cpSync(join(ROOT, target.path), join(folder, target.path));
	return between(source, target.path);
}

/** A path from a page to another file of the site: it works from a folder as well as from a server. */
const between = (source: string, file: string): string =>
	relative(dirname(fileOf(source)), file).replaceAll("\\", "/");

function pageOf(
	source: string,
	{ title, html, note }: { readonly title: string; readonly html: string; readonly note: string | undefined },
	documents: ReadonlyMap<string, Document>,
): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}${source === "README.md" ? "" : " · Umpire"}</title>
<link rel="stylesheet" href="${between(source, "style.css")}">
</head>
<body>
<a class="skip" href="#main">To the page</a>
<nav aria-label="Pages"><details><summary>Umpire</summary>
${navigation(source, documents)}
</details></nav>
<main id="main">
${html}
${note === undefined ? "" : `<p class="note">${escaped(note)}</p>`}
<p class="note">Made from <code>${escaped(source === API ? "docs/openapi.json" : source)}</code>.</p>
</main>
</body>
</html>
`;
}

function navigation(source: string, documents: ReadonlyMap<string, Document>): string {
	const item = (to: string, text: string): string =>
		`<li><a href="${between(source, fileOf(to))}"${to === source ? ' aria-current="page"' : ""}>${escaped(text)}</a></li>`;
	const titleOf = (to: string): string => documents.get(to)?.title ?? to;
	const list = (title: string, items: readonly string[]): string =>
		`<h2>${escaped(title)}</h2>\n<ul>\n${items.join("\n")}\n</ul>`;
	const parts = PARTS.map(({ title, pages }) => {
		const items = pages.map((one) => item(one.source, titleOf(one.source)));
		if (title === "Reference") items.push(item(API, "Endpoints"));
		return list(title, items);
	});
	const isDecision = DECISIONS.includes(source);
	const decisions = (isDecision ? DECISIONS : DECISIONS.slice(0, 1)).map((one) => item(one, titleOf(one)));
	return [...parts, list("Reasons", decisions)].join("\n");
}

if (import.meta.main) {
	const folder = resolve(process.argv[2] ?? join(ROOT, ".umpire", "site"));
	buildSite(folder);
	console.log(`Open ${join(folder, "index.html")}`);
}
