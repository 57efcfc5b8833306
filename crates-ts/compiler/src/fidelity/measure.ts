import { toReal } from "@umpire/graph/real.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { Elements, Program, TensorSpec } from "@umpire/operators/program.ts";
import { elementsOf } from "../lower/context.ts";
import type { Lowered } from "../lower/lower.ts";
import { NEGLIGIBLE } from "../quantise/scales.ts";

/** Numbers this many times as large as all others stand for infinity, as the compiler takes them (passes/infinity). */
const BEYOND = 2 ** 16;
const LEAST_MASK = 1e4;
/** Around the ends of float32; beyond them are numbers of float64. */
const [LARGEST, PAST] = [3.4e38, 3.5e38];

/**
 * Which numbers of a float tensor stand for −∞ and ∞, which no tensor of integers holds: the ends of
 * float32, and what is far beyond all others.
 */
export function masksOf(values: ArrayLike<number>): (value: number) => boolean {
	let most = 0;
	for (let i = 0; i < values.length; i++) {
		const magnitude = Math.abs(values[i]);
		if (magnitude > most && magnitude < PAST) most = magnitude;
	}
	let next = 0;
	for (let i = 0; i < values.length; i++) {
		const magnitude = Math.abs(values[i]);
		if (magnitude > next && magnitude < most / 2) next = magnitude;
	}
	const alone = most >= LEAST_MASK && next > 0 && next * BEYOND < most;
	const bound = alone ? Math.min(most / 2, LARGEST) : LARGEST;
	return (value) => Math.abs(value) > bound && Math.abs(value) < PAST;
}

/** Opens a program for running; with `every`, every operator's output is wanted. Elements are in logical order. */
export type Executor = (
	program: Program,
	every: boolean,
) => Promise<{
	run(inputs: Elements[]): Promise<{ outputs: Elements[]; operators?: Elements[] }>;
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

export interface OutputFidelity extends Difference {
	readonly name: string;
	/** Share of rows along the last axis whose largest element is the same, or within one step of it. */
	readonly argmaxAgrees: number;
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
		const isMask = masksOf(real);
		for (let i = 0; i < real.length; i++) {
			if (!Number.isFinite(real[i]) || isMask(real[i])) continue;
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
export function quantise(
	tensor: Tensor,
	spec: TensorSpec & { readonly missing?: number },
): { elements: Elements; clipped: number } {
	let clipped = 0;
	const integers = Array.from(toReal(tensor).data, (value) => {
		if (Number.isNaN(value) && spec.missing !== undefined) return spec.missing;
		const integer = Math.round(value / spec.scale) + 0;
		if (integer >= spec.low && integer <= spec.high) return integer;
		clipped += 1;
		return integer > spec.high ? spec.high : spec.low;
	});
	return { elements: elementsOf(integers, spec.width), clipped };
}

/**
 * Runs program and float model on the same inputs and compares all values that both compute:
 * the outputs with those of `float`, operators (if `every` one is wanted) with values of `primitive`,
 * into which it was decomposed. `feeds` are what the float model reads in every step of a first
 * run, then of a second one, …
 */
export async function measureFidelity(
	{ float: model, primitive }: { readonly float: Model; readonly primitive: Model },
	lowered: Lowered,
	feeds: readonly ReadonlyMap<string, Tensor>[],
	execute: Executor,
	every = true,
): Promise<Fidelity> {
	const { program, origins } = lowered;
	const wanted = every ? origins.filter((name) => name !== undefined) : [];
	const names = program.outputs.map((output) => output.name);
	const same = model === primitive || !every;
	const inner = await createFloatSession(every ? primitive : model, {
		outputs: [...new Set(same ? [...wanted, ...names] : wanted)],
		optimisation: "basic",
	});
	const float = same ? inner : await createFloatSession(model, { outputs: names, optimisation: "basic" });
	const session = await execute(program, every);
	const operators = origins.map(() => new Accumulator());
	const outputs = program.outputs.map(() => ({ sum: new Accumulator(), rows: 0, same: 0 }));
	const inputSums = program.inputs.map(() => new Accumulator());
	let clippedInputs = 0;
	try {
		let result: Awaited<ReturnType<typeof session.run>> | undefined;
		for (const [index, feed] of feeds.entries()) {
			const step = index % program.steps;
			if (step === 0) {
				const inputs = program.inputs.map((spec, k) => {
					const tensor = feed.get(spec.name)!;
					const { elements, clipped } = quantise(tensor, spec);
					inputSums[k].add(toReal(tensor).data, elements, spec);
					clippedInputs += clipped;
					return elements;
				});
				result = await session.run(inputs);
			}
			const tensors = result?.operators?.slice(step * origins.length, (step + 1) * origins.length);
			const last = step === program.steps - 1 ? result?.outputs : undefined;
			if (!tensors && !last) continue;
			const values = await inner.run(feed);
			const expected = same ? values : await float.run(feed);
			tensors?.forEach((elements, k) => {
				const tensor = values.get(origins[k] ?? "");
				if (tensor) operators[k].add(toReal(tensor).data, elements, program.operators[k]);
			});
			program.outputs.forEach(({ name, operator }, k) => {
				const spec = program.operators[operator];
				const { scale, shape } = spec;
				const elements = tensors?.[operator] ?? last![k];
				const real = toReal(expected.get(name)!).data;
				outputs[k].sum.add(real, elements, spec);
				const size = shape[shape.length - 1] ?? 1;
				for (let row = 0; row < real.length; row += size) {
					outputs[k].rows += 1;
					if (agrees(real, elements, row, size, scale)) outputs[k].same += 1;
				}
			});
		}
	} finally {
		await inner.release();
		if (!same) await float.release();
		await session.release?.();
	}
	const inputs = inputSums.map((sum) => sum.difference);
	const differences = operators.map((sum, k) => (origins[k] === undefined ? undefined : sum.difference));
	return {
		inputs,
		outputs: outputs.map(({ sum, rows, same }, k) => ({
			name: program.outputs[k].name,
			...sum.difference,
			argmaxAgrees: same / rows,
		})),
		operators: withInherited(program, inputs, differences),
		clippedInputs,
	};
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

/**
 * The float row's largest element is among the program's largest, or what the program says is largest
 * lies less than one step below it: then no grid can tell the two apart.
 */
function agrees(real: Float64Array, elements: Elements, start: number, size: number, step: number): boolean {
	let best = -1;
	let most = -1;
	for (let i = start; i < start + size; i++) {
		if (Number.isNaN(real[i])) continue;
		if (best < 0 || real[i] > real[best]) best = i;
		if (most < 0 || elements[i] > elements[most]) most = i;
	}
	return best < 0 || elements[best] === elements[most] || real[best] - real[most] <= step;
}
