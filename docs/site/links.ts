import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { type Document, readDocument } from "./markdown.ts";
import { PARTS } from "./pages.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Decisions, in their order. */
export const DECISIONS: readonly string[] = readdirSync(join(ROOT, "docs", "decisions"))
	.filter((name) => name.endsWith(".md"))
	.sort((a, b) => (a === "README.md" ? -1 : b === "README.md" ? 1 : a.localeCompare(b)))
	.map((name) => `docs/decisions/${name}`);

/** Every document that is a page, from the root of the repository. */
export const SOURCES: readonly string[] = [
	...PARTS.flatMap(({ pages }) => pages.map(({ source }) => source)),
	...DECISIONS,
];

export const readSource = (source: string): Document =>
	readDocument(readFileSync(join(ROOT, source), "utf8"));

/** Where a link of a document leads. */
export type Target =
	| { readonly kind: "elsewhere"; readonly url: string }
	/** A page of the site, and the heading on it. */
	| { readonly kind: "page"; readonly source: string; readonly anchor: string }
	/** Another file or folder of the repository. */
	| { readonly kind: "file"; readonly path: string };

/** A folder stands for the README that is in it. */
export function targetOf(source: string, link: string): Target {
	if (/^[a-z][a-z+.-]*:/i.test(link)) return { kind: "elsewhere", url: link };
	const [file = "", anchor = ""] = decodeURIComponent(link).split("#");
	const path = file === "" ? source : normalize(join(dirname(source), file)).replace(/\/$/, "");
	const index = SOURCES.includes(path) ? path : `${path}/README.md`;
	if (SOURCES.includes(index)) return { kind: "page", source: index, anchor };
	return { kind: "file", path };
}

/** What is wrong with links that stay in the repository: files that are not there, headings that nobody wrote. */
export function brokenLinks(documents: ReadonlyMap<string, Document>): string[] {
	return [...documents].flatMap(([source, { links }]) =>
		links.flatMap((link) => {
			const target = targetOf(source, link);
			if (target.kind === "elsewhere") return [];
			if (target.kind === "file") {
				return existsSync(join(ROOT, target.path)) ? [] : [`${source}: ${link} is not there`];
			}
			const { anchor } = target;
			const found =
				anchor === "" || documents.get(target.source)?.headings.some((one) => one.anchor === anchor);
			return found === true ? [] : [`${source}: ${link} names no heading`];
		}),
	);
}
