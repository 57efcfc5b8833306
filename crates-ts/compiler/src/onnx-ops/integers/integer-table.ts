import { int, string } from "@umpire/graph/attributes.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import type { ElementType } from "@umpire/onnx/model.ts";
import type { Context } from "../../lower/context.ts";
import type { RealFunction } from "../../lower/functions.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { emitTable } from "../../lower/tables.ts";

/** Bits of integer types, and whether they have a sign. */
const INTEGER = /^(u?)int(8|16|32|64)$/;

/** The number that an integer type keeps of `value`: what its bits say. */
export function wrapped(value: bigint, type: ElementType): bigint {
	const [, unsigned, bits] = INTEGER.exec(type)!;
	return unsigned ? BigInt.asUintN(Number(bits), value) : BigInt.asIntN(Number(bits), value);
}

/** An ONNX operator of two whole-number operands, one of which is a constant number: a table over the other. */
function lowerIntegers(fused: FusedOp, context: Context, f: (a: bigint, b: bigint) => bigint): void {
	const { node } = context;
	const [a, b] = node.inputs;
	const type = context.type(fused.output);
	const right = constantScalar(b, context.facts);
	const left = constantScalar(a, context.facts);
	const constant = right ?? left;
	if (constant === undefined) throw context.error("neither operand is a constant number");
	const number = BigInt(constant);
	const table: RealFunction = (x) => {
		const value = BigInt(Math.round(x));
		const result = right === undefined ? f(number, value) : f(value, number);
		return Number(wrapped(result, type));
	};
	const y = emitTable(context, fused, context.value(right === undefined ? b : a), table);
	context.bind(fused.output, context.reshaped(y, context.shape(fused.output)));
}

const BITWISE: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
	BitwiseAnd: (a, b) => a & b,
	BitwiseOr: (a, b) => a | b,
	BitwiseXor: (a, b) => a ^ b,
};

/** ONNX BitwiseAnd, BitwiseOr, BitwiseXor with a constant number. */
export function lowerBitwise(fused: FusedOp, context: Context): void {
	lowerIntegers(fused, context, BITWISE[context.node.opType]);
}

/** ONNX BitwiseNot. */
export function lowerBitwiseNot(fused: FusedOp, context: Context): void {
	const type = context.type(fused.output);
	const x = context.value(context.node.inputs[0]);
	const not: RealFunction = (value) => Number(wrapped(~BigInt(Math.round(value)), type));
	context.bind(fused.output, emitTable(context, fused, x, not));
}

/** ONNX BitShift by a constant number, or of one. */
export function lowerBitShift(fused: FusedOp, context: Context): void {
	const left = string(context.node, "direction", "LEFT") === "LEFT";
	lowerIntegers(fused, context, (a, b) => {
		// Integers that the type cannot hold never reach the table; it has a value for them all the same.
		if (b < 0n || b > 63n) return 0n;
		return left ? a << b : a >> b;
	});
}

/** ONNX Mod by a constant number; the remainder takes the divisor's sign unless fmod says the dividend's. */
export function lowerMod(fused: FusedOp, context: Context): void {
	const { node } = context;
	const divisor = constantScalar(node.inputs[1], context.facts);
	if (!divisor) throw context.error("it divides by 0 or by a value that depends on the model's inputs");
	const truncated = int(node, "fmod", 0) === 1;
	const x = context.value(node.inputs[0]);
	const y = emitTable(context, fused, x, (value) => {
		const rest = value % divisor;
		const differs = rest !== 0 && rest < 0 !== divisor < 0;
		return !truncated && differs ? rest + divisor : rest;
	});
	context.bind(fused.output, context.reshaped(y, context.shape(fused.output)));
}
