import { broadcast, Digits } from "./affine.ts";
import type { FormMaps } from "./form.ts";
import type { TensorSpec } from "./operator.ts";

/** The maps of forms that combine their operands element by element, with NumPy broadcasting. */
export function broadcastMaps(output: TensorSpec, operands: readonly TensorSpec[]): FormMaps {
	const digits = new Digits(output);
	return {
		digits,
		operands: operands.map((spec) => ({ coordinates: broadcast(digits, output.shape.length, spec) })),
	};
}
