import { CompileError } from "@umpire/graph/errors.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { OnnxError } from "@umpire/onnx/errors.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Graph, Model, Tensor, ValueInfo } from "@umpire/onnx/model.ts";

/** Rows of as many numbers as the input takes, in its shape: a table's, for a model of images. */
export function fitted(rows: Tensor, { name, dims }: ValueInfo): Tensor {
	const [count, ...inner] = rows.dims;
	const wanted = dims?.slice(1);
	if (!wanted?.every((size) => typeof size === "number")) return rows;
	if (sizeOf(wanted) !== sizeOf(inner)) {
		throw new CompileError(
			`a row of the data has ${sizeOf(inner)} numbers ([${inner.join(", ")}]), input "${name}" takes ${sizeOf(wanted)} ([${wanted.join(", ")}])`,
			{ hint: "Give data of the shape of the model's input" },
		);
	}
	return { ...rows, dims: [count, ...wanted] };
}

/** A model that was exported for so many rows may have their number in its shapes. */
export async function requireBatch(model: Model, { name, dims }: ValueInfo, batch: Tensor): Promise<void> {
	const [given] = dims ?? [];
	const [rows] = batch.dims;
	if (typeof given !== "number" || given === rows) return;
	try {
		await runFloat(model, new Map([[name, batch]]));
	} catch (cause) {
		if (!(cause instanceof OnnxError)) throw cause;
		throw new CompileError(`the model was exported for ${given} rows and does not run with ${rows}`, {
			hint: `Export it with a dynamic first dimension, or train with --batch ${given}`,
			cause,
		});
	}
}

/** The graph with as many rows as one wants, where it was exported for so many. */
export function batched(graph: Graph): Graph {
	const inputs = graph.inputs.map((input) => ({
		...input,
		dims: input.dims?.map((size, axis) => (axis === 0 ? null : size)) ?? null,
	}));
	return { ...graph, inputs, outputs: graph.outputs.map((output) => ({ ...output, dims: null })) };
}
