import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { segmentFor } from "@umpire/actors/commitments.ts";
import { seededRandom } from "@umpire/actors/random.ts";
import type { Rehearsal } from "@umpire/actors/rehearsal.ts";
import { rehearse } from "@umpire/actors/rehearse.ts";
import { traceLeaves } from "@umpire/actors/trace-leaves.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { commitTensor, toPhysical } from "@umpire/commitment/tensor.ts";
import { elementCount, tensorFrom } from "@umpire/onnx/element-types.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import { writeTensorProto } from "@umpire/onnx/tensor-file.ts";
import { isGivenAgain, type Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { recordCheckpoints } from "@umpire/runtime/checkpoints.ts";
import { openSession, type ProgramSession } from "@umpire/runtime/executable.ts";
import { saveProgram } from "@umpire/runtime/program-file.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { rowsAt } from "@umpire/training/data/labelled.ts";
import type { Job } from "@umpire/training/job.ts";
import { prepare } from "@umpire/training/prepare.ts";
import { buildStep, type Step } from "@umpire/training/step.ts";
import { compileStep, inputsOf } from "@umpire/training/training-program.ts";
import type { BarChart } from "./bar-chart.ts";
import type { BenchOptions } from "./options.ts";
import { CLASSES, TRAINING_MODELS, type TrainingModel } from "./training-models.ts";

/** What a step of training takes in every way, in milliseconds of CPU time of one thread (hashing: of all). */
export interface TrainingBench {
	readonly name: string;
	readonly parameters: number;
	readonly batch: number;
	readonly operators: number;
	/** Of one step. */
	readonly leaves: number;
	/** Steps of a segment, as `umpire train` chooses it. */
	readonly segment: number;
	readonly float: number;
	readonly exact: number;
	/** A whole segment, run and its checkpoint committed: what whoever claims does, and who checks it. */
	readonly checkpoints: number;
	/** Everything committed: what a dispute makes of the steps of its segment. */
	readonly committed: number;
	/** Seconds of CPU time to have a number of the last step of a segment again, with the way to its tensor's root. */
	readonly leafSeconds: number;
}

/** A dispute about one gradient in the middle of a long run, played whole. */
export interface TrainingDispute {
	readonly steps: number;
	readonly segment: number;
	readonly rounds: number;
	readonly claimGas: number;
	/** Of both sides, from the challenge to the verdict. */
	readonly disputeGas: number;
	readonly provingSeconds: number;
	/** Wall clock, both sides in one process: both hash the segment. */
	readonly seconds: number;
}

/** Steps of the run that is disputed. */
const DISPUTED_STEPS = 10_000;
/** Rounds of which the quietest counts, and milliseconds that each way is run in each, at least. */
const ROUNDS = 5;
const MEASURE = 300;

/** Measures training steps of networks whose names have a text, all ways in one process; `quick` plays no dispute. */
export async function benchTraining(
	{ models: text, quick }: BenchOptions,
	progress: (line: string) => void,
): Promise<{ models: TrainingBench[]; dispute: TrainingDispute | null }> {
	const models: TrainingBench[] = [];
	for (const model of TRAINING_MODELS.filter(({ name }) => name.includes(text))) {
		progress(`Measuring ${model.name}...`);
		const measured = await benchModel(model);
		models.push(measured);
		progress(`${model.name}: exact ${(measured.exact / measured.float).toFixed(2)} times the float step.`);
	}
	const [disputed] = TRAINING_MODELS;
	if (quick || !disputed.name.includes(text)) return { models, dispute: null };
	progress(`Disputing one gradient of ${DISPUTED_STEPS} steps of ${disputed.name}...`);
	return { models, dispute: await benchDispute(disputed) };
}

/** What whoever claims a run pays, as bars. */
export function trainingChart(models: readonly TrainingBench[]): BarChart {
	return {
		title: "A step of training, plain SGD, batches of 16",
		unit: "CPU time, times the float step in onnxruntime",
		mark: 1,
		groups: models.map(({ name, float, exact, checkpoints }) => ({
			name,
			bars: [
				{ name: "exact", value: exact / float },
				{ name: "with checkpoints", value: checkpoints / float },
			],
		})),
	};
}

/** A step of plain SGD on rows that are drawn, three batches of them to train on. */
async function stepOf({ batch, row, build }: TrainingModel, steps: number): Promise<Step> {
	const random = seededRandom(2);
	const count = 4 * batch;
	const size = row.reduce((a, b) => a * b, 1);
	const numbers = Array.from({ length: count * size }, () => random());
	const rows = tensorFrom("float32", [count, ...row], numbers);
	const labels = tensorFrom(
		"int64",
		[count],
		Array.from({ length: count }, (_, k) => k % CLASSES),
	);
	const parts = { train: 3 * batch, validation: batch, test: 0 };
	const settings = {
		loss: "cross-entropy",
		optimiser: "sgd",
		rate: 0.01,
		momentum: 0,
		decay: 0,
		seed: 1,
	} as const;
	const job: Job = { ...settings, steps, batch, parts };
	const first = rowsAt(
		rows,
		Array.from({ length: batch }, (_, k) => k),
	);
	return buildStep(await prepare(build(), first), job, { rows, labels });
}

async function benchModel(model: TrainingModel): Promise<TrainingBench> {
	const step = await stepOf(model, 3);
	const { program: compiled } = await compileStep(step, model.name);
	const leaves = traceLeaves({ ...compiled, steps: 1 });
	const segment = segmentFor(leaves);
	// All steps alike: what comes after the steps of training evaluates, and computes the same.
	const program: Program = { ...compiled, steps: segment, segment };
	const inputs = inputsOf(program, step.feed);
	const float = await createFloatSession(step.model, { threads: 1 });
	const quick = await openSession(program, { record: "outputs", threads: 1 });
	const recording = await openSession(program, { record: "trace", threads: 1 });
	const [floatTime, exact] = await quietest([() => float.run(step.feed), stepping(quick, inputs)]);
	const commitment = await commitProgram(program);
	const claimed = await cpuOf(() => recordCheckpoints({ quick, recording }, commitment, inputs));
	const leafSeconds = await leafAgain(program, quick, recording, inputs);
	await recording.release();
	const single = { ...compiled, steps: 1 };
	const whole = await openSession(single, { record: "trace", threads: 1 });
	const committedOnce = await commitProgram(single);
	const committed = await cpuOf(() => recordTrace(whole, committedOnce, inputs));
	await Promise.all([float.release(), quick.release(), whole.release()]);
	const learnt = step.learnt.map(
		({ output }) => step.model.graph.outputs.find(({ name }) => name === output)!,
	);
	return {
		name: model.name,
		parameters: learnt.reduce((sum, { dims }) => sum + elementCount((dims ?? []).map(Number)), 0),
		batch: model.batch,
		operators: program.operators.length,
		leaves,
		segment,
		float: floatTime,
		exact,
		checkpoints: claimed / segment,
		committed,
		leafSeconds,
	};
}

/** One step after the other, from the beginning again when a segment is over. */
function stepping(session: ProgramSession, inputs: readonly Elements[]): () => Promise<unknown> {
	let steps = session.steps(inputs)[Symbol.asyncIterator]();
	return async () => {
		if ((await steps.next()).done !== true) return;
		steps = session.steps(inputs)[Symbol.asyncIterator]();
		await steps.next();
	};
}

/** The last step of a segment but one, from its beginning: its largest tensor and what that is computed from. */
async function leafAgain(
	program: Program,
	quick: ProgramSession,
	recording: ProgramSession,
	inputs: readonly Elements[],
): Promise<number> {
	const { operators } = program;
	const largest = operators.reduce((best, { shape }, index) => {
		return elementCount(shape) > elementCount(operators[best].shape) ? index : best;
	}, 0);
	const before = process.cpuUsage();
	const last = program.steps - 2;
	let done = 0;
	let states = new Map<number, Elements>();
	const carried = operators.flatMap(({ operands }) =>
		operands.flatMap(({ source, index }) => (source === "state" ? [index] : [])),
	);
	for await (const { state } of quick.steps(inputs)) {
		if (++done < last) continue;
		states = new Map(carried.map((operator) => [operator, state(operator)]));
		break;
	}
	for await (const { operators: recorded = [] } of recording.steps(inputs, { step: last, states })) {
		const read = operators[largest].operands.flatMap(({ source, index }) =>
			source === "operator" ? [index] : [],
		);
		for (const index of [largest, ...read]) {
			const { shape, layout, width } = operators[index];
			await commitTensor(toPhysical(recorded[index], shape, layout), width);
		}
		break;
	}
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1e6;
}

async function benchDispute(model: TrainingModel): Promise<TrainingDispute> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-bench-"));
	try {
		const step = await stepOf(model, DISPUTED_STEPS);
		const { program: compiled } = await compileStep(step, "disputed");
		const segment = segmentFor(traceLeaves({ ...compiled, steps: 1 }));
		const program: Program = { ...compiled, segment };
		const file = join(folder, "disputed.onnx");
		await saveProgram(program, file, await commitProgram(program));
		const given = program.inputs.filter((_, k) => !isGivenAgain(program.inputs, k));
		for (const [k, { name }] of given.entries()) {
			await writeFile(join(folder, `input_${k}.pb`), writeTensorProto(step.feed.get(name)!, name));
		}
		const gradient = program.operators.findIndex(
			({ kind, width, form }) => kind === "Dot" && width === 32 && form.type === "matmul",
		);
		const result: Rehearsal = await rehearse({
			model: file,
			input: folder,
			defect: `${Math.floor(DISPUTED_STEPS / 2)}/${gradient}:1`,
			attack: false,
			seed: 1,
			bits: 16,
			progress: () => {},
		});
		if (!result.ok) throw new Error(result.error);
		return {
			steps: program.steps,
			segment,
			rounds: result.rounds,
			claimGas: result.gas.claim,
			disputeGas: result.gas.dispute,
			provingSeconds: result.seconds.prove,
			seconds: result.seconds.dispute,
		};
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** CPU milliseconds of the whole process. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
	const before = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}

/** CPU milliseconds of each way, the ways in turn, so that what else the machine does falls on all alike. */
async function quietest(ways: readonly (() => Promise<unknown>)[]): Promise<number[]> {
	const least = ways.map(() => Number.POSITIVE_INFINITY);
	for (const way of ways) await way();
	for (let round = 0; round < ROUNDS; round++) {
		for (const [k, way] of ways.entries()) {
			let runs = 0;
			const spent = await cpuOf(async () => {
				for (const end = performance.now() + MEASURE; performance.now() < end; runs++) await way();
			});
			least[k] = Math.min(least[k], spent / runs);
		}
	}
	return least;
}
