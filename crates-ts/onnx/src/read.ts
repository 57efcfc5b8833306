import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { decodeModel } from "./decode.ts";
import { OnnxError } from "./errors.ts";
import { filesIn } from "./external-files.ts";
import { stampOf } from "./file-bytes.ts";
import type { Model } from "./model.ts";
import type { FileInfo } from "./tensor-proto.ts";
import { LARGE } from "./weight-bytes.ts";

/**
 * Reads an ONNX model. Fields newer than ONNX 1.10 (IR 8) are dropped: metadata of nodes and
 * graphs, overloads and value types of functions; element types newer than that are refused
 * where a tensor has them. Documentation strings of graphs and nodes are not kept. Of a model that is read by its path
 * tensors beside it, or in a large file, are read when they are asked for (lazy-data.ts).
 *
 *     const model = readModel("lenet-5.onnx");
 *
 * @param source a path, or the bytes (then external data is refused)
 * @throws OnnxError if it is not a model that Umpire reads; one line says why
 */
export function readModel(source: Uint8Array | string): Model {
	if (typeof source !== "string") return decodeModel(source);
	const own = readBytes(source);
	const files = filesIn(dirname(source));
	return decodeModel(own.bytes, source, own.size < LARGE.file ? files : { ...files, own });
}

function readBytes(path: string): FileInfo & { readonly bytes: Uint8Array } {
	try {
		const found = statSync(path);
		return { path, bytes: readFileSync(path), size: found.size, stamp: stampOf(found) };
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		const what = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `gives ${code}`;
		throw new OnnxError(`${path} ${what}`, { advice: "give the path of an .onnx file", cause });
	}
}
