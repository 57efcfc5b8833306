import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@umpire/chain/errors.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { writeAtomically } from "./atomic-file.ts";
import type { ContentKind, ContentStore } from "./content-store.ts";

/** Programs are ONNX files, so that Netron opens them where they lie. */
const EXTENSION: Record<ContentKind, string> = { programs: ".onnx", inputs: ".bin", traces: ".bin" };

/** A content store in a folder: `programs/ROOT.onnx`, `inputs/ROOT.bin`, `traces/ROOT.bin`. */
export function folderStore(folder: string): ContentStore {
	const pathOf = (kind: ContentKind, root: Hex) => join(folder, kind, root + EXTENSION[kind]);
	return {
		place: folder,
		async read(kind, root, most = Number.POSITIVE_INFINITY) {
			const path = pathOf(kind, root);
			try {
				const { size } = await stat(path);
				if (size > most) throw new UserError(`${path} has ${size} bytes, more than ${most}: it is not read.`);
				return await readFile(path);
			} catch (error) {
				if (error instanceof UserError) throw error;
				if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
				const why = error instanceof Error ? error.message : String(error);
				throw new UserError(`${path} cannot be read: ${why}.`, { cause: error, retry: true });
			}
		},
		write: (kind, root, content) => writeAtomically(pathOf(kind, root), content),
		async list(kind) {
			const names = await readdir(join(folder, kind)).catch(() => []);
			return names
				.filter((name) => /^0x[0-9a-f]{64}\.(onnx|bin)$/.test(name))
				.map((name) => name.slice(0, 66) as Hex)
				.sort();
		},
	};
}
