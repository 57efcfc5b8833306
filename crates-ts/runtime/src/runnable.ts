import { toHex } from "@umpire/commitment/hex.ts";
import { keccak256 } from "@umpire/commitment/keccak.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { ProgramError } from "@umpire/operators/program-error.ts";
import { tryModels } from "#trial";
import { threadsFor } from "./executable.ts";
import { programToJson } from "./program-json.ts";
import { executable } from "./program-model.ts";

/** Programs that were tried, or are being tried, by what their models follow from. */
const tried = new Map<string, Promise<void>>();

/** Programs that are remembered. */
const MOST_REMEMBERED = 1000;

/**
 * Loads a program's ONNX model as it is run with and without its trace, and runs one step of each on zeros: an actor
 * that finds out later that onnxruntime does not take a program has taken on claims that it cannot guard. In Node.js
 * this is done in a process of its own, once for each program: what onnxruntime does not survive costs that program
 * alone.
 *
 * @throws ProgramError with what onnxruntime says, or how its process ended; ExactnessError
 */
export function requireRunnable(program: Program, { root }: Pick<ProgramCommitment, "root">): Promise<void> {
	// One root stands for several models: forms and names of nodes are not in it. Constants are, which the text lacks.
	const key = toHex(keccak256(new TextEncoder().encode(`${root}${programToJson(program)}`)));
	const known = tried.get(key);
	if (known !== undefined) return known;
	const trial = attempt(program);
	tried.set(key, trial);
	for (const oldest of tried.keys()) {
		if (tried.size <= MOST_REMEMBERED) break;
		tried.delete(oldest);
	}
	// What failed may have failed for want of memory.
	trial.catch(() => tried.delete(key));
	return trial;
}

async function attempt(program: Program): Promise<void> {
	const once: Program = { ...program, steps: 1 };
	const models = (["trace", "outputs"] as const).map((record) => executable(once, record).model);
	await tryModels(models, threadsFor(program)).catch((cause: Error) => {
		throw new ProgramError(`onnxruntime does not run it: ${cause.message}`, { cause });
	});
}
