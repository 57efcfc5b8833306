import { broadcastMaps } from "../broadcast-maps.ts";
import { movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { broadcastShape, requireSame, requireWidest } from "../shape-rules.ts";

/** View: NumPy broadcasting of operand 0 to the output shape. */
export interface ExpandForm {
	readonly type: "expand";
}

export const expand: FormDefinition<ExpandForm> = {
	kinds: ["View"],
	operands: [1, 1],
	check: ({ shape }, [x]) => requireSame(broadcastShape([x.shape, shape]), shape, "broadcast"),
	checkWidth: requireWidest,
	maps: broadcastMaps,
	plan(context) {
		const { shape } = context.operator;
		return movePlan("Expand", context, (body, [value]) => body.op("Expand", [value, body.list(shape)]));
	},
};
