import { int } from "../body.ts";
import { type Context, carrier, movePlan, type Plan } from "../context.ts";

/** Gather from a table; the clip of the index is left out where the operand cannot leave the table. */
export function lookupPlan(context: Context<"lookup">): Plan {
	const { form, operator, operands } = context;
	const [x, table] = operands;
	const last = table.spec.shape[0] - 1;
	const inside = x.range.low - form.base >= 0 && x.range.high - form.base <= last;
	return movePlan("Gather from a table", context, (body, [value, entries]) => {
		const type = carrier(x.spec);
		let index = value;
		if (form.base !== 0) index = body.op("Sub", [index, body.reals(type, [form.base])]);
		if (!inside) index = body.op("Clip", [index, body.reals(type, [0]), body.reals(type, [last])]);
		const data = body.cast(entries, carrier(operator));
		return body.op("Gather", [data, body.cast(index, "int32")], { axis: int(0) }, body.type(data));
	});
}
