import type { InputTensor, Powers } from "./program.ts";
import { ensure } from "./program-error.ts";
import { elementCount } from "./tensors.ts";

/** Exponents stay within this, so that scale·2^exponent is a float64 for every scale that a compiler gives. */
const MOST = 256;

/** The rules of an input's powers: sizes, whole exponents within bounds. */
export function validatePowers({ shape, scale, powers }: InputTensor): void {
	if (powers === undefined) return;
	const { shape: own, exponents } = powers;
	ensure(
		own.length === shape.length && own.every((size, axis) => size === 1 || size === shape[axis]),
		`its powers have shape [${own}], which does not broadcast to [${shape}]`,
	);
	ensure(
		exponents.length === elementCount(own),
		`it has ${exponents.length} exponents, powers of shape [${own}] have ${elementCount(own)}`,
	);
	ensure(
		exponents.every((exponent) => Number.isInteger(exponent) && Math.abs(exponent) <= MOST),
		`its exponents are not whole numbers within ±${MOST}`,
	);
	const scales = [Math.min(...exponents), Math.max(...exponents)].map((exponent) => scale * 2 ** exponent);
	ensure(
		scales.every((value) => value > 0 && Number.isFinite(value)),
		`its scale ${scale} times its powers leaves float64`,
	);
}

/** What the integer 1 stands for at every element of an input, in logical order. */
export function inputScales({
	shape,
	scale,
	powers,
}: Pick<InputTensor, "shape" | "scale" | "powers">): Float64Array {
	const count = elementCount(shape);
	if (powers === undefined) return new Float64Array(count).fill(scale);
	const places = powerPlaces(powers, shape);
	return Float64Array.from(places, (place) => scale * 2 ** powers.exponents[place]);
}

/** For every element of a tensor, which of the exponents is its own. */
function powerPlaces({ shape: own }: Powers, shape: readonly number[]): Int32Array {
	let places = new Int32Array([0]);
	for (const [axis, size] of shape.entries()) {
		const next = new Int32Array(places.length * size);
		for (const [i, place] of places.entries())
			for (let j = 0; j < size; j++) next[i * size + j] = own[axis] === 1 ? place : place * size + j;
		places = next;
	}
	return places;
}
