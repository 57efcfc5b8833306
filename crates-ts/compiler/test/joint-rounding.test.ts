import { Random } from "@umpire/onnx/random.ts";
import type { Elements, Operator } from "@umpire/operators/program.ts";
import { describe, expect, it } from "vitest";
import { roundTogether } from "../src/quantise/joint-rounding.ts";
import { channelScales } from "../src/quantise/weights.ts";
import { type Moments, momentsOf } from "../src/widths/moments.ts";
import { roundingBy } from "../src/widths/nearest-plane.ts";
import { rowReader } from "../src/widths/product-rows.ts";

const MOST = 63;
const LIMITS = { limit: MOST, sum: Number.POSITIVE_INFINITY };

/** Rows of factors that vary together, around means of their own. */
function rowsOf(count: number, length: number): number[][] {
	const random = new Random(7);
	const means = Array.from({ length }, () => random.uniform(0, 40));
	return Array.from({ length: count }, () => {
		const shared = random.uniform(-60, 60);
		return means.map((mean) => Math.round(mean + shared + random.uniform(-20, 20)));
	});
}

function product(length: number, channels: number) {
	const spec = { layout: [0, 1], width: 16, low: -32768, high: 32767, scale: 0.5 } as const;
	const data = new Int16Array(length * channels);
	const program = {
		steps: 1,
		inputs: [{ ...spec, name: "x", shape: [1, length] }],
		constants: [{ ...spec, name: "w", shape: [length, channels], data }],
		operators: [
			{
				...spec,
				...{ kind: "Dot", form: { type: "matmul" }, shape: [1, channels], node: "", opType: "" },
				operands: [
					{ source: "input", index: 0 },
					{ source: "constant", index: 0 },
				],
			},
		],
		outputs: [],
	};
	// Two products that read the same, as query and key do.
	program.operators.push(program.operators[0]);
	return { program, products: ["y", "z"] } as unknown as Parameters<typeof momentsOf>[0];
}

async function momentsFrom(
	rows: readonly number[][],
	channels: number,
): Promise<ReadonlyMap<string, Moments>> {
	async function* runs() {
		for (const row of rows) {
			async function* steps() {
				yield { outputs: (): Elements[] => [], operators: [] };
			}
			yield { inputs: [Int16Array.from(row)], steps: steps() };
		}
	}
	return momentsOf(product(rows[0].length, channels), runs(), rows.length);
}

/** Mean and variance of what weights' errors change in the sums over rows. */
function errorOf(rows: readonly number[][], errors: readonly number[]): { mean: number; variance: number } {
	const sums = rows.map((row) => row.reduce((sum, x, k) => sum + x * 0.5 * errors[k], 0));
	const mean = sums.reduce((a, b) => a + b, 0) / sums.length;
	return { mean, variance: sums.reduce((a, b) => a + (b - mean) ** 2, 0) / sums.length };
}

const [LENGTH, CHANNELS] = [24, 8];

async function example() {
	const rows = rowsOf(300, LENGTH);
	const random = new Random(2);
	const data = Float64Array.from({ length: LENGTH * CHANNELS }, () => random.uniform(-1, 1));
	const weights = { data, inner: 1, channels: CHANNELS };
	const moments = await momentsFrom(rows, CHANNELS);
	const [rounding, other] = ["y", "z"].map((name) => roundingBy(moments.get(name)!, MOST));
	return { rows, weights, rounding, other };
}

describe("weights rounded in view of one another", () => {
	it("change the sums of their factors by less than a half of what each by itself does", async () => {
		const { rows, weights, rounding } = await example();
		const steps = new Float64Array(CHANNELS).fill(1 / 40);
		const { data, losses, offsets } = rounding(weights, steps);
		let [together, apart] = [0, 0];
		for (let c = 0; c < CHANNELS; c++) {
			const channel = rows[0].map((_, k) => weights.data[k * CHANNELS + c]);
			const own = channel.map((w, k) => w - data[k * CHANNELS + c] / 40);
			const nearest = channel.map((w) => w - Math.round(w * 40) / 40);
			const { mean, variance } = errorOf(rows, own);
			// What the bias makes up for is the mean of the error.
			expect(offsets[c]).toBeCloseTo(mean, 9);
			expect(losses[c] * 0.25).toBeGreaterThanOrEqual(variance * 0.99);
			together += variance;
			apart += errorOf(rows, nearest).variance;
		}
		expect(together).toBeLessThan(apart / 2);
	});

	it("stay within 7 bits, and take the finer step where that loses less", async () => {
		const { weights, rounding } = await example();
		const { scales } = channelScales(weights, LIMITS);
		const scale = { inputScale: 0.5, outputScale: 0.5, limit: 32767 };
		const { data, rows } = roundTogether(weights, scales, undefined, { ...scale, rounding, ratios: false });
		expect(Math.max(...Array.from(data, Math.abs))).toBeLessThanOrEqual(MOST);
		const whole = rounding(
			weights,
			Float64Array.from(scales, (one) => 2 ** Math.ceil(Math.log2(one))),
		);
		const finer = rounding(
			weights,
			Float64Array.from(scales, (one) => 2 ** (Math.ceil(Math.log2(one)) - 1)),
		);
		for (const [c, { multiplier, shift }] of rows.entries()) {
			const step = 2 ** Math.ceil(Math.log2(scales[c]));
			const wanted = finer.losses[c] < whole.losses[c] ? step / 2 : step;
			expect(multiplier / 2 ** shift).toBe(wanted);
		}
	});

	it("take steps between powers of two where their kernel multiplies by any ratio", async () => {
		const { weights, rounding } = await example();
		const { scales } = channelScales(weights, LIMITS);
		const scale = { inputScale: 0.5, outputScale: 8, limit: 32767 };
		const [powers, any] = [false, true].map((ratios) =>
			roundTogether(weights, scales, undefined, { ...scale, rounding, ratios }),
		);
		const lossesOf = ({ rows }: typeof any): Float64Array => {
			const steps = Float64Array.from(rows, ({ multiplier, shift }) => (multiplier / 2 ** shift) * 16);
			return rounding(weights, steps).losses;
		};
		const [coarse, fine] = [powers, any].map(lossesOf);
		const sum = (losses: Float64Array): number => losses.reduce((a, b) => a + b);
		expect(fine.every((loss, c) => loss <= coarse[c])).toBe(true);
		expect(sum(fine)).toBeLessThan(sum(coarse));
		expect(any.rows.every(({ shift }) => shift <= 13)).toBe(true);
		expect(any.rows.some(({ multiplier }) => multiplier > 1)).toBe(true);
		expect(Math.max(...Array.from(any.data, Math.abs))).toBeLessThanOrEqual(MOST);
	});

	it("have biases that take back what their errors add to the mean", async () => {
		const { rows, weights, rounding } = await example();
		const { scales } = channelScales(weights, LIMITS);
		const scale = { inputScale: 0.5, outputScale: 2 ** -20, limit: 2 ** 31 - 1 };
		const quantised = roundTogether(weights, scales, undefined, { ...scale, rounding, ratios: false });
		for (let c = 0; c < CHANNELS; c++) {
			const { bias, multiplier, shift } = quantised.rows[c];
			const ratio = multiplier / 2 ** shift;
			const total = rows.reduce((sum, row) => {
				const acc = row.reduce((a, x, k) => a + x * quantised.data[k * CHANNELS + c], Number(bias));
				const real = row.reduce((a, x, k) => a + x * 0.5 * weights.data[k * CHANNELS + c], 0);
				return sum + acc * ratio * 2 ** -20 - real;
			}, 0);
			// A bias is a whole number of the sum's units.
			expect(Math.abs(total / rows.length)).toBeLessThanOrEqual(ratio * 2 ** -21 * 1.001);
		}
	});

	it("have moments in common where they read the same", async () => {
		const { weights, rounding, other } = await example();
		const steps = new Float64Array(CHANNELS).fill(1 / 40);
		expect(other(weights, steps)).toEqual(rounding(weights, steps));
	});

	it("are the same on every machine: sums of integers, in one order", async () => {
		const { weights, rounding } = await example();
		const { data } = rounding(weights, new Float64Array(CHANNELS).fill(1 / 50));
		const first = [
			8, 36, 4, -22, -4, -41, 37, -31, -3, 16, -40, -7, -11, -35, 25, 47, -35, -48, -48, -44, 3, -1, 8, -7,
		];
		expect([...data.slice(0, 24)]).toEqual(first);
	});
});

describe("rows that convolutions read", () => {
	it("are windows, channel after channel, zero beside the image, of each group", () => {
		const form = { type: "conv", strides: [2, 1], pads: [1, 0], dilations: [1, 2], group: 2 } as const;
		const operator = { form, shape: [1, 2, 2, 2] } as unknown as Operator;
		const x = { shape: [1, 4, 3, 4], layout: [0, 1, 2, 3], width: 16, low: 0, high: 99, scale: 1 } as const;
		const reader = rowReader(operator, x, [2, 2, 2, 2])!;
		expect(reader).toMatchObject({ length: 8, groups: 2, rows: 4 });
		const elements = Int16Array.from({ length: 48 }, (_, i) => i);
		const row = new Float64Array(8);
		reader.read(elements, 1, 1, row);
		// Position (0, 1): rows −1 and 0, columns 1 and 3, of channels 2 and 3.
		expect([...row]).toEqual([0, 0, 25, 27, 0, 0, 37, 39]);
		reader.read(elements, 2, 0, row);
		expect([...row]).toEqual([4, 6, 8, 10, 16, 18, 20, 22]);
	});

	it("end where the image does", () => {
		const form = { type: "conv", strides: [1], pads: [1, 1], dilations: [1], group: 1 } as const;
		const operator = { form, shape: [1, 1, 4] } as unknown as Operator;
		const x = { shape: [1, 2, 4], layout: [0, 1, 2], width: 16, low: 0, high: 99, scale: 1 } as const;
		const row = new Float64Array(6);
		rowReader(operator, x, [1, 2, 3])!.read(Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8), 3, 0, row);
		expect([...row]).toEqual([3, 4, 0, 7, 8, 0]);
	});
});
