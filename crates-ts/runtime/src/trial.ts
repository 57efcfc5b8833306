import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model, ValueInfo } from "@umpire/onnx/model.ts";
import { sessionModel } from "@umpire/onnx/session-model.ts";
import { type Level, levelsFor, type PreparedModel } from "./onnxruntime.ts";

/** What a trial's process is asked to load and run once on zeros. */
export interface Task {
	readonly model: PreparedModel;
	readonly inputs: readonly ValueInfo[];
	readonly threads: number;
	readonly levels: readonly Level[];
}

/** What came of it, if the process is there to tell. */
export interface Answer {
	/** what onnxruntime says against it; null if it runs */
	readonly error: string | null;
}

/** A trial that takes longer is given up. Not a matter of speed: the largest programs that limits allow take minutes. */
const MOST_MILLISECONDS = 30 * 60_000;

/** Trials at a time: each holds a program's weights, and one that takes long must not keep others waiting. */
const MOST_AT_ONCE = 4;

/** A module beside another, in .ts or .js as that is: compilers leave URLs as they are. */
export const beside = (url: string, name: string): string => url.replace(/[^/]+(?=\.[jt]s$)/, name);

/**
 * Loads models in another process, and runs each once on zeros. A kernel that onnxruntime does not survive ends that
 * process: here it is an error like others.
 *
 * @param most milliseconds after which a trial is given up
 * @throws Error with what onnxruntime says, or how the process ended
 */
export function tryModels(
	models: readonly Model[],
	threads: number,
	most = MOST_MILLISECONDS,
): Promise<void> {
	return inTurn(async () => {
		const folder = await mkdtemp(join(tmpdir(), "umpire-"));
		const trial = start(folder);
		let isLate = false;
		const timer = setTimeout(() => {
			isLate = true;
			trial.kill("SIGKILL");
		}, most);
		const ended = new Promise<Error>((resolve) => {
			trial.on("error", resolve);
			trial.once("close", (code, signal) => {
				const how = isLate
					? `it took more than ${most / 1000} s`
					: `its process ended with ${signal ?? code}`;
				resolve(new Error(how));
			});
		});
		try {
			for (const model of models) await attempt(trial, ended, model, threads);
		} finally {
			clearTimeout(timer);
			trial.kill("SIGKILL");
			await ended;
			await rm(folder, { recursive: true, force: true });
		}
	});
}

/**
 * A process for a trial. What it leaves behind when it ends in the middle, temporary files and memory dumps, goes with
 * the folder; the keys and passwords of its environment are not its own.
 */
function start(folder: string): ChildProcess {
	const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("UMPIRE_"));
	return fork(new URL(beside(import.meta.url, "trial-process")), {
		cwd: folder,
		env: { ...Object.fromEntries(kept), TMPDIR: folder, TEMP: folder, TMP: folder },
		execArgv: [],
		serialization: "advanced",
		stdio: ["pipe", "ignore", "ignore", "ipc"],
	});
}

/** Has one model loaded and run. */
async function attempt(
	trial: ChildProcess,
	ended: Promise<Error>,
	model: Model,
	threads: number,
): Promise<void> {
	const { release, ...prepared } = sessionModel(model);
	try {
		const answered = new Promise<Answer>((resolve) => trial.once("message", resolve));
		const task: Task = { model: prepared, inputs: model.graph.inputs, threads, levels: levelsFor(model) };
		// What cannot be sent has nobody to answer it.
		trial.send(task, () => {});
		const found = await Promise.race([answered, ended]);
		if (found instanceof Error) throw found;
		if (found.error !== null) throw new Error(found.error);
	} finally {
		release();
	}
}

let running = 0;
const waiting: (() => void)[] = [];

/** Runs some work when few others are at theirs. */
async function inTurn(work: () => Promise<void>): Promise<void> {
	if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
	else running++;
	try {
		await work();
	} finally {
		// A place is handed on.
		const next = waiting.shift();
		if (next === undefined) running--;
		else next();
	}
}
