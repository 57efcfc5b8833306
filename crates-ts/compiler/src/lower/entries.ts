import type { Quantisation } from "../quantise/scales.ts";
import { type Context, elementsOf, type Value } from "./context.ts";

/** y = entries[x − base], x clipped to the table; the entries are integers of `quantisation`. */
export function emitEntries(
	context: Context,
	x: Value,
	base: number,
	entries: ArrayLike<number>,
	quantisation: Quantisation,
): Value {
	const data = elementsOf(entries, quantisation.width);
	const table = context.constant(`${context.node.name}_table`, [data.length], data, quantisation.scale);
	return context.emit({
		kind: "Gather",
		form: { type: "lookup", base },
		operands: [x, table],
		shape: x.spec.shape,
		quantisation: { ...quantisation, low: table.spec.low, high: table.spec.high },
	});
}
