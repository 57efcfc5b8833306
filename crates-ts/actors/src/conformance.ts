import { readFileSync } from "node:fs";
import type { ErrorCode } from "@umpire/errors/codes.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { writeAtomically } from "@umpire/store/atomic-file.ts";
import { type Check, check } from "./check.ts";
import { type CheckChain, openCheckChain } from "./check-chain.ts";
import { type FoundModel, findModels } from "./find-models.ts";

export interface ConformanceOptions {
	/** A folder of models, or one model. */
	readonly folder: string;
	/** Elements to settle of every kind of operator of every model; 0 compiles and compares only. */
	readonly samples: number;
	readonly seed: number;
	readonly bits: 8 | 16;
	/** A file of names of models, one a line, that must be refused (# begins a comment). */
	readonly refused?: string | undefined;
	/** Only models whose name contains this. */
	readonly only?: string | undefined;
	/** A file for the results as JSON, written after every model. */
	readonly out?: string | undefined;
	readonly progress: (line: string) => void;
	/** Called with every result as it comes. */
	readonly result?: (result: ModelResult) => void;
}

export interface ModelResult {
	readonly name: string;
	readonly verdict: "passed" | "failed" | "refused";
	readonly milliseconds: number;
	readonly check?: Check;
	/** Why it failed or was refused. */
	readonly error?: string;
}

export interface Conformance {
	readonly ok: boolean;
	readonly folder: string;
	readonly seed: number;
	readonly passed: number;
	readonly failed: number;
	/** Refused as the list of refusals expects. */
	readonly refused: number;
	readonly models: readonly ModelResult[];
}

/**
 * Checks every model under a folder, one after the other in one process. A model that fails
 * does not stop the others.
 * @throws UmpireError if the folder has no models, or the list of refusals names one that is not there
 */
export async function conformance(options: ConformanceOptions): Promise<Conformance> {
	const all = findModels(options.folder);
	const refusals = expectedRefusals(options.refused, all);
	const chosen = all.filter(({ name }) => options.only === undefined || name.includes(options.only));
	if (chosen.length === 0) throw new UmpireError("OPTION", `No model's name contains "${options.only}".`);
	const chain = options.samples > 0 ? await openCheckChain(options.progress) : undefined;
	const models: ModelResult[] = [];
	try {
		for (const [index, found] of chosen.entries()) {
			options.progress(`[${index + 1}/${chosen.length}] ${found.name}`);
			const result = await checkModel(found, options, chain, refusals.has(found.name));
			models.push(result);
			options.result?.(result);
			if (options.out !== undefined)
				await writeAtomically(options.out, `${JSON.stringify(summaryOf(options, models), null, "\t")}\n`);
		}
	} finally {
		await chain?.connection.close();
	}
	return summaryOf(options, models);
}

/** Checks one model; whatever it throws becomes a verdict. */
export async function checkModel(
	{ name, model, input, expect }: FoundModel,
	options: Pick<ConformanceOptions, "samples" | "seed" | "bits">,
	chain: CheckChain | undefined,
	mayRefuse: boolean,
): Promise<ModelResult> {
	const started = performance.now();
	const end = () => ({ name, milliseconds: performance.now() - started });
	try {
		const { samples, seed, bits } = options;
		const checked = await check({
			model,
			input,
			expect,
			samples,
			seed,
			bits,
			...(chain ? { chain } : {}),
			progress: () => {},
		});
		if (mayRefuse) return { ...end(), verdict: "failed", check: checked, error: REFUSAL_EXPECTED };
		const error = checked.error === undefined ? {} : { error: checked.error };
		return { ...end(), verdict: checked.ok ? "passed" : "failed", check: checked, ...error };
	} catch (cause) {
		const error = cause instanceof Error ? cause.message : String(cause);
		const refused = mayRefuse && cause instanceof UmpireError && REFUSALS.has(cause.code);
		return { ...end(), verdict: refused ? "refused" : "failed", error };
	}
}

const REFUSAL_EXPECTED = "it compiles, but the list of refusals names it: take it off the list";

/** Codes of errors by which a model, rather than Umpire, is at fault. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["COMPILE", "MODEL", "INPUT", "OPTION"]);

/** The names of a list of refusals, each of which is a model. */
export function expectedRefusals(path: string | undefined, models: readonly FoundModel[]): Set<string> {
	if (path === undefined) return new Set();
	const lines = readFileSync(path, "utf8").split("\n");
	const names = lines.map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
	const known = new Set(models.map(({ name }) => name));
	const stray = names.find((name) => !known.has(name));
	if (stray !== undefined)
		throw new UmpireError("OPTION", `${path} names "${stray}", which is no model under the folder.`);
	return new Set(names);
}

/** What came of models. */
export function summaryOf(
	{ folder, seed }: Pick<ConformanceOptions, "folder" | "seed">,
	models: readonly ModelResult[],
): Conformance {
	const count = (verdict: ModelResult["verdict"]) =>
		models.filter((model) => model.verdict === verdict).length;
	const [passed, failed, refused] = [count("passed"), count("failed"), count("refused")];
	return { ok: failed === 0, folder, seed, passed, failed, refused, models: [...models] };
}
