import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isRetryable, UmpireError } from "@umpire/errors/umpire-error.ts";
import { type FarmClient, FarmRefusal } from "./client.ts";
import type { Done, Kind } from "./kind.ts";
import type { Lease, Outcome } from "./wire.ts";

export interface WorkerOptions {
	readonly client: FarmClient;
	readonly name: string;
	/** In the order in which it prefers them. */
	readonly kinds: readonly Kind[];
	/** Jobs at once. */
	readonly slots: number;
	/** Told of what was done; of the lease that it was done under, too. */
	readonly tell: (line: string, about?: { readonly lease: string }) => void;
	readonly signal: AbortSignal;
}

/** Seconds that a worker waits for a job before it asks again. */
const WAIT = 20;
/** Milliseconds between two tries at a coordinator that does not answer: the first, and the longest. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;

/**
 * Does a coordinator's jobs until it is told to stop. A coordinator that does not answer is waited for; what was computed
 * meanwhile is delivered when it answers again.
 *
 * @throws UmpireError if the coordinator wants nothing of it: a wrong token, results that were false
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
	const own = new AbortController();
	const signal = AbortSignal.any([options.signal, own.signal]);
	const run = () =>
		workOn({ ...options, signal }).catch((error: unknown) => {
			own.abort();
			throw error;
		});
	await Promise.all(Array.from({ length: options.slots }, run));
}

async function workOn(options: WorkerOptions): Promise<void> {
	const { client, name, kinds, signal } = options;
	const names = kinds.map((kind) => kind.name);
	while (!signal.aborted) {
		const lease = await patiently(options, () => client.lease(name, names, WAIT, signal));
		if (lease !== undefined) await doJob(options, lease);
	}
}

async function doJob(options: WorkerOptions, { lease, kind, payload, seconds }: Lease): Promise<void> {
	const { client, name, kinds, tell } = options;
	const lost = new AbortController();
	const beat = setInterval(
		() => {
			client
				.heartbeat(lease, name)
				// What was lost may still be delivered first, if the work is nearly done; those that can stop do.
				.then((isKept) => isKept || lost.abort())
				.catch(() => {});
		},
		(1000 * seconds) / 4,
	);
	const started = performance.now();
	try {
		const outcome = await outcomeOf(kinds, kind, payload, AbortSignal.any([lost.signal, options.signal]));
		if (options.signal.aborted && outcome.done === undefined) return;
		await deliver(options, lease, outcome);
		const took = ((performance.now() - started) / 1000).toFixed(1);
		tell(outcome.done === undefined ? `${lease}: ${outcome.error}` : `${lease}: done in ${took} s.`, {
			lease,
		});
	} catch (error) {
		if (!(error instanceof FarmRefusal) || error.status === 401) throw error;
		tell(`${lease}: ${error.message}`, { lease });
	} finally {
		clearInterval(beat);
	}
}

type Worked =
	| { readonly done: Done; readonly error?: undefined }
	| { readonly done?: undefined; readonly error: string; readonly retryable: boolean };

async function outcomeOf(
	kinds: readonly Kind[],
	name: string,
	given: unknown,
	signal: AbortSignal,
): Promise<Worked> {
	const kind = kinds.find((one) => one.name === name);
	const payload = kind?.payload.safeParse(given);
	if (kind === undefined || !payload?.success)
		return { error: `This worker does not understand it.`, retryable: true };
	try {
		return { done: await kind.work(payload.data, signal) };
	} catch (error) {
		const text = error instanceof Error ? error.message : String(error);
		const message = text.replace(/\s*\n\s*/g, " ").replaceAll("\0", "");
		// A defect may be this machine's: another one is asked.
		const retryable = !(error instanceof UmpireError) || isRetryable(error);
		return { error: message.slice(0, 2000).toWellFormed(), retryable };
	}
}

async function deliver(options: WorkerOptions, lease: string, { done, ...failure }: Worked): Promise<void> {
	const { client, name: worker } = options;
	let outcome: Outcome;
	if (done === undefined) {
		const { error, retryable } = failure as Extract<Worked, { error: string }>;
		outcome = { ok: false, worker, error, retryable };
	} else {
		const { data, result } = done;
		const sha256 = data && createHash("sha256").update(data).digest("hex");
		const stated = data === undefined ? {} : { data: { bytes: data.length, sha256: sha256! } };
		outcome = { ok: true, worker, result, ...stated };
		if (data !== undefined) await patiently(options, () => client.putData(lease, sha256!, data));
	}
	await patiently(options, () => client.finish(lease, outcome));
}

/** Tries until it succeeds, or what fails will not pass, or it is to stop. */
async function patiently<T>(
	{ signal, tell }: WorkerOptions,
	attempt: () => Promise<T>,
): Promise<T | undefined> {
	for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
		try {
			return await attempt();
		} catch (error) {
			if (signal.aborted) return undefined;
			if (!isRetryable(error)) throw error;
			if (pause === FIRST_PAUSE) tell((error as Error).message);
			await sleep(pause, undefined, { signal }).catch(() => {});
		}
	}
}
