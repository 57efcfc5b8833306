import { int, LIMIT } from "../body.ts";
import { type Context, carrier, magnitudeOf, movePlan, type Plan } from "../context.ts";

/**
 * Gather from a table; the clip of the index is left out where the operand cannot leave the table. The index is
 * computed in the operand's type if that holds all numbers on the way, otherwise in float64.
 */
export function lookupPlan(context: Context<"lookup">): Plan {
	const { form, operator, operands } = context;
	const [x, table] = operands;
	const last = table.spec.shape[0] - 1;
	const from = { low: x.range.low - form.base, high: x.range.high - form.base };
	const inside = from.low >= 0 && from.high <= last;
	const reach = Math.max(magnitudeOf(x.range), magnitudeOf(from), Math.abs(form.base), last);
	const type = reach < LIMIT.float32 ? carrier(x.spec) : "float64";
	return movePlan("Gather from a table", context, (body, [value, entries]) => {
		let index = body.cast(value, type);
		if (form.base !== 0) index = body.op("Sub", [index, body.reals(type, [form.base])]);
		if (!inside) index = body.op("Clip", [index, body.reals(type, [0]), body.reals(type, [last])]);
		const data = body.cast(entries, carrier(operator));
		return body.op("Gather", [data, body.cast(index, "int32")], { axis: int(0) }, body.type(data));
	});
}
