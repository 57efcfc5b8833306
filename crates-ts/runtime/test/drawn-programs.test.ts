import type { Elements } from "@umpire/commitment/elements.ts";
import { toPhysical } from "@umpire/commitment/tensor.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { LEVELS } from "@umpire/runtime/onnxruntime.ts";
import { FORM_TYPES } from "@umpire/testing/operators/arbitrary-operators.ts";
import { runsOr } from "@umpire/testing/runs.ts";
import { type DrawnProgram, drawnPrograms } from "@umpire/testing/runtime/arbitrary-programs.ts";
import { definedValues } from "@umpire/testing/runtime/integer-definition.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Every operator of all steps by the integer definition, physical order. */
function definedSteps({ program }: DrawnProgram, inputs: readonly Elements[]): number[][] {
	const all: number[][] = [];
	let before: number[][] | undefined;
	for (let step = 0; step < program.steps; step++) {
		before = definedValues(program, inputs, before);
		all.push(...before);
	}
	return all;
}

/** A session of every level loads, with its trace and without, and computes the integer definition of all inputs. */
async function checkProgram(drawn: DrawnProgram): Promise<void> {
	const { program, sets } = drawn;
	const count = program.operators.length;
	const physical = (elements: Elements, index: number): number[] => {
		const { shape, layout } = program.operators[index % count];
		return Array.from(toPhysical(elements, shape, layout));
	};
	const expected = sets.map((inputs) => definedSteps(drawn, inputs));
	for (const record of ["trace", "outputs"] as const) {
		for (const [i, level] of LEVELS.entries()) {
			// A graph that may not be run is given to the next level, as it is where programs are run.
			const session = await openSession(program, { record, levels: LEVELS.slice(i), threads: 1 });
			for (const [k, inputs] of sets.entries()) {
				const { operators, outputs } = await session.run(inputs);
				const told = `level ${level}, ${record}, inputs ${k}`;
				if (operators !== undefined) expect(operators.map(physical), told).toEqual(expected[k]);
				const last = expected[k].slice(-count);
				const found = outputs.map((output, j) => physical(output, program.outputs[j].operator));
				expect(found, told).toEqual(program.outputs.map(({ operator }) => last[operator]));
			}
			await session.release();
		}
	}
}

describe("drawn programs of several operators", () => {
	it("load and are what onnxruntime computes at every level, whatever their tensors are called", async () => {
		await fc.assert(fc.asyncProperty(drawnPrograms, checkProgram), { numRuns: runsOr(150) });
	});

	it("have all forms, several steps, axes in any order and names of what is inlined", () => {
		const programs = fc.sample(drawnPrograms, { seed: 1, numRuns: 200 }).map(({ program }) => program);
		const operators = programs.flatMap((program) => program.operators);
		expect(new Set(operators.map(({ form }) => form.type))).toEqual(new Set(FORM_TYPES));
		expect(programs.filter(({ steps }) => steps > 1).length).toBeGreaterThan(20);
		const shuffled = operators.filter(({ rescale }) =>
			rescale?.axes.some((axis, i) => i > 0 && axis < rescale.axes[i - 1]),
		);
		expect(shuffled.length).toBeGreaterThan(20);
		const named = programs.filter(({ inputs, constants }) =>
			[...inputs, ...constants].some(({ name }) => name.startsWith("_inlfunc_")),
		);
		expect(named.length).toBeGreaterThan(60);
		expect(operators.length / programs.length).toBeGreaterThan(4);
	});
});
