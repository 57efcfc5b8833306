import type { ElementType, Tensor, TensorData } from "./model.ts";

type NumericData = Exclude<TensorData, string[]>;
type NumericConstructor = {
	new (length: number): NumericData;
	new (buffer: ArrayBuffer, byteOffset: number, length: number): NumericData;
	readonly BYTES_PER_ELEMENT: number;
};

interface TypeEntry {
	/** TensorProto.DataType. */
	readonly code: number;
	readonly array: NumericConstructor | null;
}

const TYPES: Readonly<Record<ElementType, TypeEntry>> = {
	undefined: { code: 0, array: null },
	float32: { code: 1, array: Float32Array },
	uint8: { code: 2, array: Uint8Array },
	int8: { code: 3, array: Int8Array },
	uint16: { code: 4, array: Uint16Array },
	int16: { code: 5, array: Int16Array },
	int32: { code: 6, array: Int32Array },
	int64: { code: 7, array: BigInt64Array },
	string: { code: 8, array: null },
	bool: { code: 9, array: Uint8Array },
	float16: { code: 10, array: Uint16Array },
	float64: { code: 11, array: Float64Array },
	uint32: { code: 12, array: Uint32Array },
	uint64: { code: 13, array: BigUint64Array },
	bfloat16: { code: 16, array: Uint16Array },
};

/** Integers of less than 8 bits, several in a byte: they are read as integers of 8 bits. */
const PACKED: Readonly<
	Record<number, { readonly name: string; readonly bits: number; readonly type: "int8" | "uint8" }>
> = {
	21: { name: "uint4", bits: 4, type: "uint8" },
	22: { name: "int4", bits: 4, type: "int8" },
	25: { name: "uint2", bits: 2, type: "uint8" },
	26: { name: "int2", bits: 2, type: "int8" },
};

/** How integers of less than 8 bits are packed, and as what they are read; undefined for other types. */
export function packingOfCode(code: number): (typeof PACKED)[number] | undefined {
	return PACKED[code];
}

const UNREAD: Readonly<Record<number, string>> = {
	14: "complex64",
	15: "complex128",
	17: "float8e4m3fn",
	18: "float8e4m3fnuz",
	19: "float8e5m2",
	20: "float8e5m2fnuz",
	23: "float4e2m1",
	24: "float8e8m0",
};

const BY_CODE = new Map(Object.entries(TYPES).map(([name, entry]) => [entry.code, name as ElementType]));

/** The element type as which a TensorProto.DataType is read, or null if Umpire does not read it. */
export function typeOfCode(code: number): ElementType | null {
	return BY_CODE.get(code) ?? PACKED[code]?.type ?? null;
}

export function codeOfType(type: ElementType): number {
	return TYPES[type].code;
}

/** A name for an error message, also of the types that are not read. */
export function nameOfCode(code: number): string {
	return BY_CODE.get(code) ?? UNREAD[code] ?? `number ${code}`;
}

/** The typed array that holds elements of a numeric type (float16, bfloat16: Uint16Array; bool: Uint8Array). */
export function arrayOfType(type: ElementType): NumericConstructor {
	const array = TYPES[type].array;
	if (array === null) throw new TypeError(`elements of type ${type} are not held in a typed array`);
	return array;
}

/** The number of elements of a shape; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
	return dims.reduce((product, size) => product * size, 1);
}

/** A numeric tensor's elements as numbers (float16 and bfloat16 decoded; 64-bit integers rounded to double). */
export function toNumbers(tensor: Tensor): Float64Array {
	const { data, type } = tensor;
	if (type === "float16") {
		const bits = data as Uint16Array;
		return Float64Array.from(new Float16Array(bits.buffer as ArrayBuffer, bits.byteOffset, bits.length));
	}
	if (type === "bfloat16") {
		const wide = Uint32Array.from(data as Uint16Array, (bits) => bits << 16);
		return Float64Array.from(new Float32Array(wide.buffer));
	}
	if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
		const numbers = new Float64Array(data.length);
		for (let i = 0; i < data.length; i++) numbers[i] = Number(data[i]);
		return numbers;
	}
	if (Array.isArray(data)) throw new TypeError("a string tensor has no numbers");
	return Float64Array.from(data);
}

/** A tensor of the given type from numbers; fractions of integer types are truncated. */
export function tensorFrom(type: ElementType, dims: readonly number[], numbers: ArrayLike<number>): Tensor {
	const count = numbers.length;
	if (count !== elementCount(dims))
		throw new RangeError(`shape [${dims.join(", ")}] does not hold ${count} elements`);
	const data = new (arrayOfType(type))(count);
	if (type === "float16") {
		new Float16Array(data.buffer as ArrayBuffer).set(numbers);
	} else if (type === "bfloat16") {
		const wide = new Uint32Array(Float32Array.from(numbers).buffer);
		const bits = data as Uint16Array;
		// Round to nearest even on the 16 bits that are dropped.
		for (let i = 0; i < count; i++) bits[i] = (wide[i] + 0x7fff + ((wide[i] >>> 16) & 1)) >>> 16;
	} else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
		for (let i = 0; i < count; i++) data[i] = BigInt(Math.trunc(numbers[i]));
	} else if (type === "bool") {
		for (let i = 0; i < count; i++) data[i] = numbers[i] === 0 ? 0 : 1;
	} else {
		data.set(numbers);
	}
	return { type, dims, data };
}
