import { emptyElements } from "@umpire/commitment/elements.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { ElementType, Tensor } from "@umpire/onnx/model.ts";
import { inputScales } from "@umpire/operators/powers.ts";
import type { Elements, InputTensor, TensorSpec } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";

export interface QuantiseOptions {
	/** Refuse values out of range instead of clipping them. */
	readonly strict?: boolean;
}

export interface Quantised {
	readonly elements: Elements;
	/** How many values lay outside of the input's range. */
	readonly clipped: number;
}

/**
 * A float input as the integers that the program computes on: ⌊value/scale + ½⌋ (the scale times the
 * element's power of two, if it has one), clipped to what the input declares.
 *
 * @throws InputError naming the input and the position: wrong number of elements, NaN, an
 *   infinity, or (strict) a value out of range
 */
export function quantiseInput(tensor: Tensor, spec: InputTensor, options: QuantiseOptions = {}): Quantised {
	const { name, shape, high, missing } = spec;
	const scales = inputScales(spec);
	const count = elementCount(shape);
	const values = realsOf(tensor, name);
	if (values.length !== count) {
		throw new InputError(
			`input "${name}" has ${values.length} elements (shape ${shapeText(tensor.dims)}), the program wants ${count} (shape ${shapeText(shape)})`,
		);
	}
	const elements = emptyElements(spec.width, count);
	let clipped = 0;
	for (let i = 0; i < count; i++) {
		const standIn = missing?.[i % missing.length];
		const value = Number.isNaN(values[i]) && standIn !== undefined ? standIn : values[i];
		if (!Number.isFinite(value)) {
			throw new InputError(`input "${name}" holds ${value} at position ${positionText(i, shape)}`, {
				advice: Number.isNaN(value)
					? "if the model takes NaN for what is missing, compile it with calibration inputs that hold NaN in this column"
					: "only finite numbers can be committed",
			});
		}
		const rounded = Math.floor(value / scales[i] + 0.5);
		const low = Number.isNaN(values[i])
			? spec.low
			: Math.max(spec.low, Math.ceil(leastPresent(standIn) / scales[i]));
		if (rounded < low || rounded > high) {
			if (options.strict === true) {
				throw new InputError(
					`input "${name}" holds ${value} at position ${positionText(i, shape)}, outside of its range ${low * scales[i]} … ${high * scales[i]}`,
					{ advice: "run without --strict to clip it" },
				);
			}
			clipped += 1;
			elements[i] = rounded < low ? low : high;
		} else elements[i] = rounded;
	}
	return { elements, clipped };
}

/** The least number that is not missing, where one far below stands for what is. */
function leastPresent(standIn: number | undefined): number {
	return standIn === undefined ? Number.NEGATIVE_INFINITY : standIn * PRESENT;
}

/** A program takes for missing what is below 7/8 of the number that stands for it (compiler/src/import/missing-numbers.ts). */
const PRESENT = 0.75;

/** The real numbers that integers stand for. */
export function dequantise(elements: Elements, spec: Pick<TensorSpec, "scale">): Float64Array {
	return Float64Array.from(elements, (value) => value * spec.scale);
}

const PLAIN: ReadonlySet<ElementType> = new Set<ElementType>([
	"float32",
	"float64",
	"int8",
	"uint8",
	"int16",
	"uint16",
	"int32",
	"uint32",
	"bool",
]);

/** Any numeric tensor as an array of numbers. */
function realsOf(tensor: Tensor, name: string): ArrayLike<number> {
	const { type, data } = tensor;
	if (PLAIN.has(type)) return data as Exclude<typeof data, string[] | BigInt64Array | BigUint64Array>;
	if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
		return Float64Array.from(data as Iterable<bigint>, Number);
	}
	if (type === "float16" && data instanceof Uint16Array) return Float64Array.from(data, fromHalf);
	if (type === "bfloat16" && data instanceof Uint16Array) {
		return new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer);
	}
	throw new InputError(`input "${name}" is a tensor of ${type}`, { advice: "give one of numbers" });
}

/** IEEE 754 half precision. */
function fromHalf(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 0x1f;
	const fraction = bits & 0x3ff;
	if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

function positionText(index: number, shape: readonly number[]): string {
	const position: number[] = [];
	let rest = index;
	for (const size of [...shape].reverse()) {
		position.unshift(rest % size);
		rest = Math.floor(rest / size);
	}
	return shapeText(position);
}
