import { readFile } from "node:fs/promises";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { evaluationSteps, hyperOf, type Job } from "@umpire/training/job.ts";
import type { GridPoint } from "./grid/terms.ts";

/** How one training of a grid differs from the others; what it does not say is as the options say. */
export interface TrainingPoint {
	readonly lr?: number;
	readonly steps?: number;
	readonly momentum?: number;
	readonly weightDecay?: number;
}

const NAMES: ReadonlySet<string> = new Set(["lr", "steps", "momentum", "weightDecay"]);

/**
 * The points of a grid in a file: a list as in [{ "lr": 0.1, "steps": 500 }, …].
 *
 * @throws UmpireError if it is none
 */
export async function readTrainingPoints(path: string): Promise<TrainingPoint[]> {
	const wrong = (cause?: unknown): UmpireError =>
		new UmpireError("INPUT", `${path} is no list of trainings`, {
			advice: `write [{ "lr": 0.1, "steps": 500 }, …]; a training may say ${[...NAMES].join(", ")}.`,
			cause,
		});
	let found: unknown;
	try {
		found = JSON.parse(await readFile(path, "utf8"));
	} catch (cause) {
		throw wrong(cause);
	}
	if (!Array.isArray(found) || found.length === 0 || !found.every(isPoint)) throw wrong();
	return found;
}

function isPoint(value: unknown): value is TrainingPoint {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
	return Object.entries(value).every(([name, one]) => NAMES.has(name) && typeof one === "number");
}

/** What is trained at each point. */
export function jobsOf(job: Job, points: readonly TrainingPoint[]): Job[] {
	return points.map(({ lr, steps, momentum, weightDecay }) => ({
		...job,
		rate: lr ?? job.rate,
		steps: steps ?? job.steps,
		momentum: momentum ?? job.momentum,
		decay: weightDecay ?? job.decay,
	}));
}

/** The job that a program of all points is built for: as long as the longest, with weight decay if one has some. */
export function commonJob(job: Job, points: readonly TrainingPoint[]): Job {
	if (points.length === 0) return job;
	const jobs = jobsOf(job, points);
	const most = (pick: (one: Job) => number): number => Math.max(...jobs.map(pick));
	return { ...job, steps: most(({ steps }) => steps), decay: most(({ decay }) => decay) };
}

/** The points as the grid contract takes them. */
export function gridPointsOf(jobs: readonly Job[]): GridPoint[] {
	return jobs.map((job) => ({
		steps: job.steps + evaluationSteps(job),
		hyperparameters: hyperOf(job),
	}));
}
