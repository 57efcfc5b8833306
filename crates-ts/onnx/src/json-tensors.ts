import { arrayOfType, tensorFrom } from "./element-types.ts";
import { InputError } from "./errors.ts";
import type { ElementType, Tensor, ValueInfo } from "./model.ts";
import { fitDims, inferDims, type Role, type Symbols } from "./value-shapes.ts";

/** JSON.parse, but Python's NaN and Infinity become strings, so that their position can be named. */
export function parseJson(text: string, path: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		try {
			return JSON.parse(text.replace(/(?<=[[,:\s])(NaN|-?Infinity)(?=[\],}\s])/g, '"$1"'));
		} catch {
			throw new InputError(`${path} is not JSON: ${(cause as Error).message}`, { cause });
		}
	}
}

const NOT_FINITE = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);

interface Flat {
	readonly values: unknown[];
	/** Sizes of the nested lists; null if they are ragged. */
	readonly dims: readonly number[] | null;
}

function flatten(nested: unknown): Flat {
	if (!Array.isArray(nested)) return { values: [nested], dims: [] };
	if (!nested.some(Array.isArray)) return { values: nested, dims: [nested.length] };
	const parts = nested.map(flatten);
	const first = parts[0].dims;
	const regular = first !== null && parts.every(({ dims }) => dims !== null && dims.join() === first.join());
	return {
		values: parts.flatMap((part) => part.values),
		dims: regular ? [nested.length, ...first] : null,
	};
}

/**
 * A tensor from nested or flat lists, for a declared value.
 * @param shape overrides the declared dimensions
 */
export function tensorOfJson(
	nested: unknown,
	value: ValueInfo,
	symbols: Symbols,
	label: string,
	shape?: readonly number[],
	role: Role = "input",
): Tensor {
	const { values, dims } = flatten(nested);
	if (dims === null) {
		throw new InputError(`${label}: the lists of "${value.name}" are of unlike lengths or depths`, {
			advice: "give one flat list, or lists of its shape",
		});
	}
	const type = value.type === "undefined" ? "float32" : value.type;
	const declared = shape === undefined ? value : { ...value, dims: shape };
	const isFlat = !Array.isArray(nested) || dims.length === 1;
	// EZKL's lists are flat; deeper ones state the shape themselves unless only the count fits.
	const size =
		!isFlat && dims.length >= (declared.dims?.length ?? 0)
			? fitDims(dims, declared, symbols, label)
			: inferDims(values.length, declared, symbols, label, role);
	return numbersToTensor(values, type, size, `${label}: "${value.name}"`, role);
}

/** A tensor from the cells of a table; `place` says where a cell stands. */
export function tensorOfCells(
	cells: readonly string[],
	value: ValueInfo,
	dims: readonly number[],
	place: (at: number) => string,
	role: Role,
): Tensor {
	const type = value.type === "undefined" ? "float32" : value.type;
	if (type === "string") return { type, dims, data: [...cells] };
	const numbers = Float64Array.from(cells, (cell, at) => {
		const truth = type === "bool" ? TRUTHS.get(cell.toLowerCase()) : undefined;
		const number = truth ?? (cell === "" ? Number.NaN : Number(cell));
		// What is missing is NaN, as pandas writes and reads it.
		if (!Number.isNaN(number) || (type.includes("float") && /^(nan)?$/i.test(cell))) return number;
		throw new InputError(`${place(at)} is ${cell === "" ? "empty" : `"${cell}"`}, not a number`);
	});
	return checkedTensor(numbers, type, dims, `${value.name}`, role);
}

const TRUTHS: ReadonlyMap<string, number> = new Map([
	["false", 0],
	["true", 1],
]);

function numbersToTensor(
	values: readonly unknown[],
	type: ElementType,
	dims: readonly number[],
	label: string,
	role: Role,
): Tensor {
	if (type === "string") return { type, dims, data: values.map(String) };
	const numbers = new Float64Array(values.length);
	for (const [at, value] of values.entries()) {
		const isTruth = typeof value === "boolean" && type === "bool";
		if (typeof value !== "number" && !isTruth && !NOT_FINITE.has(value))
			throw new InputError(`${label}, element ${at} is ${JSON.stringify(value)}, not a number`);
		numbers[at] = Number(value);
	}
	return checkedTensor(numbers, type, dims, label, role);
}

/**
 * A tensor of a declared type from numbers that must all be representable in it.
 * Expected outputs of float types may be NaN or infinite, inputs NaN.
 * @throws InputError naming the first element that is infinite, not whole or out of range
 */
export function checkedTensor(
	numbers: Float64Array,
	type: ElementType,
	dims: readonly number[],
	label: string,
	role: Role,
): Tensor {
	const floating = type.includes("float");
	const range = floating ? null : rangeOf(type);
	for (const [at, number] of numbers.entries()) {
		// A model may say what becomes of what is missing; where it does not, NaN is refused with the place when it is quantised.
		if (floating && (role === "output" || Number.isNaN(number))) continue;
		if (!Number.isFinite(number))
			throw new InputError(`${label}, element ${at} is ${number}`, {
				advice: "only finite numbers can be committed to",
			});
		if (floating && type !== "float64" && !Number.isFinite(Math.fround(number)))
			throw new InputError(`${label}, element ${at} is ${number}, too large for ${type}`);
		if (range !== null && (!Number.isInteger(number) || number < range[0] || number > range[1]))
			throw new InputError(`${label}, element ${at} is ${number}, the model wants ${type}`);
	}
	return tensorFrom(type, dims, numbers);
}

function rangeOf(type: ElementType): readonly [number, number] {
	if (type === "bool") return [0, 1];
	const bits = 8 * arrayOfType(type).BYTES_PER_ELEMENT;
	return type.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}
