import { wordHex } from "@umpire/commitment/hex.ts";
import { toAbi } from "@umpire/operators/descriptor.ts";
import { type Descriptor, KIND, SOURCE } from "@umpire/operators/program.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "../libraries/harness.ts";

let harness: Harness;
beforeAll(async () => {
	harness = await openHarness();
});
afterAll(() => harness.close());

const OPERANDS: Readonly<Record<string, number>> = { Mul: 2, Div: 2, Gather: 2, Select: 3 };
const CONSTANTS: Readonly<Record<string, readonly number[]>> = {
	Add: [1],
	Div: [1, 0],
	Gather: [0, 0],
	ArgMax: [0],
};

/** One element, whose reads are all in bounds and hold 1. */
function descriptorOf(kind: keyof typeof KIND): Descriptor {
	const coordinate = { base: 0, coefficients: [0], divisor: 1, modulus: 0, size: 1, stride: 1 };
	const operand = {
		source: SOURCE.input,
		index: 0,
		initial: 0,
		width: 8,
		elements: 1,
		outside: 0,
		coordinates: [coordinate],
	} as const;
	return {
		kind: KIND[kind],
		width: 8,
		elements: 1,
		outputRadix: [1],
		reductionRadix: [],
		operands: Array.from({ length: OPERANDS[kind] ?? 1 }, () => operand),
		constants: CONSTANTS[kind] ?? [],
		low: -128,
		high: 127,
		rowsRoot: wordHex(0n),
		rowCount: 0,
		row: { base: 0, coefficients: [], divisor: 0, modulus: 0, size: 0, stride: 0 },
	};
}

describe("every kind that a valid program may have is settled by the contract", () => {
	test.each((Object.keys(KIND) as (keyof typeof KIND)[]).filter((kind) => kind !== "Dot"))(
		"%s",
		async (kind) => {
			const descriptor = descriptorOf(kind);
			const reads = kind === "View" ? 1 : descriptor.operands.length;
			const values = new Array<bigint>(reads).fill(1n);
			const previous = await harness.call("start", [toAbi(descriptor)]);
			expect(await harness.revert("elementsPart", [toAbi(descriptor), 0n, 0n, previous, values])).toBe(
				undefined,
			);
		},
	);
});
