import type { Carried } from "@umpire/compiler/import/steps.ts";
import type { Pins } from "@umpire/compiler/quantise/pin.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { toReal } from "@umpire/graph/real.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { type Batch, before, from, nextBatch, settingOf } from "./batches.ts";
import { differentiate } from "./differentiate.ts";
import { evaluationSteps, hyperOf, type Job } from "./job.ts";
import { drawn, keptBy, seeded } from "./lanes.ts";
import { type BatchLoss, lossOf } from "./losses.ts";
import { OPTIMISERS } from "./optimisers/registry.ts";
import { pinnedBefore } from "./pins.ts";
import type { Parameter, Prepared } from "./prepare.ts";
import { StepWriter } from "./step-writer.ts";

/** Rows of data with what is to be learnt of each, those of the parts one after the other. */
export interface Dataset {
	readonly rows: Tensor;
	readonly labels: Tensor;
}

/** A training step as a float model, with all that makes a program of it. */
export interface Step {
	readonly model: Model;
	readonly carry: readonly Carried[];
	/** Steps of training and of evaluation. */
	readonly steps: number;
	/** What the first step reads. */
	readonly feed: ReadonlyMap<string, Tensor>;
	/** Bits of values that have more than the others. */
	readonly pins: Pins;
	/** Initializers of the forward model, and the outputs that they become. */
	readonly learnt: readonly Learnt[];
	readonly reports: Reports;
}

/** What a step makes of an initializer of the forward model. */
export interface Learnt {
	readonly initializer: string;
	readonly output: string;
}

/** Names of outputs that tell how training goes. */
export interface Reports {
	/** Mean loss of the step's batch. */
	readonly loss: string;
	/** How many rows of the batch were hit, or Σ of their squared errors. */
	readonly score: string;
	/** The same over a part of the data, in the last step; undefined for a part without rows. */
	readonly validation: string | undefined;
	readonly test: string | undefined;
}

/** What of the step is written for a parameter. */
interface Trained extends Parameter {
	/** The input that has its value. */
	readonly value: string;
	/** What the forward model reads of it. */
	readonly read: string;
	readonly states: readonly string[];
}

/**
 * One step, which trains while its number is below the first of `hyper`, and evaluates after. Inputs, in this
 * order: `hyper`, `rows`, `labels`, parameters, optimiser states, running statistics, lanes of dropouts, counters.
 * The first output is the score of the validation part, or of the test part if there is none.
 *
 * @throws CompileError naming what cannot be trained
 */
export function buildStep(prepared: Prepared, job: Job, { rows, labels }: Dataset): Step {
	const writer = new StepWriter(prepared);
	const { tape } = writer;
	const hyper = writer.input("hyper", tensorFrom("int64", [4], hyperOf(job)));
	const data = writer.input("rows", rows);
	const known = writer.input("labels", job.loss === "mse" ? labels : wholeLabels(labels));
	const parameters = parametersOf(writer, prepared, job);
	const statistics = prepared.statistics.map(({ running, initial, next }) => ({
		initializer: running,
		value: writer.wideInput(`${running}/value`, initial),
		next,
	}));
	const lanes = prepared.dropouts.map((dropout, k) =>
		writer.input(`${dropout.mask}/lanes`, {
			type: "int64",
			dims: dropout.shape,
			data: seeded(dropout, job.seed, k),
		}),
	);
	const [step, position] = ["step", "position"].map((name) =>
		writer.input(
			name,
			tensorFrom("int64", [1], [name === "position" && job.steps === 0 ? job.parts.train : 0]),
		),
	);

	tape.name("batch");
	const batch = nextBatch(tape, hyper, step, position, job);
	const chosen = tape.cast(tape.gather(data, batch.indices, 0), tape.type(prepared.data));
	const renames = new Map<string, string>([
		[prepared.data, tape.reshape(chosen, tape.shape(prepared.data))],
		[prepared.training, batch.training],
		...parameters.map(({ name, read }) => [name, read] as const),
		...statistics.map(({ initializer, value }) => [initializer, value] as const),
	]);
	prepared.dropouts.forEach(({ mask, ratio }, k) => {
		const next = drawn(tape, lanes[k]);
		renames.set(mask, keptBy(tape, next, ratio));
		writer.carried(next, lanes[k]);
	});
	const rename = (name: string): string => renames.get(name) ?? name;
	const forward = prepared.graph.nodes.map((node): Node => ({ ...node, inputs: node.inputs.map(rename) }));
	tape.append(forward);

	tape.name("loss");
	const wanted = tape.gather(known, batch.indices, 0);
	const loss = lossOf(job.loss, tape, forward, rename(prepared.output), wanted);
	if (job.loss === "cross-entropy") requireClasses(labels, tape.shape(loss.seed[0]).at(-1)!);
	const reads = parameters.map(({ read }) => read);
	const rate = tape.masked(batch.training, settingOf(tape, hyper, 1));
	const [end, gain] = loss.seed;
	const seed = OPTIMISERS[job.optimiser].scalesLoss ? tape.mul(gain, rate) : gain;
	const gains = differentiate(tape, forward, new Map([[end, seed]]), reads);
	const learnt = [
		...update(writer, job, { parameters, gains, hyper, rate, step }),
		...statistics.map(({ initializer, value, next }) => ({
			initializer,
			output: writer.carried(writer.pin(next, 32), value).output,
		})),
	];
	const reports = reportsOf(writer, job, batch, loss);
	writer.carried(batch.nextStep, step);
	writer.carried(batch.nextPosition, position);
	const first = [reports.validation, reports.test, reports.loss, reports.score];
	const { graph, feed, pins } = writer.finish(first.filter((name) => name !== undefined));
	const { opsets } = prepared;
	const model = { irVersion: 8, producer: "umpire", graph, opsets, functions: [], metadata: new Map() };
	return { model, carry: writer.carry, steps: job.steps + evaluationSteps(job), feed, pins, learnt, reports };
}

function parametersOf(writer: StepWriter, prepared: Prepared, job: Job): Trained[] {
	const { tape } = writer;
	const values = prepared.parameters.map(({ name, initial }) => writer.wideInput(`${name}/value`, initial));
	return prepared.parameters.map((parameter, k) => {
		const { name, initial } = parameter;
		const states = OPTIMISERS[job.optimiser].states.map((state) =>
			writer.wideInput(`${name}/${state}`, zeros(initial.dims)),
		);
		// A read of as many bits as activations have: sums of products with it stay exact.
		const read = tape.emit(
			"Sum",
			[values[k]],
			{ shape: initial.dims, type: "float32" },
			{},
			tape.fresh(`${name}/read`),
		);
		return { ...parameter, value: values[k], read, states };
	});
}

interface Updating {
	readonly parameters: readonly Trained[];
	readonly gains: ReadonlyMap<string, string>;
	readonly hyper: string;
	/** 0 in steps that only evaluate. */
	readonly rate: string;
	readonly step: string;
}

/** Writes what becomes of the parameters; one that the loss does not depend on stays what it is. */
function update(writer: StepWriter, job: Job, { parameters, gains, hyper, rate, step }: Updating): Learnt[] {
	const { tape, pin } = writer;
	const optimiser = OPTIMISERS[job.optimiser];
	tape.name("update");
	const given = { rate, momentum: settingOf(tape, hyper, 2), step };
	const settings = { ...given, rate: optimiser.correctedRate?.(tape, given) ?? rate };
	const loss = job.decay > 0 ? tape.mul(rate, settingOf(tape, hyper, 3)) : undefined;
	return parameters.flatMap(({ name, value, read, states }): Learnt[] => {
		const gain = gains.get(read);
		if (!gain) return [];
		tape.name(`${name}/update`);
		for (const one of pinnedBefore(tape, gain)) pin(one, optimiser.gradientBits);
		const { change, states: next } = optimiser.update(tape, gain, states, settings, pin);
		const kept = loss ? pin(tape.sub(value, pin(tape.mul(value, loss), 32)), 32) : value;
		const { output } = writer.carried(pin(tape.sub(kept, change), 32), value);
		next.forEach((state, k) => {
			writer.carried(state, states[k]);
		});
		return [{ initializer: name, output }];
	});
}

function reportsOf(
	writer: StepWriter,
	{ loss, parts }: Job,
	batch: Batch,
	{ mean, scores }: BatchLoss,
): Reports {
	const { tape, pin } = writer;
	tape.name("report");
	const total = parts.train + parts.validation + parts.test;
	const what = loss === "mse" ? "error" : "hits";
	const sum = (values: string): string => {
		const own = tape.sum(values, [0]);
		return loss === "mse" ? pin(own, 32) : own;
	};
	const inside = before(tape, scores, batch.rows, total);
	const judged = from(tape, inside, batch.rows, parts.train);
	const tested = parts.train + parts.validation;
	const part = (name: string, values: () => string, count: number): string | undefined => {
		if (count === 0) return undefined;
		const initial = loss === "mse" ? zeros([1]) : tensorFrom("int64", [1], [0]);
		const so = loss === "mse" ? writer.wideInput(name, initial) : writer.input(name, initial);
		const next = tape.add(so, sum(values()));
		return writer.carried(loss === "mse" ? pin(next, 32) : next, so).output;
	};
	return {
		validation: part(
			`validation_${what}`,
			() => (parts.test === 0 ? judged : before(tape, judged, batch.rows, tested)),
			parts.validation,
		),
		test: part(
			`test_${what}`,
			() => (parts.validation === 0 ? judged : from(tape, inside, batch.rows, tested)),
			parts.test,
		),
		loss: writer.output(mean, "loss"),
		score: writer.output(sum(inside), what),
	};
}

const zeros = (dims: readonly number[]): Tensor =>
	tensorFrom("float32", dims, new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0));

function requireClasses(labels: Tensor, classes: number): void {
	const largest = toReal(labels).data.reduce((a, b) => Math.max(a, b), 0);
	if (largest < classes) return;
	throw new CompileError(`a label is ${largest}, the model tells ${classes} classes apart, counted from 0`, {
		hint: "Give a model with an output for each class, or say which column is the label (--label)",
	});
}

/** Labels of classes as int64. */
function wholeLabels(labels: Tensor): Tensor {
	const { data } = toReal(labels);
	const wrong = data.find((value) => !(Number.isInteger(value) && value >= 0));
	if (wrong !== undefined) {
		throw new CompileError(`a label is ${wrong}`, {
			hint: "Cross-entropy takes numbers of classes, counted from 0; --loss mse takes any numbers",
		});
	}
	return tensorFrom("int64", labels.dims, Array.from(data));
}
