import { nodeOf } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { FoldedModel } from "@umpire/graph/facts.ts";
import { refuseInfinite } from "@umpire/graph/not-finite.ts";
import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { identityLayout } from "@umpire/graph/shapes.ts";
import type { ValueInfo } from "@umpire/onnx/model.ts";
import type { InputTensor, Program } from "@umpire/operators/program.ts";
import { ONCE, type Repetition } from "../import/steps.ts";
import { loweringOf } from "../onnx-ops/operators.ts";
import { finishProgram } from "../program/finish.ts";
import { requantised, widenCarriedRanges } from "../program/states.ts";
import { type Assignment, assign, type PrecisionOverrides } from "../quantise/assign.ts";
import { mergeRanges } from "../quantise/scale-classes.ts";
import type { Precision, Quantisation } from "../quantise/scales.ts";
import { Context, quantisationOfValue, type Value } from "./context.ts";
import { fuse } from "./fuse.ts";
import type { FusedOp } from "./fused-op.ts";
import { lowerTable } from "./tables.ts";

/** A lowered model. */
export interface Lowered {
	readonly program: Program;
	/** For each operator the value of the float model that it computes, if it computes one. */
	readonly origins: readonly (string | undefined)[];
	/** The values whose quantisation has a reason of its own. */
	readonly assignment: Assignment;
}

/**
 * Lowers a folded model.
 * @param round how often what it carries has been given more room already
 * @throws CompileError naming the node that cannot be lowered
 */
export function lowerModel(
	folded: FoldedModel,
	name: string,
	precision: Precision,
	overrides: PrecisionOverrides = new Map(),
	repetition: Repetition = ONCE,
	round = 0,
): Lowered {
	const { graph, facts } = folded;
	const fusedOps = fuse(graph, facts);
	const ranges = mergeRanges(fusedOps, facts);
	const assignment = assign(graph, fusedOps, facts, precision, overrides);
	const context = new Context({ ...facts, ranges }, precision, assignment);
	const inputs = graph.inputs.map((input) => inputTensor(input, context, assignment.get(input.name)?.fixed));
	context.bindCompared();
	for (const [index, input] of inputs.entries()) context.bindInput(input, index);
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
		return lowerModel(wider, name, precision, overrides, repetition, round + 1);
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
	const { program, from } = finishProgram(whole, carriedInputs);
	const origins = from.map((before) => (before === undefined ? undefined : context.origins[before]));
	return { program, origins, assignment };
}

function inputTensor(input: ValueInfo, context: Context, fixed: Quantisation | undefined): InputTensor {
	if (input.type === "string") {
		throw new CompileError(`input "${input.name}" holds strings`, {
			hint: "Encode them as numbers before the model",
		});
	}
	const shape = (input.dims ?? []).map(Number);
	const quantisation = fixed ?? context.quantisation(input.name);
	return { name: input.name, shape, layout: identityLayout(shape.length), ...quantisation };
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
