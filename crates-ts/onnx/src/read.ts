import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { decodeModel } from "./decode.ts";
import { OnnxError } from "./errors.ts";
import { filesIn } from "./external-files.ts";
import type { Model } from "./model.ts";

/**
 * Reads an ONNX model. Fields newer than ONNX 1.10 (IR 8) are dropped: metadata of nodes and
 * graphs, overloads and value types of functions; element types newer than that are refused
 * where a tensor has them. Documentation strings of graphs and nodes are not kept.
 *
 *     const model = readModel("lenet-5.onnx");
 *
 * @param source a path, or the bytes (then external data is refused)
 * @throws OnnxError if it is not a model that Umpire reads; one line says why
 */
export function readModel(source: Uint8Array | string): Model {
	if (typeof source !== "string") return decodeModel(source);
	return decodeModel(readBytes(source), source, filesIn(dirname(source)));
}

function readBytes(path: string): Uint8Array {
	try {
		return readFileSync(path);
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		const what = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `gives ${code}`;
		throw new OnnxError(`${path} ${what}`, { advice: "give the path of an .onnx file", cause });
	}
}
