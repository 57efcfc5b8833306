import { readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, normalize, relative, sep } from "node:path";
import {
	arrayOfType,
	codeOfType,
	elementCount,
	nameOfCode,
	packingOfCode,
	typeOfCode,
} from "./element-types.ts";
import { OnnxError } from "./errors.ts";
import type { ElementType, Tensor, TensorData } from "./model.ts";
import { type TensorMessage, toBigInt, toNumber } from "./proto.ts";

const textDecoder = new TextDecoder();
const textEncoder = new TextEncoder();

/**
 * A TensorProto as a tensor, whichever way it stores its elements.
 * @param folder where files of external data are looked for; null refuses them
 * @throws OnnxError if the type is not read or the elements do not fill the shape
 */
export function tensorOfProto(message: TensorMessage, folder: string | null): Tensor {
	const label = message.name ? `tensor "${message.name}"` : "a tensor";
	const code = message.dataType ?? 0;
	const type = typeOfCode(code);
	if (type === null || type === "undefined")
		throw new OnnxError(`${label} has element type ${nameOfCode(code)}, which Umpire does not read`);
	const dims = (message.dims ?? []).map(toNumber);
	const count = elementCount(dims);
	if (dims.some((size) => size < 0)) throw new OnnxError(`${label} has shape [${dims.join(", ")}]`);
	const packing = packingOfCode(code);
	const data = packing
		? unpacked(bytesOf(message, label, folder), packing, count)
		: elementsOf(message, type, label, folder);
	if (data.length !== count)
		throw new OnnxError(
			`${label} holds ${data.length} elements, its shape [${dims.join(", ")}] needs ${count}`,
		);
	return { type, dims, data };
}

function elementsOf(
	message: TensorMessage,
	type: ElementType,
	label: string,
	folder: string | null,
): TensorData {
	if (type === "string") return (message.stringData ?? []).map((bytes) => textDecoder.decode(bytes));
	if (message.dataLocation === 1) return fromRaw(externalBytes(message, label, folder), type, label);
	if (message.rawData?.length) return fromRaw(message.rawData, type, label);
	const array = arrayOfType(type);
	const wide = type === "int64" ? message.int64Data : message.uint64Data;
	if (type === "int64" || type === "uint64") {
		const data = new array(wide?.length ?? 0) as BigInt64Array | BigUint64Array;
		for (let i = 0; i < data.length; i++) data[i] = toBigInt(wide![i]);
		return data;
	}
	if (type === "uint32") return Uint32Array.from(message.uint64Data ?? [], toNumber);
	const fields =
		type === "float32" ? message.floatData : type === "float64" ? message.doubleData : message.int32Data;
	const data = new array(fields?.length ?? 0) as Float32Array;
	// Conversion to a narrower typed array takes the low bits, as int32_data stores float16 and uint16.
	if (fields) data.set(fields);
	return data;
}

/** The bytes of a tensor of packed integers. */
function bytesOf(message: TensorMessage, label: string, folder: string | null): Uint8Array {
	if (message.dataLocation === 1) return externalBytes(message, label, folder);
	return message.rawData?.length ? message.rawData : Uint8Array.from(message.int32Data ?? []);
}

/** `count` integers of a few bits, the lowest bits of a byte first. */
function unpacked(
	bytes: Uint8Array,
	{ bits, type }: NonNullable<ReturnType<typeof packingOfCode>>,
	count: number,
): TensorData {
	const perByte = 8 / bits;
	const data = new (arrayOfType(type))(
		Math.ceil(count / perByte) === bytes.length ? count : bytes.length * perByte,
	);
	const top = type === "int8" ? 2 ** (bits - 1) : 2 ** bits;
	for (let i = 0; i < data.length; i++) {
		const value = (bytes[Math.floor(i / perByte)] >> ((i % perByte) * bits)) & (2 ** bits - 1);
		data[i] = value < top ? value : value - 2 ** bits;
	}
	return data;
}

function fromRaw(bytes: Uint8Array, type: ElementType, label: string): TensorData {
	const array = arrayOfType(type);
	const size = array.BYTES_PER_ELEMENT;
	if (bytes.length % size !== 0)
		throw new OnnxError(`${label} has ${bytes.length} bytes of raw data, no multiple of ${size} (${type})`);
	// A copy, because the bytes start at any offset of the file and typed arrays must be aligned.
	const copy = new Uint8Array(bytes.length);
	copy.set(bytes);
	return new array(copy.buffer, 0, bytes.length / size);
}

/** Whether a path from a folder leads out of it: a folder beside it may begin with the same letters. */
const leaves = (path: string): boolean => path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);

function externalBytes(message: TensorMessage, label: string, folder: string | null): Uint8Array {
	const entries = new Map((message.externalData ?? []).map((entry) => [entry.key, entry.value ?? ""]));
	const location = entries.get("location") ?? "";
	if (folder === null)
		throw new OnnxError(`${label} is in the external file "${location}": read the model by its path`);
	if (location === "" || isAbsolute(location) || leaves(normalize(location)))
		throw new OnnxError(`${label} is in the external file "${location}", which is not beside the model`);
	const path = join(folder, location);
	let file: Uint8Array;
	try {
		if (leaves(relative(realpathSync(folder), realpathSync(path))))
			throw new OnnxError(`${label}: the external file "${location}" links to outside of the model's folder`);
		file = readFileSync(path);
	} catch (cause) {
		if (cause instanceof OnnxError) throw cause;
		throw new OnnxError(`${label} is in the external file ${path}, which cannot be read: put it there`, {
			cause,
		});
	}
	const offset = Number(entries.get("offset") ?? 0);
	const end = entries.has("length") ? offset + Number(entries.get("length")) : file.length;
	if (!(offset >= 0 && offset <= end && end <= file.length))
		throw new OnnxError(`${label} is at bytes ${offset}–${end} of ${path}, which has ${file.length} bytes`);
	return file.subarray(offset, end);
}

/** A TensorProto that stores the elements as raw data (strings: as string data). */
export function protoOfTensor(tensor: Tensor, name = ""): TensorMessage {
	const { data, type } = tensor;
	if (data.length !== elementCount(tensor.dims))
		throw new OnnxError(
			`tensor "${name}" has ${data.length} elements, its shape is [${tensor.dims.join(", ")}]`,
		);
	const message: TensorMessage = { dims: [...tensor.dims], dataType: codeOfType(type) };
	if (name !== "") message.name = name;
	if (Array.isArray(data)) message.stringData = data.map((text) => textEncoder.encode(text));
	else message.rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	return message;
}
