import { WIDTHS } from "@umpire/commitment/constants.ts";
import { ExactnessError } from "@umpire/operators/errors.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { functionOf } from "@umpire/operators/functions.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { ProgramError, validateProgram } from "@umpire/operators/validate.ts";
import fc from "fast-check";
import { type Gen, integer } from "../operators/arbitrary-operators.ts";
import { DraftProgram, drawnSpec } from "./draft-program.ts";
import { grown } from "./drawn-operators.ts";
import { chance, elementsOf, pick } from "./drawn-values.ts";

/** A program that validates and has a certificate, and inputs for it. */
export interface DrawnProgram {
	readonly program: Program;
	readonly sets: readonly (readonly Elements[])[];
}

/** Where a definition of a thousand numbers for every level costs no more than opening its sessions. */
const MOST_ELEMENTS = 1500;

/** Whether a program may be run; anything but what validation and certificates say of one that may not is a fault. */
function isTaken(program: Program): boolean {
	try {
		validateProgram(program);
		exactnessOf(program);
		return true;
	} catch (error) {
		if (error instanceof ProgramError || error instanceof ExactnessError) return false;
		throw error;
	}
}

function drawnInputs(g: Gen): Program["inputs"] {
	// Convolutions of more than three axes are computed in slices, so that many axes are worth as much as long ones.
	const rank = integer(g, 1, 6);
	const usual = Array.from({ length: rank }, () => integer(g, 1, rank > 4 ? 3 : 6));
	return Array.from({ length: integer(g, 1, 3) }, (_, i) => {
		const own = Array.from({ length: integer(g, 0, 5) }, () => integer(g, 1, 5));
		const shape = i === 0 || chance(g, 6) ? usual : own;
		return { ...drawnSpec(g, shape, pick(g, [8, ...WIDTHS])), name: `x${i}` };
	});
}

/** Three steps, in which most of what read an input reads what an operator of its shape computed in the step before. */
function carried(g: Gen, program: Program): Program | undefined {
	const pairs = program.inputs.flatMap((input, initial) =>
		program.operators.flatMap((operator, from) =>
			operator.shape.join() === input.shape.join() ? [{ initial, from }] : [],
		),
	);
	if (pairs.length === 0) return undefined;
	const { initial, from } = pick(g, pairs);
	const { name: _, ...spec } = program.inputs[initial];
	const index = program.operators.length;
	const operators = program.operators.map((operator) => ({
		...operator,
		operands: operator.operands.map((ref) =>
			ref.source === "input" && ref.index === initial && chance(g, 8)
				? ({ source: "state", index, initial } as const)
				: ref,
		),
	}));
	const next: Program = {
		...program,
		steps: 3,
		operators: [
			...operators,
			{
				...spec,
				kind: "Add",
				form: { type: "linear", coefficients: [1] },
				operands: [{ source: "operator", index: from }],
				rescale: { axes: [], rows: [{ bias: BigInt(integer(g, -9, 9)), multiplier: 1, shift: 1 }] },
				node: "carry",
				opType: "linear",
			},
		],
		outputs: chance(g, 5) ? program.outputs : [...program.outputs, { name: "z", operator: index }],
	};
	return isTaken(next) ? next : undefined;
}

/** Names that mean something to somebody: to onnxruntime where it inlines functions, to C strings, UTF-8 and objects. */
function hostileNames(program: Program): string[] {
	const inlined = program.operators.flatMap((_, index) => {
		const { name, nodes } = functionOf(program, index, new Map());
		return nodes.flatMap(({ outputs }) => outputs.map((output) => `_inlfunc_${name}_${output}`));
	});
	const others = [
		"",
		"a\0b",
		"a\0c",
		"\ud800",
		"\ud801",
		"__proto__",
		"constructor",
		"0",
		"t0",
		"t1",
		"input0",
	];
	return [...inlined, ...inlined, ...others, "constant0", "state0_0", "_inlfunc_"];
}

/** The same program, in which most tensors are called something hostile. */
function renamed(g: Gen, program: Program): Program {
	const names = hostileNames(program);
	const taken = new Set<string>();
	const drawn = (usual: string): string => {
		const wish = chance(g, 6) ? pick(g, names) : usual;
		const name = taken.has(wish) ? usual : wish;
		taken.add(name);
		return name;
	};
	return {
		...program,
		inputs: program.inputs.map((input) => ({ ...input, name: drawn(input.name) })),
		constants: program.constants.map((constant) => ({ ...constant, name: drawn(constant.name) })),
		outputs: program.outputs.map((output) => ({ ...output, name: drawn(output.name) })),
		operators: program.operators.map((operator) => ({ ...operator, node: drawn(operator.node) })),
	};
}

/** A valid program of `count` operators, of fewer if none fits its tensors. */
function drawnProgram(g: Gen, count: number): Program | undefined {
	let draft = new DraftProgram(g, drawnInputs(g));
	for (let tries = 0; draft.operators.length < count && tries < 60; tries++) {
		const next = grown(draft, MOST_ELEMENTS);
		if (next !== undefined && isTaken(next.program())) draft = next;
	}
	const last = draft.operators.length - 1;
	if (last < 0) return undefined;
	const more = Array.from({ length: integer(g, 0, 2) }, () => integer(g, 0, last));
	const outputs = [...new Set([last, ...more])].map((operator, i) => ({ name: `y${i}`, operator }));
	const program = { ...draft.program(), outputs };
	const stepping = chance(g, 4) ? carried(g, program) : undefined;
	const result = renamed(g, stepping ?? program);
	return isTaken(result) ? result : undefined;
}

/** Valid programs of one to nine operators, those that carry a state of one more, each with three inputs. */
export const drawnPrograms: fc.Arbitrary<DrawnProgram> = fc
	.gen()
	.map((g): DrawnProgram | undefined => {
		const program = drawnProgram(g, integer(g, 1, 9));
		if (program === undefined) return undefined;
		const sets = Array.from({ length: 3 }, () =>
			program.inputs.map(({ width, shape }) => elementsOf(g, width, elementCount(shape))),
		);
		return { program, sets };
	})
	.filter((drawn) => drawn !== undefined);
