import { elementCount, tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";

/**
 * Seeded inputs in the model's order: texts begin with token 1 and go on with tokens below `vocabulary`,
 * masks hide the end of every second text, and all else is normal numbers.
 */
export function inputsOf(model: Model, vocabulary: number, seed: number): Tensor[] {
	const random = new Random(seed);
	return model.graph.inputs.map(({ name, type, dims }) => {
		const shape = dims!.map(Number);
		if (type === "float32") return random.normalTensor(shape);
		const length = shape[1];
		const shown = length - 1 - random.below(Math.ceil(length / 2));
		const whole = name.endsWith("mask")
			? (row: number, place: number) => (row % 2 === 1 || place < shown ? 1 : 0)
			: (_: number, place: number) => (place === 0 ? 1 : random.below(vocabulary));
		const count = elementCount(shape);
		const data = Array.from({ length: count }, (_, i) => whole(Math.floor(i / length), i % length));
		return tensorFrom(type, shape, data);
	});
}
