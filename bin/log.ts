import { printable } from "@umpire/actors/printable.ts";
import picocolors from "picocolors";
import { coloured } from "./output.ts";

export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
export type Level = "info" | "warning" | "error";

/** How lines are told. */
interface LogSettings {
	readonly format: LogFormat;
	/** Whether lines of text begin with their time and level, as those of commands do that run until they are stopped. */
	readonly timed: boolean;
	/** stdout where what is told is all the data that a command has. */
	readonly to: "stdout" | "stderr";
}

let settings: LogSettings = { format: "text", timed: false, to: "stderr" };
const colours = picocolors.createColors(coloured(process.stderr));
const PAINT = { info: colours.dim, warning: colours.yellow, error: colours.red } as const;

/** Says how lines are told from now on. */
export function setLog(given: Partial<LogSettings>): void {
	settings = { ...settings, ...given };
}

/** One line of progress. */
export function progress(text: string): void {
	tell("info", text);
}

/** A warning. */
export function warn(text: string): void {
	tell("warning", text);
}

/** An error as the one line that the user sees; `fields` are for those who read JSON. */
export function complain(text: string, fields: Readonly<Record<string, unknown>> = {}): void {
	tell("error", text.replace(/\s*\n\s*/g, " "), fields);
}

function tell(level: Level, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
	const { format, to } = settings;
	const line =
		format === "json"
			? JSON.stringify({ time: new Date().toISOString(), level, message: printable(text), ...fields })
			: textLine(level, printable(text));
	process[to].write(`${line}\n`);
}

function textLine(level: Level, text: string): string {
	if (settings.timed) return `${new Date().toISOString()} ${PAINT[level](level.padEnd(7))} ${text}`;
	if (level === "info") return colours.dim(text);
	return `${PAINT[level](level === "warning" ? "warning:" : "umpire:")} ${text}`;
}
