import { carrier } from "@umpire/operators/context.ts";
import type { Elements, Program, TensorSpec } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { openExact } from "#exact-session";
import { type InferenceSession, Tensor } from "#onnxruntime";
import type { Level } from "./onnxruntime.ts";
import { type Executable, executable, type Recording } from "./program-model.ts";
import { workOf } from "./work.ts";

export { executableModel } from "./program-model.ts";

export interface SessionOptions {
	/** What `run` returns; "outputs" is faster. */
	readonly record: Recording;
	/** Threads within one operator; chosen from the program's size by default. */
	readonly threads?: number;
	/** Levels of optimisation to try, in order; all by default. */
	readonly levels?: readonly Level[];
	/** Where onnxruntime writes what every node takes, when the session is released: the path's beginning. Not in browsers. */
	readonly profile?: string;
}

export interface RunResult {
	/** The program's outputs after the last step, logical order. */
	readonly outputs: Elements[];
	/** With `record: "trace"`: every operator's tensor, all of step 0, then all of step 1, … */
	readonly operators?: Elements[];
}

/** What one step computed. */
export interface StepResult {
	/** The program's outputs, logical order. */
	outputs(): Elements[];
	/** One of them, by its index. */
	output(index: number): Elements;
	/** What an operator that is carried computed: the next step's state. */
	state(operator: number): Elements;
	/** With `record: "trace"`: every operator's tensor. */
	readonly operators?: Elements[];
}

/** Where a run goes on: its first step, and what the carried operators computed in the step before. */
export interface Start {
	readonly step: number;
	/** By operator, in logical order. */
	readonly states: ReadonlyMap<number, Elements>;
}

export interface ProgramSession {
	readonly program: Program;
	/** The level of optimisation that onnxruntime runs at. */
	readonly level: Level;
	/** Runs step after step, keeping nothing but what the next one reads. From the first step on by default. */
	steps(inputs: readonly Elements[], from?: Start): AsyncIterable<StepResult>;
	/** Runs all steps. `inputs` are in logical order, one per program input. */
	run(inputs: readonly Elements[]): Promise<RunResult>;
	release(): Promise<void>;
}

/** Below this many multiplications waking a second thread costs more than it saves. */
const SMALL = 100_000;

/** Threads that a program's size is worth. */
export const threadsFor = (program: Program): number =>
	workOf(program) < SMALL ? 1 : navigator.hardwareConcurrency;

/**
 * Makes a program ready to run in onnxruntime (CPU; WebAssembly in browsers), its functions generated anew.
 * @throws ExactnessError if an operator cannot be computed exactly
 */
export async function openSession(program: Program, options: SessionOptions): Promise<ProgramSession> {
	const threads = options.threads ?? threadsFor(program);
	const model = executable(program, options.record);
	const { session, level } = await openExact(model.model, threads, options.levels, options.profile);
	return {
		program,
		level,
		steps: (inputs, from) => steps(program, model, session, options.record, inputs, from),
		run: (inputs) => runAll(steps(program, model, session, options.record, inputs)),
		release: () => session.release(),
	};
}

/** All steps at once, with everything that was recorded. */
export async function runAll(results: AsyncIterable<StepResult>): Promise<RunResult> {
	const operators: Elements[] = [];
	let last: StepResult | undefined;
	for await (const result of results) {
		operators.push(...(result.operators ?? []));
		last = result;
	}
	if (last === undefined) throw new Error("a program has at least one step");
	return last.operators ? { outputs: last.outputs(), operators } : { outputs: last.outputs() };
}

async function* steps(
	program: Program,
	model: Executable,
	session: InferenceSession,
	record: Recording,
	inputs: readonly Elements[],
	from?: Start,
): AsyncGenerator<StepResult> {
	checkInputs(program, inputs);
	const feeds: { [name: string]: Tensor } = {};
	inputs.forEach((elements, i) => {
		feeds[model.inputs[i]] = toTensor(elements, program.inputs[i]);
	});
	for (const { name, initial, operator } of model.states) {
		feeds[name] = toTensor(from?.states.get(operator) ?? inputs[initial], program.inputs[initial]);
	}
	for (let step = from?.step ?? 0; step < program.steps; step++) {
		const results = await session.run(feeds);
		for (const { name, operator } of model.states) {
			feeds[name] = results[model.operators[operator]] as Tensor;
		}
		const elementsAt = (index: number): Elements =>
			toElements(results[model.operators[index]] as Tensor, program.operators[index]);
		const operators = record === "trace" ? program.operators.map((_, index) => elementsAt(index)) : undefined;
		const output = (index: number): Elements => {
			const { operator } = program.outputs[index];
			return operators?.[operator] ?? elementsAt(operator);
		};
		yield {
			output,
			outputs: () => program.outputs.map((_, index) => output(index)),
			state: (operator) => operators?.[operator] ?? elementsAt(operator),
			...(operators ? { operators } : {}),
		};
	}
}

function checkInputs(program: Program, inputs: readonly Elements[]): void {
	if (inputs.length !== program.inputs.length) {
		throw new Error(`the program has ${program.inputs.length} inputs, ${inputs.length} were given`);
	}
	program.inputs.forEach(({ name, shape, width }, i) => {
		const count = elementCount(shape);
		const bits = inputs[i].BYTES_PER_ELEMENT * 8;
		if (inputs[i].length !== count || bits !== width) {
			throw new Error(
				`input "${name}" needs ${count} elements of ${width} bits, found ${inputs[i].length} of ${bits}`,
			);
		}
	});
}

function toTensor(elements: Elements, spec: TensorSpec): Tensor {
	return carrier(spec) === "float32"
		? new Tensor("float32", new Float32Array(elements), spec.shape)
		: new Tensor("float64", new Float64Array(elements), spec.shape);
}

/** Converting to integers is exact and turns −0 into 0. */
function toElements(tensor: Tensor, spec: TensorSpec): Elements {
	const data = tensor.data as Float32Array | Float64Array;
	if (spec.width === 8) return new Int8Array(data);
	return spec.width === 16 ? new Int16Array(data) : new Int32Array(data);
}
