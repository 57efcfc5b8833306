import MarkdownIt from "markdown-it";

/** What the reader makes of a document, as far as it is needed here. */
interface Token {
	readonly type: string;
	tag: string;
	readonly content: string;
	readonly children: readonly Token[] | null;
	attrs: [string, string][] | null;
	attrGet(name: string): string | null;
	attrSet(name: string, value: string): void;
}

interface Reader {
	parse(text: string, environment: object): Token[];
	readonly options: object;
	readonly renderer: { render(tokens: readonly Token[], options: object, environment: object): string };
}

/** A heading, with the name by which links find it. */
export interface Heading {
	readonly level: number;
	readonly text: string;
	readonly anchor: string;
}

/** A document, read. */
export interface Document {
	readonly title: string;
	readonly headings: readonly Heading[];
	/** Where its links and pictures lead, as they are written. */
	readonly links: readonly string[];
	/** Its HTML; `to` says where a link leads on the site, undefined if it leads nowhere there. */
	readonly html: (to: (link: string) => string | undefined) => string;
}

// Documents are our own, and yet nothing in them is HTML but what Markdown makes.
const reader = new MarkdownIt({ html: false, linkify: false }) as Reader;

/** Reads a document of the repository. */
export function readDocument(text: string): Document {
	// What a generator writes above its document is for those who edit it.
	const tokens = reader.parse(text.replace(/^<!--[\s\S]*?-->\s*/, ""), {});
	const headings = headingsOf(tokens);
	const links: string[] = [];
	walk(tokens, (token) => {
		const link = token.attrGet(token.type === "image" ? "src" : "href");
		if ((token.type === "link_open" || token.type === "image") && link !== null) links.push(link);
	});
	const [first] = headings;
	if (first?.level !== 1) throw new Error("A document begins with its title.");
	return { title: first.text, headings, links, html: (to) => htmlOf(text, to) };
}

function htmlOf(text: string, to: (link: string) => string | undefined): string {
	const tokens = reader.parse(text.replace(/^<!--[\s\S]*?-->\s*/, ""), {});
	const headings = headingsOf(tokens);
	let at = 0;
	const opened: boolean[] = [];
	walk(tokens, (token) => {
		if (token.type === "heading_open") token.attrSet("id", headings[at++]?.anchor ?? "");
		if (token.type === "image") token.attrSet("src", to(token.attrGet("src") ?? "") ?? "");
		if (token.type === "link_open") {
			const target = to(token.attrGet("href") ?? "");
			opened.push(target !== undefined);
			if (target !== undefined) token.attrSet("href", target);
			else {
				// A file of the repository that is no page: its name is shown, and where it is.
				token.tag = "span";
				token.attrs = [
					["class", "file"],
					["title", token.attrGet("href") ?? ""],
				];
			}
		}
		if (token.type === "link_close" && opened.pop() === false) token.tag = "span";
		// Wide tables and code scroll by themselves, and can be reached by keyboard.
		if (token.type === "fence" || token.type === "code_block") token.attrSet("tabindex", "0");
	});
	const html = reader.renderer.render(tokens, reader.options, {});
	return html
		.replaceAll("<table>", '<div class="scroll" tabindex="0"><table>')
		.replaceAll("</table>", "</table></div>")
		.replace(/<pre>(?=<code)/g, '<pre tabindex="0">');
}

function walk(tokens: readonly Token[], visit: (token: Token) => void): void {
	for (const token of tokens) {
		visit(token);
		if (token.children !== null) walk(token.children, visit);
	}
}

function headingsOf(tokens: readonly Token[]): Heading[] {
	const seen = new Map<string, number>();
	return tokens.flatMap((token, i) => {
		if (token.type !== "heading_open") return [];
		const text = (tokens[i + 1]?.children ?? [])
			.filter(({ type }) => type === "text" || type === "code_inline")
			.map(({ content }) => content)
			.join("");
		return [{ level: Number(token.tag.slice(1)), text, anchor: anchorOf(text, seen) }];
	});
}

/** As GitHub makes it: links in documents are written for both. */
function anchorOf(text: string, seen: Map<string, number>): string {
	const plain = text
		.trim()
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\p{M}\p{Pc}\- ]/gu, "")
		.replaceAll(" ", "-");
	const times = seen.get(plain) ?? 0;
	seen.set(plain, times + 1);
	return times === 0 ? plain : `${plain}-${times}`;
}
