import type { Coordinate } from "./structs.ts";

/** Least and greatest value of base + Σ coefficients[j]·D[j]. */
export function affineRange(
	base: number,
	coefficients: readonly number[],
	radix: readonly number[],
): { readonly min: number; readonly max: number } {
	let min = base;
	let max = base;
	coefficients.forEach((coefficient, j) => {
		const reach = coefficient * (radix[j] - 1);
		if (reach < 0) min += reach;
		else max += reach;
	});
	return { min, max };
}

/** Removes division and remainder where they change nothing. */
export function plainer(coordinate: Coordinate, radix: readonly number[]): Coordinate {
	let { base, divisor, modulus } = coordinate;
	let coefficients = [...coordinate.coefficients];
	if (modulus !== 0) {
		const period = divisor * modulus;
		coefficients = coefficients.map((c) => (c % period === 0 ? 0 : c));
	}
	if (divisor !== 1) {
		const rest = coefficients.map((c) => (c % divisor === 0 ? 0 : c));
		const restBase = ((base % divisor) + divisor) % divisor;
		const { min, max } = affineRange(restBase, rest, radix);
		if (min >= 0 && max < divisor) {
			base = (base - restBase) / divisor;
			coefficients = coefficients.map((c) => (c % divisor === 0 ? c / divisor : 0));
			divisor = 1;
		}
	}
	if (modulus !== 0) {
		const { min, max } = affineRange(base, coefficients, radix);
		if (min >= 0 && max < divisor * modulus) modulus = 0;
	}
	return { ...coordinate, base, coefficients, divisor, modulus };
}

const isPlain = (coordinate: Coordinate): boolean => coordinate.divisor === 1 && coordinate.modulus === 0;

function isFree(coordinate: Coordinate, radix: readonly number[]): boolean {
	const { base, coefficients, divisor, modulus, size } = coordinate;
	if (modulus !== 0) return modulus <= size;
	const { min, max } = affineRange(base, coefficients, radix);
	return min >= 0 && max < size * divisor;
}

/** Σ factor·coordinate as one plain coordinate of stride 1. */
function weigh(
	parts: readonly (readonly [factor: number, coordinate: Coordinate])[],
	size: number,
): Coordinate {
	return {
		base: parts.reduce((sum, [factor, { base }]) => sum + factor * base, 0),
		coefficients: parts[0][1].coefficients.map((_, j) =>
			parts.reduce((sum, [factor, { coefficients }]) => sum + factor * coefficients[j], 0),
		),
		divisor: 1,
		modulus: 0,
		size,
		stride: 1,
	};
}

/**
 * The same reads with fewer coordinates: those that are always in bounds join the innermost
 * one that has a bound, if they lie within its stride, or else each other.
 */
export function mergeCoordinates(coordinates: readonly Coordinate[], radix: readonly number[]): Coordinate[] {
	const plainest = coordinates.map((coordinate) => plainer(coordinate, radix));
	let free = plainest.filter((c) => isFree(c, radix) && isPlain(c));
	const rest = plainest.filter((c) => !free.includes(c) && !(c.stride === 0 && isFree(c, radix)));
	const innermost = rest
		.filter((c) => isPlain(c) && c.stride > 0)
		.reduce<Coordinate | undefined>(
			(least, c) => (least === undefined || c.stride < least.stride ? c : least),
			undefined,
		);
	if (innermost !== undefined) {
		const inside = free.filter((c) => c.stride * c.size <= innermost.stride);
		if (inside.length > 0) {
			const { stride, size } = innermost;
			const merged = weigh(
				[[stride, innermost], ...inside.map((c) => [c.stride, c] as const)],
				stride * size,
			);
			rest[rest.indexOf(innermost)] = merged;
			free = free.filter((c) => !inside.includes(c));
		}
	}
	if (free.length === 0) return rest;
	const whole = weigh(
		free.map((c) => [c.stride, c]),
		0,
	);
	const { max } = affineRange(whole.base, whole.coefficients, radix);
	return max === 0 ? rest : [{ ...whole, size: max + 1 }, ...rest];
}
