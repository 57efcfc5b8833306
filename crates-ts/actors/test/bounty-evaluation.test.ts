import { architectureOf, vectorOf, weightsFor } from "@umpire/actors/bounties/architecture.ts";
import { digitsBounty, trained } from "@umpire/actors/bounties/demo-digits.ts";
import { GOOD, type Kinks, POOR, squareNetwork } from "@umpire/actors/bounties/demo-square.ts";
import { type Evaluation, evaluationOf, inputsOf, scoresOf } from "@umpire/actors/bounties/evaluation.ts";
import { unpairedNode } from "@umpire/actors/bounties/pairs.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { SEED_LANES, SEED_MODULUS, seedStates } from "@umpire/markets/seed.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { rowsAt } from "@umpire/training/data/labelled.ts";
import { beforeAll, describe, expect, test } from "vitest";

const STEPS = 10;
const DRAWS = STEPS * SEED_LANES;
const VALUES = [5n, 6n, 7n].map((value) => seedStates(wordHex(value)));
const vector = (model: Model) => vectorOf(architectureOf(model));

/** The states that a program draws, lane by lane, as the generator is defined. */
function* drawn(states: ArrayLike<number>): Generator<number> {
	for (let lane = 0; lane < SEED_LANES; lane++) {
		let state = BigInt(states[lane]);
		for (let step = 0; step < STEPS; step++) {
			state = (state * 48271n) % BigInt(SEED_MODULUS);
			yield Number(state);
		}
	}
}

describe("networks that approximate x²", () => {
	let evaluation: Evaluation;
	beforeAll(async () => {
		evaluation = await evaluationOf(squareNetwork(POOR), {
			task: { kind: "square" },
			steps: STEPS,
			range: 2,
		});
	});

	/** R² in float64 on the same numbers; an error counts for no more than four times the variance. */
	function scoreOf([slopes, places, counts]: Kinks, states: ArrayLike<number>): number {
		let sum = 0;
		for (const state of drawn(states)) {
			const x = state * 2 ** -30 - 1;
			const found = slopes.reduce((y, w, i) => y + counts[i] * Math.max(0, w * x + places[i]), 0);
			sum += Math.min((found - x * x) ** 2, (4 * 4) / 45);
		}
		return 1 - sum / (DRAWS * (4 / 45));
	}

	test("both sides are scored by R² on numbers that follow from the states", async () => {
		const { program } = evaluation;
		const { scale } = program.operators[program.outputs[0].operator];
		for (const states of VALUES) {
			const sides = [vector(squareNetwork(POOR)), vector(squareNetwork(GOOD))] as const;
			const scores = await scoresOf(program, inputsOf(program, ...sides, states));
			expect(Math.abs(scores[0] * scale - scoreOf(POOR, states))).toBeLessThan(5e-3);
			expect(Math.abs(scores[1] * scale - scoreOf(GOOD, states))).toBeLessThan(5e-3);
		}
	});

	test("M3: the same weights score the same on both sides, and sides can be changed", async () => {
		const { program } = evaluation;
		const [poor, good] = [POOR, GOOD].map((kinks) => vector(squareNetwork(kinks)));
		const values = Array.from({ length: 10 }, (_, value) => seedStates(wordHex(BigInt(value))));
		for (const states of values) {
			for (const weights of [poor, good]) {
				const [before, after] = await scoresOf(program, inputsOf(program, weights, weights, states));
				expect(before).toBe(after);
			}
			const there = await scoresOf(program, inputsOf(program, poor, good, states));
			const back = await scoresOf(program, inputsOf(program, good, poor, states));
			expect(back).toEqual(there.toReversed());
		}
	});

	test("M3: operators of both sides are twins, and one that is not is found", () => {
		const { program } = evaluation;
		const at = (wanted: string) => program.inputs.findIndex(({ name }) => name === wanted);
		const [baseline, candidate] = [at("baseline"), at("candidate")];
		expect(unpairedNode(program, baseline, candidate)).toBe(undefined);
		expect(unpairedNode(program, baseline, at("before"))).not.toBe(undefined);
		const own = program.operators.findIndex(({ node }) => node === "candidate_model/MatMul_3");
		const { scale } = program.operators[own];
		const other = { ...program.operators[own], scale: scale * 1.01 };
		const changed = { ...program, operators: program.operators.with(own, other) };
		expect(unpairedNode(changed, baseline, candidate)).toBe("baseline_model/MatMul_3");
	});

	test("weights beyond the range do no harm: they are clipped, and their score is bounded", async () => {
		const { program } = evaluation;
		const wild = tensorFrom("float32", [12], new Array<number>(12).fill(1e6));
		const inputs = inputsOf(program, vector(squareNetwork(GOOD)), wild, VALUES[0]);
		const [before, after] = await scoresOf(program, inputs);
		expect(after).toBeLessThan(before);
	});
});

describe("networks that tell digits apart", () => {
	const digits = digitsBounty();
	let evaluation: Evaluation;
	beforeAll(async () => {
		const task = { kind: "table", ...digits.test } as const;
		evaluation = await evaluationOf(digits.first, { task, steps: STEPS, range: 2 });
	});

	test("are scored by the rows that they classify right, of those that the states draw", async () => {
		const { program, draws, perfect } = evaluation;
		expect([draws, perfect]).toEqual([DRAWS, DRAWS]);
		const better = trained(digits, 3);
		const count = digits.test.rows.dims[0];
		const share = Math.ceil(SEED_MODULUS / count);
		const places = [...drawn(VALUES[0])].map((state) => Math.floor(state / share));
		const rows = rowsAt(digits.test.rows, places);
		const labels = [...(rowsAt(digits.test.labels, places).data as Float32Array)];
		const right: number[] = [];
		for (const model of [digits.first, better]) {
			const { input, output } = architectureOf(model);
			const batched = {
				...model,
				graph: { ...model.graph, inputs: [{ ...model.graph.inputs[0], dims: [DRAWS, 64] }] },
			};
			const scores = (await runFloat(batched, new Map([[input, rows]]))).get(output)!;
			const all = [...(scores.data as Float32Array)];
			const said = labels.map((_, row) => {
				const own = all.slice(row * 10, row * 10 + 10);
				return own.indexOf(Math.max(...own));
			});
			right.push(said.filter((digit, row) => digit === Number(labels[row])).length);
		}
		const inputs = inputsOf(program, vector(digits.first), vector(better), VALUES[0]);
		const scores = await scoresOf(program, inputs);
		// The program counts in integers what the float model says of 16-bit weights: a close call may go the other way.
		for (const [side, score] of scores.entries())
			expect(Math.abs(score - right[side])).toBeLessThanOrEqual(3);
		expect(scores[1]).toBeGreaterThan(scores[0] + 150);
	});

	test("are counted over all steps, however many", async () => {
		const rows = tensorFrom("float32", [3, 1], [0, 1, 2]);
		const labels = tensorFrom("float32", [3], [0, 0, 0]);
		const task = { kind: "table", rows, labels } as const;
		const { program, inputs, perfect } = await evaluationOf(squareNetwork(GOOD), { task, steps: 1000 });
		// A network of one class is always right: more often than 16 bits can count.
		expect(perfect).toBeGreaterThan(2 ** 15);
		expect(await scoresOf(program, inputs)).toEqual([perfect, perfect]);
	});

	test("of weights that are always right all draws are counted, though the first ones are never right", async () => {
		const classes = 10;
		/** Says one class, whatever the row. */
		const saying = (label: number): Model => {
			const g = new GraphBuilder("saying");
			const x = g.input("x", "float32", ["rows", 1]);
			const none = g.constant(
				"slopes",
				tensorFrom("float32", [1, classes], new Array<number>(classes).fill(0)),
			);
			const values = Array.from({ length: classes }, (_, i) => (i === label ? 1 : 0));
			const places = g.constant("places", tensorFrom("float32", [classes], values));
			g.output(g.node("Add", [g.node("MatMul", [x, none]), places]), "float32", ["rows", classes]);
			return g.model();
		};
		const rows = tensorFrom("float32", [3, 1], [0, 0, 0]);
		const labels = tensorFrom("float32", [3], [7, 7, 7]);
		const task = { kind: "table", rows, labels } as const;
		const { program, perfect } = await evaluationOf(saying(2), { task, steps: 1000 });
		const sides = [vector(saying(2)), vector(saying(7))] as const;
		expect(await scoresOf(program, inputsOf(program, ...sides, VALUES[0]))).toEqual([0, perfect]);
	});

	test("a model of another architecture is refused with what it has", () => {
		expect(() => weightsFor(squareNetwork(GOOD), 2410)).toThrow(
			/the model has 12 weights, the bounty's candidates have 2410.*slopes \[1, 4\], places \[4\], counts \[4, 1\]/,
		);
		expect(weightsFor(digits.first, 2410).dims).toEqual([2410]);
	});
});

describe("what a bounty is not for", () => {
	test("models of several inputs, without weights, and rows of another length", async () => {
		const g = new GraphBuilder("two");
		g.output(g.node("Add", [g.input("a", "float32", [1, 2]), g.input("b", "float32", [1, 2])]));
		expect(() => architectureOf(g.model())).toThrow(/the model has 2 inputs/);
		const bare = new GraphBuilder("bare");
		bare.output(bare.node("Relu", [bare.input("a", "float32", [1, 2])]));
		expect(() => architectureOf(bare.model())).toThrow(/the model has no weights/);
		const rows = tensorFrom("float32", [4, 3], new Array<number>(12).fill(0));
		const labels = tensorFrom("float32", [4], [0, 0, 0, 0]);
		const options = { task: { kind: "table", rows, labels }, steps: 1 } as const;
		await expect(evaluationOf(squareNetwork(GOOD), options)).rejects.toThrow(
			/a row of the data has 3 numbers, the model takes 1/,
		);
		const narrow = { task: { kind: "square" }, steps: 1, range: 0.5 } as const;
		await expect(evaluationOf(squareNetwork(GOOD), narrow)).rejects.toThrow(/the range is 0.5/);
	});
});
