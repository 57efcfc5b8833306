import { broadcast, coordinatesOf, Digits } from "../affine.ts";
import { int, LIMIT } from "../body.ts";
import { carrier, movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { magnitudeOf } from "../range.ts";
import { isBounded, requireSame, requireWidest } from "../shape-rules.ts";
import { elementCount } from "../tensors.ts";

/** Gather: y = table[clip(x − base, 0, n − 1)]; operand 1 is a constant [n]. */
export interface LookupForm {
	readonly type: "lookup";
	readonly base: number;
}

export const lookup: FormDefinition<LookupForm> = {
	kinds: ["Gather"],
	operands: [2, 2],
	second: "constant",
	check({ form, shape }, [x, table]) {
		ensure(isBounded(form.base), `base ${form.base} is not an integer within ±2^31`);
		ensure(table.shape.length === 1, `table of shape [${table.shape}] has not one axis`);
		requireSame(shape, x.shape, "output");
	},
	checkWidth: (operator, [, table]) => requireWidest(operator, [table]),
	range: (_, [, table]) => table,
	/** The table's only coordinate is replaced by clip(x − base, 0, n − 1). */
	maps(operator, [x, table]) {
		const digits = new Digits(operator);
		return {
			digits,
			operands: [
				{ coordinates: broadcast(digits, operator.shape.length, x) },
				{ coordinates: coordinatesOf(table, [digits.constant(0)]), addressed: true },
			],
			// + 0: a base of 0 must not become −0
			constants: [0, 0 - operator.form.base],
		};
	},
	converts: true,
	/**
	 * Picks from a table with GatherElements over one axis: onnxruntime copies one element after the other there, where
	 * Gather calls memcpy for each, seven times slower. The clip of the index is left out where the operand cannot leave the table. The index is
	 * computed in the operand's type if that holds all numbers on the way, otherwise in float64.
	 */
	plan(context) {
		const { form, operator, operands } = context;
		const [x, table] = operands;
		const last = table.spec.shape[0] - 1;
		const from = { low: x.range.low - form.base, high: x.range.high - form.base };
		const inside = from.low >= 0 && from.high <= last;
		const reach = Math.max(magnitudeOf(x.range), magnitudeOf(from), Math.abs(form.base), last);
		const type = reach < LIMIT.float32 ? carrier(x.spec) : "float64";
		return movePlan("GatherElements from a table", context, (body, [value, entries]) => {
			let index = body.cast(value, type);
			if (form.base !== 0) index = body.op("Sub", [index, body.reals(type, [form.base])]);
			if (!inside) index = body.op("Clip", [index, body.reals(type, [0]), body.reals(type, [last])]);
			const data = body.cast(entries, carrier(operator));
			const flat = body.op("Reshape", [body.cast(index, "int32"), body.list([elementCount(operator.shape)])]);
			const picked = body.op("GatherElements", [data, flat], { axis: int(0) }, body.type(data));
			return body.op("Reshape", [picked, body.list(operator.shape)]);
		});
	},
};
