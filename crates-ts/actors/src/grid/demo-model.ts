import type { Elements } from "@umpire/commitment/elements.ts";
import { type Compiled, compile } from "@umpire/compiler/compile.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { seededRandom } from "../random.ts";

const ROWS = 24;
const COLUMNS = 3;
/** Hyper-parameters are whole multiples of this. */
const UNIT = 2 ** -8;
const MOST_STEPS = 12;

/** One step of gradient descent on squared errors: the first output is the error, the second the weights. */
function descent(): Model {
	const g = new GraphBuilder("descent");
	const hyper = g.input("hyper", "int64", [2]);
	const rows = g.input("rows", "float32", [ROWS, COLUMNS]);
	const labels = g.input("labels", "float32", [ROWS, 1]);
	const weights = g.input("weights", "float32", [COLUMNS, 1]);
	const setting = (name: string, at: number): string => {
		const chosen = g.node("Gather", [hyper, g.ints(`${name}_at`, [at])], { axis: 0 });
		const real = g.node("Cast", [chosen], { to: 1 });
		return g.node("Mul", [real, g.constant(`${name}_unit`, tensorFrom("float32", [1], [UNIT]))]);
	};
	const difference = g.node("Sub", [g.node("MatMul", [rows, weights]), labels]);
	const squares = g.node("Mul", [difference, difference]);
	const error = g.node("ReduceSum", [squares, g.ints("all", [0, 1])], { keepdims: 0 }, "error", ["error"]);
	const turned = g.node("Transpose", [rows], { perm: [1, 0] });
	const slope = g.node("MatMul", [turned, difference]);
	const mean = g.node("Mul", [slope, g.constant("share", tensorFrom("float32", [1], [1 / ROWS]))]);
	const decayed = g.node("Mul", [weights, setting("decay", 1)]);
	const change = g.node("Mul", [g.node("Add", [mean, decayed]), setting("rate", 0)]);
	const next = g.node("Sub", [weights, change], {}, "next", ["next"]);
	g.output(error, "float32", []);
	g.output(next, "float32", [COLUMNS, 1]);
	return g.model();
}

/** A program to search over, and its inputs as integers; those of the hyper-parameters are an example. */
export interface DemoProgram {
	readonly compiled: Compiled;
	readonly inputs: readonly Elements[];
}

/** Draws the data, and compiles the step for its most steps. */
export async function demoProgram(seed: number): Promise<DemoProgram> {
	const random = seededRandom(seed);
	const draw = (count: number) => Array.from({ length: count }, () => 2 * random() - 1);
	const data = draw(ROWS * COLUMNS);
	const truth = [0.8, -0.5, 0.3];
	const answers = Array.from({ length: ROWS }, (_, row) =>
		truth.reduce((sum, w, column) => sum + w * data[row * COLUMNS + column], 0.05 * (2 * random() - 1)),
	);
	const feeds: Tensor[] = [
		tensorFrom("int64", [2], [256, 8]),
		tensorFrom("float32", [ROWS, COLUMNS], data),
		tensorFrom("float32", [ROWS, 1], answers),
		tensorFrom("float32", [COLUMNS, 1], new Array<number>(COLUMNS).fill(0)),
	];
	const compiled = await compile(descent(), {
		name: "descent",
		inputs: [feeds],
		steps: MOST_STEPS,
		carry: [{ output: "next", input: "weights" }],
	});
	const inputs = compiled.program.inputs.map((spec, i) => quantiseInput(feeds[i], spec).elements);
	return { compiled, inputs };
}
