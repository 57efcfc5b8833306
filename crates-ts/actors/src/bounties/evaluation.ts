import type { Elements } from "@umpire/commitment/elements.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { compile } from "@umpire/compiler/compile.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { toReal } from "@umpire/graph/real.ts";
import { SEED_LANES, seedStates } from "@umpire/markets/seed.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { Program } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { scaledRows, uniform } from "@umpire/training/data/labelled.ts";
import { type Architecture, architectureOf, copyInto, vectorOf } from "./architecture.ts";
import { drawLanes, placeLanes, uniformLanes } from "./drawn-lanes.ts";
import { unpairedNode } from "./pairs.ts";

/** What models are scored on. */
export type Task =
	/** the square of a number that is drawn from (−1, 1): the score is R² */
	| { readonly kind: "square" }
	/** rows that are drawn from a table: the score is how many of them are classified right */
	| { readonly kind: "table"; readonly rows: Tensor; readonly labels: Tensor };

export interface EvaluationOptions {
	readonly task: Task;
	/** steps, of 35 draws each */
	readonly steps: number;
	/** weights lie between this and its opposite; twice the largest of the first ones by default */
	readonly range?: number | undefined;
}

/** A bounty's program, with the inputs that it is opened with. */
export interface Evaluation {
	readonly program: Program;
	/** baseline and candidate are the first weights, the states those of no value */
	readonly inputs: readonly Elements[];
	/** data that a score is drawn from */
	readonly draws: number;
	/** a perfect score in the program's units */
	readonly perfect: number;
}

/** Names of an evaluation's inputs. */
export const INPUTS = { baseline: "baseline", candidate: "candidate", states: "states" } as const;

/** What is added up: errors, or rows that are right. */
const SUMS = { square: "float32", table: "int64" } as const;
/** Of x², where x is uniform on (−1, 1). */
const VARIANCE = 4 / 45;
/** A draw counts for no more than so many times the variance: a sum of such has a range that is known. */
const WORST = 4;

/**
 * Makes the program that scores two sets of weights of one architecture on the same data, which it draws from a leaf of
 * states.
 *
 * @throws CompileError if the architecture does not fit the task, or cannot be computed exactly
 */
export async function evaluationOf(first: Model, options: EvaluationOptions): Promise<Evaluation> {
	const architecture = architectureOf(first);
	const { task, steps } = options;
	const model = pairOf(architecture, task, steps);
	const initial = vectorOf(architecture);
	// A sum is calibrated for what it can come to in the last step, not for what the first one adds.
	const most = (steps - 1) * SEED_LANES * (task.kind === "square" ? WORST * VARIANCE : 1);
	const feeds = calibration(initial, options.range).map(([baseline, candidate], i) => [
		baseline,
		candidate,
		tensorFrom("int64", [SEED_LANES, 1], [...seedStates(wordHex(BigInt(i >> 1)))]),
		tensorFrom(SUMS[task.kind], [2], i < 2 ? [most, most] : [0, 0]),
	]);
	const { program } = await compile(model, {
		name: `${task.kind}-bounty`,
		inputs: feeds,
		steps,
		carry: [
			{ output: "drawn", input: INPUTS.states },
			{ output: "total", input: "before" },
		],
	});
	const inputs = inputsOf(program, initial, initial, seedStates(wordHex(0n)));
	requirePaired(program);
	const draws = SEED_LANES * steps;
	const { scale } = program.operators[program.outputs[0].operator];
	return { program, inputs, draws, perfect: task.kind === "square" ? Math.floor(1 / scale) : draws };
}

/** One step: draws data, runs both sets of weights on it, and adds up what they are worth. */
function pairOf(architecture: Architecture, task: Task, steps: number): Model {
	const opset = architecture.model.opsets.get("") ?? 20;
	const g = new GraphBuilder(`${task.kind}_bounty`, { opset });
	const { weights, features } = architecture;
	const sides = [INPUTS.baseline, INPUTS.candidate].map((side) => g.input(side, "float32", [weights]));
	const drawn = drawLanes(g);
	const before = g.input("before", SUMS[task.kind], [2]);
	const shaped = (rows: string): string =>
		g.node("Reshape", [rows, g.ints("row_shape", [SEED_LANES, ...features])]);
	const worth =
		task.kind === "square" ? squareTask(g, drawn, shaped) : tableTask(g, drawn, shaped, task, features);
	const sums = sides.map((vector) =>
		worth(copyInto(g, architecture, `${vector}_model`, worth.rows, vector), vector),
	);
	const total = g.node("Add", [before, g.node("Concat", sums, { axis: 0 })], {}, "total", ["total"]);
	const draws = SEED_LANES * steps;
	const score =
		task.kind === "square"
			? g.node("Sub", [
					g.scalar("perfect", 1),
					g.node("Mul", [total, g.scalar("share", 1 / (draws * VARIANCE))]),
				])
			: total;
	g.output(g.node("Identity", [score], {}, "score", ["score"]), SUMS[task.kind], [2]);
	g.output(total, SUMS[task.kind], [2]);
	g.output(drawn, "int64", [SEED_LANES, 1]);
	return g.model();
}

/** Says of the output of one copy what it is worth, as a vector of one number; the copies read `rows`. */
type Worth = ((output: string, side: string) => string) & { readonly rows: string };

function squareTask(g: GraphBuilder, drawn: string, shaped: (rows: string) => string): Worth {
	const x = uniformLanes(g, drawn);
	const target = g.node("Mul", [x, x]);
	const most = g.scalar("worst", WORST * VARIANCE);
	const lanes = g.ints("lanes", [SEED_LANES, 1]);
	const all = g.ints("all", [0]);
	const worth = (output: string): string => {
		const wrong = g.node("Sub", [g.node("Reshape", [output, lanes]), target]);
		const bounded = g.node("Min", [g.node("Mul", [wrong, wrong]), most]);
		return g.node("ReduceSum", [bounded, all], { keepdims: 0 });
	};
	return Object.assign(worth, { rows: shaped(x) });
}

function tableTask(
	g: GraphBuilder,
	drawn: string,
	shaped: (rows: string) => string,
	{ rows, labels }: Extract<Task, { kind: "table" }>,
	features: readonly number[],
): Worth {
	const [count, ...inner] = rows.dims;
	const size = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
	if (size(inner) !== size(features)) {
		throw new CompileError(
			`a row of the data has ${size(inner)} numbers, the model takes ${size(features)}`,
			{
				hint: "Give data of the shape of the model's input",
			},
		);
	}
	const places = placeLanes(g, drawn, count);
	const flat = { ...rows, dims: [count, size(inner)] };
	const chosen = g.node("Gather", [g.constant("rows", flat), places], { axis: 0 });
	const known = tensorFrom("int64", [count], [...toReal(labels).data]);
	const right = g.node("Gather", [g.constant("labels", known), places], { axis: 0 });
	const all = g.ints("all", [0]);
	const worth = (output: string): string => {
		const said = g.node("ArgMax", [output], { axis: 1, keepdims: 0 });
		const hit = g.node("Cast", [g.node("Equal", [said, right])], { to: 7 });
		return g.node("ReduceSum", [hit, all], { keepdims: 1 });
	};
	return Object.assign(worth, { rows: shaped(chosen) });
}

/**
 * Weights that ranges are learnt from: the first ones, and drawn ones up to the range. Every pair comes the other way
 * round as well, on the same data, so that both copies are quantised alike: the same weights must score the same.
 */
function calibration(initial: Tensor, given: number | undefined): (readonly [Tensor, Tensor])[] {
	const values = toReal(initial).data;
	const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	const range = given ?? 2 * largest;
	if (!(range >= largest && range > 0)) {
		throw new CompileError(`the first weights go up to ${largest}, the range is ${range}`, {
			hint: "Give a range that holds what contributors may submit",
		});
	}
	const draw = uniform(1);
	// One element at the end of the range: all others may be as large, but hardly all at once.
	const spread = Array.from(values, (value, i) => (i === 0 ? range : value + largest * (2 * draw() - 1)));
	const wide = Array.from(values, (value, i) =>
		i === 0 ? -range : (value * range) / Math.max(largest, 1e-9),
	);
	const made = [spread, wide].map((own) =>
		tensorFrom(
			"float32",
			initial.dims,
			own.map((value) => Math.max(-range, Math.min(range, value))),
		),
	);
	const tensors = [scaledRows(initial, 1), ...made];
	return tensors.flatMap((one, i) => {
		const other = tensors[(i + 1) % tensors.length];
		return [[one, other] as const, [other, one] as const];
	});
}

/** A program's inputs for two sets of weights, as floats, and states. */
export function inputsOf(
	program: Program,
	baseline: Tensor,
	candidate: Tensor,
	states: ArrayLike<number>,
): Elements[] {
	const feeds = new Map<string, Tensor>([
		[INPUTS.baseline, baseline],
		[INPUTS.candidate, candidate],
		[INPUTS.states, tensorFrom("int64", [SEED_LANES, 1], Array.from(states))],
		["before", tensorFrom("float32", [2], [0, 0])],
	]);
	return program.inputs.map((spec) => quantiseInput(feeds.get(spec.name)!, spec).elements);
}

/** The same weights must be the same integers on both sides, and be computed on alike. */
function requirePaired(program: Program): void {
	const places = [INPUTS.baseline, INPUTS.candidate].map((wanted) =>
		program.inputs.findIndex(({ name }) => name === wanted),
	);
	const [one, other] = places.map((at) => JSON.stringify({ ...program.inputs[at], name: "" }));
	const unpaired = unpairedNode(program, places[0], places[1]);
	if (one === other && unpaired === undefined) return;
	throw new CompileError(`the two sides are not computed alike: ${unpaired ?? "their inputs differ"}`, {
		hint: "Give another range of weights",
	});
}

/** The scores of baseline and candidate, in the program's units. */
export async function scoresOf(
	program: Program,
	inputs: readonly Elements[],
): Promise<readonly [number, number]> {
	const session = await openSession(program, { record: "outputs" });
	try {
		const [[before, after]] = (await session.run(inputs)).outputs;
		return [before, after];
	} finally {
		await session.release();
	}
}
