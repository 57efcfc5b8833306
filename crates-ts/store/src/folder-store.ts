import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
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
		async read(kind, root) {
			try {
				return await readFile(pathOf(kind, root));
			} catch (error) {
				if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
				throw error;
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
