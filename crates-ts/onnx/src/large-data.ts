import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRange } from "./file-bytes.ts";
import { withData } from "./lazy-data.ts";
import type { TensorData } from "./model.ts";
import { LARGE } from "./weight-bytes.ts";

type Numbers = Exclude<TensorData, string[]>;

let folder: string | undefined;
let count = 0;

/** Files nobody reads any more go at once, the others when the process ends. */
const unused = new FinalizationRegistry<string>((path) => rmSync(path, { force: true }));

function newFile(): string {
	if (folder === undefined) {
		const made = mkdtempSync(join(tmpdir(), "umpire-data-"));
		process.once("exit", () => rmSync(made, { recursive: true, force: true }));
		folder = made;
	}
	return join(folder, `${count++}.bin`);
}

/**
 * Something with this data, which is put aside in a temporary file if it is large, and read again when it is asked for:
 * onnxruntime maps the file. In browsers it stays in memory.
 */
export function setAside<D extends Numbers, T extends object>(fields: T, data: D): T & { readonly data: D } {
	if (data.byteLength < LARGE.tensor) return { ...fields, data };
	// The file lives as long as what reads it.
	const file = { path: newFile() };
	writeFileSync(file.path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
	unused.register(file, file.path);
	const range = { path: file.path, offset: 0, length: data.byteLength };
	const array = data.constructor as new (buffer: ArrayBuffer) => D;
	const make = (): D => {
		const { buffer } = readRange({ ...range, path: file.path });
		return new array(buffer);
	};
	return withData(fields, make, range);
}
