import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Rehearsal } from "@umpire/actors/rehearsal.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { FULL_SIZE, mobileNetV2, resNet50 } from "@umpire/testing/runtime/image-networks.ts";
import { bert } from "@umpire/testing/transformers/bert.ts";
import { t5 } from "@umpire/testing/transformers/t5.ts";
import { whisperEncoder } from "@umpire/testing/transformers/whisper.ts";

/** A model of a published size, its weights seeded. */
export interface LargeModel {
	readonly name: string;
	/** Token ids are below this; 0 without tokens. */
	readonly vocabulary: number;
	readonly build: () => Model;
}

/** Sizes as published; lengths as in ordinary use, of the spectrogram a third: 3000 frames take 7.5 GB. */
export const LARGE_MODELS: readonly LargeModel[] = [
	{ name: "MobileNetV2", vocabulary: 0, build: () => mobileNetV2(FULL_SIZE) },
	{ name: "ResNet-50", vocabulary: 0, build: () => resNet50(FULL_SIZE) },
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

/** What compiling, running, committing and settling one model takes, in a process of its own. */
export interface Measured {
	readonly name: string;
	readonly parameters: number;
	/** Of the float model. */
	readonly nodes: number;
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

export interface LargeModelBench extends Measured {
	/** A dispute about a number that is drawn, won by its challenger. */
	readonly dispute: { readonly rounds: number; readonly gas: number; readonly provingSeconds: number };
}

/** Measures the large models whose names have `only`, one after the other. */
export async function benchLargeModels(
	only: string,
	progress: (line: string) => void,
): Promise<LargeModelBench[]> {
	const results: LargeModelBench[] = [];
	const folder = await mkdtemp(join(tmpdir(), "umpire-bench-"));
	try {
		for (const { name } of LARGE_MODELS.filter((model) => model.name.includes(only))) {
			progress(`Compiling, running, committing and settling ${name}...`);
			const path = join(folder, "model.onnx");
			const measured = await outputOf<Measured>(join("bench", "large-model-once.ts"), name, path);
			progress(`Disputing ${name}...`);
			const played = ["rehearse", path, "--defect", "random", "--seed", "1", "--json"];
			const { rounds, gas, seconds } = await outputOf<Rehearsal>(join("bin", "umpire.ts"), ...played);
			results.push({ ...measured, dispute: { rounds, gas: gas.dispute, provingSeconds: seconds.prove } });
		}
	} finally {
		await rm(folder, { recursive: true });
	}
	return results;
}

/** What a script of the project prints, which is JSON. */
async function outputOf<T>(script: string, ...operands: string[]): Promise<T> {
	const { stdout } = await promisify(execFile)(process.execPath, [join(projectRoot, script), ...operands], {
		maxBuffer: 2 ** 26,
	});
	return JSON.parse(stdout) as T;
}
