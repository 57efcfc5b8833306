import { emptyElements } from "@umpire/commitment/elements.ts";
import type { Feed, Feeds } from "@umpire/graph/feeds.ts";
import { toReal } from "@umpire/graph/real.ts";
import { elementCount } from "@umpire/onnx/element-types.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { isLarge } from "@umpire/onnx/weight-bytes.ts";
import { inputScales } from "@umpire/operators/powers.ts";
import {
	type Elements,
	type InputTensor,
	isGivenAgain,
	type Program,
	type TensorSpec,
} from "@umpire/operators/program.ts";
import type { Lowered } from "../lower/lower.ts";
import type { Evening } from "../powers/even.ts";
import { NEGLIGIBLE } from "../quantise/scales.ts";
import { type ClassOptions, classesOf } from "./classes.ts";
import { Judge, type Judgement } from "./judge.ts";
import { probabilitiesOf } from "./probabilities.ts";
import { isMask, leastStandIn } from "./stand-ins.ts";

/** What a program computed in one step. */
export interface StepResult {
	outputs(): Elements[];
	/** With every operator: each one's output. */
	readonly operators?: Elements[];
}

/** Opens a program for running; with `every`, every operator's output is wanted. Elements are in logical order. */
export type Executor = (
	program: Program,
	every: boolean,
) => Promise<{
	steps(inputs: Elements[]): AsyncIterable<StepResult>;
	release?(): Promise<void>;
}>;

/** How far a tensor of the program is from the float model's. */
export interface Difference {
	readonly maxAbs: number;
	readonly meanAbs: number;
	/** maxAbs relative to the range of the float tensor (largest − smallest value, or its magnitude if constant). */
	readonly maxRelRange: number;
	/** Share of the elements that are at an end of the integers' range while the float value is beyond it. */
	readonly saturated: number;
}

export interface OutputFidelity extends Judgement {
	readonly name: string;
}

/** How far an operator is from the float model, with what the operators before it lost. */
export interface Loss extends Difference {
	/** The largest maxRelRange among its operands. */
	readonly inherited: number;
}

export interface Fidelity {
	readonly outputs: readonly OutputFidelity[];
	/** How far the program's inputs are from what they stand for. */
	readonly inputs: readonly Difference[];
	/** Per operator, compared with the value of the float model that it computes; undefined if there is none. */
	readonly operators: readonly (Loss | undefined)[];
	/** Elements of the inputs that were beyond the input's range and were clipped. */
	readonly clippedInputs: number;
}

/** Adds up differences over several inputs. */
class Accumulator {
	private maxAbs = 0;
	private sum = 0;
	private count = 0;
	private low = Number.POSITIVE_INFINITY;
	private high = Number.NEGATIVE_INFINITY;
	private beyond = 0;

	add(real: Float64Array, elements: Elements, { scale, low, high }: TensorSpec): void {
		const bound = leastStandIn(real);
		for (let i = 0; i < real.length; i++) {
			if (!Number.isFinite(real[i]) || isMask(real[i]) || Math.abs(real[i]) >= bound) continue;
			const difference = Math.abs(real[i] - elements[i] * scale);
			if (difference > this.maxAbs) this.maxAbs = difference;
			if (real[i] < this.low) this.low = real[i];
			if (real[i] > this.high) this.high = real[i];
			if (real[i] > (high + 1) * scale || real[i] < (low - 1) * scale) this.beyond += 1;
			this.sum += difference;
			this.count += 1;
		}
	}

	get difference(): Difference {
		const spread = this.high - this.low;
		const range = spread > 0 ? spread : Math.abs(this.high);
		const { maxAbs } = this;
		const relative = maxAbs < NEGLIGIBLE ? 0 : range > 0 && Number.isFinite(range) ? maxAbs / range : 1;
		const count = Math.max(1, this.count);
		return {
			maxAbs,
			meanAbs: this.sum / count,
			maxRelRange: relative,
			saturated: this.beyond / count,
		};
	}
}

/** Integers of a float input at the program's input scale, clipped to its range. */
export function quantise(tensor: Tensor, spec: InputTensor): { elements: Elements; clipped: number } {
	let clipped = 0;
	const scales = inputScales(spec);
	const elements = emptyElements(spec.width, elementCount(tensor.dims));
	toReal(tensor).data.forEach((given, i) => {
		const value = Number.isNaN(given) ? (spec.missing?.[i % spec.missing.length] ?? given) : given;
		const integer = Math.round(value / scales[i]);
		const isWithin = integer >= spec.low && integer <= spec.high;
		if (!isWithin) clipped += 1;
		elements[i] = isWithin ? integer : integer > spec.high ? spec.high : spec.low;
	});
	return { elements, clipped };
}

/** What outputs are compared with: the float model, and how it reads inputs. */
export interface Reference {
	readonly model: Model;
	feed(feed: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor>;
}

/** The float model, the one of primitive operators that was lowered, and what of that was divided by powers of two. */
export interface MeasuredModel {
	readonly float: Model;
	readonly primitive: Model;
	readonly evening: Evening;
}

/**
 * Runs program and float model on the same inputs and compares all values that both compute:
 * the outputs with those of `float`, operators (if `every` one is wanted) with values of `primitive`,
 * into which it was decomposed. `feeds` are what the float model reads in every step of a first
 * run, then of a second one, … Outputs are compared with those of `reference` instead, if there is one.
 */
export async function measureFidelity(
	{ float: model, primitive, evening }: MeasuredModel,
	lowered: Lowered,
	feeds: Feeds,
	execute: Executor,
	{
		every = true,
		reference,
		labels,
		classes,
	}: { readonly every?: boolean; readonly reference?: Reference } & ClassOptions = {},
): Promise<Fidelity> {
	const { program, origins } = lowered;
	const known = new Set([
		...primitive.graph.inputs.map(({ name }) => name),
		...primitive.graph.nodes.flatMap((node) => node.outputs),
	]);
	const measured = origins.map((name) => {
		const from = name === undefined ? undefined : (evening.values.get(name)?.name ?? name);
		return from !== undefined && known.has(from) ? from : undefined;
	});
	const wanted = every ? measured.filter((name) => name !== undefined) : [];
	const names = program.outputs.map((output) => output.name);
	const same = !reference && (model === primitive || !every);
	const judged = reference?.model ?? model;
	const feedOf = (feed: Feed) => (reference ? reference.feed(feed) : feed);
	const needed = (step: number): boolean => every || step % program.steps === program.steps - 1;
	// One large model at a time: what the other one yields is computed before.
	const ahead =
		!same && isLarge(judged.graph) ? await outputsOf(judged, names, feeds, feedOf, needed) : undefined;
	const inner = await createFloatSession(every || reference ? primitive : model, {
		outputs: [...new Set(same ? [...wanted, ...names] : wanted)],
		optimisation: "basic",
	});
	const float =
		same || ahead ? inner : await createFloatSession(judged, { outputs: names, optimisation: "basic" });
	const session = await execute(program, every);
	const operators = origins.map(() => new Accumulator());
	const probabilities = probabilitiesOf(model.graph);
	const decide = classesOf(model, { classes, labels });
	const outputs = program.outputs.map(
		({ name, operator }) =>
			new Judge(probabilities.has(name), decide(name, program.operators[operator].shape)),
	);
	const inputSums = program.inputs.map(() => new Accumulator());
	let clippedInputs = 0;
	try {
		let results: AsyncIterator<StepResult> | undefined;
		let index = 0;
		for await (const feed of feeds.each()) {
			const now = index++;
			const step = now % program.steps;
			if (step === 0) {
				const inputs = program.inputs.map((spec, k) => {
					const tensor = feed.get(spec.name)!;
					const { elements, clipped } = quantise(tensor, spec);
					if (isGivenAgain(program.inputs, k)) return elements;
					inputSums[k].add(divided(toReal(tensor).data, evening.inputs.get(spec.name)), elements, spec);
					clippedInputs += clipped;
					return elements;
				});
				results = session.steps(inputs)[Symbol.asyncIterator]();
			}
			const { value: result } = (await results!.next()) as IteratorYieldResult<StepResult>;
			const tensors = result.operators;
			const last = step === program.steps - 1 ? result.outputs() : undefined;
			if (!tensors && !last) continue;
			const values = await inner.run(feed);
			const expected = same ? values : (ahead?.get(now) ?? (await float.run(feedOf(feed))));
			tensors?.forEach((elements, k) => {
				const tensor = values.get(measured[k] ?? "");
				const exponents = evening.values.get(origins[k] ?? "")?.exponents;
				if (tensor) operators[k].add(divided(toReal(tensor).data, exponents), elements, program.operators[k]);
			});
			program.outputs.forEach(({ name, operator }, k) => {
				const spec = program.operators[operator];
				const { scale, shape } = spec;
				const elements = tensors?.[operator] ?? last![k];
				const values = Float64Array.from(elements, (integer) => integer * scale);
				const classes = name === labels?.output ? labels.sets[Math.floor(now / program.steps)] : undefined;
				outputs[k].add(toReal(expected.get(name)!).data, values, shape, scale, classes);
			});
		}
	} finally {
		await inner.release();
		if (float !== inner) await float.release();
		await session.release?.();
	}
	const inputs = inputSums.map((sum) => sum.difference);
	const differences = operators.map((sum, k) => (measured[k] === undefined ? undefined : sum.difference));
	return {
		inputs,
		outputs: outputs.map(({ judgement }, k) => ({ name: program.outputs[k].name, ...judgement })),
		operators: withInherited(program, inputs, differences),
		clippedInputs,
	};
}

/** What a model yields for those of the feeds that are needed, by their numbers. */
async function outputsOf(
	model: Model,
	outputs: readonly string[],
	feeds: Feeds,
	feedOf: (feed: Feed) => Feed,
	needed: (index: number) => boolean,
): Promise<Map<number, ReadonlyMap<string, Tensor>>> {
	const session = await createFloatSession(model, { outputs, optimisation: "basic" });
	const results = new Map<number, ReadonlyMap<string, Tensor>>();
	try {
		let index = -1;
		for await (const feed of feeds.each())
			if (needed(++index)) results.set(index, await session.run(feedOf(feed)));
	} finally {
		await session.release();
	}
	return results;
}

/** Numbers as they are after a division by powers of two. */
function divided(real: Float64Array, exponents: Float64Array | undefined): Float64Array {
	return exponents ? real.map((value, i) => value / 2 ** exponents[i]) : real;
}

/** Operators that compute no value of the float model pass on what their operands lost. */
function withInherited(
	program: Program,
	inputs: readonly Difference[],
	differences: readonly (Difference | undefined)[],
): (Loss | undefined)[] {
	const reached: number[] = [];
	return program.operators.map(({ operands }, k) => {
		const losses = operands.map(({ source, index }) => {
			if (source === "operator") return reached[index];
			return source === "input" ? inputs[index].maxRelRange : 0;
		});
		const inherited = Math.max(0, ...losses);
		const difference = differences[k];
		reached.push(difference?.maxRelRange ?? inherited);
		return difference && { ...difference, inherited };
	});
}
