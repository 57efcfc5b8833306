import { basename, dirname } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { filesIn } from "@umpire/onnx/external-files.ts";
import { fileRangeOf } from "@umpire/onnx/lazy-data.ts";
import { isLarge } from "@umpire/onnx/weight-bytes.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { dataFileOf, writeModelFile } from "@umpire/onnx/write-file.ts";
import { beyond, DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import type { Program } from "@umpire/operators/program.ts";
import { commitProgram, type ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { type CommittedProgram, parseProgram, programFileModel } from "@umpire/runtime/program-bytes.ts";
import type { ContentStore } from "./content-store.ts";

/**
 * Stores a program under its root; gives the root.
 *
 * @param known its commitment, where somebody has computed it
 */
export async function putProgram(
	store: ContentStore,
	program: Program,
	known?: ProgramCommitment,
): Promise<Hex> {
	const commitment = known ?? (await commitProgram(program));
	const { root } = commitment;
	const model = programFileModel(program, commitment);
	if (!isLarge(model.graph)) {
		await store.write("programs", root, writeModel(model));
		return root;
	}
	const { pathOf } = store;
	if (store.writeFile === undefined || pathOf === undefined)
		throw new UmpireError("STORED", `${store.place} keeps no files, as the constants of program ${root} are`);
	const path = pathOf("programs", root);
	// What it is read from is not replaced by itself.
	if (program.constants.some((constant) => fileRangeOf(constant)?.path === dataFileOf(path))) return root;
	await store.writeFile("programs", root, async (temporary) => {
		writeModelFile(model, temporary, dataFileOf(temporary), dataFileOf(basename(path)));
	});
	return root;
}

/**
 * Reads a program: its root is computed anew, it is validated, and so is its exactness certificate; onnxruntime has
 * run it. What it may ask for is bounded before any work is done.
 *
 * @throws UmpireError if the store does not have it, or has something else in its place
 */
export async function getProgram(
	store: ContentStore,
	root: Hex,
	limits: Limits = DEFAULT_LIMITS,
): Promise<CommittedProgram> {
	const size = (await store.stamp("programs", root))?.size ?? 0;
	if (size > limits.fileBytes) {
		throw new UmpireError(
			"STORED",
			`${beyond(`The stored program ${root} has ${size} bytes`, limits, "fileBytes")}.`,
		);
	}
	const bytes = await store.read("programs", root);
	if (bytes === null) {
		throw new UmpireError("STORED", `${store.place} does not have program ${root}`, {
			advice:
				"run ./just register with its model, copy its file there, or say where it may be had with --fetch or --store.",
		});
	}
	const path = store.pathOf?.("programs", root);
	const files = path === undefined ? null : filesIn(dirname(path));
	const loaded = await parseProgram(bytes, limits, files).catch((cause: Error) => {
		throw new UmpireError("STORED", `The stored program ${root} cannot be used: ${cause.message}`, { cause });
	});
	if (loaded.commitment.root !== root) {
		throw new UmpireError(
			"STORED",
			`${store.place} has another program (${loaded.commitment.root}) in the place of ${root}`,
			{ advice: "delete that file and register the model again." },
		);
	}
	return loaded;
}
