import { type Measured, refineToBudget } from "@umpire/compiler/fidelity/budget.ts";
import { budgetText, keepsArgmax, parseBudget } from "@umpire/compiler/fidelity/error-budget.ts";
import { float64Feed, float64Model } from "@umpire/compiler/fidelity/float64.ts";
import { Judge, type Judgement, worstError } from "@umpire/compiler/fidelity/judge.ts";
import { probabilitiesOf } from "@umpire/compiler/fidelity/probabilities.ts";
import { missedBudget } from "@umpire/compiler/fidelity/report.ts";
import { finerThan, precisionOf } from "@umpire/compiler/quantise/scales.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import { compileChecked, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

describe("an error budget", () => {
	test.each([
		["1%", { measure: "natural", most: 0.01 }],
		["0.02", { measure: "natural", most: 0.02 }],
		["0", { measure: "natural", most: 0 }],
		[".5%", { measure: "natural", most: 0.005 }],
		["abs:0.01", { measure: "absolute", most: 0.01 }],
		["ABS:1e-3", { measure: "absolute", most: 0.001 }],
		["rel:2%", { measure: "relative", most: 0.02 }],
	])("reads %s", (text, budget) => {
		expect(parseBudget(text)).toEqual(budget);
	});

	test.each(["", "x", "-1", "1 %%", "abs:", "abs:1%", "max:1", "1e999", "NaN", "0x10"])(
		"refuses %j",
		(text) => {
			expect(parseBudget(text)).toBeUndefined();
		},
	);

	test("says what it means", () => {
		expect(budgetText({ measure: "natural", most: 0.01 })).toMatch(
			/^1 % of an output's range, 0.01 of a prob/,
		);
		expect(budgetText({ measure: "absolute", most: 0.02 })).toBe("0.02 in the output's units");
		expect(budgetText({ measure: "relative", most: 0.02 })).toBe("2 % of every element");
	});
});

describe("an output is judged", () => {
	const judged = (
		reference: number[],
		values: number[],
		shape: number[],
		isProbability = false,
		step = 1e-3,
	): Judgement => {
		const judge = new Judge(isProbability);
		judge.add(reference, values, shape, step);
		return judge.judgement;
	};

	test("by its worst element, absolutely and relatively", () => {
		const { worst, worstRelative, maxAbs, maxRelative } = judged(
			[100, 1, 0.01, 7],
			[101, 1, 0.02, 7],
			[2, 2],
		);
		expect(worst).toMatchObject({ position: [0, 0], expected: 100, found: 101, absolute: 1 });
		expect(worstRelative).toMatchObject({ position: [1, 0], expected: 0.01 });
		expect([maxAbs, maxRelative]).toEqual([1, 1]);
	});

	test("by the measure of the budget", () => {
		const one = judged([100, 1], [100.5, 1], [1, 2]);
		expect(worstError([one], { measure: "natural" })).toBeCloseTo(0.5 / 99, 4);
		expect(worstError([one], { measure: "absolute" })).toBe(0.5);
		expect(worstError([one], { measure: "relative" })).toBe(0.005);
		expect(worstError([judged([0, 1], [0.1, 1], [1, 2])], { measure: "relative" })).toBe(Infinity);
	});

	test("by its error as it is if it is a probability", () => {
		expect(worstError([judged([0.027], [0.028], [1], true)], { measure: "natural" })).toBeCloseTo(0.001, 9);
		expect(worstError([judged([0.027], [0.028], [1])], { measure: "natural" })).toBeGreaterThan(0.03);
	});

	test("wrong if the largest of the classes is another, unless float32 cannot tell", () => {
		expect(judged([1, 1.0001], [1, 0.9999], [1, 2], false, 1).argmaxAgrees).toBe(0);
		expect(judged([1, 1 + 2 ** -18], [1, 0.9999], [1, 2], false, 1).argmaxAgrees).toBe(1);
		expect(worstError([judged([1, 2], [2, 1], [1, 2])], { measure: "absolute" })).toBe(Infinity);
	});

	test("without infinities, masks and what is not a number", () => {
		const strange = [Number.NEGATIVE_INFINITY, -3.4028235e38, Number.NaN, 2];
		expect(judged(strange, [-9, -9, 5, 2], [4]).maxAbs).toBe(0);
	});
});

describe("probabilities", () => {
	const isProbability = (build: (g: GraphBuilder, x: string) => string): boolean => {
		const { graph } = modelOf([[1, 4]], (g, [x]) => build(g, x));
		return probabilitiesOf(graph).size === 1;
	};
	const softmax = (g: GraphBuilder, x: string): string => g.node("Softmax", [x], { axis: 1 });
	const one = (g: GraphBuilder): string => g.scalar("one", 1);

	test("come from a softmax or a sigmoid, however they are moved and cut", () => {
		expect(isProbability(softmax)).toBe(true);
		expect(isProbability((g, x) => g.node("Transpose", [g.node("Sigmoid", [x])], { perm: [1, 0] }))).toBe(
			true,
		);
		expect(isProbability((g, x) => g.node("Sub", [one(g), g.node("Sigmoid", [x])]))).toBe(true);
		expect(isProbability((g, x) => g.node("Concat", [softmax(g, x), softmax(g, x)], { axis: 0 }))).toBe(true);
	});

	test("may be written out", () => {
		expect(
			isProbability((g, x) => {
				const power = g.node("Exp", [g.node("Neg", [x])]);
				return g.node("Div", [one(g), g.node("Add", [power, g.scalar("uno", 1)])]);
			}),
		).toBe(true);
		expect(
			isProbability((g, x) => {
				const power = g.node("Exp", [x]);
				return g.node("Div", [power, g.node("ReduceSum", [power, g.ints("axes", [1])])]);
			}),
		).toBe(true);
	});

	test("are not scores, nor what is scaled", () => {
		expect(isProbability((g, x) => g.node("Relu", [x]))).toBe(false);
		expect(isProbability((g, x) => g.node("Mul", [softmax(g, x), g.scalar("hundred", 100)]))).toBe(false);
		expect(isProbability((g, x) => g.node("Log", [softmax(g, x)]))).toBe(false);
		expect(isProbability((g, x) => g.node("Concat", [softmax(g, x), x], { axis: 0 }))).toBe(false);
	});
});

test("float64 tells what float32 rounds, where onnxruntime has kernels for it", async () => {
	const model = modelOf([[1, 1]], (g, [x]) => g.node("Sigmoid", [x]));
	const feed = new Map([["x0", floats([1, 1], [-16.0363933])]]);
	const wide = await float64Model(model, feed);
	const [result] = (await runFloat(wide!, float64Feed(feed))).values();
	expect(Number(result.data[0])).toBeCloseTo(1.0851e-7, 11);
	const image = modelOf([[1, 1, 3, 3]], (g, [x]) =>
		g.node("Conv", [x, g.constant("w", random([1, 1, 3, 3]))], { kernel_shape: [3, 3] }),
	);
	expect(await float64Model(image, new Map([["x0", random([1, 1, 3, 3])]]))).toBeUndefined();
});

describe("a program that misses its budget", () => {
	// Rounded to 8 bits on purpose: no width is fine enough for this budget.
	const model = modelOf([[2, 8]], (g, [x]) =>
		g.node("Tanh", [g.node("MatMul", [x, g.constant("w", random([8, 4], 3))])]),
	);
	const budget = { measure: "absolute", most: 1e-12 } as const;

	test("says which output, by how much, where it arises, and what limits it", async () => {
		const { report } = await compileChecked(model, { budget });
		expect(report.budget).toMatchObject({ met: false, budget });
		expect(report.budget!.limits.length).toBeGreaterThan(0);
		expect(missedBudget(report)).toMatch(
			/budget \(1e-12 in the output's units\) is missed: output "[^"]+" is off by up to .*; most of it arises at .*node .*: .*; more calibration/,
		);
	});

	test.each(["1e-9%", "abs:1e-12", "rel:1e-9%", "mean:1e-9%"])(
		"names the budget with which it does not, for %s",
		async (text) => {
			const { report } = await compileChecked(model, { budget: parseBudget(text)! });
			const named = /, --budget (\S+) allows it$/.exec(missedBudget(report)!)?.[1];
			expect(named).toMatch(/^[a-z]*/.exec(text)![0]);
			const followed = await compileChecked(model, { budget: parseBudget(named!)! });
			expect(followed.report.budget).toMatchObject({ met: true });
		},
	);

	test("names a budget that asks for no largest element where that is another", async () => {
		const { report } = await compileChecked(model, { budget });
		const outputs = report.fidelity!.outputs.map((one) => ({
			...one,
			argmaxAgrees: 0.5,
			rows: { isClasses: true, why: "they are named" },
		}));
		const missed = missedBudget({ ...report, fidelity: { ...report.fidelity!, outputs } });
		const named = /, --budget (mean:\S+) does not ask which element is the largest$/.exec(missed!)?.[1];
		expect(keepsArgmax(parseBudget(named!)!)).toBe(false);
	});

	/** A search among so many values, of which no one's bits help, or can be had. */
	async function searched(count: number, isRefused = false) {
		const names = Array.from({ length: count }, (_, k) => `v${k}`);
		const sizes: number[] = [];
		const judge = new Judge();
		judge.add([0, 1], [0.5, 1], [1, 2], 1);
		const loss = { maxAbs: 1, meanAbs: 1, saturated: 0, inherited: 0 };
		const measured = {
			lowered: {
				program: {
					inputs: [],
					operators: names.map(() => ({ kind: "Add", form: { type: "linear" }, operands: [{}] })),
				},
				origins: names,
			},
			fidelity: {
				outputs: [{ name: "y", ...judge.judgement }],
				operators: names.map((_, k) => ({ ...loss, maxRelRange: k / 1000 })),
			},
		} as unknown as Measured;
		const { report } = await refineToBudget(
			measured,
			{ measure: "natural", most: 0.01 },
			{
				facts: { types: new Map(names.map((name) => [name, "float32" as const])) } as unknown as Facts,
				finest: finerThan(precisionOf(16, 1), 1),
				sharedRanges: [],
				build: (overrides) => {
					sizes.push(overrides.size);
					if (isRefused) throw new CompileError("there is no room");
					return measured;
				},
				measure: async () => measured,
			},
		);
		return { report, sizes };
	}

	test("is not searched for any longer when rounds gain nothing: the rest is tried at once", async () => {
		const { report, sizes } = await searched(200);
		expect(sizes).toEqual([4, 12, 200]);
		expect(report).toMatchObject({ met: false, rounds: 3, refined: [] });
		expect(report.limits.map(({ value }) => value)).toEqual(["v199", "v198", "v197"]);
	});

	test("is searched for with so many operators only: of a large program more values at once", async () => {
		const { report, sizes } = await searched(10_000);
		expect(sizes).toEqual([3334, 10_000]);
		expect(report.limits[0].reason).toBe("more bits for it did not help");
	});

	test("is said to be missed for values that were not tried where the search ended before", async () => {
		const { report, sizes } = await searched(10_000, true);
		expect(sizes.length).toBeLessThan(20);
		expect(report.rounds).toBe(1);
		expect(report.limits[2].reason).toMatch(/were not tried: a search builds only so many operators/);
	});

	test("is no complaint where the budget is met", async () => {
		const { report } = await compileChecked(model, { budget: 0.01 });
		expect(missedBudget(report)).toBeUndefined();
	});
});

test("activations that are almost nothing become constants, not finer and finer grids", async () => {
	for (const tiny of [0, 1e-12, 1e-28, 1e-40]) {
		const model = modelOf([[1, 4]], (g, [x]) => {
			let h = g.node("Mul", [x, g.scalar("tiny", tiny)]);
			for (let layer = 0; layer < 8; layer++) {
				const w = g.constant(`w${layer}`, random([4, 4], layer + 2));
				const bias = g.constant(`b${layer}`, floats([4], layer % 3 === 2 ? [-5, -4, -3, -2] : [0, 0, 0, 0]));
				h = g.node("Relu", [g.node("Gemm", [h, w, bias])]);
				if (layer % 3 === 1) h = g.node("Mul", [h, h]);
			}
			return g.node("Add", [h, g.node("Gemm", [x, g.constant("w", random([4, 4], 20))])]);
		});
		const { report } = await compileChecked(model);
		expect(report.fidelity!.outputs[0].maxRelRange).toBeLessThan(1e-3);
	}
});
