import { nodeOf } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { FoldedModel } from "@umpire/graph/facts.ts";
import { refuseInfinite } from "@umpire/graph/not-finite.ts";
import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { identityLayout } from "@umpire/graph/shapes.ts";
import type { ValueInfo } from "@umpire/onnx/model.ts";
import { type InputTensor, type Program, WHOLE_TYPES } from "@umpire/operators/program.ts";
import { ONCE, type Repetition } from "../import/steps.ts";
import { loweringOf } from "../onnx-ops/operators.ts";
import { powersOf } from "../powers/elements.ts";
import { AS_IT_WAS, type Evening } from "../powers/even.ts";
import type { Needs } from "../powers/needs.ts";
import { finishProgram } from "../program/finish.ts";
import { requantised, widenCarriedRanges } from "../program/states.ts";
import { alignSums } from "../quantise/aligned-sums.ts";
import { type Assignment, assign, type PrecisionOverrides, withBytes } from "../quantise/assign.ts";
import { gradedInputs } from "../quantise/graded-inputs.ts";
import { withOpenEnds } from "../quantise/open-ends.ts";
import { mergeRanges } from "../quantise/scale-classes.ts";
import type { Precision, Quantisation } from "../quantise/scales.ts";
import type { Widths } from "../widths/widths.ts";
import { Context, quantisationOfValue, type Value } from "./context.ts";
import { fuse } from "./fuse.ts";
import type { FusedOp } from "./fused-op.ts";
import { lowerTable } from "./tables.ts";

/** A lowered model. */
export interface Lowered {
	readonly program: Program;
	/** For each operator the value of the float model that it computes, if it computes one. */
	readonly origins: readonly (string | undefined)[];
	/** For each operator that multiplies a value by constants, the first result of its node. */
	readonly products: readonly (string | undefined)[];
	/** The values whose quantisation has a reason of its own. */
	readonly assignment: Assignment;
}

export interface LowerOptions {
	readonly overrides?: PrecisionOverrides;
	readonly repetition?: Repetition;
	/** What of the model is divided by powers of two. */
	readonly evening?: Evening;
	/** How fine values have to be. */
	readonly needs?: Needs;
	/** Which values are bytes, and which weights have 7 bits. */
	readonly widths?: Widths | undefined;
	/** How values are quantised for other reasons, where that is known already: nothing of it depends on widths. */
	readonly assigned?: Assignment | undefined;
	/** How often what is carried has been given more room already. */
	readonly round?: number;
}

/**
 * Lowers a folded model.
 * @throws CompileError naming the node that cannot be lowered
 */
export function lowerModel(
	folded: FoldedModel,
	name: string,
	precision: Precision,
	options: LowerOptions = {},
): Lowered {
	const {
		overrides = new Map(),
		repetition = ONCE,
		evening = AS_IT_WAS,
		needs = new Map(),
		round = 0,
		widths,
	} = options;
	const { graph, facts } = folded;
	const fusedOps = fuse(graph, facts, widths !== undefined);
	const merged = mergeRanges(graph, fusedOps, facts);
	const ranges = widths ? alignSums(graph, fusedOps, { ...facts, ranges: merged }) : merged;
	const assigned = options.assigned ?? assign(graph, fusedOps, facts, { precision, overrides, needs });
	const assignment = widths ? withBytes(assigned, widths.tensors) : assigned;
	const context = new Context({ ...facts, ranges }, precision, assignment, widths);
	const inputs = graph.inputs.map((input) => {
		const exponents = evening.inputs.get(input.name);
		const plain = inputTensor(input, context, assignment.get(input.name)?.fixed);
		return exponents ? { ...plain, powers: powersOf(exponents, plain.shape) } : plain;
	});
	context.bindCompared();
	for (const [index, input] of inputs.entries()) context.bindInput(input, index);
	const carried = new Set(repetition.carried.map(({ input }) => input));
	const graded = gradedInputs(graph, fusedOps, facts, precision, carried, (name) =>
		quantisationOfValue(context.value(name)),
	);
	for (const [name, { coarse, fine, least }] of graded) {
		const again = (quantisation: Quantisation | undefined): Value | undefined => {
			if (!quantisation) return undefined;
			inputs.push({ ...inputs.find((input) => input.name === name)!, ...quantisation });
			return { ref: { source: "input", index: inputs.length - 1 }, spec: inputs[inputs.length - 1] };
		};
		context.bindGrades(name, { coarse: again(coarse), fine: again(fine), least });
	}
	for (const fused of fusedOps) {
		const [node] = fused.nodes;
		if (fused.table) {
			context.enter(fused);
			withNode(fused, () => lowerTable(fused, context));
			continue;
		}
		const lowering = loweringOf(node);
		if (!lowering) {
			const domain = node.domain ? `${node.domain}.` : "";
			throw new CompileError(`operator ${domain}${node.opType} is not supported`, {
				node,
				hint: "Express it by operators that compile (docs/operators.md lists them), or leave it to the consumer if it comes last",
			});
		}
		context.enter(fused);
		refuseInfinite(node, facts);
		withNode(fused, () => lowering(fused, context));
	}
	const outputs = graph.outputs.map((output) => ({
		name: output.name,
		operator: outputOperator(output.name, context),
	}));
	const widened = widenCarriedRanges(repetition.carried, context, inputs, round);
	if (widened) {
		const wider = { graph, facts: { ...facts, ranges: widened } };
		return lowerModel(wider, name, precision, { ...options, round: round + 1 });
	}
	const carriedInputs = repetition.carried.map(({ input }) =>
		inputs.findIndex((spec) => spec.name === input),
	);
	const states = repetition.carried.map(({ output }, k) => ({
		name: output,
		operator: stateOperator(output, inputs[carriedInputs[k]], context),
	}));
	const whole: Program = {
		name,
		steps: repetition.steps,
		inputs,
		constants: context.constants,
		operators: context.operators,
		outputs: [...outputs, ...states],
	};
	const { program: finished, from } = finishProgram(whole, carriedInputs);
	const origins = from.map((before) => (before === undefined ? undefined : context.origins[before]));
	const program = { ...finished, operators: withOpenEnds(finished.operators, origins, folded) };
	const products = from.map((before) => (before === undefined ? undefined : context.products.get(before)));
	return { program, origins, products, assignment };
}

function inputTensor(input: ValueInfo, context: Context, fixed: Quantisation | undefined): InputTensor {
	if (input.type === "string") {
		throw new CompileError(`input "${input.name}" holds strings`, {
			hint: "Encode them as numbers before the model",
		});
	}
	const shape = (input.dims ?? []).map(Number);
	const quantisation = fixed ?? context.quantisation(input.name);
	const type = WHOLE_TYPES.find((whole) => whole === input.type);
	return {
		name: input.name,
		shape,
		layout: identityLayout(shape.length),
		...quantisation,
		...(type === undefined ? {} : { type }),
	};
}

/** The operator that an input becomes in the next step: the output's own if it is as the input is. */
function stateOperator(output: string, input: InputTensor, context: Context): number {
	context.enter(outputUnit(output));
	return requantised(context, context.value(output), input).ref.index;
}

/** Every output is an operator: inputs and constants that are outputs get a View. */
function outputOperator(name: string, context: Context): number {
	context.enter(outputUnit(name));
	let value: Value = context.value(name);
	if (value.ref.source !== "operator") {
		value = context.emit({
			kind: "View",
			form: { type: "reshape" },
			operands: [value],
			shape: value.spec.shape,
			quantisation: quantisationOfValue(value),
		});
		context.bind(name, value);
	}
	return value.ref.index;
}

/** What operators that only an output needs are named after. */
function outputUnit(name: string): FusedOp {
	return {
		nodes: [nodeOf(`output_${name}`, "Identity", [name], [name])],
		output: name,
		clip: UNBOUNDED,
	};
}

/** Errors without a node get the one being lowered. */
function withNode(fused: FusedOp, run: () => void): void {
	try {
		run();
	} catch (error) {
		if (error instanceof CompileError && !error.node) {
			throw new CompileError(error.reason, { node: fused.nodes[0], hint: error.hint, cause: error });
		}
		throw error;
	}
}
