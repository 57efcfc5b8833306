import { radixProduct } from "./cone.ts";
import { descriptorOf } from "./descriptor.ts";
import { definitionOf, FORMS } from "./forms.ts";
import { isRescaled } from "./kinds.ts";
import { DEFAULT_LIMITS, type Limits, requireReads, requireWithin } from "./limits.ts";
import { validateMissing } from "./missing.ts";
import { validatePowers } from "./powers.ts";
import type { Descriptor, Operator, Program, TensorRef } from "./program.ts";
import { brief, ensure, ProgramError } from "./program-error.ts";
import { MOST_SEGMENT_STEPS } from "./segments.ts";
import { describeOperator, tensorOf } from "./tensors.ts";
import { type Counting, validateCone } from "./validate-cone.ts";
import { validateConstant, validateRescale, validateSpec } from "./validate-tensor.ts";

const MAX_COUNT = 2 ** 32 - 1;

/**
 * Checks every structural rule of a program; anyone does so before serving or guarding it.
 * (That no product rounds is the certificate's business.)
 *
 * @param limits what it may ask for, checked before anything else
 * @throws ProgramError with the operator's index and ONNX node
 */
export function validateProgram(program: Program, limits: Limits = DEFAULT_LIMITS): void {
	requireWithin(limits, program);
	const counting: Counting = { left: limits.counting };
	const { operators, inputs, constants, outputs, steps } = program;
	ensure(Number.isInteger(steps) && steps >= 1 && steps <= MAX_COUNT, `The program has ${steps} steps`);
	const { segment, lazy } = program;
	if (segment !== undefined) {
		const isLength = Number.isInteger(segment) && segment >= 2 && segment <= MOST_SEGMENT_STEPS;
		ensure(isLength, `A segment has at least 2 and at most ${MOST_SEGMENT_STEPS} steps, not ${segment}`);
		ensure(lazy !== true, "A program is lazy or in segments, not both");
	}
	ensure(operators.length >= 1 && operators.length <= MAX_COUNT, "The program has no operators");
	for (const [index, input] of inputs.entries()) {
		within(`input ${index} (${input.name})`, () => {
			validateSpec(input);
			validatePowers(input);
			validateMissing(input);
		});
	}
	for (const [index, constant] of constants.entries()) {
		within(`constant ${index} (${constant.name})`, () => {
			validateSpec(constant);
			validateConstant(constant);
		});
	}
	let reads = 0;
	for (const [index, operator] of operators.entries()) {
		within(describeOperator(operator, index), () => {
			const descriptor = validateOperator(program, index);
			reads += readsOf(descriptor);
			requireReads(limits, reads, steps);
			validateCone(descriptor, counting);
		});
	}
	ensure(outputs.length >= 1, "The program has no outputs");
	for (const { name, operator } of outputs) {
		ensure(
			operators[operator] !== undefined,
			`Output ${brief(name)} refers to operator ${operator}, which is not there`,
		);
	}
}

function within(what: string, check: () => void): void {
	try {
		check();
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new ProgramError(`Invalid ${brief(what)}: ${brief(reason)}`, { cause });
	}
}

/** @returns its descriptor, whose cone is still to be validated */
function validateOperator(program: Program, index: number): Descriptor {
	const operator = program.operators[index];
	validateSpec(operator);
	for (const ref of operator.operands) validateReference(program, index, ref);
	const specs = operator.operands.map((ref) => tensorOf(program, ref));
	ensure(Object.hasOwn(FORMS, operator.form.type), "its form is unknown");
	const definition = definitionOf(operator.form);
	ensure(definition.kinds.includes(operator.kind), `a ${operator.form.type} is not of kind ${operator.kind}`);
	const [least, most] = definition.operands;
	ensure(
		specs.length >= least && specs.length <= most,
		`${specs.length} operands; it takes ${least} to ${most}`,
	);
	definition.check(operator, specs);
	if (definition.second !== undefined) validateSecond(program, operator, definition.second);
	const rescaled = isRescaled(operator.kind);
	ensure(
		(operator.rescale !== undefined) === rescaled,
		`a ${operator.kind} ${rescaled ? "needs" : "has no"} rescale rows`,
	);
	if (operator.rescale !== undefined) validateRescale(operator.rescale, operator.shape);
	else definition.checkWidth?.(operator, specs);
	return descriptorOf(program, index);
}

/** Elements that an operator's maps read, in bounds or not. */
const readsOf = ({ elements, reductionRadix, operands }: Descriptor): number =>
	elements * radixProduct(reductionRadix) * operands.length;

function validateReference(program: Program, index: number, ref: TensorRef): void {
	const { source } = ref;
	ensure(
		source === "constant" || source === "input" || source === "operator" || source === "state",
		`unknown source ${source}`,
	);
	const list = {
		constant: program.constants,
		input: program.inputs,
		operator: program.operators,
		state: program.operators,
	};
	const what = `${source} ${ref.index}`;
	ensure(Number.isInteger(ref.index) && list[source][ref.index] !== undefined, `there is no ${what}`);
	if (source === "operator") ensure(ref.index < index, `${what} does not come before it`);
	if (ref.source !== "state") return;
	const state = program.operators[ref.index];
	const first = program.inputs[ref.initial];
	ensure(first !== undefined, `${what} has no input ${ref.initial} for the first step`);
	const alike =
		String([first.width, first.scale, first.shape, "/", first.layout]) ===
		String([state.width, state.scale, state.shape, "/", state.layout]);
	ensure(first.powers === undefined, `input ${ref.initial}, which is carried, has powers`);
	ensure(
		first.missing === undefined,
		`input ${ref.initial}, which is carried, has numbers for what is missing`,
	);
	ensure(alike, `${what} and input ${ref.initial} differ in shape, layout, width or scale`);
}

/** Operand 1, if there is one, is a constant; it may have to be of ones. */
function validateSecond(program: Program, { form, operands }: Operator, what: "constant" | "ones"): void {
	if (operands.length < 2) return;
	const { source, index } = operands[1];
	ensure(source === "constant", `operand 1 of a ${form.type} is not a constant`);
	if (what === "ones")
		ensure(
			program.constants[index].data.every((v) => v === 1),
			`constant ${index} is not made of ones`,
		);
}

export { ProgramError } from "./program-error.ts";
