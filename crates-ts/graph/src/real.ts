import { isLazy } from "@umpire/onnx/lazy-data.ts";
import type { ElementType, Tensor } from "@umpire/onnx/model.ts";
import { CompileError } from "./errors.ts";

/** A constant of the model as real numbers in row-major order. */
export interface Real {
	readonly shape: readonly number[];
	readonly data: Float64Array;
}

/** The real number behind an IEEE half-precision bit pattern. */
function fromHalf(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 31;
	const fraction = bits & 1023;
	if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function fromBfloat(bits: number): number {
	const view = new DataView(new ArrayBuffer(4));
	view.setUint32(0, bits << 16);
	return view.getFloat32(0);
}

/**
 * Numbers of any numeric tensor. Throws on strings. Those of a large one that is not in memory are converted when they
 * are asked for: many only want to know whether there are any, or the shape.
 */
export function toReal(tensor: Tensor): Real {
	if (!isLazy(tensor)) return { shape: tensor.dims, data: numbersOf(tensor) };
	let known: Float64Array | undefined;
	return {
		shape: tensor.dims,
		get data() {
			known ??= numbersOf(tensor);
			return known;
		},
	};
}

function numbersOf({ data, type }: Tensor): Float64Array {
	if (Array.isArray(data)) throw new CompileError("a tensor of strings cannot be computed with");
	if (data instanceof Float32Array) return new Float64Array(data);
	const out = new Float64Array(data.length);
	for (let i = 0; i < out.length; i++) {
		const value = Number(data[i]);
		out[i] = type === "float16" ? fromHalf(value) : type === "bfloat16" ? fromBfloat(value) : value;
	}
	return out;
}

const FLOATS: readonly ElementType[] = ["float32", "float64", "float16", "bfloat16"];

export function isFloat(type: ElementType): boolean {
	return FLOATS.includes(type);
}

export function scalar(value: number): Real {
	return { shape: [], data: new Float64Array([value]) };
}

export function mapReal(real: Real, f: (value: number) => number): Real {
	return { shape: real.shape, data: real.data.map(f) };
}
