import type { Width } from "@umpire/commitment/constants.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { travelTypes } from "@umpire/operators/travel.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { DIGITS } from "@umpire/operators/weight-digits.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Case, caseOf } from "./arbitrary-case.ts";
import { digitMatmuls } from "./arbitrary-digits.ts";
import {
	behindClip,
	chained,
	chains,
	kernelConvs,
	kernelMatmuls,
	pointwiseConvs,
} from "./arbitrary-kernels.ts";
import { elementsOf, span } from "./arbitrary-tensors.ts";
import { checkLevels } from "./reference.ts";

/** More with UMPIRE_FUZZ_RUNS. */
const numRuns = Number(process.env.UMPIRE_FUZZ_RUNS ?? 40);

const forms: Record<string, fc.Arbitrary<Case>> = {
	"8-bit MatMul": kernelMatmuls,
	"8-bit Conv": kernelConvs,
	"8-bit MatMul per position": pointwiseConvs,
};

describe("what integer kernels compute is the integer definition, at every level", () => {
	for (const [name, cases] of Object.entries(forms)) {
		it(`${name}, its input as a float`, async () => {
			let taken = 0;
			await fc.assert(
				fc.asyncProperty(cases, async (example) => {
					if (planOf(example).includes("8-bit")) taken++;
					await checkLevels(example);
				}),
				{ numRuns },
			);
			expect(taken).toBeGreaterThan(numRuns / 2);
		});

		it.each([
			[0, 255],
			[-128, 127],
			[0, 200],
			[0, 65535],
			[-32768, 32767],
		])(`${name}, its input clipped to %i … %i`, async (low, high) => {
			await fc.assert(
				fc.asyncProperty(cases, (example) => checkLevels(behindClip(example, low, high))),
				{ numRuns: Math.ceil(numRuns / 4) },
			);
		});
	}
});

describe("weights of two digits", () => {
	it.each([
		["as they come", undefined],
		["never negative", [0, 65535]],
		["clipped to 15 bits", [-16384, 16383]],
	] as const)("give the integer definition at every level, inputs %s", async (_, clip) => {
		const plans = new Map<string, number>();
		await fc.assert(
			fc.asyncProperty(digitMatmuls, async (drawn) => {
				const example = clip === undefined ? drawn : behindClip(drawn, clip[0], clip[1]);
				const plan = planOf(example);
				plans.set(plan, (plans.get(plan) ?? 0) + 1);
				await checkLevels(example);
			}),
			{ numRuns },
		);
		const taken = [...plans].filter(([plan]) => plan.includes("two digits"));
		expect(taken.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(numRuns / 3);
	});
});

it.each([
	[DIGITS.low, "two digits"],
	[DIGITS.low - 1, "float64"],
	[DIGITS.high, "two digits"],
	[DIGITS.high + 1, "float64"],
])("weights that two digits hold have them: %i by %s", async (weight, plan) => {
	const [k, n] = [128, 512];
	const spec = (shape: number[]) => ({ shape, layout: [0, 1], width: 16, ...span(16), scale: 1 }) as const;
	const weights = Array.from({ length: k * n }, (_, i) => (i % 3 === 0 ? weight : i % 5));
	const range = { low: Math.min(weight, 0), high: Math.max(weight, 4) };
	const example = caseOf(
		{
			...spec([1, n]),
			kind: "Dot",
			form: { type: "matmul" },
			rescale: { axes: [], rows: [{ bias: 5n, multiplier: 1, shift: 15 }] },
		},
		[
			{ spec: spec([1, k]), data: Int16Array.from({ length: k }, (_, i) => 513 * i), constant: false },
			{ spec: { ...spec([k, n]), ...range }, data: elementsOf(16, weights), constant: true },
		],
	);
	expect(planOf(example)).toContain(plan);
	await checkLevels(example);
});

describe("tensors between integer kernels", () => {
	it("travel as bytes and words, and the numbers stay the same", async () => {
		const seen = new Set<string>();
		await fc.assert(
			fc.asyncProperty(chains, async (example) => {
				validateProgram(example.program);
				exactnessOf(example.program);
				const last = example.program.operators.length - 1;
				for (const type of travelTypes(example.program, new Set([last])).values()) seen.add(type);
				await checkLevels(example);
			}),
			{ numRuns },
		);
		expect(seen).toEqual(new Set(["uint8", "uint16", "float64"]));
	});
});

/** One output of `k` products at the ends of bytes and weights, with a bias. */
function atEnd(k: number, weight: number, bias: bigint, width: 8 | 16): Case {
	const { low, high } = span(width);
	const spec = (shape: number[]) => ({ shape, layout: [0, 1], width, low, high, scale: 1 });
	const x = elementsOf(width, Array<number>(k).fill(weight < 0 === bias < 0n ? high : low));
	const w = { ...spec([k, 1]), width: 8, low: weight, high: weight } as const;
	return caseOf(
		{
			...spec([1, 1]),
			kind: "Dot",
			form: { type: "matmul" },
			rescale: { axes: [1], rows: [{ bias, multiplier: 1, shift: 9 }] },
		},
		[
			{ spec: spec([1, k]), data: x, constant: false },
			{ spec: w, data: elementsOf(8, Array<number>(k).fill(weight)), constant: true },
		],
	);
}

/** What a dense layer of 16-bit inputs by weights of 7 bits is cut to, and what its result travels as to another. */
const cuts: readonly (readonly [
	low: number,
	high: number,
	shifts: readonly number[],
	travels: string | undefined,
])[] = [
	[-32768, 32767, [8], "uint16"],
	[0, 65535, [8, 9], "uint16"],
	[0, 255, [8, 9], "uint8"],
	[0, 200, [8], "uint8"],
	// onnxruntime has no Clip of uint16.
	[0, 32767, [8], undefined],
	[0, 32767, [8, 9], undefined],
	[-300, 300, [9], undefined],
	[1, 65535, [8], undefined],
	[-32768, 32766, [8], undefined],
];

describe("between dense layers", () => {
	it.each(cuts)("results cut to %i … %i by shifts %j travel as %s", async (low, high, shifts, travels) => {
		const [n, k] = [4, 4];
		const layer = (own: { low: number; high: number }, list: readonly number[], seed: number): Case => {
			const spec = (shape: number[], width: Width) => ({
				shape,
				layout: [0, 1],
				width,
				...span(width),
				scale: 1,
			});
			const weights = Array.from({ length: k * n }, (_, i) => ((i * 37 + seed) % 128) - 64);
			const x = [32767, -32768, 32767, -32768, 5, 77, -9, 1000, 32767, 32767, -32768, -32768];
			const rows = Array.from({ length: n }, (_, j) => {
				return { bias: BigInt(j - 2), multiplier: 1, shift: list[j % list.length] };
			});
			return caseOf(
				{ ...spec([3, n], 32), ...own, kind: "Dot", form: { type: "matmul" }, rescale: { axes: [1], rows } },
				[
					{ spec: spec([3, k], 16), data: elementsOf(16, x), constant: false },
					{ spec: spec([k, n], 8), data: elementsOf(8, weights), constant: true },
				],
			);
		};
		const example = chained([layer({ low, high }, shifts, 1), layer(span(16), [8], 5)]);
		validateProgram(example.program);
		for (const { plan } of exactnessOf(example.program)) expect(plan).toContain("8-bit MatMul");
		expect(travelTypes(example.program, new Set([1])).get(0)).toBe(travels);
		await checkLevels(example);
	});
});

describe("at the ends of what is exact", () => {
	// Bytes 0 … 255 (v + 128) by 63, 200 times: the zero point takes 128·63·200 off the bias.
	const [k, weight] = [200, 63];
	const zero = BigInt(128 * k * weight);
	const room = BigInt(2 ** 23 - 1);

	it.each([1n, -1n])("sums of bytes reach 2^23 − 1 beside their half, bias of sign %i", async (sign) => {
		const most = sign > 0n ? room - BigInt(127 * k * weight) : zero - room;
		const taken = atEnd(k, weight, most, 8);
		expect(exactnessOf(taken.program)[0]).toMatchObject({ plan: "8-bit MatMul" });
		await checkLevels(taken);
		const left = atEnd(k, weight, most + sign, 8);
		expect(planOf(left)).not.toContain("8-bit");
		await checkLevels(left);
	});

	it.each([
		["least", -64, true],
		["greatest", 63, true],
		["beyond the least", -65, false],
		["beyond the greatest", 64, false],
	])("weights that do not saturate: the %s", async (_, value, expected) => {
		const example = atEnd(k, value, 0n, 8);
		expect(planOf(example).includes("8-bit")).toBe(expected);
		await checkLevels(example);
	});

	it("sums of upper bytes reach 2^23 − 1 beside their half", async () => {
		// 128·63·1040 = 8386560 < 2^23 = 8388608 < 128·63·1041
		const [fits, over] = [atEnd(1040, 63, 0n, 16), atEnd(1041, 63, 0n, 16)];
		expect([planOf(fits), planOf(over).includes("8-bit")]).toEqual(["2 8-bit MatMul", false]);
		await checkLevels(fits);
		await checkLevels(over);
	});

	/** All bytes by one weight of 1, into channels of these rows, as bytes with or without a zero point. */
	function halves(shift: number, biases: readonly number[], low: number): Case {
		const x = Int8Array.from({ length: 256 }, (_, i) => i - 128);
		const spec = (shape: number[], width: Width) => {
			return { shape, layout: shape.map((_, axis) => axis), width, ...span(width), scale: 1 };
		};
		const rows = biases.map((bias) => ({ bias: BigInt(bias), multiplier: 1, shift }));
		const form = { type: "conv", strides: [1], pads: [0, 0], dilations: [1], group: 1 } as const;
		const { length } = biases;
		return caseOf(
			{
				...spec([1, length, 256], 16),
				...(low < 0 ? span(8) : { low, high: 255 }),
				kind: "Dot",
				form,
				rescale: { axes: [1], rows },
			},
			[
				{ spec: spec([1, 1, 256], 8), data: x, constant: false },
				{ spec: spec([length, 1, 1], 8), data: new Int8Array(length).fill(1), constant: true },
			],
		);
	}

	it.each([
		[1, 0],
		[1, -1],
		[3, 0],
		[3, -1],
		[8, -1],
		[14, 0],
		[14, -1],
	])("a convolution rounds halves up, shift %i, least result of sign %i", async (shift, low) => {
		const half = 2 ** shift / 2;
		// Halves and what is beside them, near 0 and at both ends of the result.
		const places = low < 0 ? [-128, -1, 0, 126] : [0, 1, 127, 254];
		const biases = places.flatMap((place) => [-1, 0, 1].map((beside) => place * 2 ** shift + half + beside));
		const example = halves(shift, biases, low);
		expect(planOf(example)).toBe("8-bit Conv");
		await checkLevels(example);
	});

	/** All channels at one end, by weights at one end, into one channel, at each of three positions. */
	function channels(count: number, weight: number, bias: bigint, width: 8 | 16): Case {
		const made = atEnd(count, weight, bias, width);
		const [operator] = made.program.operators;
		const [input] = made.program.inputs;
		const [w] = made.program.constants;
		const layout = [0, 1, 2];
		const form = { type: "conv", strides: [1], pads: [0, 0], dilations: [1], group: 1 } as const;
		return {
			inputs: made.inputs.map((x) =>
				elementsOf(
					width,
					Array.from(x).flatMap((v) => [v, 0, v]),
				),
			),
			program: {
				...made.program,
				inputs: [{ ...input, shape: [1, count, 3], layout }],
				constants: [{ ...w, data: w.data, shape: [1, count, 1], layout }],
				// The kernel of convolutions gives bytes from sums as large.
				operators: [{ ...operator, form, shape: [1, 1, 3], layout, width: 16, low: -200, high: 200 }],
			},
		};
	}

	it.each([1n, -1n])("sums per position reach 2^23 − 1 beside their half, bias of sign %i", async (sign) => {
		const most = sign > 0n ? room - BigInt(127 * k * weight) : zero - room;
		const taken = channels(k, weight, most, 8);
		expect(planOf(taken)).toBe("8-bit MatMul per position");
		await checkLevels(taken);
		const left = channels(k, weight, most + sign, 8);
		expect(planOf(left)).not.toContain("8-bit");
		await checkLevels(left);
	});

	it("sums per position of upper bytes reach 2^23 − 1 beside their half", async () => {
		const [fits, over] = [channels(1040, 63, 0n, 16), channels(1041, 63, 0n, 16)];
		expect([planOf(fits), planOf(over).includes("8-bit")]).toEqual(["2 8-bit MatMul per position", false]);
		await checkLevels(fits);
		await checkLevels(over);
	});

	it.each<[Width, number, number]>([
		[8, 1, -1],
		[8, 3, 0],
		[8, 6, -1],
		[16, 8, -1],
		[16, 8, 0],
		[16, 9, -1],
		[16, 12, 0],
	])(
		"a matrix product of %i bits rounds halves up, shift %i, least result of sign %i",
		async (width, shift, low) => {
			const { low: least, high: greatest } = span(width);
			const [step, clip] = [2 ** shift, low < 0 ? span(width) : { low: 0, high: 255 }];
			const places = [-128, -3, -1, 0, 1, 5, 126].map((place) => place * step + step / 2);
			const values = places
				.flatMap((value) => [value - 1, value, value + 1])
				.filter((value) => value >= least && value <= greatest);
			const [m, n] = [values.length, 3];
			const spec = (shape: number[], bits: Width) => ({
				shape,
				layout: [0, 1],
				width: bits,
				...span(bits),
				scale: 1,
			});
			const layer = (
				shift: number,
				biases: readonly number[],
				own: { low: number; high: number },
				k: number,
			): Case => {
				const rows = biases.map((bias) => ({ bias: BigInt(bias), multiplier: 1, shift }));
				const weights = elementsOf(
					8,
					Array.from({ length: k * n }, (_, i) => (k === 1 || i % n === Math.floor(i / n) ? 1 : 0)),
				);
				return caseOf(
					{
						...spec([m, n], 16),
						...own,
						kind: "Dot",
						form: { type: "matmul" },
						rescale: { axes: [1], rows },
					},
					[
						{ spec: spec([m, k], width), data: elementsOf(width, values), constant: false },
						{ spec: spec([k, n], 8), data: weights, constant: true },
					],
				);
			};
			const rounding = layer(shift, [0, 1, -1], clip, 1);
			await checkLevels(rounding);
			// Behind it one that changes nothing reads it as it travels, which is rounded otherwise.
			const same = layer(1, [0, 0, 0], span(16), 3);
			const [operator] = same.program.operators;
			const rows = [{ bias: 0n, multiplier: 2, shift: 1 }];
			const unit = { ...same.program, operators: [{ ...operator, rescale: { axes: [], rows } }] };
			const both = chained([rounding, { ...same, program: unit }]);
			expect(planOf(rounding)).toContain("8-bit");
			const travelling = travelTypes(both.program, new Set([1])).get(0);
			expect(travelling).toBe(low < 0 && width === 16 ? "uint16" : "uint8");
			await checkLevels(both);
		},
	);

	it.each([1, -1])("sums of a convolution reach 2^22 − 1, bias of sign %i", async (sign) => {
		const most = sign > 0 ? 2 ** 22 - 1 - 127 : 1 - 2 ** 22 + 128;
		expect(planOf(halves(14, [most], 0))).toBe("8-bit Conv");
		await checkLevels(halves(14, [most], 0));
		expect(planOf(halves(14, [most + sign], 0))).not.toBe("8-bit Conv");
		await checkLevels(halves(14, [most + sign], 0));
	});

	it("takes rows that divide by powers of two alone", () => {
		const example = atEnd(k, weight, 0n, 8);
		const [operator] = example.program.operators;
		const rows = [{ bias: 0n, multiplier: 3, shift: 9 }];
		const other = { ...example.program, operators: [{ ...operator, rescale: { axes: [1], rows } }] };
		expect(planOf({ ...example, program: other })).not.toContain("8-bit");
	});
});

function planOf({ program }: Case): string {
	validateProgram(program);
	return exactnessOf(program).at(-1)?.plan ?? "";
}
