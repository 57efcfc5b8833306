import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { basename } from "node:path";
import type { Model, Tensor } from "./model.ts";
import type { Place } from "./tensor-proto.ts";
import { LARGE, tensorBytes } from "./weight-bytes.ts";
import { writeModel } from "./write.ts";

/** Where large tensors begin: as pages of memory do, so that they can be mapped. */
const ALIGNMENT = 2 ** 12;
/** What one call of the system writes at most. */
const MOST_AT_ONCE = 2 ** 30;

/** What external data of a model file is called. */
export const dataFileOf = (path: string): string => `${path}.data`;

/**
 * Writes a model as PATH and the elements of its large initializers beside it, one after the other: no more than one of
 * them need be in memory. The same model gives the same bytes. ONNX calls that external data, and needs it where a model
 * has more than 2 GB.
 *
 * @param data where the elements are written; PATH.data by default
 * @param name what the model calls that file, which is beside it
 */
export function writeModelFile(
	model: Model,
	path: string,
	data = dataFileOf(path),
	name = basename(data),
): void {
	const file = openSync(data, "w");
	try {
		writeFileSync(path, writeModel(model, placing(file, name)));
	} finally {
		closeSync(file);
	}
}

/** Writes what is large to a file, as a model asks for its place. */
function placing(file: number, location: string): (name: string, tensor: Tensor) => Place | undefined {
	let end = 0;
	return (_, tensor) => {
		const length = tensorBytes(tensor);
		if (length < LARGE.part) return undefined;
		const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
		writeAt(file, tensor.data as Float32Array, offset);
		end = offset + length;
		return { location, offset, length };
	};
}

/** Writes all bytes of a typed array at a place of a file. */
export function writeAt(file: number, data: ArrayBufferView, offset: number): void {
	for (let at = 0; at < data.byteLength; ) {
		const view = new Uint8Array(
			data.buffer,
			data.byteOffset + at,
			Math.min(data.byteLength - at, MOST_AT_ONCE),
		);
		at += writeSync(file, view, 0, view.length, offset + at);
	}
}
