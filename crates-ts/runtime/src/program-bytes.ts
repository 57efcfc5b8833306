import type { Width } from "@umpire/commitment/constants.ts";
import { decodeModel } from "@umpire/onnx/decode.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { ExternalFiles } from "@umpire/onnx/tensor-proto.ts";
import { weightBytes } from "@umpire/onnx/weight-bytes.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { stored } from "@umpire/operators/functions.ts";
import { beyond, DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { commitProgram, type ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { PROTOCOL_VERSION, UMPIRE_VERSION } from "@umpire/operators/versions.ts";
import { ProgramFileError, programFromJson, programToJson } from "./program-json.ts";
import { executableModel } from "./program-model.ts";
import { requireRunnable } from "./runnable.ts";

/** Keys of the ONNX file's metadata. */
const META = {
	program: "umpire.program",
	root: "umpire.root",
	certificate: "umpire.certificate",
	/** which version of Umpire wrote the file: for people */
	version: "umpire.version",
	protocol: "umpire.protocol",
} as const;

export interface CommittedProgram {
	readonly program: Program;
	readonly commitment: ProgramCommitment;
}

/** The ONNX model that a program file holds. */
export function programFileModel(program: Program, { root }: ProgramCommitment): Model {
	const metadata = new Map([
		[META.program, programToJson(program)],
		[META.root, root],
		[META.certificate, JSON.stringify(exactnessOf(program))],
		[META.version, UMPIRE_VERSION],
		[META.protocol, String(PROTOCOL_VERSION)],
	]);
	return { ...executableModel(program), metadata };
}

/**
 * The program in the bytes of a file, which may come from anyone: the functions in it are ignored, the program is
 * validated, its root and its exactness certificate are computed anew and compared. What validates runs: every body is
 * built and walked, and onnxruntime has loaded and run the whole in another process.
 *
 * @param files where constants are that are not in the bytes; they are read when they are needed. Null refuses such
 * @throws ProgramFileError, ProgramError or ExactnessError that say what is wrong
 */
export async function parseProgram(
	bytes: Uint8Array,
	limits: Limits = DEFAULT_LIMITS,
	files: ExternalFiles | null = null,
): Promise<CommittedProgram> {
	requireSize(bytes.length, limits);
	const model = decodeModel(bytes, "the model", files);
	requireSize(Math.max(bytes.length, weightBytes(model.graph)), limits);
	const text = model.metadata.get(META.program);
	if (text === undefined) {
		throw new ProgramFileError(
			`it has no metadata "${META.program}"; a float model must be compiled first (umpire compile)`,
		);
	}
	requireProtocol(model.metadata);
	if (text.length > limits.descriptionLength) {
		throw new ProgramFileError(
			beyond(`its description has ${text.length} characters`, limits, "descriptionLength"),
		);
	}
	// Constants are the file's initializers, in the program's order.
	const names = [...model.graph.initializers.keys()];
	const program = programFromJson(text, (index, name, width) =>
		constantData(model, names[index], name, width),
	);
	validateProgram(program, limits);
	const certificate = JSON.stringify(exactnessOf(program));
	if (certificate !== model.metadata.get(META.certificate)) {
		throw new ProgramFileError("its exactness certificate is not the one that follows from the program");
	}
	const commitment = await commitProgram(program);
	const stated = model.metadata.get(META.root);
	if (commitment.root !== stated) {
		throw new ProgramFileError(
			`it says its root is ${stated ?? "(nothing)"}, but its content has the root ${commitment.root}: the file was changed`,
		);
	}
	await requireRunnable(program, commitment);
	return { program, commitment };
}

/** Files of before versions were stated are of protocol 1. */
function requireProtocol(metadata: ReadonlyMap<string, string>): void {
	const protocol = metadata.get(META.protocol) ?? "1";
	if (protocol === String(PROTOCOL_VERSION)) return;
	const version = metadata.get(META.version) ?? "unknown";
	throw new ProgramFileError(
		`it is of protocol ${protocol} (written by Umpire ${version}), and this version (${UMPIRE_VERSION}) knows protocol ${PROTOCOL_VERSION}`,
	);
}

function requireSize(bytes: number, limits: Limits): void {
	if (bytes > limits.fileBytes)
		throw new ProgramFileError(beyond(`it has ${bytes} bytes`, limits, "fileBytes"));
}

function constantData(
	model: Model,
	key: string | undefined,
	name: string,
	width: Width,
): { readonly data: Elements } {
	const tensor = key === undefined ? undefined : model.graph.initializers.get(key);
	if (tensor === undefined) throw new ProgramFileError(`constant "${name}" has no initializer`);
	if (tensor.type !== stored({ width }))
		throw new ProgramFileError(`constant "${name}" is ${tensor.type}, int${width} expected`);
	return tensor as Tensor & { readonly data: Elements };
}
