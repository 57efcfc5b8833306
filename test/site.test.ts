import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSite } from "../docs/site/build.ts";
import { brokenLinks, DECISIONS, readSource, SOURCES, targetOf } from "../docs/site/links.ts";
import { readDocument } from "../docs/site/markdown.ts";
import { PARTS } from "../docs/site/pages.ts";

const PAGES = PARTS.flatMap(({ pages }) => pages);
/** A command in a block of code or between marks of code. */
const COMMAND = /^(?: {4}|\t)?(?:\.\/just|umpire|npx?|curl) \S|`(?:\.\/just|umpire) [a-z]/m;

describe("the documents", () => {
	it("link to files and headings that there are", () => {
		expect(brokenLinks(new Map(SOURCES.map((source) => [source, readSource(source)])))).toEqual([]);
	});

	it("are told of links that lead nowhere", () => {
		const text = "# Title\n## One, two\n[a](#one-two) [b](#three) [c](gone.md) [d](glossary.md#nothing)\n";
		const documents = new Map([
			["docs/errors.md", readDocument(text)],
			["docs/glossary.md", readSource("docs/glossary.md")],
		]);
		expect(brokenLinks(documents)).toEqual([
			"docs/errors.md: #three names no heading",
			"docs/errors.md: gone.md is not there",
			"docs/errors.md: glossary.md#nothing names no heading",
		]);
		const twice = readDocument("# A\n## B\n## B\n").headings.map(({ anchor }) => anchor);
		expect(twice).toEqual(["a", "b", "b-1"]);
		expect(targetOf("docs/errors.md", "decisions/")).toMatchObject({ source: "docs/decisions/README.md" });
	});

	it("are all on the site, once", () => {
		expect(new Set(SOURCES).size).toBe(SOURCES.length);
		const docs = readdirSync(join(projectRoot, "docs")).filter((name) => name.endsWith(".md"));
		expect(SOURCES).toEqual(expect.arrayContaining(docs.map((name) => `docs/${name}`)));
		expect(DECISIONS.length).toBe(
			readdirSync(join(projectRoot, "docs", "decisions")).filter((name) => name.endsWith(".md")).length,
		);
	});

	it("say of their commands which test holds them", () => {
		for (const { source, commands } of PAGES) {
			const text = readFileSync(join(projectRoot, source), "utf8");
			if (commands === "none") {
				expect(COMMAND.exec(text)?.[0], `${source} has commands: say which test holds them`).toBeUndefined();
			} else if (typeof commands === "object") {
				const test = readFileSync(join(projectRoot, commands.runBy), "utf8");
				expect(test, `${commands.runBy} reads ${source}`).toContain(source.split("/").at(-1));
			}
		}
	});
});

describe("the site", () => {
	let folder: string;
	let files: readonly string[];
	const read = (file: string) => readFileSync(join(folder, file), "utf8");

	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), "umpire-site-"));
		buildSite(folder);
		files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
			name.endsWith(".html"),
		);
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	it("has a page for every document, and one of the API's endpoints", () => {
		expect(files.length).toBe(SOURCES.length + 1);
		const endpoints = read("docs/endpoints.html");
		expect(endpoints).toContain("POST /v1/transactions");
		expect(endpoints).toContain("GET /v1/claims/{id}");
	});

	it("asks nothing of other hosts, and runs nothing", () => {
		for (const file of files) {
			const html = read(file);
			expect(html, file).toContain("default-src &#39;none&#39;".replaceAll("&#39;", "'"));
			expect(html, file).not.toMatch(/<(script|iframe|object|embed|form|style|video|audio)\b/);
			expect(html, file).not.toMatch(/\s(on\w+|style|srcset)=/);
			expect(html, file).not.toMatch(/<(?:link|img)[^>]*(?:href|src)="(?:[a-z]+:|\/\/)/);
		}
		expect(read("style.css")).not.toMatch(/url\(|@import/);
	});

	it("leads from page to page, and to pictures and files that are in it", () => {
		for (const file of files) {
			for (const [, link] of read(file).matchAll(/<(?:a|img|link)[^>]*? (?:href|src)="([^"]*)"/g)) {
				if (/^https?:/.test(link)) continue;
				const [path = "", anchor = ""] = link.split("#");
				const target = path === "" ? file : normalize(join(dirname(file), path));
				expect(statSync(join(folder, target), { throwIfNoEntry: false })?.isFile(), `${file}: ${link}`).toBe(
					true,
				);
				if (anchor !== "") expect(read(target), `${file}: ${link}`).toContain(`id="${anchor}"`);
			}
		}
	});

	it("shows what documents say as text", () => {
		const html = readDocument(
			'# <img src=x onerror=alert(1)>\n[a](javascript:alert(1)) <script>x</script> `<b>`\n![p](x.png "t")\n',
		).html((link) => link);
		expect(html).not.toMatch(/<img src=x|<script|<b>|href="javascript/);
	});
});
