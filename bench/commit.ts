import { tmpdir } from "node:os";
import { compileFile, orderedInputs } from "@umpire/actors/compile-file.ts";
import { openInputs, openModel } from "@umpire/actors/models.ts";
import { outputAgrees } from "@umpire/actors/output-agreement.ts";
import { commitTensor, toPhysical } from "@umpire/commitment/tensor.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import type { BarChart } from "./bar-chart.ts";
import type { BenchOptions } from "./options.ts";
import { OPPONENTS } from "./zk-opml.ts";

/** What each way to run a model takes, in milliseconds. */
export interface CommitmentBench {
	readonly name: string;
	readonly float: number;
	readonly exact: number;
	/** What a verifier that agrees does: the program, and its output against the one claimed. */
	readonly outputCompared: number;
	/** The program and the commitment of its output. */
	readonly outputCommitted: number;
	/** What a submitter does. */
	readonly traceCommitted: number;
	/** The same as multiples of `float`. */
	readonly ratios: {
		readonly exact: number;
		readonly outputCompared: number;
		readonly outputCommitted: number;
		readonly traceCommitted: number;
	};
}

/** Rounds, and how long each way is run in each to warm up and then measured, in milliseconds. */
const ROUNDS = 5;
const WARM_UP = 100;
const MEASURE = 300;
const LEAST_RUNS = 5;

/** Measures all five ways in one process, with the same number of threads, one after the other. */
export async function benchCommitments(
	{ models, quick }: BenchOptions,
	progress: (line: string) => void,
): Promise<CommitmentBench[]> {
	const results: CommitmentBench[] = [];
	const small = OPPONENTS.filter(({ name, large }) => large !== true && name.includes(models));
	for (const { name, files } of small.slice(0, quick ? 1 : undefined)) {
		progress(`Measuring ${name}...`);
		const { model, input } = files(tmpdir());
		results.push(await benchCommitment(name, model, input));
	}
	return results;
}

/** The ways to run a model but the slowest one, as bars. */
export function commitChart(measured: readonly CommitmentBench[]): BarChart {
	return {
		title: "Running and agreeing beside the float model",
		unit: "times the float model in onnxruntime",
		mark: 1,
		groups: measured.map(({ name, ratios }) => ({
			name,
			bars: [
				{ name: "exact program", value: ratios.exact },
				{ name: "output compared", value: ratios.outputCompared },
				{ name: "output committed", value: ratios.outputCommitted },
			],
		})),
	};
}

async function benchCommitment(name: string, path: string, input: string): Promise<CommitmentBench> {
	const model = openModel(path);
	const inputs = openInputs(input, model, new Map());
	const quiet = { bits: 16, progress: () => {} } as const;
	const { program, commitment } = await compileFile(path, quiet, [orderedInputs(model, inputs)]);
	const quantised = program.inputs.map((spec) => quantiseInput(inputs.get(spec.name)!, spec).elements);
	const output = program.operators[program.outputs[0].operator];

	const floatSession = await createFloatSession(model);
	const outputSession = await openSession(program, { record: "outputs" });
	const traceSession = await openSession(program, { record: "trace" });
	const { outputs } = await outputSession.run(quantised);
	const physical = toPhysical(outputs[0], output.shape, output.layout);
	const committed = await commitTensor(physical, output.width);
	const stated = { outputRoot: committed.root, words: committed.words(0) };
	const compare = async () => {
		const { outputs } = await outputSession.run(quantised);
		if (!(await outputAgrees(program, outputs[0], stated))) throw new Error("the program contradicts itself");
	};
	const commitOutput = async () => {
		const { outputs } = await outputSession.run(quantised);
		await commitTensor(toPhysical(outputs[0], output.shape, output.layout), output.width);
	};
	const [float, exact, outputCompared, outputCommitted, traceCommitted] = await quietest([
		() => floatSession.run(inputs),
		() => outputSession.run(quantised),
		compare,
		commitOutput,
		() => recordTrace(traceSession, commitment, quantised),
	]);
	await Promise.all([floatSession.release(), outputSession.release(), traceSession.release()]);
	return {
		name,
		float,
		exact,
		outputCompared,
		outputCommitted,
		traceCommitted,
		ratios: {
			exact: exact / float,
			outputCompared: outputCompared / float,
			outputCommitted: outputCommitted / float,
			traceCommitted: traceCommitted / float,
		},
	};
}

/**
 * Milliseconds of each way: the median of a round, in the quietest of some rounds, each of which
 * measures all ways one after the other. Whatever else the machine does falls on all ways alike.
 */
async function quietest(ways: readonly (() => Promise<unknown>)[]): Promise<number[]> {
	const least = ways.map(() => Number.POSITIVE_INFINITY);
	for (let round = 0; round < ROUNDS; round++) {
		for (const [way, run] of ways.entries()) least[way] = Math.min(least[way], await median(run));
	}
	return least;
}

async function median(run: () => Promise<unknown>): Promise<number> {
	for (const end = performance.now() + WARM_UP; performance.now() < end; ) await run();
	const times: number[] = [];
	for (const end = performance.now() + MEASURE; performance.now() < end || times.length < LEAST_RUNS; ) {
		const started = performance.now();
		await run();
		times.push(performance.now() - started);
	}
	return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
