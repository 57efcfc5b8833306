import type { Evidence } from "@umpire/actors/evidence.ts";
import { prepareSettlement } from "@umpire/actors/settlement.ts";
import type { Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import type { Settlement } from "@umpire/game/move.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { partsOf } from "@umpire/operators/parts.ts";
import type { Operator, Program, TensorRef, TensorSpec } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { chainPerTest } from "../game/per-test.ts";

const spec = (shape: readonly number[], width: Width = 8): TensorSpec => {
	return { shape, layout: shape.map((_, axis) => axis), width, ...rangeOf(width), scale: 1 };
};
const x: TensorRef = { source: "input", index: 0 };
const constant = (index: number): TensorRef => ({ source: "constant", index });
const result = (index: number): TensorRef => ({ source: "operator", index });
const rescale = (bias: bigint, multiplier: number, shift: number) => {
	return { rows: [{ bias, multiplier, shift }], axes: [] };
};
const names = { node: "n", opType: "t" };

/** Every kind, with reads that are clipped, that lie outside, and with results below zero. */
const operators: Operator[] = [
	{
		...spec([1, 1, 4, 5]),
		...names,
		kind: "Gather",
		form: { type: "lookup", base: -3 },
		operands: [x, constant(0)],
	},
	{
		...spec([1, 1, 4, 5]),
		...names,
		kind: "Add",
		form: { type: "linear", coefficients: [2, -3] },
		operands: [result(0), x],
		rescale: rescale(-5n, 3, 3),
	},
	{
		...spec([1, 1, 4, 5], 16),
		...names,
		kind: "Mul",
		form: { type: "product" },
		operands: [result(1), x],
		rescale: rescale(1n, 5, 2),
	},
	{
		...spec([1, 1, 5, 6], 16),
		...names,
		kind: "Max",
		form: { type: "pool", kernel: [2, 2], strides: [1, 1], pads: [2, 2, 0, 0], dilations: [1, 1] },
		operands: [result(2)],
	},
	{
		...spec([1, 1, 6, 6], 16),
		...names,
		kind: "View",
		form: { type: "pad", begins: [0, 0, 1, 0], value: -77 },
		operands: [result(3)],
	},
	{
		...spec([1, 1, 9, 10]),
		...names,
		kind: "Dot",
		form: { type: "conv", strides: [1, 1], pads: [3, 3, 3, 3], dilations: [1, 1], group: 1 },
		operands: [x, constant(1)],
		rescale: rescale(9n, 7, 4),
	},
];
const program: Program = {
	name: "kinds",
	steps: 1,
	inputs: [{ ...spec([1, 1, 4, 5]), name: "x" }],
	constants: [
		{ ...spec([7]), name: "table", data: Int8Array.of(-100, -50, -3, 0, 4, 60, 110) },
		{ ...spec([1, 1, 2, 2]), name: "w", data: Int8Array.of(1, -2, 3, -4) },
	],
	operators,
	outputs: [{ name: "y", operator: 0 }],
};
const input = Int8Array.of(-128, 127, -3, -4, 3, 4, 0, 1, 2, -1, -2, 77, -77, 5, -5, 100, -100, 50, 9, -9);
const parameters = { ...PARAMETERS, challengePeriod: 1000, increment: 50 };

let chain: TestChain;
let right: Evidence;
chainPerTest(parameters, (opened) => {
	chain = opened;
});
beforeAll(async () => {
	validateProgram(program);
	right = await realEvidence(program, [input]);
});

/** Operator, element, and how many reads of its cone are in bounds (slots, for a Dot). */
const CASES = [
	["an index far below the table", 0, 0, 2],
	["the table's first entry, by an index one below it", 0, 3, 2],
	["a sum below zero", 1, 1, 2],
	["a product that is clipped", 2, 1, 2],
	["a maximum over padding alone", 3, 0, 0],
	["a maximum with one read in bounds", 3, 7, 1],
	["a maximum of four", 3, 20, 4],
	["a view of the padding", 4, 2, 0],
	["a view of an element", 4, 20, 1],
	["a sum of products of padding alone", 5, 0, 0],
	["a sum of products half in the padding", 5, 22, 1],
] as const;

describe("every kind: a wrong element is rejected, a right one is not", () => {
	test.each(CASES)("%s", async (_, operator, element, reads) => {
		const value = right.trace.operators[0][operator].elements[element];
		const descriptor = right.commitment.descriptors[operator];
		const [part] = partsOf(descriptor, element, input[element] ?? 0);
		expect(part.circuit === "dot" ? part.slots.length : part.reads.length).toBe(reads);
		const wrong = await falsified(right, operator, element, value > 0 ? -1 : 1);
		const driver = new ProofDriver(chain, parameters);
		const claim = await driver.claim(wrong);
		const { id, plan } = await driver.searchFor(claim, right, wrong);
		expect(plan).toMatchObject({ operator, element, part: 0 });
		const settle = (settlement: Settlement) =>
			driver.try(driver.requester, { type: "settle", dispute: id, settlement });
		if (reads !== 2) {
			// its neighbour in the leaf is right: showing that decides nothing
			const beside = { ...plan, element: reads === 0 ? element + 1 : element - 1 };
			const prepared = await prepareSettlement(
				wrong,
				{ ...beside, words: driver.game.view(id).words!, partials: [] },
				driver.challenger,
			);
			if (prepared.witnesses[0] === undefined) expect(await settle(prepared.settlement)).toBe("ValuesAgree");
		}
		expect(await settle(await driver.prove(wrong, id, plan))).toBe(undefined);
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
	});
});
