import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { Job } from "../src/job.ts";
import { prepare } from "../src/prepare.ts";
import { buildStep, type Dataset, type Step } from "../src/step.ts";
import { numbersFrom } from "./central-differences.ts";

/** Points in the plane around as many centres as there are classes. */
export function blobs(count: number, classes = 3, seed = 1): Dataset {
	const random = numbersFrom(seed);
	const labels = Array.from({ length: count }, (_, k) => k % classes);
	const rows = labels.flatMap((label) => {
		const angle = (2 * Math.PI * label) / classes;
		return [Math.cos(angle) + random() - 0.5, Math.sin(angle) + random() - 0.5];
	});
	return { rows: tensorFrom("float32", [count, 2], rows), labels: tensorFrom("int64", [count], labels) };
}

export function drawn(dims: readonly number[], seed: number, reach = 1): Tensor {
	const random = numbersFrom(seed);
	const count = dims.reduce((a, b) => a * b, 1);
	return tensorFrom(
		"float32",
		dims,
		Array.from({ length: count }, () => reach * (2 * random() - 1)),
	);
}

/** 2-8-classes with Relu, as PyTorch exports it; `between` writes what lies between the layers. */
export function classifier(
	classes = 3,
	between: (g: GraphBuilder, h: string) => string = (g, h) => g.node("Relu", [h]),
): Model {
	const g = new GraphBuilder("toy", { opset: 20 });
	const x = g.input("x", "float32", ["N", 2]);
	const layer = (name: string, from: string, rows: number, columns: number): string =>
		g.node(
			"Gemm",
			[
				from,
				g.constant(`${name}.weight`, drawn([rows, columns], rows + columns)),
				g.constant(`${name}.bias`, drawn([rows], rows, 0.1)),
			],
			{ transB: 1 },
			name,
		);
	const h = between(g, layer("first", x, 8, 2));
	g.output(layer("second", h, classes, 8), "float32", ["N", classes]);
	return g.model();
}

export const JOB: Job = {
	loss: "cross-entropy",
	optimiser: "sgd",
	steps: 20,
	batch: 8,
	parts: { train: 40, validation: 12, test: 9 },
	rate: 0.25,
	momentum: 0.75,
	decay: 0,
	seed: 1,
};

/** A step of a model on data. */
export async function stepOf(
	model: Model,
	data: Dataset,
	job: Partial<Job> = {},
): Promise<{ step: Step; job: Job }> {
	const whole = { ...JOB, ...job };
	const [, ...inner] = data.rows.dims;
	const size = inner.reduce((a, b) => a * b, 1);
	const batch = tensorFrom(
		data.rows.type,
		[whole.batch, ...inner],
		Array.from(data.rows.data.slice(0, whole.batch * size), Number),
	);
	return { step: buildStep(await prepare(model, batch), whole, data), job: whole };
}

/** What the float step gives out in every step. */
export async function floatRun({ model, feed, carry, steps }: Step): Promise<ReadonlyMap<string, Tensor>[]> {
	const session = await createFloatSession(model, { threads: 1 });
	const results: ReadonlyMap<string, Tensor>[] = [];
	try {
		let next = new Map(feed);
		for (let at = 0; at < steps; at++) {
			const outputs = await session.run(next);
			results.push(outputs);
			next = new Map(next);
			for (const { output, input } of carry) next.set(input, outputs.get(output)!);
		}
	} finally {
		await session.release();
	}
	return results;
}

/** The only number of an output, after a step. */
export const numberOf = (outputs: ReadonlyMap<string, Tensor>, name: string | undefined): number =>
	Number(outputs.get(name!)!.data[0]);
