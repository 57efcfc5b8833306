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

/** Where tensors keep elements outside of the model's own file. */
export interface ExternalFiles {
	/**
	 * The file at a location that a model names.
	 *
	 * @param label the tensor, for what is said of it
	 * @throws OnnxError if the location may not be read or cannot be
	 */
	read(location: string, label: string): { readonly path: string; readonly bytes: Uint8Array };
}

/**
 * A TensorProto as a tensor, whichever way it stores its elements.
 * @param files where external data is; null refuses it
 * @throws OnnxError if the type is not read or the elements do not fill the shape
 */
export function tensorOfProto(message: TensorMessage, files: ExternalFiles | null): Tensor {
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
		? unpacked(bytesOf(message, label, files), packing, count)
		: elementsOf(message, type, label, files);
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
	files: ExternalFiles | null,
): TensorData {
	if (type === "string") return (message.stringData ?? []).map((bytes) => textDecoder.decode(bytes));
	if (message.dataLocation === 1) return fromRaw(externalBytes(message, label, files), type, label);
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
function bytesOf(message: TensorMessage, label: string, files: ExternalFiles | null): Uint8Array {
	if (message.dataLocation === 1) return externalBytes(message, label, files);
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

function externalBytes(message: TensorMessage, label: string, files: ExternalFiles | null): Uint8Array {
	const entries = new Map((message.externalData ?? []).map((entry) => [entry.key, entry.value ?? ""]));
	const location = entries.get("location") ?? "";
	if (files === null)
		throw new OnnxError(`${label} is in the external file "${location}"`, {
			advice: "read the model by its path",
		});
	const { path, bytes } = files.read(location, label);
	const offset = Number(entries.get("offset") ?? 0);
	const end = entries.has("length") ? offset + Number(entries.get("length")) : bytes.length;
	if (!(offset >= 0 && offset <= end && end <= bytes.length))
		throw new OnnxError(`${label} is at bytes ${offset}–${end} of ${path}, which has ${bytes.length} bytes`);
	return bytes.subarray(offset, end);
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
