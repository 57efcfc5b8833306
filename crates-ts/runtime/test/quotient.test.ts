import { rangeOf } from "@umpire/commitment/elements.ts";
import { ExactnessError } from "@umpire/operators/errors.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import type { Program, Rounding } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { expect, it } from "vitest";
import { programFromJson, programToJson } from "../src/program-json.ts";

const COUNT = 4096;

/** a·x / y of two 16-bit tensors, with a result of 32 bits. */
function division(numerator: number, rounding: Rounding): Program {
	const spec = { shape: [COUNT], layout: [0], scale: 1 };
	return {
		name: "division",
		steps: 1,
		inputs: ["x", "y"].map((name) => ({ ...spec, name, width: 16, ...rangeOf(16) })),
		constants: [],
		operators: [
			{
				...spec,
				width: 32,
				...rangeOf(32),
				kind: "Div",
				form: { type: "quotient", numerator, rounding },
				operands: [
					{ source: "input", index: 0 },
					{ source: "input", index: 1 },
				],
				node: "n",
				opType: "Div",
			},
		],
		outputs: [{ name: "q", operator: 0 }],
	};
}

/** The largest numerator with 2·a·2^15 + 2^15 < 2^52. */
const MOST = 2 ** 36 - 1;

function expected(numerator: number, rounding: Rounding, x: number, y: number): number {
	if (y === 0) return 0;
	const [n, d] = [BigInt(numerator) * BigInt(x), BigInt(y)];
	const [up, down] = rounding === "nearest" ? [2n * n + d, 2n * d] : [n, d];
	let quotient = up / down;
	const below = up % down !== 0n && up < 0n !== down < 0n;
	if (rounding !== "zero" && below) quotient -= 1n;
	const { low, high } = rangeOf(32);
	return Math.min(Math.max(Number(quotient), low), high);
}

it("quotients of the largest numbers that are allowed, by divisors that almost divide them", async () => {
	for (const numerator of [1, 3, 65537, 2 ** 30 - 1, MOST - 1, MOST]) {
		for (const rounding of ["nearest", "zero", "floor"] as const) {
			const x = new Int16Array(COUNT);
			const y = new Int16Array(COUNT);
			for (let i = 0; i < COUNT; i++) {
				// whole quotients and their neighbours: x = k·y + {−1, 0, 1}
				y[i] = i % 2 === 0 ? 32767 - (i % 301) : -32768 + (i % 401);
				x[i] = i % 7 === 0 ? -32768 + (i % 3) : (i % 3) - 1 + (i % 5 === 0 ? y[i] >> 1 : 0);
			}
			const session = await openSession(division(numerator, rounding), { record: "outputs", threads: 1 });
			const { outputs } = await session.run([x, y]);
			await session.release();
			const wanted = Array.from(x, (value, i) => expected(numerator, rounding, value, y[i]));
			expect(Array.from(outputs[0]), `${numerator}, ${rounding}`).toEqual(wanted);
		}
	}
});

it("a numerator beyond them has no certificate", () => {
	expect(exactnessOf(division(MOST, "nearest"))[0].bound).toBeLessThan(2 ** 52);
	expect(() => exactnessOf(division(MOST + 1, "nearest"))).toThrow(ExactnessError);
});

it("a rounding survives the program's file, another value of its field does not become one", () => {
	const program = division(3, "zero");
	const data = () => ({ data: new Int8Array(0) });
	expect(programFromJson(programToJson(program), data)).toEqual(program);
	const broken = programToJson(program).replace('"zero"', "0.5");
	expect(() => programFromJson(broken, data)).toThrow(/rounding/);
});
