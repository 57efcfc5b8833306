import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { cachedLlama, cachedLlamaCarry } from "@umpire/testing/transformers/cached-llama.ts";
import { gpt } from "@umpire/testing/transformers/decoder.ts";
import type { BenchOptions } from "./options.ts";

/** A decoder of a published architecture and size, its weights seeded and beside its file. */
export interface Decoder {
	readonly name: string;
	readonly build: () => Model;
	readonly decode?: string;
	readonly carry?: readonly string[];
}

const llama = (name: string, sizes: Omit<Parameters<typeof cachedLlama>[0], "batch" | "large">): Decoder => ({
	name,
	build: () => cachedLlama({ ...sizes, batch: 1, large: true }),
	carry: cachedLlamaCarry(sizes.layers),
});

/** The smallest first. Of Llamas the vocabulary has a matrix for tokens and one for logits. */
export const DECODERS: readonly Decoder[] = [
	llama("Llama, 26 M", {
		...{ vocabulary: 8192, width: 512, heads: 8, groups: 4, inner: 1408, layers: 6, length: 32 },
	}),
	{
		name: "GPT-2, 124 M",
		build: () =>
			gpt({
				...{ vocabulary: 50257, width: 768, heads: 12, inner: 3072, layers: 12 },
				...{ batch: 1, length: 32, large: true },
			}),
		decode: "input_ids=logits",
	},
	llama("Llama, 409 M", {
		...{ vocabulary: 49152, width: 960, heads: 15, groups: 5, inner: 2560, layers: 32, length: 64 },
	}),
	llama("Llama, 1.1 B", {
		...{ vocabulary: 32000, width: 2048, heads: 32, groups: 4, inner: 5632, layers: 22, length: 64 },
	}),
];

/** What a stage took. */
export interface Stage {
	readonly seconds: number;
	/** Peak resident memory, files that are mapped included. */
	readonly megabytes: number;
}

export interface MemoryBench {
	readonly name: string;
	readonly parameters: number;
	readonly operators: number;
	readonly compile: Stage;
	/** Loading a program, which commits to it anew, and 8 tokens. */
	readonly run: Stage & { readonly stepSeconds: number };
	/** A rehearsal: compiled, loaded by two actors, a number of the output made wrong, found and settled. */
	readonly dispute: Stage & { readonly rounds: number; readonly gas: number };
}

/** Compiles decoders, runs them and disputes a number of them, every stage in a process of its own. */
export async function benchMemory(
	{ models, quick }: BenchOptions,
	progress: (line: string) => void,
): Promise<MemoryBench[]> {
	const chosen = DECODERS.filter(({ name }) => name.includes(models)).slice(0, quick ? 1 : undefined);
	const results: MemoryBench[] = [];
	for (const { name } of chosen) {
		const folder = await mkdtemp(join(tmpdir(), "umpire-bench-"));
		const take = async <T>(stage: string, ...more: string[]): Promise<T> => {
			progress(`${name}: ${stage}...`);
			const script = join(projectRoot, "bench", "memory-once.ts");
			const { stdout } = await promisify(execFile)(process.execPath, [script, stage, name, folder, ...more]);
			return JSON.parse(stdout) as T;
		};
		try {
			await take("write");
			const { parameters, operators, output, ...compile } = await take<
				Stage & Pick<MemoryBench, "parameters" | "operators"> & { readonly output: number }
			>("compile");
			const run = await take<MemoryBench["run"]>("run");
			const dispute = await take<MemoryBench["dispute"]>("dispute", `${output}`);
			results.push({ name, parameters, operators, compile, run, dispute });
		} finally {
			await rm(folder, { recursive: true });
		}
	}
	return results;
}
