import { readFileSync } from "node:fs";
import { readCsv, type Table } from "./csv.ts";
import { InputError } from "./errors.ts";

/**
 * Reads a file of comma-separated values.
 *
 * @throws InputError naming the file, if there is none, it cannot be read, or it holds no table
 */
export function readTable(path: string): Table {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		if (code === "ENOENT")
			throw new InputError(`${path} does not exist`, { advice: "check the path", cause });
		if (code === "EISDIR") throw new InputError(`${path} is a folder`, { advice: "give a .csv file", cause });
		throw new InputError(`${path} cannot be read (${code})`, { advice: "check its permissions", cause });
	}
	try {
		return readCsv(text);
	} catch (cause) {
		if (cause instanceof InputError) throw new InputError(`${path}: ${cause.message}`, { cause });
		throw cause;
	}
}
