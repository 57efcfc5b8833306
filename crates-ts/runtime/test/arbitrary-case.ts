import type { Elements, Operator, Program, TensorSpec } from "@umpire/operators/program.ts";
import fc from "fast-check";

/** An operand of a program of one operator. */
export interface Source {
	readonly spec: TensorSpec;
	readonly data: Elements;
	readonly constant: boolean;
}

/** A program of one operator and inputs for it. */
export interface Case {
	readonly program: Program;
	readonly inputs: readonly Elements[];
}

/** The constant of ones that sums multiply by. */
export const ones = (size: number): fc.Arbitrary<Source> =>
	fc.constant({
		spec: { shape: [size], layout: [0], width: 8, low: 1, high: 1, scale: 1 },
		data: new Int8Array(size).fill(1),
		constant: true,
	});

export function caseOf(
	operator: Omit<Operator, "operands" | "node" | "opType">,
	sources: readonly Source[],
): Case {
	const inputs = sources.filter((source) => !source.constant);
	const constants = sources.filter((source) => source.constant);
	const operands = sources.map((source) =>
		source.constant
			? ({ source: "constant", index: constants.indexOf(source) } as const)
			: ({ source: "input", index: inputs.indexOf(source) } as const),
	);
	return {
		program: {
			name: operator.form.type,
			steps: 1,
			inputs: inputs.map(({ spec }, i) => ({ ...spec, name: `input ${i}` })),
			constants: constants.map(({ spec, data }, i) => ({ ...spec, name: `constant ${i}`, data })),
			operators: [{ ...operator, operands, node: operator.form.type, opType: operator.kind }],
			outputs: [{ name: "output", operator: 0 }],
		},
		inputs: inputs.map(({ data }) => data),
	};
}
