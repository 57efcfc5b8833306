import { alike } from "@umpire/onnx/lazy-data.ts";
import type { Graph, Model, Node, Tensor, ValueInfo } from "@umpire/onnx/model.ts";
import { MICROSOFT } from "@umpire/operators/body.ts";
import { carrier } from "@umpire/operators/context.ts";
import {
	DOMAIN,
	functionName,
	functionOf,
	MICROSOFT_OPSET,
	OPSETS,
	stored,
} from "@umpire/operators/functions.ts";
import type { TravelType } from "@umpire/operators/narrow.ts";
import type { Program, TensorRef, TensorSpec } from "@umpire/operators/program.ts";
import { travelTypes } from "@umpire/operators/travel.ts";

/** Which tensors a run returns: the program's outputs, or those of every operator. */
export type Recording = "outputs" | "trace";

export interface State {
	readonly name: string;
	readonly operator: number;
	readonly initial: number;
}

/** An ONNX model that computes one step of a program, and the names of its tensors. */
export interface Executable {
	readonly model: Model;
	/** Graph inputs, in the program's order. */
	readonly inputs: readonly string[];
	/** Graph inputs that carry an operator of the previous step; in the first step, a program input. */
	readonly states: readonly State[];
	/** The tensor of each operator. */
	readonly operators: readonly string[];
	/** Operators whose tensors are graph outputs. */
	readonly returned: readonly number[];
}

/** IR version of ONNX 1.13, which knows model-local functions; the bodies need no later one. */
const IR_VERSION = 8;

/**
 * The program as an ordinary ONNX model: one node per operator, each a function of its own whose
 * body is generated here, never taken from a file. Its tensors are called as the program says, for people.
 */
export function executableModel(program: Program, record: Recording = "outputs"): Model {
	return named(program, record, uniqueNames()).model;
}

/**
 * The same model as it is run: its tensors have names of our own. Names of a program may come from anyone, and
 * onnxruntime puts those of its own making beside them: an input that is called as a constant of an inlined function
 * takes that constant's place, and names that differ in what C strings and UTF-8 do not hold are one.
 */
export function executable(program: Program, record: Recording = "outputs"): Executable {
	return named(program, record, (_, own) => own);
}

/** What a tensor is called, from what a program calls it and what it is. */
type Naming = (wish: string, own: string) => string;

function named(program: Program, record: Recording, unique: Naming): Executable {
	const outputNames = new Map<number, string>();
	for (const { name, operator } of program.outputs) {
		if (!outputNames.has(operator)) outputNames.set(operator, unique(name, `t${operator}`));
	}
	const inputs = program.inputs.map((input, i) => unique(input.name, `input${i}`));
	const constants = program.constants.map((constant, i) => unique(constant.name, `constant${i}`));
	const operators = program.operators.map(
		(_, index) => outputNames.get(index) ?? unique(`t${index}`, `t${index}`),
	);
	const states = new Map<string, State>();
	const nodeNames = uniqueNames();

	const nameOf = (ref: TensorRef): string => {
		switch (ref.source) {
			case "constant":
				return constants[ref.index];
			case "input":
				return inputs[ref.index];
			case "operator":
				return operators[ref.index];
			case "state": {
				const key = `${ref.index}:${ref.initial}`;
				const known = states.get(key);
				if (known !== undefined) return known.name;
				const name = unique(`state${ref.index}`, `state${ref.index}_${ref.initial}`);
				states.set(key, { name, operator: ref.index, initial: ref.initial });
				return name;
			}
		}
	};
	const nodes = program.operators.map(
		(operator, index): Node => ({
			name: nodeNames(operator.node),
			opType: functionName(operator, index),
			domain: DOMAIN,
			inputs: operator.operands.map(nameOf),
			outputs: [operators[index]],
			attributes: new Map(),
		}),
	);
	const returned = new Set(outputNames.keys());
	for (const { operator } of states.values()) returned.add(operator);
	if (record === "trace") for (const index of program.operators.keys()) returned.add(index);
	const travel = travelTypes(program, returned);
	const functions = program.operators.map((_, index) => functionOf(program, index, travel));
	const callsKernels = functions.some(({ opsets }) => opsets.has(MICROSOFT));

	const graph: Graph = {
		name: program.name,
		inputs: [
			...program.inputs.map((input, i) => info(inputs[i], input)),
			...[...states.values()].map(({ name, operator }) => info(name, program.operators[operator])),
		],
		outputs: [...returned].map((index) => info(operators[index], program.operators[index])),
		valueInfo: program.operators.flatMap((operator, index) =>
			returned.has(index) ? [] : [info(operators[index], operator, travel.get(index))],
		),
		initializers: new Map(
			program.constants.map((constant, i): [string, Tensor] => [
				constants[i],
				alike(constant, { type: stored(constant), dims: constant.shape }),
			]),
		),
		nodes,
	};
	const model: Model = {
		irVersion: IR_VERSION,
		producer: "umpire",
		graph,
		opsets: callsKernels ? new Map([...OPSETS, ...MICROSOFT_OPSET]) : OPSETS,
		functions,
		metadata: new Map(),
	};
	return { model, inputs, states: [...states.values()], operators, returned: [...returned] };
}

function info(name: string, spec: TensorSpec, travel?: TravelType): ValueInfo {
	return { name, type: travel ?? carrier(spec), dims: spec.shape };
}

/** Names as wished for where they are free, with the first free number behind them where they are taken. */
function uniqueNames(): (wish: string) => string {
	const taken = new Set<string>();
	// A file may call all of its nodes the same: numbers that were found taken are not tried again.
	const numbers = new Map<string, number>();
	return (wish) => {
		const base = wish === "" ? "unnamed" : wish;
		let number = numbers.get(base) ?? 0;
		const numbered = (): string => (number === 0 ? base : `${base}_${number}`);
		while (taken.has(numbered())) number++;
		const name = numbered();
		numbers.set(base, number + 1);
		taken.add(name);
		return name;
	};
}
