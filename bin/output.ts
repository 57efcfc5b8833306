import { writeSync } from "node:fs";
import picocolors from "picocolors";

/** Colours for stderr (progress) and stdout (data); none when it is no terminal or NO_COLOR is set. */
const coloured = (stream: NodeJS.WriteStream) => stream.isTTY === true && !process.env.NO_COLOR;
export const dim = (text: string) => errorColours.dim(text);
export const bold = (text: string) => outputColours.bold(text);
export const good = (text: string) => outputColours.green(text);
export const bad = (text: string) => outputColours.red(text);
const errorColours = picocolors.createColors(coloured(process.stderr));
const outputColours = picocolors.createColors(coloured(process.stdout));

/** One line of progress, on stderr. */
export function progress(text: string): void {
	process.stderr.write(`${dim(text)}\n`);
}

/** A warning, on stderr. */
export function warn(text: string): void {
	process.stderr.write(`${errorColours.yellow("warning:")} ${text}\n`);
}

/** An error as the one line that the user sees. */
export function complain(text: string): void {
	writeSync(2, `${errorColours.red("umpire:")} ${text.replace(/\s*\n\s*/g, " ")}\n`);
}

/** Data on stdout: JSON with `--json`, otherwise lines. */
export function report(json: boolean, data: unknown, lines: () => string | readonly string[]): void {
	if (json) return void process.stdout.write(`${JSON.stringify(data, plain, "\t")}\n`);
	const text = lines();
	process.stdout.write(`${typeof text === "string" ? text : text.join("\n")}\n`);
}

function plain(_key: string, value: unknown): unknown {
	if (typeof value === "bigint")
		return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
	if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Int32Array);
	return value;
}

/** Names and values in two columns. */
export function table(rows: readonly (readonly [string, string])[], indent = ""): string[] {
	const width = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, value]) => `${indent}${name.padEnd(width)}  ${value}`);
}
