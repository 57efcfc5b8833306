import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import { systemCodeOf } from "@umpire/errors/system-code.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { replaceAtomically } from "./atomic-file.ts";
import type { ContentKind, ContentStore } from "./content-store.ts";

/** Programs are ONNX files, so that Netron opens them where they lie. */
const EXTENSION: Record<ContentKind, string> = { programs: ".onnx", inputs: ".bin", traces: ".bin" };

/** What the file of some content is called. */
export const fileOf = (kind: ContentKind, root: Hex): string => root + EXTENSION[kind];

/** A content store in a folder: `programs/ROOT.onnx`, `inputs/ROOT.bin`, `traces/ROOT.bin`. */
export function folderStore(folder: string): ContentStore {
	const pathOf = (kind: ContentKind, root: Hex) => join(folder, kind, fileOf(kind, root));
	const keep = async (
		kind: ContentKind,
		root: Hex,
		write: (temporary: string) => Promise<void>,
	): Promise<void> => {
		const path = pathOf(kind, root);
		await moveFolderAside(path);
		await replaceAtomically(path, write);
	};
	return {
		place: folder,
		async stamp(kind, root) {
			const path = pathOf(kind, root);
			const found = await orNull(path, () => stat(path));
			return (
				found && { size: found.size, version: `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` }
			);
		},
		async read(kind, root, size) {
			const path = pathOf(kind, root);
			return orNull(path, () => readPlain(path, size));
		},
		write: (kind, root, content) => keep(kind, root, (temporary) => writeFile(temporary, content)),
		pathOf,
		writeFile: keep,
		async list(kind) {
			const names = await readdir(join(folder, kind)).catch(() => []);
			return names
				.filter((name) => /^0x[0-9a-f]{64}\.(onnx|bin)$/.test(name))
				.map((name) => name.slice(0, 66) as Hex)
				.sort();
		},
	};
}

/** Whoever puts a folder in a file's place must not keep what belongs there out. */
async function moveFolderAside(path: string): Promise<void> {
	const found = await lstat(path).catch(() => undefined);
	if (found?.isDirectory() !== true) return;
	// What cannot be moved is told by the writing that fails.
	await rename(path, `${path}.${randomBytes(4).toString("hex")}.aside`).catch(() => {});
}

/** Reads a plain file; anything else (a folder, a pipe that nobody writes to) is refused and not waited for. */
async function readPlain(path: string, size?: number): Promise<Uint8Array> {
	const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const found = await file.stat();
		if (!found.isFile()) throw new UmpireError("STORED", `${path} is not a file`, { advice: "remove it." });
		if (size !== undefined && found.size !== size) {
			throw new UmpireError("STORED", `${path} has ${found.size} bytes instead of ${size}`, {
				advice: "delete it.",
			});
		}
		return await file.readFile();
	} finally {
		await file.close();
	}
}

/** Null where there is nothing; what the disk refuses is the user's to mend. */
async function orNull<T>(path: string, look: () => Promise<T>): Promise<T | null> {
	try {
		return await look();
	} catch (error) {
		const code = systemCodeOf(error);
		if (code === "ENOENT") return null;
		if (code === undefined) throw error;
		throw new UmpireError("STORED", `${path} cannot be read (${code})`, {
			advice: "mend or remove it.",
			cause: error,
		});
	}
}
