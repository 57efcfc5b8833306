import { rangeOf } from "@umpire/commitment/elements.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";

const spec: TensorSpec = { shape: [2, 3], layout: [1, 0], width: 8, ...rangeOf(8), scale: 1 };
const names = { node: "n", opType: "t" };
const rescale = { rows: [{ bias: 3n, multiplier: 1, shift: 1 }], axes: [] };

/** Two states that change in every step, of which the output reads one; both begin as an input that is read, too. */
export const carriedProgram = (steps: number, segment: number): Program => ({
	name: "states",
	steps,
	segment,
	inputs: [
		{ ...spec, name: "x" },
		{ ...spec, name: "start" },
	],
	constants: [],
	operators: [
		{
			...spec,
			...names,
			kind: "Add",
			form: { type: "linear", coefficients: [1, -1] },
			operands: [
				{ source: "state", index: 1, initial: 1 },
				{ source: "input", index: 1 },
			],
			rescale,
		},
		{
			...spec,
			...names,
			kind: "Add",
			form: { type: "linear", coefficients: [1, 1] },
			operands: [
				{ source: "state", index: 0, initial: 1 },
				{ source: "input", index: 0 },
			],
			rescale,
		},
		{
			...spec,
			...names,
			kind: "Mul",
			form: { type: "product" },
			operands: [
				{ source: "operator", index: 0 },
				{ source: "input", index: 0 },
			],
			rescale,
		},
	],
	outputs: [{ name: "y", operator: 2 }],
});
export const CARRIED_INPUTS = [
	Int8Array.of(10, -11, 25, -27, 33, 1),
	Int8Array.of(50, -60, 70, -80, 90, 100),
];
