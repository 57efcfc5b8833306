import { type Context, movePlan, type Plan } from "../context.ts";

export function tilePlan(context: Context<"tile">): Plan {
	const { shape } = context.operands[0].spec;
	const repeats = context.operator.shape.map((size, axis) => size / shape[axis]);
	if (!repeats.every(Number.isInteger)) throw new Error("a tiled axis must be a multiple of the operand's");
	return movePlan("Tile", context, (body, [value]) => body.op("Tile", [value, body.list(repeats)]));
}
