import { broadcastMaps } from "../broadcast-maps.ts";
import { carrier, movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { hull } from "../range.ts";
import { requireBroadcast, requireWidest } from "../shape-rules.ts";

/** Select: operand 1 where operand 0 is not 0, else operand 2. NumPy broadcasting. */
export interface SelectForm {
	readonly type: "select";
}

export const select: FormDefinition<SelectForm> = {
	kinds: ["Select"],
	operands: [3, 3],
	check: ({ shape }, operands) => requireBroadcast(shape, operands),
	checkWidth: (operator, [, ...choices]) => requireWidest(operator, choices),
	range: (_, [, ...choices]) => hull(choices),
	maps: broadcastMaps,
	plan(context) {
		const { operands, operator } = context;
		const [{ range }, , other] = operands;
		// Where passes over its result three times, and wants a truth value first.
		if (range.low >= 0 && range.high <= 1 && other.data !== undefined && allZero(other.data)) {
			return movePlan("product with the condition", context, (body, values) => {
				const [condition, chosen] = values.map((value) => body.cast(value, carrier(operator)));
				return body.op("Mul", [condition, chosen]);
			});
		}
		return movePlan("Where", context, (body, [condition, ...choices]) => {
			const [a, b] = choices.map((value) => body.cast(value, carrier(operator)));
			const zero = body.reals(carrier(operands[0].spec), [0]);
			return body.op("Where", [body.op("Equal", [condition, zero], {}, "bool"), b, a], {}, body.type(a));
		});
	},
};

function allZero(data: ArrayLike<number>): boolean {
	for (let i = 0; i < data.length; i++) if (data[i] !== 0) return false;
	return true;
}
