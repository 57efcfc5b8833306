import { type ChangeEvent, type ReactNode, useId } from "react";
import { h } from "./h.ts";

type Change = (text: string) => void;
const onChange =
	(change: Change) => (event: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) =>
		change(event.target.value);

/** A labelled field: a line of text, with its unit. */
export function Field({
	label,
	value,
	change,
	unit,
	isWhole,
	hint,
}: {
	readonly label: string;
	readonly value: string;
	readonly change: Change;
	readonly unit?: string;
	readonly isWhole?: boolean;
	readonly hint?: string;
}): ReactNode {
	const id = useId();
	return h(
		"div",
		{ className: "field" },
		h("label", { htmlFor: id }, label),
		h(
			"div",
			{ className: "unit-field" },
			h("input", {
				...{ id, value, onChange: onChange(change), autoComplete: "off", spellCheck: false },
				...(unit === undefined ? {} : { inputMode: isWhole === true ? "numeric" : "decimal" }),
			}),
			unit === undefined ? null : h("span", { className: "caption" }, unit),
		),
		hint === undefined ? null : h("p", { className: "caption" }, hint),
	);
}

export function Select({
	label,
	value,
	change,
	options,
}: {
	readonly label: string;
	readonly value: string;
	readonly change: Change;
	readonly options: readonly (readonly [value: string, text: string])[];
}): ReactNode {
	const id = useId();
	return h(
		"div",
		{ className: "field" },
		h("label", { htmlFor: id }, label),
		h(
			"select",
			{ id, value, onChange: onChange(change) },
			options.map(([key, text]) => h("option", { key, value: key }, text)),
		),
	);
}

export function TextArea({
	label,
	value,
	change,
	hint,
}: {
	readonly label: string;
	readonly value: string;
	readonly change: Change;
	readonly hint: string;
}): ReactNode {
	const id = useId();
	return h(
		"div",
		{ className: "field" },
		h("label", { htmlFor: id }, label),
		h("textarea", { id, value, rows: 3, spellCheck: false, onChange: onChange(change) }),
		h("p", { className: "caption" }, hint),
	);
}

/** A file of the visitor's, which stays in the browser. */
export function FileField({
	label,
	change,
	accept,
	hint,
}: {
	readonly label: string;
	readonly change: (file: Blob | undefined) => void;
	readonly accept: string;
	readonly hint: string;
}): ReactNode {
	const id = useId();
	return h(
		"div",
		{ className: "field" },
		h("label", { htmlFor: id }, label),
		h("input", {
			...{ id, type: "file", accept },
			onChange: (event: ChangeEvent<HTMLInputElement>) => change(event.target.files?.[0]),
		}),
		h("p", { className: "caption" }, hint),
	);
}

/** Ether as wei, exact. @returns undefined if the text is no amount */
export function weiOf(text: string): string | undefined {
	const found = /^\s*(\d{1,12})(?:\.(\d{1,18}))?\s*$/.exec(text);
	if (found === null) return undefined;
	return String(BigInt(found[1] ?? "0") * 10n ** 18n + BigInt((found[2] ?? "").padEnd(18, "0") || "0"));
}

/** A whole number within bounds. @returns undefined if the text is none */
export function wholeOf(text: string, least: number, most: number): number | undefined {
	const number = /^\s*\d{1,12}\s*$/.test(text) ? Number(text) : Number.NaN;
	return number >= least && number <= most ? number : undefined;
}
