import { randomBytes } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { filesIn } from "@umpire/onnx/external-files.ts";
import { isLarge } from "@umpire/onnx/weight-bytes.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { dataFileOf, writeModelFile } from "@umpire/onnx/write-file.ts";
import { beyond, DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import type { Program } from "@umpire/operators/program.ts";
import { commitProgram, type ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { type CommittedProgram, parseProgram, programFileModel } from "./program-bytes.ts";
import { ProgramFileError } from "./program-json.ts";

/**
 * Writes a program as an ordinary ONNX file: any ONNX runtime runs it, Netron shows it. Its
 * metadata holds what a trace needs besides. The file appears complete or not at all. Constants of a large program are
 * beside it, in PATH.data, as ONNX's external data.
 *
 * @param known its commitment, where somebody has computed it
 * @param name what the file will be called, if it is moved
 */
export async function saveProgram(
	program: Program,
	path: string,
	known?: ProgramCommitment,
	name = basename(path),
): Promise<ProgramCommitment> {
	const commitment = known ?? (await commitProgram(program));
	const model = programFileModel(program, commitment);
	const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
	try {
		if (isLarge(model.graph)) {
			writeModelFile(model, temporary, dataFileOf(temporary), dataFileOf(name));
			await rename(dataFileOf(temporary), dataFileOf(path));
		} else await writeFile(temporary, writeModel(model));
		await rename(temporary, path);
	} catch (error) {
		for (const file of [temporary, dataFileOf(temporary)]) await rm(file, { force: true });
		throw error;
	}
	return commitment;
}

/**
 * Reads a program file, which may come from anyone, as `parseProgram` says.
 *
 * @throws ProgramFileError naming the file, what is wrong and what would help
 */
export async function loadProgram(path: string, limits?: Limits): Promise<Program> {
	return (await loadCommittedProgram(path, limits)).program;
}

/** `loadProgram` with the commitment that the check of the root needs anyway. */
export async function loadCommittedProgram(
	path: string,
	limits: Limits = DEFAULT_LIMITS,
): Promise<CommittedProgram> {
	try {
		const { size } = await stat(path);
		if (size > limits.fileBytes) {
			throw new ProgramFileError(beyond(`it has ${size} bytes`, limits, "fileBytes"));
		}
		return await parseProgram(new Uint8Array(await readFile(path)), limits, filesIn(dirname(path)));
	} catch (error) {
		const { message, code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") {
			const help = "give the path of a program file (umpire compile), or the root of a stored program";
			throw new ProgramFileError(`${path} does not exist: ${help}`, { cause: error });
		}
		throw new ProgramFileError(`${path} is no usable program file: ${message}`, { cause: error });
	}
}
