import { type Kinks, POOR } from "@umpire/actors/bounties/demo-square.ts";
import { drawLanes, uniformLanes } from "@umpire/actors/bounties/drawn-lanes.ts";
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
/** Of x², where x is uniform on (−1, 1). */
const VARIANCE = 4 / 45;

/** One step: draws 35 numbers from the states, and adds the squares of what the network says wrong of them. */
function evaluation(): Model {
	const g = new GraphBuilder("square");
	const weights = g.input("weights", "float32", [3, UNITS]);
	const drawn = drawLanes(g);
	const before = g.input("before", "float32", [1]);
	const x = uniformLanes(g, drawn);
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

const weightsTensor = (weights: Kinks): Tensor => tensorFrom("float32", [3, UNITS], weights.flat());

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
export function squareInputs(program: Program, weights: Kinks, states: ArrayLike<number>): Elements[] {
	const feeds = new Map<string, Tensor>([
		["weights", weightsTensor(weights)],
		["states", tensorFrom("int64", [SEED_LANES, 1], Array.from(states))],
		["before", tensorFrom("float32", [1], [0])],
	]);
	return program.inputs.map((spec) => quantiseInput(feeds.get(spec.name)!, spec).elements);
}

/** What the score is to be, in float64, drawn by the generator as it is defined. */
export function squareScore([slopes, places, counts]: Kinks, states: ArrayLike<number>): number {
	let sum = 0;
	for (let lane = 0; lane < SEED_LANES; lane++) {
		let state = BigInt(states[lane]);
		for (let step = 0; step < STEPS; step++) {
			state = (state * 48271n) % BigInt(SEED_MODULUS);
			const x = Number(state) * 2 ** -30 - 1;
			const found = slopes.reduce((y, w, i) => y + counts[i] * Math.max(0, w * x + places[i]), 0);
			sum += (found - x * x) ** 2;
		}
	}
	return 1 - sum / (STEPS * SEED_LANES * VARIANCE);
}
