import { nameNodes } from "@umpire/graph/edit.ts";
import { feedsOf } from "@umpire/graph/feeds.ts";
import { InputError, OnnxError } from "@umpire/onnx/errors.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { upgradeOpset } from "@umpire/onnx/opset.ts";
import { withoutHalf, withoutHalfFloats } from "../import/half-floats.ts";
import { inlineModel } from "../import/inline.ts";
import { runnableModel } from "../passes/runnable-model.ts";

/** A float model as onnxruntime runs it, with inputs for it. */
export interface RunnableModel {
	readonly model: Model;
	readonly inputs: ReadonlyMap<string, Tensor>;
}

/**
 * The model as it is if onnxruntime runs it on these inputs; otherwise with what it has no
 * kernels for (half floats, batch-first recurrent operators, operators newer than it) replaced.
 * @throws OnnxError if it cannot be run in either form
 */
export async function floatModel(model: Model, inputs: ReadonlyMap<string, Tensor>): Promise<RunnableModel> {
	try {
		await runFloat(model, inputs);
		return { model, inputs };
	} catch (error) {
		if (!(error instanceof OnnxError || error instanceof InputError)) throw error;
	}
	const upgraded = upgradeOpset(model);
	const wide = withoutHalfFloats({ ...upgraded, graph: nameNodes(upgraded.graph) });
	const feed = new Map([...inputs].map(([name, tensor]) => [name, withoutHalf(tensor)]));
	const inlined = await inlineModel(wide, feed);
	return { model: await runnableModel(inlined.model, feedsOf([feed])), inputs: feed };
}
