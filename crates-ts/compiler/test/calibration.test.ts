import { Histogram, leastSquaresReach, percentileReach } from "@umpire/graph/histogram.ts";
import { compileChecked, expectFaithful, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { tokenLimits } from "../src/import/token-limits.ts";
import { RANGE_METHODS } from "../src/quantise/calibration.ts";

function histogramOf(...tensors: Parameters<Histogram["add"]>[0][]): Histogram {
	const histogram = new Histogram();
	for (const tensor of tensors) histogram.add(tensor);
	return histogram;
}

describe("histograms", () => {
	const [small, large] = [random([1000], 1), floats([3], [40, -1000, 0])];

	test("do not depend on the order of the inputs", () => {
		const [a, b] = [histogramOf(small, large), histogramOf(large, small)];
		expect(a.width).toBe(b.width);
		expect([...a.counts]).toEqual([...b.counts]);
		expect(a.zeros).toBe(b.zeros);
	});

	test("a percentile leaves out that share of the largest magnitudes", () => {
		const values = Array.from({ length: 1000 }, (_, i) => i + 1);
		const reach = percentileReach(histogramOf(floats([1000], values)), 0.9);
		expect(reach).toBeGreaterThanOrEqual(900);
		expect(reach).toBeLessThanOrEqual(902);
	});

	test("the reach of least squared error is that found by trying all bin edges element by element", () => {
		const set = floats([2001], [...Array.from(random([2000], 7).data, Number), 9]);
		const histogram = histogramOf(set);
		const limit = 127;
		const errorAt = (reach: number): number =>
			Array.from(set.data, Number).reduce((sum, value) => {
				const magnitude = Math.abs(value);
				return sum + (magnitude > reach ? (magnitude - reach) ** 2 : (reach / limit) ** 2 / 12);
			}, 0);
		const edges = Array.from({ length: 512 }, (_, bin) => (bin + 1) * histogram.width);
		const best = edges.reduce((a, b) => (errorAt(b) < errorAt(a) ? b : a));
		expect(Math.abs(leastSquaresReach(histogram, limit) - best)).toBeLessThanOrEqual(histogram.width);
		expect(best).toBeLessThan(9);
	});

	test("16 bits clip nothing of normal numbers", () => {
		const histogram = histogramOf(small);
		const most = Math.max(...Array.from(small.data as Float32Array, Math.abs));
		expect(leastSquaresReach(histogram, 32767)).toBeGreaterThanOrEqual(most);
	});
});

describe.each(RANGE_METHODS)("ranges by %s", (ranges) => {
	const weights = random([16, 16], 5);
	const network = modelOf([[4, 16]], (g, [x]) =>
		g.node("MatMul", [
			g.node("Tanh", [g.node("MatMul", [x, g.constant("v", weights)])]),
			g.constant("w", weights),
		]),
	);

	test.each([8, 16] as const)("%i bits", async (bits) => {
		const inputs = [1, 2, 3, 4].map((seed) => [random([4, 16], seed)]);
		await expectFaithful(network, bits === 8 ? 0.05 : 0.002, { inputs, bits, ranges });
	});

	test("one outlier costs the other inputs little", async () => {
		const inputs = [1, 2, 3, 4].map((seed) => [random([4, 16], seed)]);
		(inputs[0][0].data as Float32Array)[0] = 1000;
		await expectFaithful(network, 0.01, { inputs, ranges, budget: 0.01 });
	});

	test("zeros everywhere", async () => {
		const { report } = await compileChecked(network, {
			inputs: [[floats([4, 16], new Array(64).fill(0))]],
			ranges,
		});
		expect(report.fidelity!.outputs[0].maxAbs).toBe(0);
	});
});

describe("an error budget", () => {
	/** A sum of something large and something small, of which only the small part is left in the end. */
	const cancelling = modelOf(
		[
			[1, 8],
			[1, 8],
		],
		(g, [x, y]) => {
			// How fine a divisor has to be is not asked for from the start.
			const [dividend, divisor] = [x, y].map((one, k) => g.node("Add", [one, g.scalar(`offset${k}`, 5000)]));
			return g.node("Sub", [g.node("Div", [dividend, divisor]), g.scalar("one", 1)]);
		},
	);
	const inputs = [1, 2].map((seed) => [random([1, 8], seed), random([1, 8], seed + 10)]);

	test("is met by giving single values more bits", async () => {
		const BUDGET = 0.01;
		const [before, after] = [
			await compileChecked(cancelling, { inputs }),
			await compileChecked(cancelling, { inputs, budget: BUDGET }),
		];
		expect(before.report.fidelity!.outputs[0].maxRelRange).toBeGreaterThan(BUDGET);
		expect(after.report.fidelity!.outputs[0].maxRelRange).toBeLessThanOrEqual(BUDGET);
		expect(after.report.budget).toMatchObject({ budget: { measure: "natural", most: BUDGET }, met: true });
		expect(after.report.budget!.refined.length).toBeGreaterThan(0);
		const again = await compileChecked(cancelling, { inputs, budget: BUDGET });
		expect(again.program).toEqual(after.program);
	});

	test("refines reductions that drop their axes", async () => {
		const model = modelOf(
			[[3, 8]],
			(g, [x]) => {
				const sums = g.node("ReduceSum", [x, g.ints("axes", [1])], { keepdims: 0 });
				const most = g.node("ReduceMax", [sums, g.ints("axis", [0])], { keepdims: 0 });
				return g.node("Sub", [sums, most]);
			},
			18,
		);
		const near = Array.from({ length: 24 }, (_, k) => 100 + k / 2048);
		const { report } = await compileChecked(model, { inputs: [[floats([3, 8], near)]], budget: 1e-3 });
		expect(report.budget!.refined.map(({ value }) => value)).toContain("ReduceSum_0_output_0");
	});

	test("that is met at once changes nothing", async () => {
		const network = modelOf([[2, 8]], (g, [x]) => g.node("Relu", [x]));
		const [plain, within] = [await compileChecked(network), await compileChecked(network, { budget: 0.01 })];
		expect(within.program).toEqual(plain.program);
		expect(within.report.budget).toMatchObject({ met: true, refined: [], rounds: 0, limits: [] });
	});

	test("that cannot be met is reported as such", async () => {
		const network = modelOf([[2, 8]], (g, [x]) => g.node("Sigmoid", [x]));
		const { report } = await compileChecked(network, { budget: 1e-12 });
		expect(report.budget?.met).toBe(false);
	});
});

describe("calibration inputs", () => {
	test("that give no numbers are refused with the node", async () => {
		const model = modelOf([[4]], (g, [x]) =>
			g.node("Relu", [g.node("Log", [g.node("Neg", [g.node("Abs", [x])])], {}, "/broken/Log")]),
		);
		await expect(compile(model, { inputs: [[floats([4], [1, 2, 3, 4])]] })).rejects.toThrow("/broken/Log");
	});

	test("token ids stay below the size of their table", () => {
		const model = modelOf([[3]], (g) => {
			const tokens = g.input("tokens", "int64", [1, 4]);
			const cast = g.node("Cast", [tokens], { to: 6 });
			return g.node("Gather", [g.constant("table", random([7, 3], 1)), cast]);
		});
		expect([...tokenLimits(model.graph)]).toEqual([["tokens", 7]]);
	});

	test("made up for token ids use the whole table", async () => {
		const model = modelOf([], (g) => {
			const tokens = g.input("tokens", "int64", [1, 64]);
			return g.node("Gather", [g.constant("table", random([7, 3], 1)), tokens]);
		});
		const { program } = await compile(model);
		expect(program.inputs[0].scale).toBe(1);
		expect(program.inputs[0].high).toBeGreaterThanOrEqual(6);
	});
});
