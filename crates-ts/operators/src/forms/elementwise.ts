import { broadcastMaps } from "../broadcast-maps.ts";
import { carrier, movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ANY, requireBroadcast, requireWidest } from "../shape-rules.ts";

/** Max: elementwise over all operands, NumPy broadcasting. */
export interface ElementwiseForm {
	readonly type: "elementwise";
}

export const elementwise: FormDefinition<ElementwiseForm> = {
	kinds: ["Max"],
	operands: [1, ANY],
	check: ({ shape }, operands) => requireBroadcast(shape, operands),
	checkWidth: requireWidest,
	range: (_, ranges) => ({
		low: Math.max(...ranges.map(({ low }) => low)),
		high: Math.max(...ranges.map(({ high }) => high)),
	}),
	maps: broadcastMaps,
	plan: (context) =>
		movePlan("Max", context, (body, values) =>
			body.op(
				"Max",
				values.map((value) => body.cast(value, carrier(context.operator))),
			),
		),
};
