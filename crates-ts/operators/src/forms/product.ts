import { LIMIT } from "../body.ts";
import { largest } from "../bounds.ts";
import { broadcastMaps } from "../broadcast-maps.ts";
import { productSums } from "../dot-bounds.ts";
import { fits, planFor, targetOf } from "../dot-plan.ts";
import type { FormDefinition } from "../form.ts";
import { emitRescale } from "../rescale-nodes.ts";
import { requireBroadcast } from "../shape-rules.ts";

/** Mul: operand 0 · operand 1, NumPy broadcasting. */
export interface ProductForm {
	readonly type: "product";
}

export const product: FormDefinition<ProductForm> = {
	kinds: ["Mul"],
	operands: [2, 2],
	check: ({ shape }, operands) => requireBroadcast(shape, operands),
	maps: broadcastMaps,
	plan(context) {
		const [x, y] = context.operands;
		const bounds = productSums(1, x.range, y.range);
		const type = fits(bounds, "float32") ? "float32" : "float64";
		if (!fits(bounds, type)) {
			throw new Error(`products reach ${largest([bounds])}, which float64 does not hold exactly`);
		}
		const plan = planFor(context, [bounds]);
		return {
			name: `${type} product`,
			bound: Number(largest([bounds])),
			limit: LIMIT[type],
			// A product of one value with itself needs no second cast: the body remembers casts.
			emit: (body, [a, b]) =>
				emitRescale(body, body.op("Mul", [body.cast(a, type), body.cast(b, type)]), plan, targetOf(context)),
		};
	},
};
