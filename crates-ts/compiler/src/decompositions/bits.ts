import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { string } from "../attributes.ts";
import { cast, finish, numbersOf, realOf, scalarOf } from "./build.ts";
import type { DecomposeContext } from "./context.ts";

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

/** ONNX BitShift by a constant tensor: for every shift that occurs a table, and a choice. */
export function decomposeBitShift(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, by] = node.inputs;
	if (isNumber(context, by) || isNumber(context, x)) return "keep";
	const shifts = realOf(context, by);
	const type = context.type(x);
	const direction = string(node, "direction", "LEFT");
	const shape = shifts ? shifts.shape : context.shape(by);
	// A shift by all bits leaves nothing, so more than 15 are not told apart from 16.
	const used = shifts ? [...new Set(shifts.data)] : Array.from({ length: BITS[type] ?? SMALL }, (_, s) => s);
	let result = shifts ? undefined : context.emit("Mul", [x, scalarOf(context, type, 0)]);
	for (const shift of used) {
		const moved = context.emit("BitShift", [x, scalarOf(context, type, shift)], { direction });
		const mask = shifts
			? numbersOf(
					context,
					"bool",
					shape,
					shifts.data.map((value) => (value === shift ? 1 : 0)),
				)
			: context.emit("Equal", [cast(context, by, "int32"), scalarOf(context, "int32", shift)]);
		result = result === undefined ? moved : context.emit("Where", [mask, moved, result]);
	}
	finish(context, node, result!);
}

function isNumber(context: DecomposeContext, name: string): boolean {
	return realOf(context, name)?.data.length === 1;
}
