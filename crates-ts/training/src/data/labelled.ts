import { toReal } from "@umpire/graph/real.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import type { Parts } from "../job.ts";

/** Samples with what is to be learnt of each, as many of one as of the other. */
export interface Labelled {
	/** [N, …]: one sample a row. */
	readonly rows: Tensor;
	/** [N] or [N, …] */
	readonly labels: Tensor;
	/** Rows of each part, one after the other, if the data says so itself. */
	readonly parts?: Parts;
}

/** Data in the order of its parts. */
export interface Divided extends Labelled {
	readonly parts: Parts;
}

/** Shares of the rows that are not trained on. */
export interface Shares {
	readonly validation: number;
	readonly test: number;
}

/**
 * Shuffles data by a seed and divides it; data that is divided already stays so, with its training rows shuffled
 * and, if it has no validation part, that share of them as validation.
 *
 * @throws InputError if nothing is left to train on
 */
export function divided(data: Labelled, { validation, test }: Shares, seed: number): Divided {
	const count = data.rows.dims[0];
	const given = data.parts;
	const free = given ? given.train : count;
	const order = shuffled(free, seed);
	const aside = (share: number): number => Math.round(free * share);
	const parts = {
		validation: given && given.validation > 0 ? given.validation : aside(validation),
		test: given && given.test > 0 ? given.test : aside(test),
		train: 0,
	};
	const taken =
		(given && given.validation > 0 ? 0 : parts.validation) + (given && given.test > 0 ? 0 : parts.test);
	parts.train = free - taken;
	if (parts.train < 1) {
		throw new InputError(
			`nothing is left to train on: ${count} rows, ${parts.validation} for validation, ${parts.test} for the test`,
		);
	}
	// Behind the training rows those that were put aside, then what was never theirs, each part in one piece.
	const own = given ?? { train: count, validation: 0, test: 0 };
	const fixed = (start: number, size: number): number[] => Array.from({ length: size }, (_, k) => start + k);
	let next = parts.train;
	const drawn = (size: number): number[] => {
		next += size;
		return order.slice(next - size, next);
	};
	const validationRows = own.validation > 0 ? fixed(own.train, own.validation) : drawn(parts.validation);
	const testRows = own.test > 0 ? fixed(own.train + own.validation, own.test) : drawn(parts.test);
	const all = [...order.slice(0, parts.train), ...validationRows, ...testRows];
	return { rows: rowsAt(data.rows, all), labels: rowsAt(data.labels, all), parts };
}

/** The rows at these places. */
export function rowsAt(tensor: Tensor, places: readonly number[]): Tensor {
	const [count, ...inner] = tensor.dims;
	const size = inner.reduce((a, b) => a * b, 1);
	if (count === 0) throw new InputError("the data has no rows");
	const { data } = tensor;
	if (Array.isArray(data)) throw new InputError("the data holds text: numbers can be learnt from");
	const picked = new (data.constructor as new (length: number) => typeof data)(places.length * size);
	places.forEach((place, k) => {
		(picked as Float32Array).set(data.subarray(place * size, (place + 1) * size) as Float32Array, k * size);
	});
	return { type: tensor.type, dims: [places.length, ...inner], data: picked };
}

/** Numbers times a factor, as floats. */
export function scaledRows(tensor: Tensor, factor: number): Tensor {
	const values = Array.from(toReal(tensor).data, (value) => value * factor);
	return tensorFrom("float32", tensor.dims, values);
}

/** 0 … count − 1 in an order that the seed alone decides (Fisher and Yates). */
export function shuffled(count: number, seed: number): number[] {
	const order = Array.from({ length: count }, (_, k) => k);
	const draw = uniform(seed);
	for (let k = count - 1; k > 0; k--) {
		const other = Math.floor(draw() * (k + 1));
		[order[k], order[other]] = [order[other], order[k]];
	}
	return order;
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function uniform(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}
