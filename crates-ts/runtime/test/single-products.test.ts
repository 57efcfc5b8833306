import type { Width } from "@umpire/commitment/constants.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { travelTypes } from "@umpire/operators/travel.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Case, caseOf } from "./arbitrary-case.ts";
import { chained } from "./arbitrary-kernels.ts";
import { elementsOf, span } from "./arbitrary-tensors.ts";
import { checkLevels } from "./reference.ts";

const numRuns = Number(process.env.UMPIRE_FUZZ_RUNS ?? 15);

interface Layer {
	readonly x: { readonly low: number; readonly high: number };
	readonly values: readonly number[];
	readonly shape: readonly [batch: number, channels: number, height: number, width: number];
	readonly filters: number;
	readonly kernel: number;
	readonly group?: number;
	readonly stride?: number;
	readonly weights: readonly number[];
	readonly rows: readonly { readonly bias: bigint; readonly shift: number }[];
	readonly clip: { readonly low: number; readonly high: number };
}

const spec = (shape: readonly number[], width: Width) =>
	({ shape, layout: shape.map((_, axis) => axis), width, ...span(width), scale: 1 }) as const;

/** A row that divides by a power of two, as programs write those that divide by nothing. */
const rowOf = ({ bias, shift }: { readonly bias: bigint; readonly shift: number }) =>
	shift === 0 ? { bias, multiplier: 2, shift: 1 } : { bias, multiplier: 1, shift };

/** A convolution of 16-bit inputs, by itself. */
function product(layer: Layer): Case {
	const { values, shape, filters, kernel, group = 1, stride = 1, weights, rows, clip } = layer;
	const [batch, channels, height, width] = shape;
	const pad = (kernel - 1) / 2;
	const form = {
		type: "conv",
		strides: [stride, stride],
		pads: [pad, pad, pad, pad],
		dilations: [1, 1],
		group,
	} as const;
	const out = [height, width].map((size) => Math.floor((size - 1) / stride) + 1);
	const count = batch * channels * height * width;
	const data = Int16Array.from({ length: count }, (_, i) => values[i % values.length]);
	const kernels = [filters, channels / group, kernel, kernel];
	const every = Array.from(
		{ length: (filters * channels * kernel * kernel) / group },
		(_, i) => weights[i % weights.length],
	);
	return caseOf(
		{
			...spec([batch, filters, ...out], 16),
			...clip,
			kind: "Dot",
			form,
			rescale: { axes: [1], rows: rows.map(rowOf) },
		},
		[
			{ spec: spec(shape, 16), data, constant: false },
			{ spec: spec(kernels, 16), data: elementsOf(16, every), constant: true },
		],
	);
}

/** What cuts its input to the range that it reads. */
function cut({ x, shape }: Layer, inputs: Case["inputs"]): Case {
	const form = { type: "linear", coefficients: [1] } as const;
	const rescale = { axes: [], rows: [{ bias: 0n, multiplier: 2, shift: 1 }] };
	const data = inputs[0] as Int16Array;
	return caseOf({ ...spec(shape, 16), ...x, kind: "Add", form, rescale }, [
		{ spec: spec(shape, 16), data, constant: false },
	]);
}

/** Both, and what reads the result. */
function convolution(layer: Layer, ...readers: readonly Case[]): Case {
	const one = product(layer);
	return chained([cut(layer, one.inputs), one, ...readers]);
}

function planOf({ program }: Case): string {
	validateProgram(program);
	return exactnessOf(program).at(-1)?.plan ?? "";
}

const travelOf = ({ program }: Case, index: number): string | undefined =>
	travelTypes(program, new Set([program.operators.length - 1])).get(index);

const BYTE = { low: 0, high: 255 };
const PER_POSITION = "float32 MatMul per position";
const FOLDED = "float32 Conv, rescaled by its weights";

/** Reads bytes in a kernel of integers, and changes nothing. */
const reader = (shape: Layer["shape"]): Case => {
	const channels = shape[1];
	const weights = Array.from({ length: channels }, () => 1);
	const rows = Array.from({ length: channels }, () => ({ bias: 0n, shift: 0 }));
	return product({
		...{ x: BYTE, values: [0], shape, filters: channels, kernel: 1, group: channels, weights },
		...{ rows, clip: BYTE },
	});
};

const drawn = fc.record({
	reach: fc.constantFrom(511, 1023, 2047),
	batch: fc.integer({ min: 1, max: 2 }),
	channels: fc.integer({ min: 1, max: 24 }),
	filters: fc.integer({ min: 1, max: 9 }),
	stride: fc.integer({ min: 1, max: 2 }),
	kernel: fc.constantFrom(1, 1, 3),
	weights: fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 19 }),
	values: fc.array(fc.oneof(fc.integer({ min: -2047, max: 2047 }), fc.constantFrom(-32768, 32767, -1, 1)), {
		minLength: 3,
		maxLength: 50,
	}),
	shift: fc.integer({ min: 0, max: 14 }),
	bias: fc.bigInt(-100000n, 100000n),
	clip: fc.constantFrom(BYTE, { low: 0, high: 200 }, { low: -128, high: 127 }, span(16)),
});

describe("single float32 products of more than bytes", () => {
	it("give the integer definition at every level, into bytes and into 16 bits", async () => {
		const plans = new Map<string, number>();
		await fc.assert(
			fc.asyncProperty(drawn, async ({ reach, batch, channels, filters, shift, bias, ...rest }) => {
				const rows = Array.from({ length: filters }, (_, k) => ({
					bias: bias + BigInt(k),
					shift: (shift + 3 * k) % 15,
				}));
				const example = convolution({
					...{ ...rest, rows, filters, shape: [batch, channels, 5, 4] },
					x: { low: -reach, high: reach },
				});
				const plan = planOf(example);
				plans.set(plan, (plans.get(plan) ?? 0) + 1);
				await checkLevels(example);
			}),
			{ numRuns },
		);
		expect([...plans.keys()]).toEqual(expect.arrayContaining([PER_POSITION, FOLDED]));
	});

	const wide = { x: { low: -1023, high: 1023 }, values: [-1023, 1023, 0, 1, -1, 511], clip: BYTE };

	it.each([
		[1, PER_POSITION],
		[3, FOLDED],
	])("hand bytes on where a kernel of integers reads them, kernel of %i", async (kernel, plan) => {
		const shape = [1, 6, 5, 5] as const;
		const rows = [3, 9, 1, 12, 10, 11].map((shift, k) => ({ bias: BigInt(1000 * k - 999), shift }));
		const first = { ...wide, shape, filters: 6, kernel, weights: [3, -40, 77, 5], rows };
		expect(planOf(convolution(first))).toBe(plan);
		const both = convolution(first, reader(shape));
		expect(travelOf(both, 1)).toBe("uint8");
		await checkLevels(both);
	});

	it.each([1, 3])("round halves up as bytes and as floats, kernel of %i", async (kernel) => {
		// One weight of 1 in the middle: sums are the values.
		const weights = Array.from({ length: kernel * kernel }, (_, i) =>
			2 * i + 1 === kernel * kernel ? 1 : 0,
		);
		const values = [
			-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 509, 510, 511, 1019, 1021, 1022,
		];
		const shape = [1, 1, 5, 5] as const;
		for (const shift of [0, 1, 2, 3]) {
			const rows = [{ bias: 0n, shift }];
			for (const clip of [BYTE, span(16), { low: -128, high: 127 }]) {
				const one = { ...wide, values, shape, filters: 1, kernel, weights, rows, clip };
				await checkLevels(convolution(one));
				if (clip === BYTE) await checkLevels(convolution(one, reader(shape)));
			}
		}
	});

	it.each([1, -1])("take sums up to 2^23 − 1 per position, bias of sign %i", async (sign) => {
		const products = 1023 * 65 * 100;
		const shape = [1, 100, 1, 2] as const;
		const at = (sum: number): Case => {
			const rows = [{ bias: BigInt(sign * (sum - products)), shift: 9 }];
			const clip = { low: 0, high: 32767 };
			const values = [1023 * sign];
			return convolution({ ...wide, values, clip, shape, filters: 1, kernel: 1, weights: [65], rows });
		};
		// The bound counts the half of the divisor as well as that of one.
		const [taken, left] = [2 ** 23 - 1 - 256, 2 ** 23 - 256].map(at);
		if (sign > 0)
			expect([planOf(taken), planOf(left)].map((one) => one === PER_POSITION)).toEqual([true, false]);
		await checkLevels(taken);
		await checkLevels(left);
	});

	it("leave bytes on both ends to convolutions", () => {
		const rows = [{ bias: 0n, shift: 3 }];
		const shape = [1, 2, 3, 3] as const;
		const one = { ...wide, values: [1], shape, filters: 1, kernel: 1, weights: [99], rows };
		expect(planOf(convolution({ ...one, x: BYTE }))).toBe(FOLDED);
		expect(planOf(convolution({ ...one, x: BYTE, clip: span(16) }))).toBe(PER_POSITION);
		expect(planOf(convolution(one))).toBe(PER_POSITION);
	});
});
