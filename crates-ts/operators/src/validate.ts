import { radixProduct } from "./cone.ts";
import { descriptorOf } from "./descriptor.ts";
import { FORM_RULES } from "./form-rules.ts";
import { DEFAULT_LIMITS, type Limits, requireReads, requireWithin } from "./limits.ts";
import type { Descriptor, Operator, Program, TensorRef, TensorSpec } from "./program.ts";
import { brief, ensure, ProgramError } from "./program-error.ts";
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
	ensure(operators.length >= 1 && operators.length <= MAX_COUNT, "The program has no operators");
	for (const [index, input] of inputs.entries()) {
		within(`input ${index} (${input.name})`, () => validateSpec(input));
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
	ensure(Object.hasOwn(FORM_RULES, operator.form.type), "its form is unknown");
	const rule = FORM_RULES[operator.form.type];
	ensure(rule.kinds.includes(operator.kind), `a ${operator.form.type} is not of kind ${operator.kind}`);
	const [least, most] = rule.operands;
	ensure(
		specs.length >= least && specs.length <= most,
		`${specs.length} operands; it takes ${least} to ${most}`,
	);
	(rule.check as (operator: Operator, specs: readonly TensorSpec[]) => void)(operator, specs);
	validateConstants(program, operator);
	validateResult(operator, specs);
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
	ensure(alike, `${what} and input ${ref.initial} differ in shape, layout, width or scale`);
}

/** Operands that must be constants: ones of sums and averages, tables. */
function validateConstants(program: Program, operator: Operator): void {
	const { form, operands } = operator;
	const ones = (form.type === "sum" || form.type === "pool") && operands.length === 2;
	if (!ones && form.type !== "lookup") return;
	const { source, index } = operands[1];
	ensure(source === "constant", `operand 1 of a ${form.type} is not a constant`);
	if (ones)
		ensure(
			program.constants[index].data.every((v) => v === 1),
			`constant ${index} is not made of ones`,
		);
}

/** Rescaled kinds have rows, the others results that fit whatever their operands hold. */
function validateResult(operator: Operator, specs: readonly TensorSpec[]): void {
	const rescaled = operator.kind === "Dot" || operator.kind === "Add" || operator.kind === "Mul";
	ensure(
		(operator.rescale !== undefined) === rescaled,
		`a ${operator.kind} ${rescaled ? "needs" : "has no"} rescale rows`,
	);
	if (operator.rescale !== undefined) {
		validateRescale(operator.rescale, operator.shape);
		return;
	}
	if (operator.kind === "Div") return;
	if (operator.form.type === "argmax") {
		const last = specs[0].shape[operator.form.axis] - 1;
		ensure(
			last < 2 ** (operator.width - 1),
			`its ${operator.width} bits cannot hold positions up to ${last}`,
		);
		return;
	}
	const chooses = operator.kind === "Gather" || operator.kind === "Select";
	const copied = chooses ? specs.slice(1) : specs;
	const widest = Math.max(...copied.map(({ width }) => width));
	ensure(operator.width >= widest, `its ${operator.width} bits cannot hold operands of ${widest} bits`);
}

export { ProgramError } from "./program-error.ts";
