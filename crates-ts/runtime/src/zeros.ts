import type { ValueInfo } from "@umpire/onnx/model.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import type { Tensor } from "onnxruntime-node";

/** Zeros for the inputs of a program's model, which are float32 or float64. */
export function zerosOf(inputs: readonly ValueInfo[], Constructor: typeof Tensor): Record<string, Tensor> {
	const feeds: Record<string, Tensor> = {};
	for (const { name, type, dims } of inputs) {
		const sizes = dims as readonly number[];
		const count = elementCount(sizes);
		feeds[name] =
			type === "float32"
				? new Constructor("float32", new Float32Array(count), sizes)
				: new Constructor("float64", new Float64Array(count), sizes);
	}
	return feeds;
}
