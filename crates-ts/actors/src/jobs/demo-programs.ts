import type { Elements } from "@umpire/commitment/elements.ts";
import { compile } from "@umpire/compiler/compile.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Program } from "@umpire/operators/program.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import type { Columns } from "@umpire/training/fit/columns.ts";
import type { FitProgram, Fitted } from "@umpire/training/fit/fit-program.ts";
import { kmeans } from "@umpire/training/fit/kmeans.ts";
import { linear } from "@umpire/training/fit/linear.ts";
import { pca } from "@umpire/training/fit/pca.ts";
import { inputsOf } from "@umpire/training/training-program.ts";
import { demoProgram } from "../grid/demo-model.ts";
import { seededRandom } from "../random.ts";

/** What a job of the demonstration computes. */
export interface DemoJob {
	readonly kind: "linear regression" | "k-means" | "PCA" | "inference" | "training";
	readonly program: Program;
	readonly inputs: readonly Elements[];
}

const ROWS = 24;

/** A program and inputs of every type of job: all of them are programs, and the contracts know no difference. */
export async function demoJobs(seed: number): Promise<DemoJob[]> {
	const random = seededRandom(seed);
	const rows = Array.from({ length: ROWS }, (_, i) => {
		const [x, y] = [random() + 2 * (i % 2), random() - 3 * (i % 2)];
		return [x, y, 1.5 * x - 0.5 * y + 0.1 * random()];
	});
	const columns = (from: number, to: number): Columns => ({
		names: ["x", "y", "z"].slice(from, to),
		rows: rows.map((row) => row.slice(from, to)),
	});
	const made = (kind: DemoJob["kind"], found: { readonly program: FitProgram; readonly fitted: Fitted }) => {
		const { program } = found.fitted.compiled;
		return { kind, program, inputs: inputsOf(program, found.program.feed) };
	};
	const { compiled, inputs } = await demoProgram(seed);
	return [
		made("linear regression", await linear(columns(0, 2), columns(2, 3))),
		made("k-means", await kmeans(columns(0, 2), { clusters: 2, steps: 4, seed })),
		made("PCA", await pca(columns(0, 3), { components: 1, steps: 6, seed })),
		await inference(random),
		{ kind: "training", program: compiled.program, inputs },
	];
}

/** A dense layer over a row. */
async function inference(random: () => number): Promise<DemoJob> {
	const g = new GraphBuilder("dense");
	const draw = (count: number) => Array.from({ length: count }, () => 2 * random() - 1);
	const weights = g.constant("weights", tensorFrom("float32", [6, 3], draw(18)));
	const hidden = g.node("Relu", [g.node("MatMul", [g.input("row", "float32", [1, 6]), weights])]);
	g.output(hidden, "float32", [1, 3]);
	const feed = tensorFrom("float32", [1, 6], draw(6));
	const { program } = await compile(g.model(), { name: "dense", inputs: [[feed]] });
	return {
		kind: "inference",
		program,
		inputs: program.inputs.map((spec) => quantiseInput(feed, spec).elements),
	};
}
