import { type OnnxOperator, operator } from "../operator.ts";
import { decomposeBitShift, decomposeBitwise, decomposeBitwiseNot } from "./bits.ts";
import { lowerBitShift, lowerBitwise, lowerBitwiseNot } from "./integer-table.ts";

/** Bits. */
export const INTEGERS: readonly OnnxOperator[] = [
	operator({
		name: "BitShift",
		since: 11,
		lower: lowerBitShift,
		decompose: decomposeBitShift,
		summary:
			"of unsigned integers by a constant number, or of one, a table; of signed ones a product or a quotient rounded down",
	}),
	operator({
		name: "BitwiseAnd",
		since: 18,
		lower: lowerBitwise,
		decompose: decomposeBitwise,
		summary: "with a constant number a table; of two tensors bit by bit",
	}),
	operator({
		name: "BitwiseNot",
		since: 18,
		lower: lowerBitwiseNot,
		decompose: decomposeBitwiseNot,
		summary: "of unsigned integers a table; of signed ones −1 − x",
	}),
	operator({
		name: "BitwiseOr",
		since: 18,
		lower: lowerBitwise,
		decompose: decomposeBitwise,
		summary: "with a constant number a table; of two tensors bit by bit",
	}),
	operator({
		name: "BitwiseXor",
		since: 18,
		lower: lowerBitwise,
		decompose: decomposeBitwise,
		summary: "with a constant number a table; of two tensors bit by bit",
	}),
];
