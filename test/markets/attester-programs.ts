import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";

const OPERATORS = [10, 9, 8, 7, 6, 5, 4, 3].map(
	(elements) => ({ width: 8, elements, outside: 4, parts: 1 }) as const,
);
/** What is asked for: the output of operator 0, so that what is owed as witness is another one. */
export const PROGRAM = new ToyProgram(OPERATORS, 1, 0);
/** The same program with the output of each of its operators as its own. */
export const WITNESS_PROGRAMS = OPERATORS.map((_, operator) => new ToyProgram(OPERATORS, 1, operator));
/** A program that differs in its steps: no witness's. */
export const OTHER_PROGRAM = new ToyProgram(OPERATORS, 2, 0);

const TRACES = new Map<string, ToyTrace>();

/** A trace whose output, that of `operator`, is `by` above the right one. */
export function traceOf(by = 0, operator = 0): ToyTrace {
	const name = `${operator} ${by}`;
	const faults = by === 0 ? [] : [{ step: 0, operator, element: 0, by }];
	const trace = TRACES.get(name) ?? new ToyTrace(WITNESS_PROGRAMS[operator], faults);
	TRACES.set(name, trace);
	return trace;
}
