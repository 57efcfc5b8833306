import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { dequantise } from "@umpire/runtime/quantise.ts";
import type { Job } from "./job.ts";
import { type Saturated, SaturationCount } from "./saturation.ts";
import type { Step } from "./step.ts";
import { inputsOf } from "./training-program.ts";
import { learntOf } from "./weights.ts";

/** What a batch said in one step: mean loss, and hits as a share of the rows (or the mean squared error). */
export interface Point {
	readonly loss: number;
	readonly score: number;
}

/** One run, in float or exact. */
export interface Curve {
	/** One point a step of training. */
	readonly points: readonly Point[];
	/** Hits as a share of a part's rows, or its mean squared error; undefined for a part without rows. */
	readonly validation: number | undefined;
	readonly test: number | undefined;
}

/** How far one exact step is from the float step out of the same state. */
export interface OneStep {
	readonly step: number;
	/** Root mean square of the differences of a tensor's changes, relative to that of the changes; the worst tensor's. */
	readonly error: number;
}

export interface TrainingRun {
	readonly exact: Curve;
	readonly float: Curve;
	/** What the exact run learnt, by initializer. */
	readonly learnt: ReadonlyMap<string, Tensor>;
	readonly outputs: readonly Elements[];
	readonly oneStep: readonly OneStep[];
	/** In the steps that were looked at. */
	readonly saturated: readonly Saturated[];
	readonly looked: number;
}

/** Told after every step of training. */
export type Progress = (step: number, exact: Point, float: Point) => void;

/** Steps of training that are looked at operator by operator, evenly spread. */
const LOOKS = 24;

/**
 * Trains exactly and in float side by side, a step at a time: neither run is kept, only what the steps report. Every
 * so often a step is computed in float from the exact run's state as well, since whole runs drift apart while both
 * learn as well.
 */
export async function trainBoth(
	step: Step,
	program: Program,
	job: Job,
	progress: Progress,
): Promise<TrainingRun> {
	const { reports, carry } = step;
	const session = await openSession(program, { record: "outputs" });
	const single = await openSession({ ...program, steps: 1 }, { record: "trace" });
	const float = await createFloatSession(step.model, { threads: 1 });
	const indexOf = (name: string): number => program.outputs.findIndex((output) => output.name === name);
	const read = (at: number, elements: Elements): number[] => [
		...dequantise(elements, program.operators[program.outputs[at].operator]),
	];
	const [loss, score] = [indexOf(reports.loss), indexOf(reports.score)];
	const every = Math.max(1, Math.floor(job.steps / LOOKS));
	const count = new SaturationCount(program);
	const oneStep: OneStep[] = [];
	const points: { exact: Point[]; float: Point[] } = { exact: [], float: [] };
	const start = inputsOf(program, step.feed);
	let feed = new Map(step.feed);
	let state = start;
	let floats: ReadonlyMap<string, Tensor> = new Map();
	let outputs: Elements[] = [];
	let looked = 0;
	try {
		let at = 0;
		for await (const result of session.steps(start)) {
			floats = await float.run(feed);
			const looks = at < job.steps && at % every === 0;
			if (looks) {
				looked += 1;
				for await (const { operators = [] } of single.steps(state)) count.add(operators);
				oneStep.push({ step: at, error: await difference(step, program, state, result.outputs(), float) });
			}
			if (at < job.steps) {
				const exact = {
					loss: read(loss, result.output(loss))[0],
					score: read(score, result.output(score))[0] / job.batch,
				};
				const real = {
					loss: Number(floats.get(reports.loss)!.data[0]),
					score: Number(floats.get(reports.score)!.data[0]) / job.batch,
				};
				points.exact.push(exact);
				points.float.push(real);
				progress(at + 1, exact, real);
			}
			feed = new Map(feed);
			for (const { output, input } of carry) feed.set(input, floats.get(output)!);
			at += 1;
			if (at === program.steps) outputs = result.outputs();
			else if (at < job.steps && at % every === 0) state = stateAfter(step, program, start, result.outputs());
		}
	} finally {
		await session.release();
		await single.release();
		await float.release();
	}
	const part = (
		name: string | undefined,
		rows: number,
		value: (name: string) => number,
	): number | undefined => (name === undefined ? undefined : value(name) / rows);
	const { validation, test } = job.parts;
	const curve = (own: readonly Point[], value: (name: string) => number): Curve => ({
		points: own,
		validation: part(reports.validation, validation, value),
		test: part(reports.test, test, value),
	});
	return {
		exact: curve(points.exact, (name) => read(indexOf(name), outputs[indexOf(name)])[0]),
		float: curve(points.float, (name) => Number(floats.get(name)!.data[0])),
		learnt: learntOf(step, program, outputs),
		outputs,
		oneStep,
		saturated: count.worst,
		looked,
	};
}

/** What the step after one with these outputs reads. */
function stateAfter(
	{ carry }: Step,
	program: Program,
	inputs: readonly Elements[],
	outputs: readonly Elements[],
): Elements[] {
	return program.inputs.map(({ name }, k) => {
		const output = carry.find(({ input }) => input === name)?.output;
		return output === undefined
			? inputs[k]
			: outputs[program.outputs.findIndex((one) => one.name === output)];
	});
}

/** How far the exact step's changes of the parameters are from those of the float step out of the same state. */
async function difference(
	{ model, learnt, carry, feed }: Step,
	program: Program,
	state: readonly Elements[],
	outputs: readonly Elements[],
	float: { run(feeds: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor>> },
): Promise<number> {
	const types = new Map(model.graph.inputs.map(({ name, type }) => [name, type]));
	const carried = new Set(carry.map(({ input }) => input));
	const same = new Map(feed);
	program.inputs.forEach((spec, k) => {
		const numbers = Array.from(dequantise(state[k], spec));
		if (carried.has(spec.name)) same.set(spec.name, tensorFrom(types.get(spec.name)!, spec.shape, numbers));
	});
	const found = await float.run(same);
	const errors = learnt.map(({ output }) => {
		const k = program.outputs.findIndex(({ name }) => name === output);
		const exact = dequantise(outputs[k], program.operators[program.outputs[k].operator]);
		const before = same.get(carry.find((pair) => pair.output === output)!.input)!.data;
		const after = found.get(output)!.data;
		let [change, off] = [0, 0];
		exact.forEach((value, i) => {
			change += (Number(after[i]) - Number(before[i])) ** 2;
			off += (value - Number(after[i])) ** 2;
		});
		return change > 0 ? Math.sqrt(off / change) : 0;
	});
	return Math.max(0, ...errors);
}
