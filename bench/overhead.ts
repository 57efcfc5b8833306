import { tmpdir } from "node:os";
import { compareOutputs } from "@umpire/actors/compare.ts";
import { BUDGET, orderedInputs } from "@umpire/actors/compile-file.ts";
import { openInputs, openModel } from "@umpire/actors/models.ts";
import { compile } from "@umpire/compiler/compile.ts";
import type { Executor } from "@umpire/compiler/fidelity/measure.ts";
import { toReal } from "@umpire/graph/real.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { Program } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { dequantise, quantiseInput } from "@umpire/runtime/quantise.ts";
import { FULL_SIZE, mobileNetV2 } from "@umpire/testing/runtime/image-networks.ts";
import { bert } from "@umpire/testing/transformers/bert.ts";
import { inputsOf } from "@umpire/testing/transformers/inputs.ts";
import { t5Encoder } from "@umpire/testing/transformers/t5.ts";
import { whisperEncoder } from "@umpire/testing/transformers/whisper.ts";
import type { BarChart } from "./bar-chart.ts";
import type { BenchOptions } from "./options.ts";
import { OPPONENTS } from "./zk-opml.ts";

/** How a program is compiled: bits of activations, and of weights where integer kernels are to take them; or both as the error budget of `compile --fast` allows. */
export const FORMATS = [
	{ name: "A16", bits: 16 },
	{ name: "A16W7", bits: 16, weightBits: 7 },
	{ name: "A8", bits: 8 },
	{ name: "A8W7", bits: 8, weightBits: 7 },
	{ name: "fast", bits: 16, fast: true, budget: BUDGET },
	{ name: "fast, mean", bits: 16, fast: true, budget: { measure: "mean", most: 1e-3 } },
] as const;

/** Exact over float time: the median of some rounds, and between which two a half of them lies. */
export interface Ratio {
	readonly median: number;
	readonly low: number;
	readonly high: number;
}

export interface Overhead {
	readonly model: string;
	readonly format: string;
	/** CPU time with one thread. */
	readonly one: Ratio;
	/** Time with two threads. */
	readonly two: Ratio;
	/** The largest error of an input that was not calibrated with, as a share of the output's range. */
	readonly error: number;
}

export interface Subject {
	readonly name: string;
	/** The model, and inputs: the last one is measured, the others calibrate. */
	readonly open: () => { readonly model: Model; readonly sets: readonly (readonly Tensor[])[] };
}

/** Ranges follow from 16 inputs, of which --fast holds every third back to judge by. */
const SEEDS = Array.from({ length: 17 }, (_, k) => k + 1);

const drawn = (model: Model, vocabulary: number) => ({
	model,
	sets: SEEDS.map((seed) => inputsOf(model, vocabulary, seed)),
});

const shipped = ({ name, files }: (typeof OPPONENTS)[number]): Subject => ({
	name,
	open: () => {
		const { model: path, input } = files(tmpdir());
		const model = openModel(path);
		const set = orderedInputs(model, openInputs(input, model, new Map()));
		return { model, sets: [set, set] };
	},
});

/** The encoder of T5-small, but for its length of six layers and its vocabulary. */
const T5_LAYERS = {
	...{ vocabulary: 1000, width: 512, heads: 8, headWidth: 64, inner: 2048, layers: 2 },
	...{ buckets: 32, farthest: 128 },
};

/** The encoder of Whisper-tiny, but for its four layers, and ten of its thirty seconds. */
const WHISPER_LAYERS = { mels: 80, frames: 1000, width: 384, heads: 6, inner: 1536, layers: 2 };

const GTE_LAYERS = { vocabulary: 1000, positions: 128, width: 384, heads: 12, inner: 1536, layers: 2 };

export const SUBJECTS: readonly Subject[] = [
	...OPPONENTS.filter(({ large }) => large !== true).map(shipped),
	{ name: "MobileNetV2", open: () => drawn(mobileNetV2(FULL_SIZE), 0) },
	{
		name: "GTE-small, two layers",
		open: () => drawn(bert({ ...GTE_LAYERS, batch: 1, length: 128 }), GTE_LAYERS.vocabulary),
	},
	{
		name: "T5-small encoder, two layers",
		open: () => drawn(t5Encoder({ ...T5_LAYERS, batch: 1, length: 128 }), T5_LAYERS.vocabulary),
	},
	{ name: "Whisper-tiny encoder, two layers", open: () => drawn(whisperEncoder(WHISPER_LAYERS), 0) },
];

const execute: Executor = (program, every) => openSession(program, { record: every ? "trace" : "outputs" });

const ROUNDS = 15;
/** Milliseconds that a way is run for in a round. */
const SHARE = 60;

/** Measures the models whose names have a text: float and all formats alternating in one process. */
export async function benchOverheads(
	{ models, quick }: BenchOptions,
	progress: (line: string) => void,
): Promise<Overhead[]> {
	const results: Overhead[] = [];
	const chosen = SUBJECTS.filter(({ name }) => name.includes(models));
	for (const { name, open } of chosen.slice(0, quick ? 1 : undefined)) {
		const { model, sets } = open();
		const programs: Program[] = [];
		for (const { name: format, ...widths } of FORMATS) {
			progress(`Compiling ${name} as ${format}...`);
			const search = "fast" in widths ? { execute, losses: false, progress } : {};
			const { program } = await compile(model, { inputs: sets.slice(0, -1), name, ...search, ...widths });
			programs.push(program);
		}
		progress(`Measuring ${name}...`);
		const [last] = sets.slice(-1);
		const one = await ratiosOf(model, last, programs, 1);
		const two = await ratiosOf(model, last, programs, 2);
		for (const [k, { name: format }] of FORMATS.entries()) {
			const error = await errorOf(model, last, programs[k]);
			results.push({ model: name, format, one: one[k], two: two[k], error });
		}
	}
	return results;
}

/** CPU time with one thread, as bars. */
export function overheadChart(overheads: readonly Overhead[]): BarChart {
	return {
		title: "Exact programs beside their float models, one thread",
		unit: "CPU time, times the float model in onnxruntime; largest error of the output's range",
		mark: 1,
		groups: [...Map.groupBy(overheads, ({ model }) => model)].map(([name, all]) => ({
			name,
			bars: all.map(({ format, one, error }) => ({
				name: `${format} (${(error * 100).toFixed(2)} %)`,
				value: one.median,
			})),
		})),
	};
}

const feedsOf = (model: Model, set: readonly Tensor[]): Map<string, Tensor> =>
	new Map(model.graph.inputs.map((input, k) => [input.name, set[k]]));

const quantised = (program: Program, feeds: ReadonlyMap<string, Tensor>) =>
	program.inputs.map((spec) => quantiseInput(feeds.get(spec.name)!, spec).elements);

async function ratiosOf(
	model: Model,
	set: readonly Tensor[],
	programs: readonly Program[],
	threads: 1 | 2,
): Promise<Ratio[]> {
	const feeds = feedsOf(model, set);
	const float = await createFloatSession(model, { threads });
	const sessions = await Promise.all(
		programs.map((program) => openSession(program, { record: "outputs", threads })),
	);
	const ways = [
		() => float.run(feeds),
		...sessions.map((session, k) => {
			const inputs = quantised(programs[k], feeds);
			return () => session.run(inputs);
		}),
	];
	const rounds: number[][] = [];
	for (let round = 0; round <= ROUNDS; round++) {
		const times: number[] = [];
		for (const way of ways) times.push(await timeOf(way, threads === 1));
		// The first round warms up.
		if (round > 0) rounds.push(times.slice(1).map((time) => time / times[0]));
	}
	await Promise.all([float, ...sessions].map((session) => session.release()));
	return programs.map((_, k) => {
		const sorted = rounds.map((times) => times[k]).sort((a, b) => a - b);
		const [low, median, high] = [0.25, 0.5, 0.75].map((part) => sorted[Math.floor(part * sorted.length)]);
		return { median, low, high };
	});
}

/** Milliseconds of one run, of the processor's or of the clock's. */
async function timeOf(run: () => Promise<unknown>, ofProcessor: boolean): Promise<number> {
	await run();
	const started = performance.now();
	const before = process.cpuUsage();
	let runs = 0;
	for (; runs === 0 || performance.now() - started < SHARE; runs++) await run();
	const { user, system } = process.cpuUsage(before);
	return (ofProcessor ? (user + system) / 1000 : performance.now() - started) / runs;
}

async function errorOf(model: Model, set: readonly Tensor[], program: Program): Promise<number> {
	const feeds = feedsOf(model, set);
	const float = await createFloatSession(model);
	const exact = await openSession(program, { record: "outputs" });
	const [expected, { outputs }] = [await float.run(feeds), await exact.run(quantised(program, feeds))];
	await Promise.all([float.release(), exact.release()]);
	const [{ name, operator }] = program.outputs;
	const { data, shape } = toReal(expected.get(name)!);
	const values = dequantise(outputs[0], program.operators[operator]);
	const step = program.operators[operator].scale;
	return compareOutputs({ output: name, reference: data, values, dims: shape, step }).maxRelRange;
}
