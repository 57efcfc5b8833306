import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "@umpire/commitment/constants.ts";
import { isRetryable, UmpireError } from "@umpire/errors/umpire-error.ts";
import { LONGEST_WAIT, type Outcome } from "@umpire/farm/wire.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { decodeTensorsOf } from "@umpire/runtime/tensors-codec.ts";
import { openHome } from "@umpire/store/home.ts";
import {
	type Conformance,
	type ConformanceOptions,
	expectedRefusals,
	type ModelResult,
	summaryOf,
} from "../conformance.ts";
import { findModels } from "../find-models.ts";
import { putInputFile } from "../input-exchange.ts";
import { openProgram, outputsOf, type Run } from "../run-program.ts";
import type { ViewOptions } from "../world.ts";
import { conformanceJob } from "./conformance-job.ts";
import type { Farm } from "./farm.ts";
import { CONFORMANCE, EVALUATE } from "./shapes.ts";

/** Milliseconds between two tries at a coordinator that does not answer. */
const PAUSE = 2000;

/** What a farm found for one input of a program. */
export interface Evaluation extends Omit<Run, "traceRoot"> {
	/** The worker that computed it. */
	readonly worker: string;
}

/**
 * Checks every model under a folder as `conformance` does, one job each.
 *
 * @throws UmpireError if the folder has no models
 */
export async function farmConformance(
	farm: Farm,
	options: Omit<ConformanceOptions, "out">,
	signal: AbortSignal,
): Promise<Conformance> {
	const all = findModels(options.folder);
	const refusals = expectedRefusals(options.refused, all);
	const chosen = all.filter(({ name }) => options.only === undefined || name.includes(options.only));
	if (chosen.length === 0) throw new UmpireError("OPTION", `No model's name contains "${options.only}".`);
	const { samples, seed, bits } = options;
	const ids: string[] = [];
	for (const found of chosen) {
		const terms = { samples, seed, bits, mayRefuse: refusals.has(found.name) };
		ids.push(await submitted(farm, CONFORMANCE.name, await conformanceJob(farm.client, found, terms)));
	}
	options.progress(`Submitted ${chosen.length} models.`);
	const models: ModelResult[] = [];
	for (const [index, id] of ids.entries()) {
		const { name } = chosen[index];
		const outcome = await finished(farm, id, signal);
		const result = outcome.ok
			? ({ ...CONFORMANCE.result.parse(outcome.result) } as ModelResult)
			: ({ name, verdict: "failed", milliseconds: 0, error: outcome.error } as const);
		models.push(result);
		options.result?.(result);
	}
	return summaryOf(options, models);
}

/**
 * Runs a program on inputs, one job each.
 *
 * @param inputs roots of inputs in the home folder, or files
 */
export async function farmEvaluate(
	farm: Farm,
	id: string,
	inputs: readonly string[],
	options: ViewOptions & { readonly warn: (line: string) => void },
	signal: AbortSignal,
): Promise<Evaluation[]> {
	const home = openHome(options.home);
	const { program, commitment } = await openProgram(id, options.home);
	const { root } = commitment;
	const jobs: { id: string; inputsRoot: Hex }[] = [];
	for (const given of inputs) {
		const isRoot = /^0x[0-9a-f]{64}$/i.test(given);
		const inputsRoot = isRoot
			? (given.toLowerCase() as Hex)
			: (await putInputFile(id, given, options)).inputsRoot;
		if (isRoot && program.inputs.length > 0 && (await home.content.stamp("inputs", inputsRoot)) === null) {
			throw new UmpireError("NOT_FOUND", `The inputs ${inputsRoot} are not in ${home.folder}`, {
				advice: "put the file with umpire inputs put, or give the file.",
			});
		}
		await farm.provide({ root, program, commitment }, inputsRoot);
		jobs.push({
			id: await submitted(farm, EVALUATE.name, { program: root, inputs: inputsRoot }),
			inputsRoot,
		});
	}
	const sizes = program.outputs.map(({ operator }) => {
		const { shape, width } = program.operators[operator];
		return { width, elements: elementCount(shape) };
	});
	const found: Evaluation[] = [];
	for (const { id: job, inputsRoot } of jobs) {
		const outcome = await finished(farm, job, signal);
		if (!outcome.ok) {
			throw new UmpireError("STORED", `The farm could not evaluate ${inputsRoot} (${outcome.error}).`);
		}
		const body = await farm.client.data(job);
		const bytes = new Uint8Array(await new Response(body).arrayBuffer());
		const outputs = outputsOf(program, decodeTensorsOf(bytes, sizes));
		found.push({ program: root, inputsRoot, worker: outcome.worker, outputs });
	}
	return found;
}

async function submitted(farm: Farm, kind: string, payload: unknown): Promise<string> {
	const id = randomUUID();
	await farm.client.submit({ id, kind, payload });
	return id;
}

/** What came of a job, however long it takes; a coordinator that is started again is waited for. */
async function finished({ client }: Farm, id: string, signal: AbortSignal): Promise<Outcome> {
	for (;;) {
		if (signal.aborted) throw new UmpireError("STORED", "Stopped; what was submitted is still done.");
		try {
			const { state, outcome } = await client.job(id, LONGEST_WAIT);
			if (state === "done" && outcome !== undefined) return outcome;
			if (state === "failed") {
				return (
					outcome ?? {
						ok: false,
						worker: "none",
						error: "every worker that had it was lost",
						retryable: true,
					}
				);
			}
		} catch (error) {
			if (!isRetryable(error)) throw error;
			await sleep(PAUSE, undefined, { signal }).catch(() => {});
		}
	}
}
