import type { Evidence } from "@umpire/actors/evidence.ts";
import type { Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { partsOf } from "@umpire/operators/parts.ts";
import type { Operator, Program, TensorRef, TensorSpec } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { indexValueOf } from "@umpire/operators/values.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { beforeAll, expect, test } from "vitest";
import { chainPerTest } from "./per-test.ts";

const spec = (shape: readonly number[], width: Width = 8): TensorSpec => {
	return { shape, layout: shape.map((_, axis) => axis), width, ...rangeOf(width), scale: 1 };
};
const [x, y]: TensorRef[] = [0, 1].map((index) => ({ source: "input", index }));
const names = { node: "n", opType: "t" };

const operators: Operator[] = [
	{
		...spec([3, 6], 16),
		...names,
		high: 400,
		kind: "Div",
		form: { type: "quotient", numerator: 10, rounding: "nearest" },
		operands: [x, y],
	},
	{
		...spec([3, 6]),
		...names,
		kind: "Div",
		form: { type: "quotient", numerator: 1, rounding: "zero" },
		operands: [x, y],
	},
	{
		...spec([3, 6]),
		...names,
		kind: "Div",
		form: { type: "quotient", numerator: 1, rounding: "floor" },
		operands: [x, y],
	},
	{ ...spec([3, 6]), ...names, kind: "Select", form: { type: "select" }, operands: [y, x, y] },
	{
		...spec([3, 1]),
		...names,
		kind: "ArgMax",
		form: { type: "argmax", axis: 1, selectLast: false },
		operands: [x],
	},
	{
		...spec([1, 6]),
		...names,
		kind: "ArgMax",
		form: { type: "argmax", axis: 0, selectLast: true },
		operands: [x],
	},
	{ ...spec([3, 6, 6]), ...names, kind: "Gather", form: { type: "gather", axis: 0 }, operands: [y, x] },
	{
		...spec([3, 6]),
		...names,
		kind: "Gather",
		form: { type: "gatherElements", axis: 1 },
		operands: [y, x],
	},
];
const program: Program = {
	name: "choices",
	steps: 1,
	inputs: [x, y].map((_, i) => ({ ...spec([3, 6]), name: `x${i}` })),
	constants: [],
	operators,
	outputs: [{ name: "y", operator: 0 }],
};
const inputs = [
	Int8Array.of(-128, 127, 5, 127, 127, -7, 7, -7, 7, -7, 100, 9, 3, 3, 3, 3, 3, 3),
	Int8Array.of(0, -1, 2, 3, 0, 2, 2, 2, -2, -2, -128, 1, 0, 1, 2, 4, 5, 127),
];
const parameters = { ...PARAMETERS, challengePeriod: 1000, increment: 50 };

let chain: TestChain;
let right: Evidence;
chainPerTest(parameters, (opened) => {
	chain = opened;
});
beforeAll(async () => {
	validateProgram(program);
	right = await realEvidence(program, inputs);
});

/** What is disputed, operator, element, the right value, and the parts of its cone. */
const CASES = [
	["a quotient by 0", 0, 0, 0, 1],
	["a quotient that is clipped by a negative divisor", 0, 1, -1270, 1],
	["a quotient that is clipped", 0, 3, 400, 1],
	["a quotient whose half is rounded up below zero", 0, 10, -8, 1],
	["a quotient of whole numbers towards 0", 1, 7, -3, 1],
	["a quotient of whole numbers down", 2, 7, -4, 1],
	["the first choice", 3, 1, 127, 1],
	["the second choice", 3, 4, 0, 1],
	["the first of several largest", 4, 0, 1, 2],
	["the last of several largest", 5, 3, 0, 1],
	["an index below the data", 6, 6, -128, 1],
	["an index beyond the data", 6, 107, 3, 1],
	["an index along an axis", 7, 3, 127, 1],
] as const;

test.each(CASES)("%s: a wrong one is rejected", async (_, operator, element, value, count) => {
	const { elements } = right.trace.operators[0][operator];
	expect(elements[element]).toBe(value);
	const descriptor = right.commitment.descriptors[operator];
	const fetch = (operand: number, index: number): number => inputs[descriptor.operands[operand].index][index];
	expect(partsOf(descriptor, element, indexValueOf(descriptor, element, fetch)).length).toBe(count);
	const wrong = await falsified(right, operator, element, value > 0 ? -1 : 1);
	const driver = new ProofDriver(chain, parameters);
	const claim = await driver.claim(wrong);
	const { id, plan } = await driver.searchFor(claim, right, wrong);
	expect(plan).toMatchObject({ operator, element });
	const settlement = await driver.prove(wrong, id, plan);
	const settle = { type: "settle", dispute: id, settlement } as const;
	expect(await driver.try(driver.requester, settle)).toBe(undefined);
	expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
});
