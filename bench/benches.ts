import type { BarChart } from "./bar-chart.ts";
import type { BenchOptions } from "./options.ts";

/** Figures, a table of them for people, and a picture of those that are best looked at. */
export interface BenchReport {
	readonly figures: object;
	readonly lines: readonly string[];
	readonly chart?: BarChart;
}

interface Bench {
	readonly describe: string;
	readonly run: (options: BenchOptions, progress: (line: string) => void) => Promise<BenchReport>;
}

/** Everything that `umpire bench NAME` measures. Nothing of it is loaded before it runs. */
export const BENCHES = {
	dispute: {
		describe:
			"disputes on the architectures of zk-OPML, and every way to bring a wrong claim down (4 minutes)",
		async run({ models, quick }, progress) {
			const { benchDisputes } = await import("./disputes.ts");
			const { benchModes } = await import("./settlement-modes.ts");
			const { disputeLines, modeLines } = await import("./lines.ts");
			await keys(progress);
			const disputes = await benchDisputes({ models, quick }, progress);
			const modes = quick ? [] : await benchModes(progress);
			const lines = [...disputeLines(disputes), ...(quick ? [] : ["", ...modeLines(modes)])];
			return { figures: { disputes, modes }, lines };
		},
	},
	overhead: {
		describe: "exact programs of several widths beside their float models (10 minutes)",
		async run({ models, quick }, progress) {
			const { benchOverheads, overheadChart } = await import("./overhead.ts");
			const { overheadLines } = await import("./lines.ts");
			const overheads = await benchOverheads({ models, quick }, progress);
			return {
				figures: { overheads },
				lines: overheadLines(overheads),
				chart: overheadChart(overheads),
			};
		},
	},
	commit: {
		describe: "what agreeing verifiers and submitters pay beside the float model (1 minute)",
		async run({ models, quick }, progress) {
			const { benchCommitments, commitChart } = await import("./commit.ts");
			const { commitLines } = await import("./lines.ts");
			const commitments = await benchCommitments({ models, quick }, progress);
			return { figures: { commitments }, lines: commitLines(commitments), chart: commitChart(commitments) };
		},
	},
	prove: {
		describe: "a proof of a full part with each circuit (1 minute)",
		async run(_, progress) {
			const { benchProofs } = await import("./proofs.ts");
			const { proofLines } = await import("./lines.ts");
			await keys(progress);
			const proofs = await benchProofs(progress);
			return { figures: { proofs }, lines: proofLines(proofs) };
		},
	},
	scale: {
		describe:
			"disputes on programs of 10 to a million operators, and in tensors of up to 10^8 elements (4 minutes)",
		async run({ quick }, progress) {
			const { benchScaling, scalingChart } = await import("./scaling.ts");
			const { scalingLines } = await import("./lines.ts");
			await keys(progress);
			const scaling = await benchScaling({ quick }, progress);
			return { figures: { scaling }, lines: scalingLines(scaling), chart: scalingChart(scaling) };
		},
	},
	setup: {
		describe: "what a machine does once: contracts and proving keys (3 minutes)",
		async run(_, progress) {
			const { benchSetUp } = await import("./set-up.ts");
			const { setUpLines } = await import("./lines.ts");
			const setUp = await benchSetUp(progress);
			return { figures: { setUp }, lines: setUpLines(setUp) };
		},
	},
	training: {
		describe: "steps of training, and a dispute about 10,000 of them (4 minutes)",
		async run({ models, quick }, progress) {
			const { benchTraining, trainingChart } = await import("./training.ts");
			const { trainingLines } = await import("./lines.ts");
			await keys(progress);
			const training = await benchTraining({ models, quick }, progress);
			return {
				figures: { training },
				lines: trainingLines(training.models, training.dispute),
				chart: trainingChart(training.models),
			};
		},
	},
	memory: {
		describe: "what decoders of up to a billion parameters take in memory and time (hours)",
		async run({ models, quick }, progress) {
			const { benchMemory } = await import("./memory.ts");
			const { memoryLines } = await import("./lines.ts");
			await keys(progress);
			const decoders = await benchMemory({ models, quick }, progress);
			return { figures: { decoders }, lines: memoryLines(decoders) };
		},
	},
	large: {
		describe: "models of millions of parameters (tens of minutes)",
		async run({ models }, progress) {
			const { benchLargeModels } = await import("./large-models.ts");
			const { largeModelLines } = await import("./lines.ts");
			await keys(progress);
			const large = await benchLargeModels(models, progress);
			return { figures: { models: large }, lines: largeModelLines(large) };
		},
	},
} as const satisfies Readonly<Record<string, Bench>>;

export type BenchName = keyof typeof BENCHES;
export const BENCH_NAMES = Object.keys(BENCHES) as BenchName[];

async function keys(progress: (line: string) => void): Promise<void> {
	const { setUp } = await import("@umpire/actors/set-up.ts");
	await setUp(progress);
}
