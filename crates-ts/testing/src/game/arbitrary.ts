import { LEAF_ELEMENTS, type Width } from "@umpire/commitment/constants.ts";
import type { Parameters } from "@umpire/game/state.ts";
import { segmentLength, segmentOf } from "@umpire/operators/segments.ts";
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
		/** the whole trace, the output alone, or segments of so many steps */
		commitment: fc.constantFrom("eager", "lazy", 2, 3, 6),
	})
	.map(({ operators, steps, output, commitment }) => {
		const [lazy, segment] = [commitment === "lazy", typeof commitment === "number" ? commitment : 0];
		return new ToyProgram(operators, steps, output % operators.length, lazy, segment);
	});

/**
 * One to three faults of a program's trace, at different places. What the claim carries shows one of them: of a lazy
 * program one is in the output, of a program with segments one in a checkpoint.
 */
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
			const { lazy, segment, outputOperator } = program.header;
			const step = program.steps - 1;
			if (segment !== 0 && !places.some((at) => isCheckpoint(program, at.step))) {
				return [{ ...places[0], step }, ...places.slice(1)];
			}
			if (!lazy || places.some((at) => at.step === step && at.operator === outputOperator)) return places;
			return [{ ...places[0], step, operator: outputOperator, element: 0 }, ...places.slice(1)];
		});
}

export const arbitraryLevels: fc.Arbitrary<Pick<Parameters, "depth" | "window">> = fc.record({
	depth: fc.integer({ min: 1, max: 5 }),
	window: fc.integer({ min: 0, max: 5 }),
});

/** Whether a claim carries the root of this step: it is the last of its segment. */
const isCheckpoint = ({ header }: ToyProgram, step: number): boolean =>
	(step + 1) % segmentLength(header) === 0 || step === header.steps - 1;

/** The first fault in the order of the trace that a search leads to, and its leaf: of segments that end rightly none. */
export function leftmost(program: ToyProgram, faults: readonly Fault[]) {
	const { header } = program;
	const carried = faults.filter(({ step }) => header.segment === 0 || isCheckpoint(program, step));
	const segments = new Set(carried.map(({ step }) => segmentOf(header, step)));
	const found = faults.filter(({ step }) => segments.has(segmentOf(header, step)));
	const [first] = found.toSorted((a, b) => a.step - b.step || a.operator - b.operator);
	const leaf = Math.floor(first.element / LEAF_ELEMENTS[program.descriptors[first.operator].width]);
	return { ...first, leaf };
}
