import { printable } from "@umpire/actors/printable.ts";
import { subjectNow } from "@umpire/actors/subject.ts";
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

/** What a line carries besides its text. */
type Fields = Readonly<Record<string, unknown>>;

/** One line of progress. */
export function progress(text: string, fields: Fields = {}): void {
	tell("info", text, fields);
}

/** A warning. */
export function warn(text: string, fields: Fields = {}): void {
	tell("warning", text, fields);
}

/** An error as the one line that the user sees; `fields` are for those who read JSON. */
export function complain(text: string, fields: Fields = {}): void {
	tell("error", text.replace(/\s*\n\s*/g, " "), fields);
}

function tell(level: Level, text: string, given: Fields): void {
	const { format, to } = settings;
	const fields = { ...subjectNow(), ...given };
	const line =
		format === "json"
			? JSON.stringify({ time: new Date().toISOString(), level, message: printable(text), ...fields })
			: textLine(level, printable(text), fields);
	process[to].write(`${line}\n`);
}

function textLine(level: Level, text: string, fields: Fields): string {
	if (settings.timed) {
		// The text of an error names its code where that is wanted.
		const numbers = Object.entries(fields).filter(([name, value]) => name !== "code" && value !== undefined);
		const about = numbers.map(([name, value]) => ` ${name}=${printable(String(value))}`).join("");
		const shown = about === "" ? "" : colours.dim(` [${about.trim()}]`);
		return `${new Date().toISOString()} ${PAINT[level](level.padEnd(7))} ${text}${shown}`;
	}
	if (level === "info") return colours.dim(text);
	return `${PAINT[level](level === "warning" ? "warning:" : "umpire:")} ${text}`;
}
