import { CompileError } from "@umpire/graph/errors.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Tensor, TensorData, ValueInfo } from "@umpire/onnx/model.ts";

/** xorshift32: the same numbers on every machine. */
function generator(seed: number): () => number {
	let state = (seed * 2654435761 + 88172645) >>> 0 || 1;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		state >>>= 0;
		return state / 2 ** 32;
	};
}

/** The sum of twelve uniform numbers, less six: close to N(0, 1), without transcendental functions. */
function normal(random: () => number): number {
	let sum = -6;
	for (let i = 0; i < 12; i++) sum += random();
	return sum;
}

/**
 * Seeded stand-ins for calibration inputs: alternately N(0, 1) and uniform on [0, 1] for
 * floats, 0 to 255 for images of uint8, 0 and 1 for other integers and booleans, and whole numbers
 * below its limit for an input that has one (tokenLimits). Inputs must have fixed shapes.
 */
export function syntheticInputs(
	inputs: readonly ValueInfo[],
	count: number,
	seed = 1,
	limits: ReadonlyMap<string, number> = new Map(),
): Tensor[][] {
	return Array.from({ length: count }, (_, k) => {
		const random = generator(seed + k);
		return inputs.map((input) => {
			const dims = (input.dims ?? []).map(Number);
			const next = k % 2 === 0 ? () => normal(random) : random;
			const real = (): number => Math.fround(next());
			const image = input.type === "uint8" && dims.length === IMAGE_RANK;
			const limit = limits.get(input.name) ?? (image ? 256 : 2);
			const whole = (): number => Math.floor(random() * limit);
			return { type: input.type, dims, data: fill(input, sizeOf(dims), real, whole) };
		});
	});
}

/** Batch, channels, height, width. */
const IMAGE_RANK = 4;

function fill(input: ValueInfo, size: number, real: () => number, whole: () => number): TensorData {
	const of = <T>(next: () => T): T[] => Array.from({ length: size }, next);
	switch (input.type) {
		case "float32":
			return Float32Array.from(of(real));
		case "float64":
			return Float64Array.from(of(real));
		case "float16":
			return Uint16Array.from(of(() => (whole() === 0 ? 0x3800 : 0x3c00)));
		case "int64":
			return BigInt64Array.from(of(() => BigInt(whole())));
		case "uint64":
			return BigUint64Array.from(of(() => BigInt(whole())));
		case "int32":
			return Int32Array.from(of(whole));
		case "uint32":
			return Uint32Array.from(of(whole));
		case "int16":
			return Int16Array.from(of(whole));
		case "uint16":
			return Uint16Array.from(of(whole));
		case "int8":
			return Int8Array.from(of(whole));
		case "uint8":
		case "bool":
			return Uint8Array.from(of(whole));
		default:
			throw new CompileError(`input "${input.name}" has type ${input.type}`, {
				hint: "Umpire computes with numbers: convert the input before the model",
			});
	}
}
