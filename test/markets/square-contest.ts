import type { Elements } from "@umpire/commitment/elements.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { compile } from "@umpire/compiler/compile.ts";
import { SEED_LANES, SEED_MODULUS, seedStates } from "@umpire/markets/seed.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { Program } from "@umpire/operators/program.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";

/** Hidden units of a network that is to approximate x² on (−1, 1). */
const UNITS = 4;
/** Draws are 35 a step. */
const STEPS = 10;
const FACTOR = 48271;
/** Schrage's method: with these no number on the way leaves 32 bits. */
const QUOTIENT = Math.floor(SEED_MODULUS / FACTOR);
const REMAINDER = SEED_MODULUS % FACTOR;
/** Of x², where x is uniform on (−1, 1). */
const VARIANCE = 4 / 45;

/** One step: draws 35 numbers from the states, and adds the squares of what the network says wrong of them. */
function evaluation(): Model {
	const g = new GraphBuilder("square");
	const weights = g.input("weights", "float32", [3, UNITS]);
	const states = g.input("states", "int64", [SEED_LANES, 1]);
	const before = g.input("before", "float32", [1]);
	const whole = (name: string, value: number) => g.constant(name, tensorFrom("int64", [], [value]));
	const high = g.node("Div", [states, whole("quotient", QUOTIENT)]);
	const low = g.node("Sub", [states, g.node("Mul", [high, whole("quotient_again", QUOTIENT)])]);
	const next = g.node("Sub", [
		g.node("Mul", [low, whole("factor", FACTOR)]),
		g.node("Mul", [high, whole("remainder", REMAINDER)]),
	]);
	const positive = g.node("Greater", [next, whole("zero", 0)]);
	const missing = g.node("Where", [positive, whole("nothing", 0), whole("modulus", SEED_MODULUS)]);
	const drawn = g.node("Add", [next, missing], {}, "drawn", ["drawn"]);
	const x = g.node("Sub", [
		g.node("Mul", [g.node("Cast", [drawn], { to: 1 }), g.scalar("scale", 2 ** -30)]),
		g.scalar("one", 1),
	]);
	const row = (name: string, at: number) => g.node("Gather", [weights, g.ints(name, [at])], { axis: 0 });
	const hidden = g.node("Relu", [g.node("Add", [g.node("MatMul", [x, row("in", 0)]), row("bias", 1)])]);
	const turned = g.node("Transpose", [row("out", 2)], { perm: [1, 0] });
	const wrong = g.node("Sub", [g.node("MatMul", [hidden, turned]), g.node("Mul", [x, x])]);
	const squares = g.node("Mul", [wrong, wrong]);
	const sum = g.node("ReduceSum", [squares, g.ints("lanes", [0])], { keepdims: 0 });
	const total = g.node("Add", [before, sum], {}, "total", ["total"]);
	const share = g.scalar("share", 1 / (STEPS * SEED_LANES * VARIANCE));
	const score = g.node("Sub", [g.scalar("perfect", 1), g.node("Mul", [total, share])], {}, "score", [
		"score",
	]);
	g.output(score, "float32", [1]);
	g.output(total, "float32", [1]);
	g.output(drawn, "int64", [SEED_LANES, 1]);
	return g.model();
}

/** Weights of a network: slopes and places of its kinks, and what they count. */
export type Weights = readonly [readonly number[], readonly number[], readonly number[]];

/** A network that is nearly right, and one that is not. */
export const GOOD: Weights = [
	[1, -1, 1, -1],
	[0, 0, -0.5, -0.5],
	[0.45, 0.45, 1.05, 1.05],
];
export const POOR: Weights = [GOOD[0], GOOD[1], [0.2, 0.9, 1.05, 0.2]];

const weightsTensor = (weights: Weights): Tensor => tensorFrom("float32", [3, UNITS], weights.flat());

/** The program of the contest. */
export async function squareProgram(): Promise<Program> {
	const states = [...seedStates(wordHex(1n))];
	const feeds = [
		weightsTensor(POOR),
		tensorFrom("int64", [SEED_LANES, 1], states),
		tensorFrom("float32", [1], [0]),
	];
	const { program } = await compile(evaluation(), {
		name: "square",
		inputs: [feeds],
		steps: STEPS,
		carry: [
			{ output: "drawn", input: "states" },
			{ output: "total", input: "before" },
		],
	});
	return program;
}

/** The program's inputs for some weights and states. */
export function squareInputs(program: Program, weights: Weights, states: ArrayLike<number>): Elements[] {
	const feeds = new Map<string, Tensor>([
		["weights", weightsTensor(weights)],
		["states", tensorFrom("int64", [SEED_LANES, 1], Array.from(states))],
		["before", tensorFrom("float32", [1], [0])],
	]);
	return program.inputs.map((spec) => quantiseInput(feeds.get(spec.name)!, spec).elements);
}

/** What the score is to be, in float64, drawn by the generator as it is defined. */
export function squareScore([slopes, places, counts]: Weights, states: ArrayLike<number>): number {
	let sum = 0;
	for (let lane = 0; lane < SEED_LANES; lane++) {
		let state = BigInt(states[lane]);
		for (let step = 0; step < STEPS; step++) {
			state = (state * BigInt(FACTOR)) % BigInt(SEED_MODULUS);
			const x = Number(state) * 2 ** -30 - 1;
			const found = slopes.reduce((y, w, i) => y + counts[i] * Math.max(0, w * x + places[i]), 0);
			sum += (found - x * x) ** 2;
		}
	}
	return 1 - sum / (STEPS * SEED_LANES * VARIANCE);
}
