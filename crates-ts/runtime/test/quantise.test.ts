import type { Tensor } from "@umpire/onnx/model.ts";
import type { InputTensor } from "@umpire/operators/program.ts";
import { dequantise, quantiseInput } from "@umpire/runtime/quantise.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const spec: InputTensor = {
	name: "image",
	shape: [2, 3],
	layout: [0, 1],
	width: 8,
	low: -100,
	high: 100,
	scale: 0.5,
};
const floats = (values: readonly number[]): Tensor => ({
	type: "float32",
	dims: [2, 3],
	data: Float32Array.from(values),
});

describe("quantiseInput", () => {
	it("rounds half up, below zero too", () => {
		const { elements, clipped } = quantiseInput(floats([0.25, -0.25, 0.24, -0.26, 1.25, -0]), spec);
		expect([...elements]).toEqual([1, 0, 0, -1, 3, 0]);
		expect(Object.is(elements[5], -0)).toBe(false);
		expect(clipped).toBe(0);
	});

	it("clips and counts what is out of range", () => {
		const { elements, clipped } = quantiseInput(floats([50, 50.25, -50.5, 1e30, -1e30, 49.9]), spec);
		expect([...elements]).toEqual([100, 100, -100, 100, -100, 100]);
		expect(clipped).toBe(4);
	});

	it("refuses what is out of range when strict, naming input and position", () => {
		expect(() => quantiseInput(floats([0, 0, 0, 0, 77, 0]), spec, { strict: true })).toThrow(
			/"image" holds 77 at position \[1, 1\]/,
		);
	});

	it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("refuses %s", (value) => {
		expect(() => quantiseInput(floats([0, 0, value, 0, 0, 0]), spec)).toThrow(/image.*position \[0, 2\]/);
	});

	it("refuses a wrong number of elements and tensors of text", () => {
		const short: Tensor = { type: "float32", dims: [2], data: new Float32Array(2) };
		expect(() => quantiseInput(short, spec)).toThrow(/2 elements.*wants 6/);
		const text: Tensor = { type: "string", dims: [6], data: Array<string>(6).fill("1") };
		expect(() => quantiseInput(text, spec)).toThrow(/tensor of string/);
	});

	it("reads half precision, brain floats and 64-bit integers", () => {
		const half: Tensor = {
			type: "float16",
			dims: [6],
			data: Uint16Array.of(0x3c00, 0xc000, 1, 0x3800, 0, 0x8000),
		};
		expect([...quantiseInput(half, spec).elements]).toEqual([2, -4, 0, 1, 0, 0]);
		const brain: Tensor = {
			type: "bfloat16",
			dims: [6],
			data: Uint16Array.of(0x3f80, 0xc000, 0, 0x3f00, 0, 0),
		};
		expect([...quantiseInput(brain, spec).elements]).toEqual([2, -4, 0, 1, 0, 0]);
		const wide: Tensor = { type: "int64", dims: [6], data: BigInt64Array.of(1n, -2n, 0n, 99n, 0n, 0n) };
		expect([...quantiseInput(wide, spec).elements]).toEqual([2, -4, 0, 100, 0, 0]);
		const infinite: Tensor = { type: "float16", dims: [6], data: Uint16Array.of(0x7c00, 0, 0, 0, 0, 0) };
		expect(() => quantiseInput(infinite, spec)).toThrow(/Infinity/);
	});

	it("dequantise is its inverse up to half a step", () => {
		const inside = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 6, maxLength: 6 });
		fc.assert(
			fc.property(inside, (values) => {
				const tensor: Tensor = { type: "float64", dims: [2, 3], data: Float64Array.from(values) };
				const back = dequantise(quantiseInput(tensor, spec).elements, spec);
				for (let i = 0; i < 6; i++) expect(Math.abs(back[i] - values[i])).toBeLessThanOrEqual(0.25);
			}),
		);
	});

	it("counts every element in units of its own power of two", () => {
		const features = { ...spec, scale: 1, powers: { shape: [1, 3], exponents: [10, 0, -10] } };
		const { elements, clipped } = quantiseInput(floats([51200, 7, 0.001, -1024, -7, 0.2]), features);
		expect([...elements]).toEqual([50, 7, 1, -1, -7, 100]);
		expect(clipped).toBe(1);
	});
});

describe("where numbers stand for NaN, a client", () => {
	const spec = {
		name: "x",
		shape: [3],
		layout: [0],
		width: 16,
		low: -32767,
		high: 32767,
		scale: 1 / 1024,
	} as const;
	const elementsOf = (values: readonly number[], ...missing: number[]) =>
		quantiseInput(
			{ type: "float32", dims: [3], data: Float32Array.from(values) },
			missing.length === 0 ? spec : { ...spec, missing },
		).elements;

	it("writes the number that stands for NaN, and clips others well above it", () => {
		expect([...elementsOf([Number.NaN, -30, 1], -16)]).toEqual([-16384, -12288, 1024]);
		const own = elementsOf([Number.NaN, -7, Number.NaN], -16, -8, -4);
		expect([...own]).toEqual([-16384, -6144, -4096]);
	});
	it("refuses NaN where none stands for it", () => {
		expect(() => elementsOf([Number.NaN, 0, 1])).toThrow(/holds NaN.*calibration inputs that hold NaN/);
	});
});
