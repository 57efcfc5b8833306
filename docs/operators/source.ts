import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");

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
