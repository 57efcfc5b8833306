import { isNarrow, mostOf } from "../narrow.ts";
import { nearestIntegers } from "../rounding.ts";
import { type Abstract, type Cells, mapCells, unitOf, zip } from "./abstract.ts";
import { numbersOf, onlyAttributes } from "./attributes.ts";
import { type Reach, reachOf } from "./exact.ts";
import { CONVOLUTION, convolution, matrixProduct, partialOf } from "./products.ts";
import type { Result, Site } from "./site.ts";

type Rule = (site: Site) => Result;

/**
 * Weights of integer kernels. Processors without VNNI add pairs of products in 16 bits and saturate:
 * 2·255·64 < 2^15.
 */
const WEIGHTS = { low: -64, high: 63 };

/** QLinearConv multiplies by a row's factor and this, or a little more, so that no sum lies half-way between two results. */
const UPWARDS = 1 + 2 ** -23;

/** Below it, that factor moves a sum by less than the half that the next sum is away. */
const UPWARDS_LIMIT = 2 ** 22;

/** Quotients that are whole in units of 2^−this lie further apart than the factor moves them below 256, where they are cut. */
const MOST_SHIFT = 13;

/** Beyond it a factor is not told from the next one and a little more. */
const MOST_MULTIPLIER = 2 ** 20;

/**
 * What a factor of QLinearConv is without the little more, and the sums that it may have: a multiple of 2^−13 times
 * 1 + 2^−23 to less than 1 + 2^−22, or a power of two times 1 + 2^−23.
 */
function factorOf(scale: number): { readonly ratio: number; readonly limit: number } {
	const multiplier = Math.round(scale * 2 ** MOST_SHIFT);
	const over = scale * 2 ** MOST_SHIFT - multiplier;
	const isUpwards = over >= multiplier * 2 ** -23 && over < multiplier * 2 ** -22;
	if (multiplier >= 1 && multiplier < MOST_MULTIPLIER && isUpwards)
		return { ratio: multiplier * 2 ** -MOST_SHIFT, limit: 2 ** 24 };
	if (isPower(scale / UPWARDS)) return { ratio: scale / UPWARDS, limit: UPWARDS_LIMIT };
	throw new Error(
		`a scale of ${scale}, no multiple of 2^-${MOST_SHIFT} and no power of 2, and a little more`,
	);
}

const isPower = (value: number): boolean => value > 0 && unitOf(value) === value;

function oneOf(value: Abstract | undefined, what: string): number {
	const numbers = numbersOf(value, what);
	if (numbers.length !== 1) throw new Error(`${what} is not one number`);
	return numbers[0];
}

function requireOperands(x: Abstract, w: Abstract): void {
	if (x.type !== "uint8" || w.type !== "int8") throw new Error(`products of ${x.type} and ${w.type}`);
	if (w.cells.low.some((low, i) => low < WEIGHTS.low || w.cells.high[i] > WEIGHTS.high)) {
		throw new Error(`weights beyond ${WEIGHTS.low} … ${WEIGHTS.high}: pairs of products may saturate`);
	}
}

const wholeReach = (cells: Cells, limit: number): Reach => ({
	bound: reachOf({ ...cells, unit: cells.unit.map(() => 1) }, "int64").bound,
	limit,
});

const scaled = (cells: Cells, scales: Cells): Cells =>
	zip(cells, scales, ([low, high, unit], [scale]) => [low * scale, high * scale, unit * scale]);

/** Sums in int32, which become float32, are scaled, and then a bias is added. */
const matMulIntegerToFloat: Rule = (site) => {
	onlyAttributes(site);
	const [a, b, aScale, bScale, aZero, bZero, bias] = site.inputs;
	requireOperands(a, b);
	if ([aZero, bZero].some((zero) => zero !== undefined && zero.name !== "")) {
		throw new Error("MatMulIntegerToFloat with a zero point");
	}
	if (oneOf(aScale, "the first scale") !== 1) throw new Error("a first scale other than 1");
	if (!numbersOf(bScale, "the second scale").every(isPower)) throw new Error("a scale that is no power of 2");
	const { shape, cells } = matrixProduct(a, b);
	const sums = scaled(cells, bScale.cells);
	// As many units as the whole sums have in int32: those of weights of 7 bits stay far below 2^31.
	const reach = [reachOf(sums, "float32")];
	if (bias === undefined) return { type: "float32", shape, cells: sums, reach };
	if (bias.type !== "float32") throw new Error(`a bias of ${bias.type}`);
	const added = zip(sums, bias.cells, ([l, h, u], [m, i, v]) => [l + m, h + i, Math.min(u, v)]);
	return { type: "float32", shape, cells: added, reach };
};

/** Bounds of what is rounded to the nearest whole number, halves to either side, and cut to an unsigned type. */
const roundedCells = (cells: Cells, zero: number, most: number): Cells =>
	mapCells(cells, ([low, high]) => {
		const nearest = nearestIntegers(low, high);
		const cut = (value: number) => Math.min(Math.max(value + zero, 0), most);
		return [cut(nearest.low), cut(nearest.high), 1];
	});

const quantizeLinear: Rule = (site) => {
	onlyAttributes(site);
	const [x, scaleOperand, zero] = site.inputs;
	const scale = oneOf(scaleOperand, "the scale");
	if (x.type !== "float32" || !isPower(scale)) throw new Error(`QuantizeLinear of ${x.type} by ${scale}`);
	if (!isNarrow(zero?.type)) throw new Error("QuantizeLinear to no unsigned type");
	const divided = mapCells(x.cells, ([low, high, unit]) => [low / scale, high / scale, unit / scale]);
	const cells = roundedCells(divided, oneOf(zero, "the zero point"), mostOf(zero.type));
	return { type: zero.type, shape: x.shape, cells, reach: [reachOf(divided, "float32")] };
};

const dequantizeLinear: Rule = (site) => {
	onlyAttributes(site);
	const [x, scaleOperand, zeroOperand] = site.inputs;
	const scale = oneOf(scaleOperand, "the scale");
	const zero = oneOf(zeroOperand, "the zero point");
	if (!isNarrow(x.type) || zeroOperand.type !== x.type || !isPower(scale)) {
		throw new Error(`DequantizeLinear of ${x.type} by ${scale}`);
	}
	const cells = mapCells(x.cells, ([low, high, unit]) => [
		(low - zero) * scale,
		(high - zero) * scale,
		Math.min(unit, unitOf(zero)) * scale,
	]);
	return { type: "float32", shape: x.shape, cells };
};

/**
 * Sums in int32 with their bias, multiplied in float32 by a row's factor and a little more, rounded, cut to bytes: exact
 * halves are rounded up.
 */
const qLinearConv: Rule = (site) => {
	onlyAttributes(site, ...CONVOLUTION);
	const [x, xScale, xZero, w, wScale, wZero, yScale, yZero, bias] = site.inputs;
	requireOperands(x, w);
	if (oneOf(xScale, "the scale of x") !== 1 || oneOf(yScale, "the scale of y") !== 1) {
		throw new Error("QLinearConv with a scale of x or y");
	}
	if (xZero.type !== "uint8" || wZero.type !== "int8" || yZero.type !== "uint8") {
		throw new Error("zero points of other types than their tensors");
	}
	if (oneOf(yZero, "the zero point of y") !== 0) throw new Error("a zero point of y");
	if (numbersOf(wZero, "the zero point of w").some((zero) => zero !== 0))
		throw new Error("a zero point of w");
	const factors = numbersOf(wScale, "the scales of w").map(factorOf);
	const zero = oneOf(xZero, "the zero point of x");
	const values = { ...x, cells: mapCells(x.cells, ([low, high]) => [low - zero, high - zero, 1]) };
	const { shape, product, scratch } = convolution(site, values, w);
	const perChannel = (numbers: readonly number[]): Cells => {
		const list = Float64Array.from(numbers);
		const dims = [1, numbers.length, ...shape.slice(2).map(() => 1)];
		return { dims, low: list, high: list, unit: list.map(unitOf) };
	};
	const added = perChannel(bias === undefined ? [0] : numbersOf(bias, "the bias"));
	if (bias !== undefined && bias.type !== "int32") throw new Error(`a bias of ${bias.type}`);
	const sums = zip(product, added, ([l, h], [m, i]) => [l + m, h + i, 1]);
	// The kernel takes the zero point off afterwards: it adds up what bytes can hold at most.
	const held = { ...x, cells: mapCells(x.cells, () => [-zero, 255, 1]) };
	const kernel = convolution(site, held, w).product;
	// In int32 nothing rounds on the way: what becomes float32 is the whole sum. Shares of float32's limit compare channels.
	const shares = perChannel(factors.map(({ limit }) => 2 ** 24 / limit));
	const reach = [wholeReach(scaled(sums, shares), 2 ** 24), wholeReach(partialOf(kernel, added), 2 ** 31)];
	const cells = roundedCells(scaled(sums, perChannel(factors.map(({ ratio }) => ratio))), 0, 255);
	return { type: "uint8", shape, cells, reach, scratch };
};

/** onnxruntime's integer kernels by operator, in its own domain. */
export const integerKernels: Readonly<Record<string, Rule>> = {
	DequantizeLinear: dequantizeLinear,
	MatMulIntegerToFloat: matMulIntegerToFloat,
	QuantizeLinear: quantizeLinear,
};

/** Those of the standard domain. */
export const convolutionKernels: Readonly<Record<string, Rule>> = { QLinearConv: qLinearConv };
