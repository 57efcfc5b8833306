import type { CommitmentBench } from "./commit.ts";
import type { DisputeBench } from "./disputes.ts";
import type { LargeModelBench } from "./large-models.ts";
import type { MemoryBench, Stage } from "./memory.ts";
import type { Overhead } from "./overhead.ts";
import type { ProofBench } from "./proofs.ts";
import type { ScalingBench } from "./scaling.ts";
import type { SetUpBench } from "./set-up.ts";
import type { ModeBench } from "./settlement-modes.ts";
import type { TrainingBench, TrainingDispute } from "./training.ts";
import { CHALLENGE_WINDOW, RESPONSE_WINDOW } from "./zk-opml.ts";

/** Disputes beside zk-OPML's, as tables for people. */
export function disputeLines(disputes: readonly DisputeBench[]): string[] {
	return [
		`Time of a dispute by zk-OPML's formula (${CHALLENGE_WINDOW} s to challenge, ${RESPONSE_WINDOW} s for each answer awaited, and proving);`,
		"the slowest of the disputes played, one about the first operator and others drawn:",
		...columns([
			["model", "parameters", "played", "answers", "proving", "umpire", "zk-OPML"],
			...disputes.map((d) => [
				d.name,
				grouped(d.parameters),
				`${d.played}`,
				`${d.answers}`,
				`${d.provingSeconds.toFixed(1)} s`,
				`${d.seconds.toFixed(0)} s`,
				`${d.zkOpml} s`,
			]),
		]),
		"",
		"Gas (the most of the disputes played; moves on average in the slowest):",
		...columns([
			["model", "rounds", "claim", "dispute", ...MOVES],
			...disputes.map((d) => [
				d.name,
				`${d.rounds}`,
				grouped(d.claimGas),
				grouped(d.disputeGas),
				...MOVES.map((move) => (d.gasByMove[move] === undefined ? "-" : grouped(d.gasByMove[move]))),
			]),
		]),
	];
}

/** What each role pays beside the float model, as a table for people. */
export function commitLines(measured: readonly CommitmentBench[]): string[] {
	return [
		"Running a model, in one process (multiples of the float model in onnxruntime). An agreeing verifier compares",
		"the output with the one claimed; a submitter commits the whole trace:",
		...columns([
			["model", "float", "exact", "output compared", "output committed", "trace committed"],
			...measured.map((o) => [
				o.name,
				`${o.float.toFixed(2)} ms`,
				`${o.exact.toFixed(2)} ms (${times(o.ratios.exact)})`,
				`${o.outputCompared.toFixed(2)} ms (${times(o.ratios.outputCompared)})`,
				`${o.outputCommitted.toFixed(2)} ms (${times(o.ratios.outputCommitted)})`,
				`${o.traceCommitted.toFixed(2)} ms (${times(o.ratios.traceCommitted)})`,
			]),
		]),
	];
}

/** Proofs, as a table for people. */
export function proofLines(proofs: readonly ProofBench[]): string[] {
	return [
		"One proof of a full part, in a process of its own:",
		...columns([
			["circuit", "seconds", "peak memory"],
			...proofs.map((p) => [p.circuit, p.seconds.toFixed(2), `${p.megabytes} MB`]),
		]),
	];
}

/** What a machine does once, as a table for people. */
export function setUpLines(parts: readonly SetUpBench[]): string[] {
	return [
		"What a machine does once:",
		...columns([
			["part", "seconds", "size"],
			...parts.map(({ part, seconds, bytes }) => [
				part,
				seconds.toFixed(1),
				`${(bytes / 1e6).toFixed(1)} MB`,
			]),
		]),
	];
}

/** The ways to bring a wrong claim down, as a table for people. */
export function modeLines(modes: readonly ModeBench[]): string[] {
	return [
		"A wrong claim about LeNet-5 brought down in every way (gas and seconds from the challenge to the verdict):",
		...columns([
			[
				"way",
				"wrong in",
				"rounds",
				"transactions",
				"challenger",
				"submitter",
				"seconds",
				"claim gas",
				"claim s",
			],
			...modes.map((m) => [
				m.mode,
				m.defect,
				`${m.rounds}`,
				`${m.transactions}`,
				grouped(m.challengerGas),
				grouped(m.submitterGas),
				m.seconds.toFixed(1),
				grouped(m.claimGas),
				m.claimSeconds.toFixed(2),
			]),
		]),
	];
}

/** What was measured of large models, as tables for people. */
export function largeModelLines(models: readonly LargeModelBench[]): string[] {
	return [
		"Models of published sizes, seeded weights, each in a process of its own (error: of the output's range):",
		...columns([
			["model", "parameters", "nodes", "operators", "compile", "float", "exact", "error", "same largest"],
			...models.map((m) => [
				m.name,
				grouped(m.parameters),
				`${m.nodes}`,
				`${m.operators}`,
				`${m.compileSeconds.toFixed(0)} s`,
				`${m.floatMilliseconds.toFixed(0)} ms`,
				`${m.exactMilliseconds.toFixed(0)} ms (${times(m.exactMilliseconds / m.floatMilliseconds)})`,
				`${(100 * m.error).toFixed(3)} %`,
				m.argmaxAgrees ? "yes" : "no",
			]),
		]),
		"",
		"Committing them (the trace: running, too), one element of every kind of operator settled, one dispute played:",
		...columns([
			["model", "leaves", "program", "trace", "settled", "proof", "peak memory", "rounds", "dispute gas"],
			...models.map((m) => [
				m.name,
				grouped(m.leaves),
				`${m.commitProgramSeconds.toFixed(1)} s`,
				`${m.commitTraceSeconds.toFixed(1)} s (${times((1000 * m.commitTraceSeconds) / m.floatMilliseconds)})`,
				`${m.settled}`,
				`${m.provingSeconds.toFixed(1)} s`,
				`${grouped(m.megabytes)} MB`,
				`${m.dispute.rounds}`,
				grouped(m.dispute.gas),
			]),
		]),
	];
}

/** What decoders take in memory and time, as a table for people. */
export function memoryLines(decoders: readonly MemoryBench[]): string[] {
	const bytes = ({ megabytes }: Stage, parameters: number): string =>
		`${grouped(Math.round(megabytes))} MB (${((megabytes * 2 ** 20) / parameters).toFixed(1)})`;
	return [
		"Decoders of 8 tokens, seeded weights in external data, each stage in a process of its own (peak resident memory",
		"with the files that are mapped, in brackets bytes a parameter):",
		...columns([
			[
				"model",
				"parameters",
				"operators",
				"compile",
				"",
				"load, run",
				"",
				"a token",
				"dispute",
				"",
				"rounds",
				"gas",
			],
			...decoders.map(({ name, parameters, operators, compile, run, dispute }) => [
				name,
				grouped(parameters),
				`${operators}`,
				...[compile, run].flatMap((stage) => [bytes(stage, parameters), `${stage.seconds.toFixed(0)} s`]),
				`${run.stepSeconds.toFixed(1)} s`,
				bytes(dispute, parameters),
				`${dispute.seconds.toFixed(0)} s`,
				`${dispute.rounds}`,
				grouped(dispute.gas),
			]),
		]),
	];
}

/** What disputes cost on programs of more and more operators, as a table for people. */
export function scalingLines(disputes: readonly ScalingBench[]): string[] {
	return [
		"A dispute about the last operator of a program, from the challenge to the verdict, its proof included:",
		...columns([
			[
				"operators",
				"elements",
				"rounds",
				"transactions",
				"submitter's gas",
				"challenger's gas",
				"both",
				"bytes",
			],
			...disputes.map((d) => [
				grouped(d.operators),
				grouped(d.elements),
				`${d.rounds}`,
				`${d.transactions}`,
				grouped(d.submitterGas),
				grouped(d.challengerGas),
				grouped(d.submitterGas + d.challengerGas),
				grouped(d.bytes),
			]),
		]),
	];
}

/** What exact programs of several widths take beside their float models, as a table for people. */
export function overheadLines(overheads: readonly Overhead[]): string[] {
	const spread = ({ median, low, high }: Overhead["one"]): string =>
		`${times(median)} (${low.toFixed(2)} … ${high.toFixed(2)})`;
	return [
		"Exact over float, median of alternating rounds (between which a half of them lies):",
		...columns([
			["model", "widths", "one thread, CPU", "two threads, clock", "largest error"],
			...overheads.map(({ model, format, one, two, error }) => [
				model,
				format,
				spread(one),
				spread(two),
				`${(error * 100).toFixed(3)} %`,
			]),
		]),
	];
}

/** What others publish of a training step, on their hardware and about their models: no measurement of ours. */
const PUBLISHED = [
	[
		"Kaizen (eprint 2024/162)",
		"proof of training",
		"VGG-11, 10 M parameters, batch 16",
		"15 min an iteration",
	],
	[
		"zkDL (arXiv 2307.16273v2)",
		"proof of training",
		"8 layers, 10 M parameters, batch 64",
		"below 1 s on a GPU",
	],
	[
		"Verde, RepOps (arXiv 2502.19405v1)",
		"dispute, a referee computes an operator again",
		"Llama-3.1-1B",
		"some 60 % above float on a GPU",
	],
];

/** What was measured of training, as tables for people. */
export function trainingLines(models: readonly TrainingBench[], dispute: TrainingDispute | null): string[] {
	const table = columns([
		[
			"model",
			"parameters",
			"batch",
			"operators",
			"leaves",
			"float",
			"exact",
			"and checkpoints",
			"all committed",
		],
		...models.map((m) => [
			m.name,
			grouped(m.parameters),
			`${m.batch}`,
			`${m.operators}`,
			grouped(m.leaves),
			`${m.float.toFixed(2)} ms`,
			...[m.exact, m.checkpoints, m.committed].map((one) => times(one / m.float)),
		]),
	]);
	const segments = columns([
		["model", "steps of a segment", "a leaf again"],
		...models.map((m) => [m.name, `${m.segment}`, `${m.leafSeconds.toFixed(1)} s`]),
	]);
	return [
		"A step of training, plain SGD: CPU time as multiples of the float step in onnxruntime. What whoever claims does is",
		"the exact run and its checkpoints; all of a step is committed to only in a segment that is disputed:",
		...table,
		"",
		"Segments, and the CPU time that it takes at most to have any number of any step again:",
		...segments,
		...(dispute === null ? [] : ["", ...trainingDisputeLines(dispute)]),
		"",
		"Beside it what others publish, on their hardware, as they say it:",
		...columns([["system", "what", "of", "a step"], ...PUBLISHED], "left"),
	];
}

function trainingDisputeLines(d: TrainingDispute): string[] {
	return [
		`One wrong gradient in the middle of ${grouped(d.steps)} steps, segments of ${d.segment}:`,
		`${d.rounds} rounds, claim ${grouped(d.claimGas)} gas, dispute ${grouped(d.disputeGas)} gas of both sides, ${d.provingSeconds.toFixed(1)} s to prove, ${d.seconds.toFixed(0)} s in all (both sides hash the segment)`,
	];
}

const MOVES = ["challenge", "open", "descend", "publishLeaf", "name", "publishPartials", "settle"] as const;

const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`;
const grouped = (value: number): string => value.toLocaleString("en-GB");

/** Rows in aligned columns, the first to the left and the others, unless it is said, to the right. */
function columns(rows: readonly (readonly string[])[], others: "left" | "right" = "right"): string[] {
	const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
	return rows.map((row) =>
		row
			.map((cell, column) =>
				column === 0 || others === "left" ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
			)
			.join("  ")
			.trimEnd(),
	);
}
