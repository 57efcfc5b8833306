import type { Operator, Program, TensorSpec } from "./program.ts";
import { ensure } from "./program-error.ts";

/**
 * What a program may ask of whoever validates and runs it. Checked before any work that grows with it: a few
 * kilobytes could otherwise keep an actor busy for ever. Ordinary programs never meet the defaults.
 */
export interface Limits {
	/** axes of a tensor */
	readonly rank: number;
	/** operators, constants and inputs, each */
	readonly operators: number;
	/** operands of an operator */
	readonly operands: number;
	/** elements of one tensor */
	readonly tensorElements: number;
	/** elements of all tensors of a step, inputs and constants included: they are in memory at once, or mapped */
	readonly stepElements: number;
	/** elements of all operators' tensors of all steps */
	readonly traceElements: number;
	/** operators × steps */
	readonly traceTensors: number;
	/** reads of operands by all operators of a step: as many multiplications, comparisons or copies */
	readonly stepReads: number;
	/** the same over all steps */
	readonly traceReads: number;
	/** rescale rows of all operators */
	readonly rows: number;
	/** slots of cones that are counted one by one, in all operators together */
	readonly counting: number;
	/** bytes of a program file, or of the constants beside it, which are mapped */
	readonly fileBytes: number;
	/** characters of its description, without constants */
	readonly descriptionLength: number;
}

export const DEFAULT_LIMITS: Limits = {
	rank: 32,
	operators: 2 ** 14,
	operands: 1024,
	tensorElements: 2 ** 30,
	stepElements: 2 ** 31,
	traceElements: 2 ** 33,
	traceTensors: 2 ** 22,
	stepReads: 2 ** 40,
	traceReads: 2 ** 46,
	rows: 2 ** 20,
	counting: 2 ** 28,
	fileBytes: 2 ** 33,
	descriptionLength: 2 ** 27,
};

/** @throws ProgramError if a program is larger than the limits allow, naming what is */
export function requireWithin(limits: Limits, program: Program): void {
	const { inputs, constants, operators, outputs, steps } = program;
	for (const [what, list] of Object.entries({ inputs, constants, operators, outputs })) {
		requireMost(`the program has ${list.length} ${what}`, list.length, limits, "operators");
	}
	let operatorElements = 0;
	let rows = 0;
	for (const [index, operator] of operators.entries()) {
		const what = `operator ${index}`;
		requireMost(
			`${what} has ${operator.operands.length} operands`,
			operator.operands.length,
			limits,
			"operands",
		);
		requireLists(what, operator, limits);
		operatorElements += elementsOf(what, operator, limits);
		rows += operator.rescale?.rows.length ?? 0;
	}
	let elements = operatorElements;
	for (const [index, tensor] of [...inputs, ...constants].entries()) {
		const what = index < inputs.length ? `input ${index}` : `constant ${index - inputs.length}`;
		elements += elementsOf(what, tensor, limits);
	}
	requireMost(`the program has ${rows} rescale rows`, rows, limits, "rows");
	requireMost(`its tensors have ${elements} elements`, elements, limits, "stepElements");
	const tensors = operators.length * steps;
	requireMost(`its trace of ${steps} steps has ${tensors} tensors`, tensors, limits, "traceTensors");
	const trace = operatorElements * steps;
	requireMost(`its trace of ${steps} steps has ${trace} elements`, trace, limits, "traceElements");
}

/** Lists that forms have for each axis (pads have two entries) or operand. */
function requireLists(what: string, { form, rescale }: Operator, limits: Limits): void {
	const most = Math.max(2 * limits.rank, limits.operands);
	for (const value of [...Object.values(form), rescale?.axes]) {
		if (!Array.isArray(value)) continue;
		ensure(value.length <= most, `${what} has a list of ${value.length} numbers, more than ${most}`);
	}
}

function elementsOf(what: string, { shape, layout }: TensorSpec, limits: Limits): number {
	const axes = Math.max(shape.length, layout.length);
	requireMost(`${what} has ${axes} axes`, axes, limits, "rank");
	const elements = shape.reduce((product, size) => product * size, 1);
	requireMost(`${what} has ${elements} elements`, elements, limits, "tensorElements");
	return elements;
}

/** @throws ProgramError if the access maps read more than the limits allow; `reads` are those of a step */
export function requireReads(limits: Limits, reads: number, steps: number): void {
	requireMost(`its operators read ${reads} elements`, reads, limits, "stepReads");
	requireMost(
		`its operators read ${reads * steps} elements in ${steps} steps`,
		reads * steps,
		limits,
		"traceReads",
	);
}

function requireMost(what: string, found: number, limits: Limits, limit: keyof Limits): void {
	// Not a number is not within anything.
	ensure(found <= limits[limit], beyond(what, limits, limit));
}

/** Options of commands that raise a limit; the others are the protocol's, or follow from these. */
const OPTIONS: Readonly<Partial<Record<keyof Limits, string>>> = {
	operators: "--most-operators",
	tensorElements: "--most-elements",
	stepElements: "--most-elements",
	traceElements: "--most-trace-elements",
	stepReads: "--most-reads",
	traceReads: "--most-reads",
	fileBytes: "--most-file-mib",
};

/** What is said of something that is beyond a limit. */
export function beyond(what: string, limits: Limits, limit: keyof Limits): string {
	const option = OPTIONS[limit];
	return `${what}, more than ${limits[limit]}${option === undefined ? "" : ` (${option})`}`;
}
