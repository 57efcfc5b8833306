import { string } from "@umpire/graph/attributes.ts";
import { broadcastShapes } from "@umpire/graph/shapes.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { cast, finish, intsOf, numbersOf, realOf, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** Bits of the integers that are split; wider types may hold small numbers, which fit in these. */
const BITS: Partial<Record<ElementType, number>> = { int8: 8, uint8: 8, uint16: 15 };
const SMALL = 16;

const LOGIC: Readonly<Record<string, string>> = { BitwiseAnd: "And", BitwiseOr: "Or", BitwiseXor: "Xor" };

/** ONNX BitwiseAnd, BitwiseOr, BitwiseXor of two tensors: bit by bit. With one constant number they are tables. */
export function decomposeBitwise(node: Node, context: DecomposeContext): "keep" | undefined {
	const [a, b] = node.inputs;
	if (isNumber(context, a) || isNumber(context, b)) return "keep";
	const type = context.type(a);
	const bits = BITS[type] ?? SMALL;
	const signed = type.startsWith("int");
	const terms = Array.from({ length: bits }, (_, j) => {
		const weight = signed && j === bits - 1 ? -(2 ** j) : 2 ** j;
		const has = (x: string) =>
			context.emit("Cast", [context.emit("BitwiseAnd", [x, scalarOf(context, type, weight)])], { to: 9 });
		const bit = cast(context, context.emit(LOGIC[node.opType], [has(a), has(b)]), "int32");
		return context.emit("Mul", [bit, scalarOf(context, "int32", weight)]);
	});
	const sum = terms.reduce((x, y) => context.emit("Add", [x, y]));
	finish(context, node, type === "int32" ? sum : cast(context, sum, type));
}

/** Bits of the types that ONNX shifts. */
function widthOf(type: ElementType): number {
	return Number(/\d+$/.exec(type)![0]);
}

/**
 * ONNX BitShift: of unsigned integers by a constant number, or of one, it is a table; of signed
 * ones a product or a quotient rounded down. By other shifts one of these for every shift that
 * occurs, and a choice. Shifts by all bits, and negative ones, move every bit out.
 */
export function decomposeBitShift(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, by] = node.inputs;
	const type = context.type(x);
	const signed = type.startsWith("int");
	if (!signed && type !== "uint16" && (isNumber(context, by) || isNumber(context, x))) return "keep";
	const shifts = realOf(context, by);
	const left = string(node, "direction", "LEFT") === "LEFT";
	const width = widthOf(type);
	const bounded = (shift: number): number => (shift < 0 || shift >= width ? width : shift);
	const known = shifts && Float64Array.from(shifts.data, bounded);
	// Only small integers are shifted by what inputs say, so that more than 15 places are not told apart.
	const few = Math.min(width, SMALL);
	const used = known ? [...new Set(known)] : Array.from({ length: few }, (_, shift) => shift);
	const none = signed && !left ? signOf(context, x, type) : undefined;
	const zero = context.emit("Mul", [x, scalarOf(context, type, 0)]);
	let result = none ?? zero;
	for (const shift of used) {
		if (shift >= width) continue;
		const moved = shifted(context, x, shift, { type, left });
		if (used.length === 1 && known) {
			result = context.emit("Add", [moved, zero]);
			continue;
		}
		const mask = known
			? numbersOf(
					context,
					"bool",
					shifts.shape,
					known.map((value) => (value === shift ? 1 : 0)),
				)
			: context.emit("Equal", [cast(context, by, "int32"), scalarOf(context, "int32", shift)]);
		result = context.emit("Where", [mask, moved, result]);
	}
	const shape = broadcastShapes(context.shape(x), context.shape(by))!;
	finish(context, node, context.emit("Expand", [result, intsOf(context, shape)]));
}

/** −1 for negative numbers, which is what shifting them to the right leaves, and 0. */
function signOf(context: DecomposeContext, x: string, type: ElementType): string {
	const negative = context.emit("Less", [x, scalarOf(context, type, 0)]);
	return cast(context, context.emit("Neg", [cast(context, negative, "int64")]), type);
}

function shifted(
	context: DecomposeContext,
	x: string,
	shift: number,
	{ type, left }: { type: ElementType; left: boolean },
): string {
	const direction = left ? "LEFT" : "RIGHT";
	if (!type.startsWith("int")) {
		const from = type === "uint16" ? cast(context, x, "uint32") : x;
		const kind = type === "uint16" ? "uint32" : type;
		const moved = context.emit("BitShift", [from, scalarOf(context, kind, shift)], { direction });
		return type === "uint16" ? cast(context, moved, type) : moved;
	}
	if (shift === 0) return x;
	const wide = cast(context, x, "int64");
	const factor = scalarOf(context, "int64", 2 ** shift);
	if (left) return cast(context, context.emit("Mul", [wide, factor]), type);
	const rest = context.emit("Mod", [wide, factor]);
	return cast(context, context.emit("Div", [context.emit("Sub", [wide, rest]), factor]), type);
}

function isNumber(context: DecomposeContext, name: string): boolean {
	return realOf(context, name)?.data.length === 1;
}

/** ONNX BitwiseNot of signed integers: −1 − x. */
export function decomposeBitwiseNot(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x] = node.inputs;
	const type = context.type(x);
	if (!/^int(32|64)$/.test(type)) return "keep";
	finish(context, node, context.emit("Sub", [scalarOf(context, type, -1), x]));
}
