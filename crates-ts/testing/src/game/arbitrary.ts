import { LEAF_ELEMENTS, type Width } from "@umpire/commitment/constants.ts";
import type { Parameters } from "@umpire/game/state.ts";
import fc from "fast-check";
import { type Fault, type ToyOperator, ToyProgram } from "./toy-program.ts";

const operator: fc.Arbitrary<ToyOperator> = fc.record({
	width: fc.constantFrom<Width>(8, 16, 32),
	elements: fc.oneof(
		{ weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }) },
		{ weight: 1, arbitrary: fc.integer({ min: 1, max: 700 }) },
	),
	outside: fc.integer({ min: -100, max: 100 }),
	parts: fc.integer({ min: 1, max: 3 }),
});

export const arbitraryProgram: fc.Arbitrary<ToyProgram> = fc
	.record({
		operators: fc.array(operator, { minLength: 1, maxLength: 12 }),
		steps: fc.integer({ min: 1, max: 5 }),
		output: fc.nat(),
		lazy: fc.boolean(),
	})
	.map(
		({ operators, steps, output, lazy }) => new ToyProgram(operators, steps, output % operators.length, lazy),
	);

/** One to three faults of a program's trace, at different places; of a lazy program one is in the output. */
export function arbitraryFaults(program: ToyProgram): fc.Arbitrary<Fault[]> {
	const fault = fc.record({
		step: fc.nat({ max: program.steps - 1 }),
		operator: fc.nat({ max: program.descriptors.length - 1 }),
		at: fc.nat(),
		by: fc.integer({ min: 1, max: 255 }),
	});
	return fc
		.uniqueArray(fault, {
			minLength: 1,
			maxLength: 3,
			selector: ({ step, operator }) => `${step} ${operator}`,
		})
		.map((faults) => {
			const places = faults.map(({ at, ...rest }) => ({
				...rest,
				element: at % program.descriptors[rest.operator].elements,
			}));
			const { lazy, outputOperator } = program.header;
			const step = program.steps - 1;
			if (!lazy || places.some((at) => at.step === step && at.operator === outputOperator)) return places;
			return [{ ...places[0], step, operator: outputOperator, element: 0 }, ...places.slice(1)];
		});
}

export const arbitraryLevels: fc.Arbitrary<Pick<Parameters, "depth" | "window">> = fc.record({
	depth: fc.integer({ min: 1, max: 5 }),
	window: fc.integer({ min: 0, max: 5 }),
});

/** The first fault in the order of the trace, and its leaf. */
export function leftmost(program: ToyProgram, faults: readonly Fault[]) {
	const [first] = faults.toSorted((a, b) => a.step - b.step || a.operator - b.operator);
	const leaf = Math.floor(first.element / LEAF_ELEMENTS[program.descriptors[first.operator].width]);
	return { ...first, leaf };
}
