import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import { compile } from "@umpire/compiler/compile.ts";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { writeTensorProto } from "@umpire/onnx/tensor-file.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { isGivenAgain, type Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { saveProgram } from "@umpire/runtime/program-file.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import { replaceAtomically } from "@umpire/store/atomic-file.ts";
import { lineChart } from "@umpire/training/chart.ts";
import { type Divided, divided, rowsAt, scaledRows } from "@umpire/training/data/labelled.ts";
import { readLabelled } from "@umpire/training/data/read.ts";
import { divergenceOf } from "@umpire/training/divergence.ts";
import { evaluationSteps, HYPER_UNIT, hyperOf, type Job } from "@umpire/training/job.ts";
import type { LossName } from "@umpire/training/losses.ts";
import type { OptimiserName } from "@umpire/training/optimisers/registry.ts";
import { prepare } from "@umpire/training/prepare.ts";
import type { Saturated } from "@umpire/training/saturation.ts";
import { buildStep, type Step } from "@umpire/training/step.ts";
import { type Curve, type Point, type TrainingRun, trainBoth } from "@umpire/training/train.ts";
import { compileStep, inputsOf } from "@umpire/training/training-program.ts";
import { withLearnt } from "@umpire/training/weights.ts";
import { type Commitment, type CommitmentOptions, commitmentOf, committed } from "./commitments.ts";
import { modelName } from "./compile-file.ts";
import { recordClaimed } from "./disputed-segment.ts";
import { Sessions } from "./sessions.ts";
import { disputedLeaves } from "./trace-leaves.ts";
import { commonJob, gridPointsOf, jobsOf, readTrainingPoints } from "./training-grid.ts";

export interface TrainOptions extends CommitmentOptions {
	readonly model: string;
	readonly data: string;
	/** Column of a table that is to be learnt. */
	readonly label?: string | undefined;
	readonly loss: LossName;
	readonly optimizer: OptimiserName;
	readonly lr: number;
	readonly momentum: number;
	readonly weightDecay: number;
	readonly steps: number;
	readonly batch: number;
	/** Shares of the rows. */
	readonly validation: number;
	readonly test: number;
	/** What numbers of the data are multiplied by. */
	readonly scale: number;
	readonly freeze: readonly string[];
	readonly seed: number;
	readonly out: string;
	/** Where the curves are drawn. */
	readonly plot?: string | undefined;
	/** A file with trainings that the program is to serve as the points of a grid, too (training-grid.ts). */
	readonly grid?: string | undefined;
	/** Whether to compute what a claim of the run carries. */
	readonly commit: boolean;
	readonly progress: (line: string) => void;
	/** Told of a run that does not learn. */
	readonly warn?: ((line: string) => void) | undefined;
}

/** What a training run led to. */
export interface Training {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	/** What a claim carries; null unless that was computed, or is the output alone. */
	readonly traceRoot: Hex | null;
	readonly steps: number;
	/** What claims commit to, and steps of a segment: null without segments. */
	readonly commitment: Commitment;
	readonly segment: number | null;
	/** Leaves that a dispute makes a submitter hash. */
	readonly leavesOfDispute: number;
	readonly parameters: readonly string[];
	readonly operators: number;
	readonly exact: Summary;
	readonly float: Summary;
	/** The largest error of one step's changes of a tensor, out of the same state (root mean square, relative). */
	readonly oneStepError: number;
	readonly saturated: readonly Saturated[];
	readonly files: Readonly<Record<"trained" | "inference" | "step" | "training" | "inputs", string>> & {
		readonly plot?: string;
		/** The points of the grid, for `umpire grid open`. */
		readonly points?: string;
	};
}

/** The end of a curve. */
export interface Summary {
	/** Means over the last tenth of the steps of training. */
	readonly loss: number;
	readonly score: number;
	readonly validation: number | null;
	readonly test: number | null;
}

/** How often progress is told in a run. */
const TOLD = 10;
/** Rows that the inference program is calibrated on. */
const SAMPLES = 64;

/**
 * Trains a float model exactly: builds its step, compiles and runs it beside the float one, and writes what was
 * learnt.
 *
 * @throws InputError, CompileError or OnnxError if the data or the model do not allow it
 */
export async function train(options: TrainOptions): Promise<Training> {
	const { progress } = options;
	const model = readModel(options.model);
	const name = modelName(options.model);
	const data = dataOf(options);
	const points = options.grid === undefined ? [] : await readTrainingPoints(options.grid);
	const own = jobOf(options, data);
	const jobs = jobsOf(own, points);
	for (const { rate: lr, momentum, decay: weightDecay, steps } of jobs)
		requireNumbers({ ...options, lr, momentum, weightDecay, steps });
	const job = commonJob(own, points);
	const prepared = await prepare(model, firstBatch(data.rows, job.batch), { freeze: options.freeze });
	const step = buildStep(prepared, job, data);
	const { train: rows, validation, test } = data.parts;
	progress(
		`${step.learnt.length} tensors are trained on ${rows} rows (${validation} for validation, ${test} for the test)...`,
	);
	progress(`Compiling ${job.steps} steps of training and ${evaluationSteps(job)} of evaluation...`);
	const { program: compiled } = await compileStep(step, `${name}-training`, jobs.map(hyperOf));
	const program: Program = { ...compiled, ...committed(compiled, options) };
	const run = await trainBoth(step, program, job, teller(job, progress));
	const divergence = divergenceOf(run.float);
	if (divergence !== undefined) options.warn?.(divergence);
	progress("Committing to the program...");
	const commitment = await commitProgram(program);
	const inputs = inputsOf(program, step.feed);
	const inputsRoot = inputTreeOf(await commitInputs(program, inputs)).root;
	let traceRoot: Hex | null = null;
	if (options.commit && program.lazy !== true) {
		progress("Running again, committing to what a claim carries...");
		const sessions = new Sessions((record) => openSession(program, { record }));
		traceRoot = (await recordClaimed({ program, commitment }, sessions, inputs)).traceRoot;
		await sessions.release();
	}
	const files = await save(options, name, { model, step, program, run, data, commitment, jobs });
	return {
		program: commitment.root,
		inputsRoot,
		traceRoot,
		steps: program.steps,
		commitment: commitmentOf(program),
		segment: program.segment ?? null,
		leavesOfDispute: disputedLeaves(program),
		parameters: step.learnt.map(({ initializer }) => initializer),
		operators: program.operators.length,
		exact: summaryOf(run.exact),
		float: summaryOf(run.float),
		oneStepError: Math.max(0, ...run.oneStep.map(({ error }) => error)),
		saturated: run.saturated,
		files,
	};
}

function dataOf({ data, label, loss, scale, validation, test, seed }: TrainOptions): Divided {
	const found = readLabelled(data, label);
	const float = found.rows.type.startsWith("float") || found.rows.type === "uint8" || scale !== 1;
	const rows = float ? scaledRows(found.rows, scale) : found.rows;
	const labels = loss === "mse" ? scaledRows(found.labels, 1) : found.labels;
	const { parts } = found;
	return divided({ rows, labels, ...(parts ? { parts } : {}) }, { validation, test }, seed);
}

function jobOf(options: TrainOptions, { parts }: Divided): Job {
	const { loss, optimizer, lr, momentum, weightDecay, steps, batch, seed } = options;
	requireNumbers(options);
	if (batch > parts.train) {
		throw new InputError(`a batch of ${batch} is larger than the ${parts.train} rows to train on`);
	}
	const job = { loss, optimiser: optimizer, rate: lr, momentum, decay: weightDecay, steps, batch, seed };
	return { ...job, parts };
}

/** Hyper-parameters are committed to as multiples of 2^−24 in 32 bits: rates from 2^−24 to below 2^7. */
function requireNumbers({
	lr,
	momentum,
	weightDecay,
	steps,
	batch,
	validation,
	test,
	scale,
}: TrainOptions): void {
	const share = "a share from 0 to below 1";
	const whole = "a whole number, at least 1";
	const rules: readonly (readonly [string, number, boolean, string])[] = [
		["lr", lr, lr >= HYPER_UNIT && lr < 128, "a number above 0 and below 128"],
		["momentum", momentum, momentum >= 0 && momentum < 1, share],
		["weight-decay", weightDecay, weightDecay >= 0 && weightDecay < 1, share],
		["steps", steps, Number.isInteger(steps) && steps >= 1 && steps < 2 ** 31, whole],
		["batch", batch, Number.isInteger(batch) && batch >= 1, whole],
		["validation", validation, validation >= 0 && validation < 1, share],
		["test", test, test >= 0 && test < 1, share],
		["scale", scale, Number.isFinite(scale) && scale !== 0, "a number that is not 0"],
	];
	const wrong = rules.find(([, , admissible]) => !admissible);
	if (wrong) throw new UmpireError("OPTION", `--${wrong[0]} is ${wrong[1]}`, { advice: `give ${wrong[3]}` });
}

function firstBatch(rows: Tensor, size: number): Tensor {
	return rowsAt(
		rows,
		Array.from({ length: size }, (_, k) => k),
	);
}

/** Tells means of a tenth of the steps. */
function teller({ steps, loss }: Job, tell: (line: string) => void) {
	const every = Math.max(1, Math.round(steps / TOLD));
	const recent: { exact: Point[]; float: Point[] } = { exact: [], float: [] };
	return (step: number, exact: Point, float: Point): void => {
		recent.exact.push(exact);
		recent.float.push(float);
		if (step % every !== 0 && step !== steps) return;
		const [own, real] = [meanOf(recent.exact), meanOf(recent.float)];
		tell(
			`Step ${step}: loss ${own.loss.toPrecision(4)} (float ${real.loss.toPrecision(4)})${loss === "mse" ? "" : `, ${percent(own.score)} right (float ${percent(real.score)})`}`,
		);
		recent.exact.length = 0;
		recent.float.length = 0;
	};
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function meanOf(points: readonly Point[]): Point {
	const sum = (pick: (point: Point) => number): number =>
		points.reduce((total, point) => total + pick(point), 0) / Math.max(1, points.length);
	return { loss: sum(({ loss }) => loss), score: sum(({ score }) => score) };
}

function summaryOf({ points, validation, test }: Curve): Summary {
	const last = points.slice(-Math.max(1, Math.ceil(points.length / TOLD)));
	return { ...meanOf(last), validation: validation ?? null, test: test ?? null };
}

interface Result {
	readonly model: Model;
	readonly step: Step;
	readonly program: Program;
	readonly run: TrainingRun;
	readonly data: Divided;
	readonly commitment: Awaited<ReturnType<typeof commitProgram>>;
	/** The points of a grid. */
	readonly jobs: readonly Job[];
}

async function save(
	{ out, plot, loss }: TrainOptions,
	name: string,
	{ model, step, program, run, data, commitment, jobs }: Result,
): Promise<Training["files"]> {
	await makeFolder(out);
	const trained = withLearnt(model, run.learnt);
	const files = {
		trained: join(out, `${name}.trained.onnx`),
		inference: join(out, `${name}.trained.umpire.onnx`),
		step: join(out, `${name}.training.onnx`),
		training: join(out, `${name}.training.umpire.onnx`),
		inputs: join(out, `${name}.training.inputs`),
	};
	const write = (file: string, bytes: Uint8Array): Promise<void> =>
		replaceAtomically(file, (temporary) => writeFile(temporary, bytes));
	await write(files.trained, writeModel(trained));
	await write(files.step, writeModel(step.model));
	await replaceAtomically(files.training, async (temporary) => {
		await saveProgram(program, temporary, commitment);
	});
	await makeFolder(files.inputs);
	const given = program.inputs.filter((_, k) => !isGivenAgain(program.inputs, k));
	for (const [k, { name: input }] of given.entries()) {
		await write(join(files.inputs, `input_${k}.pb`), writeTensorProto(step.feed.get(input)!, input));
	}
	const inference = await compile(trained, { name: `${name}-trained`, inputs: samplesOf(trained, data) });
	await replaceAtomically(files.inference, async (temporary) => {
		await saveProgram(inference.program, temporary, await commitProgram(inference.program));
	});
	const text = (file: string, content: string) => write(file, new TextEncoder().encode(content));
	const points = jobs.length === 0 ? undefined : join(out, `${name}.training.points.json`);
	if (points !== undefined) await text(points, `${JSON.stringify(gridPointsOf(jobs), null, "\t")}\n`);
	if (plot !== undefined) await text(plot, curvesOf(run, loss));
	return { ...files, ...(plot === undefined ? {} : { plot }), ...(points === undefined ? {} : { points }) };
}

/** Single rows for the calibration of a model that takes one, or as many as it takes. */
function samplesOf({ graph }: Model, { rows, parts }: Divided): Tensor[][] {
	const declared = graph.inputs[0].dims;
	const size = typeof declared?.[0] === "number" && declared[0] > 0 ? declared[0] : 1;
	const count = Math.max(1, Math.min(SAMPLES, Math.floor(parts.train / size)));
	return Array.from({ length: count }, (_, k) => {
		const places = Array.from({ length: size }, (_, i) => (k * size + i) % rows.dims[0]);
		const batch = rowsAt(rows, places);
		const inner = declared?.slice(1).every((one) => typeof one === "number")
			? declared.slice(1).map(Number)
			: undefined;
		return [{ ...batch, dims: [size, ...(inner ?? batch.dims.slice(1))] }];
	});
}

function curvesOf({ exact, float }: TrainingRun, loss: LossName): string {
	const series = (pick: (point: Point) => number) => [
		{ name: "float", values: float.points.map(pick), colour: "#d95f02" },
		{ name: "exact", values: exact.points.map(pick), colour: "#1b4f9c", dashed: true },
	];
	return lineChart([
		{ title: "Loss of a batch, by step", series: series((point) => point.loss) },
		...(loss === "mse"
			? []
			: [{ title: "Share of a batch that is right", series: series((point) => point.score) }]),
	]);
}
