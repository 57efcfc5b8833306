import {
	arrayOfType,
	codeOfType,
	elementCount,
	nameOfCode,
	packingOfCode,
	typeOfCode,
} from "./element-types.ts";
import { OnnxError } from "./errors.ts";
import { type FileRange, withData } from "./lazy-data.ts";
import type { ElementType, Tensor, TensorData } from "./model.ts";
import { type TensorMessage, toBigInt, toNumber } from "./proto.ts";
import { LARGE } from "./weight-bytes.ts";

const textDecoder = new TextDecoder();
const textEncoder = new TextEncoder();

/** A file, and what tells it from what may stand in its place later. */
export interface FileInfo {
	readonly path: string;
	readonly size: number;
	readonly stamp: string;
}

/** Where tensors keep elements outside of the model's own file. */
export interface ExternalFiles {
	/**
	 * The file at a location that a model names, and how many bytes it has.
	 *
	 * @param label the tensor, for what is said of it
	 * @throws OnnxError if the location may not be read or cannot be
	 */
	find(location: string, label: string): FileInfo;
	/** Reads these bytes of a file and no others. */
	read(range: FileRange): Uint8Array<ArrayBuffer>;
	/**
	 * The model's own file, whose bytes the messages were decoded from: tensors in it are read from there again when
	 * they are asked for. Without it they are copied.
	 */
	readonly own?: FileInfo & { readonly bytes: Uint8Array };
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
	const unfit = (length: number) =>
		new OnnxError(`${label} holds ${length} elements, its shape [${dims.join(", ")}] needs ${count}`);
	const range = type === "string" ? undefined : rangeOf(message, label, files);
	if (range === undefined || files === null) {
		const data = packing ? unpacked(bytesOf(message), packing, count) : elementsOf(message, type, label);
		if (data.length !== count) throw unfit(data.length);
		return { type, dims, data };
	}
	if (!packing) refuseOdd(range.length, type, label);
	const perByte = packing ? 8 / packing.bits : 1 / arrayOfType(type).BYTES_PER_ELEMENT;
	if (range.length !== Math.ceil(count / perByte)) throw unfit(range.length * perByte);
	// Not `files` itself, which has all bytes of the model's own file.
	const { read } = files;
	const make = () => {
		const bytes = read(range);
		return (packing ? unpacked(bytes, packing, count) : ofBytes(bytes, type)) as Float32Array;
	};
	if (range.length < LARGE.part) return { type, dims, data: make() };
	// What is not aligned is not mapped.
	const mapped = !packing && range.offset % arrayOfType(type).BYTES_PER_ELEMENT === 0;
	return withData({ type, dims }, make, mapped ? range : undefined);
}

/** The bytes of a file that a tensor is; undefined if it is none, or the file is not at hand. */
function rangeOf(message: TensorMessage, label: string, files: ExternalFiles | null): FileRange | undefined {
	if (message.dataLocation === 1) return externalRange(message, label, files);
	const { rawData } = message;
	const own = files?.own;
	if (own === undefined || !rawData || rawData.length < LARGE.part || rawData.buffer !== own.bytes.buffer)
		return undefined;
	const { path, stamp, bytes } = own;
	return { path, stamp, offset: rawData.byteOffset - bytes.byteOffset, length: rawData.length };
}

function elementsOf(message: TensorMessage, type: ElementType, label: string): TensorData {
	if (type === "string") return (message.stringData ?? []).map((bytes) => textDecoder.decode(bytes));
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
function bytesOf(message: TensorMessage): Uint8Array {
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

function refuseOdd(bytes: number, type: ElementType, label: string): void {
	const size = arrayOfType(type).BYTES_PER_ELEMENT;
	if (bytes % size !== 0)
		throw new OnnxError(`${label} has ${bytes} bytes of raw data, no multiple of ${size} (${type})`);
}

function fromRaw(bytes: Uint8Array, type: ElementType, label: string): TensorData {
	refuseOdd(bytes.length, type, label);
	// A copy, because the bytes start at any offset of the file and typed arrays must be aligned.
	const copy = new Uint8Array(bytes.length);
	copy.set(bytes);
	return ofBytes(copy, type);
}

/** Bytes in memory of their own as elements. */
function ofBytes({ buffer, length }: Uint8Array<ArrayBuffer>, type: ElementType): TensorData {
	const array = arrayOfType(type);
	return new array(buffer, 0, length / array.BYTES_PER_ELEMENT);
}

function externalRange(message: TensorMessage, label: string, files: ExternalFiles | null): FileRange {
	const entries = new Map((message.externalData ?? []).map((entry) => [entry.key, entry.value ?? ""]));
	const location = entries.get("location") ?? "";
	if (files === null)
		throw new OnnxError(`${label} is in the external file "${location}"`, {
			advice: "read the model by its path",
		});
	const { path, size, stamp } = files.find(location, label);
	const [offset, length] = ["offset", "length"].map((key) => wholeOf(entries.get(key), key, label));
	const start = offset ?? 0;
	const end = length === undefined ? size : start + length;
	if (!(start <= end && end <= size))
		throw new OnnxError(`${label} is at bytes ${start}–${end} of ${path}, which has ${size} bytes`, {
			advice: "copy it again",
		});
	return { path, stamp, offset: start, length: end - start };
}

function wholeOf(text: string | undefined, key: string, label: string): number | undefined {
	if (text === undefined) return undefined;
	const number = Number(text);
	if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
	throw new OnnxError(`${label} has "${text}" for the ${key} of its external data`, {
		advice: "export the model again",
	});
}

/** Where a writer has put a tensor's elements outside of the model's own file. */
export interface Place {
	/** From the model's folder. */
	readonly location: string;
	readonly offset: number;
	readonly length: number;
}

/** A TensorProto that stores the elements as raw data (strings: as string data), or says where they are. */
export function protoOfTensor(tensor: Tensor, name = "", place?: Place): TensorMessage {
	const { type } = tensor;
	const message: TensorMessage = { dims: [...tensor.dims], dataType: codeOfType(type) };
	if (name !== "") message.name = name;
	if (place !== undefined) {
		const { location, offset, length } = place;
		message.dataLocation = 1;
		message.externalData = Object.entries({ location, offset, length }).map(([key, value]) => ({
			key,
			value: String(value),
		}));
		return message;
	}
	const { data } = tensor;
	if (data.length !== elementCount(tensor.dims))
		throw new OnnxError(
			`tensor "${name}" has ${data.length} elements, its shape is [${tensor.dims.join(", ")}]`,
		);
	if (Array.isArray(data)) message.stringData = data.map((text) => textEncoder.encode(text));
	else message.rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	return message;
}
