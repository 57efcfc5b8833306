import { OnnxError } from "@umpire/onnx/errors.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { asFloat64, inFloat64 } from "../import/half-floats.ts";

/**
 * The model in float64, if onnxruntime has kernels for all of it (for convolutions it has none). What
 * float32 itself rounds, in the tail of a sigmoid say, is no error of a program.
 *
 * @param feed inputs on which it has to run
 */
export async function float64Model(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
): Promise<Model | undefined> {
	const wide = inFloat64(model);
	try {
		await runFloat(wide, float64Feed(feed), { optimisation: "basic" });
		return wide;
	} catch (error) {
		if (error instanceof OnnxError) return undefined;
		throw error;
	}
}

export function float64Feed(feed: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
	return new Map([...feed].map(([name, tensor]) => [name, asFloat64(tensor)]));
}
