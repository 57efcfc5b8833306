import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { bert } from "../crates-ts/compiler/test/transformers/bert.ts";
import { t5 } from "../crates-ts/compiler/test/transformers/t5.ts";
import { whisperEncoder } from "../crates-ts/compiler/test/transformers/whisper.ts";

/** A transformer of a published size, its weights seeded. */
export interface Transformer {
	readonly name: string;
	readonly vocabulary: number;
	readonly build: () => Model;
}

/** Sizes as published; lengths as in ordinary use, of the spectrogram a third: 3000 frames take 7.5 GB. */
export const TRANSFORMERS: readonly Transformer[] = [
	{
		name: "Whisper-tiny encoder, 1000 frames",
		vocabulary: 0,
		build: () => whisperEncoder({ mels: 80, frames: 1000, width: 384, heads: 6, inner: 1536, layers: 4 }),
	},
	{
		name: "GTE-small, 128 tokens",
		vocabulary: 30522,
		build: () =>
			bert({
				vocabulary: 30522,
				positions: 512,
				width: 384,
				heads: 12,
				inner: 1536,
				layers: 12,
				batch: 1,
				length: 128,
			}),
	},
	{
		name: "T5-small, 32 + 16 tokens",
		vocabulary: 32128,
		build: () =>
			t5({
				vocabulary: 32128,
				width: 512,
				heads: 8,
				headWidth: 64,
				inner: 2048,
				layers: 6,
				buckets: 32,
				farthest: 128,
				batch: 1,
				length: 32,
				decoded: 16,
			}),
	},
];

/** What compiling, running and committing one model takes, in a process of its own. */
export interface TransformerBench {
	readonly name: string;
	readonly parameters: number;
	readonly operators: number;
	readonly compileSeconds: number;
	/** Of the program's constants and descriptors. */
	readonly commitProgramSeconds: number;
	readonly floatMilliseconds: number;
	readonly exactMilliseconds: number;
	readonly leaves: number;
	/** Running and committing a whole trace. */
	readonly commitTraceSeconds: number;
	/** On average, of one element of every kind of operator, each of which the contract judges. */
	readonly provingSeconds: number;
	readonly settled: number;
	/** Largest error of an output relative to its range, on an input that calibration did not see. */
	readonly error: number;
	readonly argmaxAgrees: boolean;
	/** Peak resident memory. */
	readonly megabytes: number;
}

/** Measures the transformers, one after the other. */
export async function benchTransformers(progress: (line: string) => void): Promise<TransformerBench[]> {
	const results: TransformerBench[] = [];
	for (const { name } of TRANSFORMERS) {
		progress(`Compiling, running, committing and settling ${name}...`);
		const script = join(projectRoot, "bench", "transformer-once.ts");
		const { stdout } = await promisify(execFile)(process.execPath, [script, name]);
		results.push(JSON.parse(stdout) as TransformerBench);
	}
	return results;
}
