import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model } from "@umpire/onnx/model.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { type SessionModel, sessionModel } from "@umpire/onnx/session-model.ts";
import { InferenceSession } from "onnxruntime-node";
import { forbiddenNodes } from "./allowed.ts";

/** Levels of graph optimisation, fastest first. "all" brings onnxruntime's blocked convolutions. */
export const LEVELS = ["all", "basic", "disabled"] as const;
export type Level = (typeof LEVELS)[number];

/**
 * Optimisers that would change arithmetic: factors moved into float32 attributes, pads moved into
 * a pooling that pads with something else, layers merged before their bounds were proved. And one that is at fault.
 */
const DISABLED = [
	"MatMulScaleFusion",
	"MatmulTransposeFusion",
	"ConvActivationFusion",
	"ConvAddActivationFusion",
	"ConvAddFusion",
	"ConvMulFusion",
	"ConvBNFusion",
	"Pad_Fusion",
	"GemmActivationFusion",
	"MatMulActivationFusion",
	"TransposeOptimizer",
	"PropagateCastOps",
	// It drops DequantizeLinear before QuantizeLinear, and with it what a graph returns; then reading that crashes.
	"QDQFinalCleanupTransformer",
	// It makes one pair of two with other zero points, by a scale in between: whole numbers become fractions.
	"DoubleQDQPairsRemover",
];

/** What is done to the weights once, when a session of a large model is opened, would be kept beside them, in wider types. */
const KEPT = ["ConstantFolding"];

export interface ExactSession {
	readonly session: InferenceSession;
	readonly level: Level;
}

/**
 * Opens a session at the highest level whose *optimised* graph holds only nodes that the exactness
 * proofs cover. The graph that is checked is the one that this very session runs.
 *
 * @param profile where onnxruntime writes what every node takes
 * @throws Error if even the unoptimised graph is refused
 */
export async function openExact(
	model: Model,
	threads: number,
	levels: readonly Level[] = levelsFor(model),
	profile?: string,
): Promise<ExactSession> {
	const prepared = sessionModel(model);
	try {
		return await openPrepared(prepared, threads, levels, profile);
	} finally {
		prepared.release();
	}
}

/** Of so many nodes and more, onnxruntime's optimisers take longer than what they save: with the square of the number. */
const MOST_OPTIMISED = 2 ** 12;

/** The levels that are tried for a model, fastest first. */
export const levelsFor = ({ graph }: Model): readonly Level[] =>
	graph.nodes.length < MOST_OPTIMISED ? LEVELS : ["disabled"];

/** A model that is ready for a session, without what may be done once it is there. */
export type PreparedModel = Omit<SessionModel, "release">;

/** `openExact` of a model whose bytes are there. */
export async function openPrepared(
	{ bytes, options, session: own, isLarge }: PreparedModel,
	threads: number,
	levels: readonly Level[],
	profile?: string,
): Promise<ExactSession> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-"));
	try {
		let faults: string[] = [];
		for (const level of levels) {
			const optimised = join(folder, `${level}.onnx`);
			const session = await InferenceSession.create(bytes, {
				...options,
				executionProviders: ["cpu"],
				graphOptimizationLevel: level,
				optimizedModelFilePath: optimised,
				intraOpNumThreads: threads,
				interOpNumThreads: 1,
				executionMode: "sequential",
				...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
				// Level "all" depends on the machine, and onnxruntime warns that its file does: it is thrown away.
				logSeverityLevel: 3,
				extra: {
					optimization: {
						disable_specified_optimizers: (isLarge ? [...DISABLED, ...KEPT] : DISABLED).join(";"),
					},
					// It would take DequantizeLinear and QuantizeLinear for a quantised model's and compute what is between
					// them in one kernel of its own, another product than the one that was walked.
					session: { disable_quant_qdq: "1", ...own, ...(isLarge ? besideOptimised(level) : {}) },
				},
			});
			faults = forbiddenNodes(readModel(optimised));
			if (faults.length === 0) return { session, level };
			await session.release();
		}
		throw new Error(
			`onnxruntime's optimised graph has nodes that may round: ${faults.slice(0, 3).join("; ")}`,
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The optimised graph is read without its weights, which may be more than a file of protobuf holds. */
const besideOptimised = (level: Level): Readonly<Record<string, string>> => ({
	optimized_model_external_initializers_file_name: `${level}.data`,
	optimized_model_external_initializers_min_size_in_bytes: `${2 ** 16}`,
});
