import { exactnessOf } from "@umpire/operators/exactness.ts";
import type { ConstantTensor, Program } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { expect, it } from "vitest";

const INNER = 4096;
const COLUMNS = 4100;

/** Integers that follow from their places, up to ±`most`. */
const wave = (length: number, most: number): Int16Array => {
	const data = new Int16Array(length);
	for (let i = 0; i < length; i++) data[i] = ((i * 7919) % (2 * most + 1)) - most;
	return data;
};

const RANGE = { low: -32768, high: 32767, scale: 1, width: 16 } as const;
const weights = wave(INNER * COLUMNS, 30000);
const product: Program = {
	name: "a vocabulary",
	steps: 1,
	inputs: [{ name: "x", shape: [1, INNER], layout: [0, 1], ...RANGE }],
	constants: [
		{ name: "w", shape: [INNER, COLUMNS], layout: [1, 0], ...RANGE, data: weights } satisfies ConstantTensor,
	],
	operators: [
		{
			...RANGE,
			kind: "Dot",
			form: { type: "matmul" },
			shape: [1, COLUMNS],
			layout: [0, 1],
			operands: [
				{ source: "input", index: 0 },
				{ source: "constant", index: 0 },
			],
			rescale: { axes: [], rows: [{ bias: 12345n, multiplier: 3, shift: 25 }] },
			node: "w",
			opType: "MatMul",
		},
	],
	outputs: [{ name: "y", operator: 0 }],
};

it("a matrix that is converted in blocks of columns gives the integers that the protocol says", async () => {
	expect(exactnessOf(product)[0].plan).toContain("in blocks of columns");
	const x = wave(INNER, 32767);
	const expected = Array.from({ length: COLUMNS }, (_, j) => {
		let sum = 0;
		for (let i = 0; i < INNER; i++) sum += x[i] * weights[i * COLUMNS + j];
		const value = ((BigInt(sum) + 12345n) * 3n + (1n << 24n)) >> 25n;
		return Math.max(RANGE.low, Math.min(RANGE.high, Number(value)));
	});
	for (const record of ["outputs", "trace"] as const) {
		const session = await openSession(product, { record });
		const { outputs } = await session.run([x]);
		await session.release();
		expect([...outputs[0]]).toEqual(expected);
	}
});
