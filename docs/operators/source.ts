import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");

/** A top-level function or constant: its file (relative to the root) and its docstring's first sentence. */
export interface Declaration {
	readonly path: string;
	readonly note: string;
}

/** The exported declarations under `folder`, by name, the first if two files have one of the same name. */
export function declarationsIn(folder: string): ReadonlyMap<string, Declaration> {
	const found = new Map<string, Declaration>();
	const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
	for (const file of files.filter((name) => name.endsWith(".ts")).sort()) {
		const path = `${folder}/${file.replaceAll("\\", "/")}`;
		const source = readFileSync(join(ROOT, path), "utf8");
		for (const { 1: name, index } of source.matchAll(/^export (?:function|const) (\w+)/gm)) {
			if (!found.has(name)) found.set(name, { path, note: firstSentence(docstringBefore(source, index)) });
		}
	}
	return found;
}

/** The text of the docstring that ends right before `index`, on one line; "" if there is none. */
export function docstringBefore(source: string, index: number): string {
	const before = source.slice(0, index).trimEnd();
	if (!before.endsWith("*/")) return "";
	const start = before.lastIndexOf("/**");
	const body = before.slice(start + 3, -2);
	if (start < 0 || body.includes("*/")) return "";
	return body
		.replace(/^\s*\* ?/gm, "")
		.replace(/\s+/g, " ")
		.trim();
}

/** Up to the first full stop that a space and a capital follow, or a tag such as @throws. */
export function firstSentence(text: string): string {
	const [prose] = text.split(/ ?@\w+ /);
	return prose.replace(/(?<!\be\.g|\bi\.e)\. (?=\p{Lu}).*$/su, ".").replace(/\.$/, "");
}

/** Which identifier the registries' source names for a key: `["Key", name`. */
export function namesIn(paths: readonly string[]): ReadonlyMap<string, string> {
	const names = new Map<string, string>();
	for (const path of paths) {
		const source = readFileSync(join(ROOT, path), "utf8");
		for (const [, key, name] of source.matchAll(/^\t\["([\w.]+)", (\w+)/gm)) names.set(key, name);
	}
	return names;
}
