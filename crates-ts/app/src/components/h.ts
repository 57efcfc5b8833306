import { type CSSProperties, createElement, type ReactNode } from "react";

/** What pages are written with: they run in Node.js as they are, where no JSX is. */
export const h = createElement;

/** A mark of a side, or of what is wrong: form tells it as well as colour. */
export const sign = (tone: string): ReactNode =>
	h("span", { className: `sign ${tone}`, "aria-hidden": true });

/** Custom properties of CSS, which React's types do not know. */
export const variables = (values: Readonly<Record<`--${string}`, string>>): CSSProperties =>
	values as CSSProperties;

/** A page of this app as a server names it; undefined for what leads elsewhere. */
export const inApp = (href: string): string | undefined =>
	/^\/(?:[\w-]+(?:\/[\w-]+)*)?$/.test(href) ? href : undefined;

/** Text of a hash or address, whole in its title. */
export const hash = (text: string, shown: string): ReactNode =>
	h("span", { className: "mono", title: text }, shown);

/** A section with its heading and one quiet sentence. */
export function section(
	title: string,
	about: ReactNode,
	aside: ReactNode,
	...children: readonly ReactNode[]
): ReactNode {
	const id = title.toLowerCase().replace(/[^a-z]+/g, "-");
	return h(
		"section",
		{ className: "section", "aria-labelledby": id },
		h("header", null, h("h2", { id }, title), about === null ? null : h("p", null, about), aside),
		...children,
	);
}
