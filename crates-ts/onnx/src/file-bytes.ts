import { closeSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { OnnxError } from "./errors.ts";
import type { FileRange } from "./lazy-data.ts";

/** What one call of the system reads at most. */
const MOST_AT_ONCE = 2 ** 30;

/** What tells a file from another that is put in its place, or from itself after it was written to. */
export const stampOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string =>
	`${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;

/**
 * The bytes of a range of a file, in memory of their own; of the rest of the file nothing is read.
 *
 * @throws OnnxError if the file ends before, cannot be read, or is not the one that it was
 */
export function readRange({ path, stamp, offset, length }: FileRange): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(length);
	let file: number;
	try {
		file = openSync(path, "r");
	} catch (cause) {
		throw new OnnxError(`${path} cannot be read any more`, { advice: "put it back", cause });
	}
	const changed = () =>
		new OnnxError(`${path} was changed while it was in use`, { advice: "leave it alone, and start anew" });
	try {
		if (stamp !== undefined && stampOf(fstatSync(file)) !== stamp) throw changed();
		for (let at = 0; at < length; ) {
			const read = readSync(file, bytes, at, Math.min(length - at, MOST_AT_ONCE), offset + at);
			if (read === 0) throw changed();
			at += read;
		}
	} finally {
		closeSync(file);
	}
	return bytes;
}
