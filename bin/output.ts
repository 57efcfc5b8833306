import { randomBytes } from "node:crypto";
import { printable } from "@umpire/actors/printable.ts";
import picocolors from "picocolors";

/** Whether colours are written: not when it is no terminal or NO_COLOR is set. */
export const coloured = (stream: NodeJS.WriteStream) => stream.isTTY === true && !process.env.NO_COLOR;
const outputColours = picocolors.createColors(coloured(process.stdout));

/** Stands for a colour until a line is written: nobody else's text can hold it, so that all other escapes are foreign. */
const MARK = randomBytes(8).toString("hex");
const COLOURS = {
	bold: outputColours.bold,
	good: outputColours.green,
	bad: outputColours.red,
	dim: outputColours.dim,
} as const;
type Colour = keyof typeof COLOURS;
const marked = (colour: Colour) => (text: string) => `${MARK}${colour}:${text}${MARK}end:`;
export const bold = marked("bold");
export const good = marked("good");
export const bad = marked("bad");
export const dim = marked("dim");

/** Longest line of data, in characters: an output of a leaf has 155 numbers. */
const LONGEST_DATA = 100_000;

/** A line of data as it is written: what is not ours is escaped. */
export function line(text: string): string {
	const parts = text.split(new RegExp(`${MARK}(bold|good|bad|dim|end):`));
	let written = printable(parts[0], LONGEST_DATA);
	for (let i = 1; i < parts.length; i += 2) {
		const shown = printable(parts[i + 1], LONGEST_DATA);
		written += parts[i] === "end" ? shown : COLOURS[parts[i] as Colour](shown);
	}
	return written;
}

/** Data on stdout: JSON with `--json`, otherwise lines. */
export function report(json: boolean, data: unknown, lines: () => string | readonly string[]): void {
	if (json) return void process.stdout.write(`${jsonText(data, "\t")}\n`);
	process.stdout.write(`${[lines()].flat().map(line).join("\n")}\n`);
}

/** The same for one look of many: JSON on one line. */
export function reportLook(json: boolean, data: unknown, lines: () => readonly string[]): void {
	if (json) return void process.stdout.write(`${jsonText(data)}\n`);
	report(false, data, lines);
}

/** Data as docs/json.md describes them; what a terminal could take for more than text is escaped as JSON does it. */
export function jsonText(data: unknown, indent?: string): string {
	return JSON.stringify(data, plain, indent).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
		character === "\n" || character === "\t"
			? character
			: [...Array(character.length).keys()]
					.map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
					.join(""),
	);
}

/** Amounts, which are bigints, are texts whatever their size. */
function plain(_key: string, value: unknown): unknown {
	if (typeof value === "bigint") return value.toString();
	if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Int32Array);
	return value;
}

/** Names and values in two columns. */
export function table(rows: readonly (readonly [string, string])[], indent = ""): string[] {
	const width = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, value]) => `${indent}${name.padEnd(width)}  ${value}`);
}

/** Rows under headings; nothing without rows. */
export function columns(
	headings: readonly string[],
	rows: readonly (readonly (string | number)[])[],
): string[] {
	if (rows.length === 0) return [];
	const widths = headings.map((heading, i) =>
		Math.max(heading.length, ...rows.map((row) => String(row[i]).length)),
	);
	const line = (cells: readonly (string | number)[]) =>
		cells
			.map((cell, i) => String(cell).padEnd(widths[i]))
			.join("  ")
			.trimEnd();
	return ["", bold(line(headings)), ...rows.map(line)];
}

/** Seconds since 1970 as a date and a time. */
export function when(seconds: number): string {
	return new Date(1000 * seconds).toISOString();
}
