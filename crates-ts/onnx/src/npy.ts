import { arrayOfType, elementCount } from "./element-types.ts";
import { InputError } from "./errors.ts";
import type { ElementType, Tensor } from "./model.ts";

/** NumPy's type codes (without the byte order) of the element types that both sides have. */
const TYPES: Readonly<Record<string, ElementType>> = {
	f2: "float16",
	f4: "float32",
	f8: "float64",
	i1: "int8",
	u1: "uint8",
	i2: "int16",
	u2: "uint16",
	i4: "int32",
	u4: "uint32",
	i8: "int64",
	u8: "uint64",
	b1: "bool",
};
const MAGIC = "\x93NUMPY";

/**
 * Reads NumPy's .npy format (versions 1 to 3, C or Fortran order, either byte order).
 * @throws InputError if the bytes are none, are truncated, or hold a type that ONNX tensors lack
 */
export function readNpy(bytes: Uint8Array): Tensor {
	if (String.fromCharCode(...bytes.subarray(0, 6)) !== MAGIC)
		throw new InputError("not a .npy file", { advice: "save the array with numpy.save" });
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < 12) throw new InputError(`the .npy file is truncated (${bytes.length} bytes)`);
	const start = bytes[6] === 1 ? 10 : 12;
	const end = start + (bytes[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
	if (end > bytes.length) throw new InputError(`the .npy file is truncated (${bytes.length} bytes)`);
	const header = new TextDecoder().decode(bytes.subarray(start, end));
	const descr = /'descr'\s*:\s*'([<>|=]?)([a-z]\d+)'/.exec(header);
	const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(header);
	const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header);
	if (shape === null || fortran === null || !header.includes("'descr'"))
		throw new InputError(`the .npy file has the header ${header.trim()}, which is not understood`);
	const type = descr === null ? undefined : TYPES[descr[2]];
	if (descr === null || type === undefined)
		throw new InputError(`the .npy file's type is not a plain number type (${header.trim()})`, {
			advice: `use .astype("float32")`,
		});
	const dims = (shape[1].match(/\d+/g) ?? []).map(Number);
	const size = arrayOfType(type).BYTES_PER_ELEMENT;
	const count = elementCount(dims);
	if (bytes.length - end < count * size)
		throw new InputError(
			`the .npy file is truncated: shape [${dims.join(", ")}] needs ${count * size} bytes, ${bytes.length - end} are there`,
		);
	// Not slice(): that of a Buffer shares its memory.
	const raw = Uint8Array.from(bytes.subarray(end, end + count * size));
	if (descr[1] === ">") swapBytes(raw, size);
	const ordered = fortran[1] === "True" ? toRowMajor(raw, dims, size) : raw;
	return { type, dims, data: new (arrayOfType(type))(ordered.buffer, 0, count) };
}

function swapBytes(raw: Uint8Array, size: number): void {
	for (let at = 0; at < raw.length; at += size) raw.subarray(at, at + size).reverse();
}

function toRowMajor(raw: Uint8Array, dims: readonly number[], size: number): Uint8Array<ArrayBuffer> {
	const result = new Uint8Array(raw.length);
	const count = raw.length / size;
	const index = dims.map(() => 0);
	const strides = dims.map((_, axis) => elementCount(dims.slice(0, axis)));
	for (let i = 0; i < count; i++) {
		const from = index.reduce((sum, at, axis) => sum + at * strides[axis], 0) * size;
		result.set(raw.subarray(from, from + size), i * size);
		for (let axis = dims.length - 1; axis >= 0 && ++index[axis] === dims[axis]; axis--) index[axis] = 0;
	}
	return result;
}

/**
 * The bytes of a .npy file (version 1, C order, little endian).
 * @throws InputError for string and bfloat16 tensors, which NumPy has no type for
 */
export function writeNpy(tensor: Tensor): Uint8Array {
	const code = Object.keys(TYPES).find((key) => TYPES[key] === tensor.type);
	if (code === undefined || Array.isArray(tensor.data))
		throw new InputError(`a ${tensor.type} tensor has no .npy type`, { advice: "cast it first" });
	const order = tensor.data.BYTES_PER_ELEMENT === 1 ? "|" : "<";
	const shape = tensor.dims.length === 1 ? `${tensor.dims[0]},` : tensor.dims.join(", ");
	const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${shape}), }`;
	// Data starts at a multiple of 64, as NumPy writes it.
	const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
	const bytes = new Uint8Array(10 + header.length + tensor.data.byteLength);
	bytes.set(Uint8Array.from(MAGIC, (char) => char.charCodeAt(0)));
	bytes[6] = 1;
	new DataView(bytes.buffer).setUint16(8, header.length, true);
	bytes.set(new TextEncoder().encode(header), 10);
	const { buffer, byteOffset, byteLength } = tensor.data;
	bytes.set(new Uint8Array(buffer, byteOffset, byteLength), 10 + header.length);
	return bytes;
}
