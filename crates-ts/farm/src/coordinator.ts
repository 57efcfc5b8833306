import { existsSync } from "node:fs";
import { join } from "node:path";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import { issueOf, read, refused, requireFit, shown, stream } from "./answers.ts";
import { addContent, type FarmEnv, HASH } from "./content-routes.ts";
import { receive, send, TooLarge, WrongHash } from "./files.ts";
import type { KindShape } from "./kind.ts";
import { metricsOf } from "./metrics.ts";
import type { Queue } from "./queue.ts";
import { bearerOf, isToken, type WorkerTokens } from "./token.ts";
import {
	type FarmStatus,
	type Job,
	LEASE_REQUEST,
	LONGEST_WAIT,
	MOST_JSON,
	OUTCOME,
	REFUSAL,
	SUBMISSION,
} from "./wire.ts";
import { Workers } from "./workers.ts";

export interface CoordinatorOptions {
	readonly queue: Queue;
	readonly kinds: readonly KindShape[];
	/** Of whoever gives jobs; it may do everything. */
	readonly token: string;
	/** Of workers: each is called what its token is called. */
	readonly workerTokens: WorkerTokens;
	/** Where data, uploaded content and models are kept. */
	readonly folder: string;
	/** Further folders of programs/ and inputs/, looked into first and never written. */
	readonly content: readonly string[];
	/** Largest file that is taken, in bytes. */
	readonly mostBytes: number;
	readonly warn: (line: string, about?: { readonly farmJob: string }) => void;
}

/** Milliseconds between two looks of somebody who waits, beside those when something has changed. */
const LOOK = 1000;

/** Gives the jobs of a queue to workers over HTTP, and keeps what they need and what they make. */
export class Coordinator {
	readonly app = new Hono<FarmEnv>();
	readonly #options: CoordinatorOptions;
	readonly #kinds: ReadonlyMap<string, KindShape>;
	readonly #workers = new Workers();
	readonly #waiting = new Set<() => void>();
	#unauthorised = 0;

	constructor(options: CoordinatorOptions) {
		this.#options = options;
		this.#kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
		this.#guard();
		this.#look();
		this.#jobs();
		this.#leases();
		addContent(this.app, options);
	}

	/** What `umpire farm status` shows. */
	async status(): Promise<FarmStatus> {
		const { queue } = this.#options;
		return {
			database: queue.database,
			leaseSeconds: queue.leaseSeconds,
			kinds: await queue.counts(),
			workers: this.#workers.status(),
		};
	}

	#guard(): void {
		const { app } = this;
		const { token, workerTokens, warn } = this.#options;
		app.use(async (c, next) => {
			if (c.req.path === "/health") return next();
			const bearer = bearerOf(c.req.header("authorization"));
			if (isToken(bearer, token)) return next();
			const worker = await workerTokens.nameOf(bearer);
			if (worker === undefined) {
				this.#unauthorised++;
				return c.json({ error: "The token is missing or wrong." }, 401, { "www-authenticate": "Bearer" });
			}
			if (!isForWorkers(c.req.method, c.req.path))
				return c.json({ error: "A worker's token takes and answers jobs, and nothing else." }, 403);
			c.set("worker", worker);
			return next();
		});
		const small = bodyLimit({
			maxSize: MOST_JSON,
			onError: (c) => c.json({ error: `At most ${MOST_JSON} bytes of JSON are taken.` }, 413),
		});
		app.use("/v1/jobs/*", small);
		app.post("/v1/leases/*", small);
		app.notFound((c) => c.json({ error: "There is nothing at this address." }, 404));
		app.onError((error, c) => {
			if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
			if (error instanceof TooLarge)
				return c.json({ error: `At most ${this.#options.mostBytes} bytes are taken.` }, 413);
			if (error instanceof WrongHash) return c.json({ error: "The body does not have that hash." }, 422);
			if (error instanceof UmpireError && error.retryable) {
				warn(error.message);
				return c.json({ error: "The coordinator cannot answer at present: try again." }, 503, {
					"retry-after": "1",
				});
			}
			// A body that ends in the middle has nobody left who would read an answer.
			const { code } = error as NodeJS.ErrnoException;
			const isAborted =
				code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ECONNRESET" || error.name === "AbortError";
			if (!isAborted) warn(`A request failed: ${error.message}`);
			return c.json({ error: "This could not be answered." }, 500);
		});
	}

	#look(): void {
		const { app } = this;
		let looked: { readonly at: number; readonly answer: Promise<void> } | undefined;
		app.get("/health", async (c) => {
			// Anybody may ask: the database is not asked each time, nor for what takes longer the more jobs there are.
			const now = performance.now();
			if (looked === undefined || now - looked.at > LOOK) {
				looked = { at: now, answer: this.#options.queue.check() };
			}
			await looked.answer;
			return c.json({ ok: true });
		});
		app.get("/metrics", async (c) => c.text(metricsOf(await this.status(), this.#unauthorised)));
		app.get("/v1/farm", async (c) => c.json(await this.status()));
	}

	#jobs(): void {
		const { app } = this;
		const { queue, folder } = this.#options;
		app.post("/v1/jobs", async (c) => {
			const submission = await read(c, SUBMISSION);
			const kind = this.#kinds.get(submission.kind);
			if (kind === undefined) {
				throw refused(
					404,
					`There is no kind "${submission.kind}": there are ${[...this.#kinds.keys()].join(", ")}.`,
				);
			}
			requireFit(kind.payload, submission.payload, "payload");
			await queue.submit(submission);
			this.#changed();
			return c.json({ id: submission.id }, 202);
		});
		app.get("/v1/jobs/:id", async (c) => {
			const id = c.req.param("id");
			const job = await this.#wait(c, async () => {
				const found = await queue.job(id);
				if (found === undefined) throw refused(404, `There is no job ${shown(id)}.`);
				return found.state === "done" || found.state === "failed" ? found : undefined;
			});
			return c.json(job ?? (await queue.job(id)) ?? {});
		});
		app.delete("/v1/jobs/:id", async (c) => {
			const id = c.req.param("id");
			if (!(await queue.cancel(id))) throw refused(404, `No job ${shown(id)} waits or is being done.`);
			return c.json({ ok: true });
		});
		app.get("/v1/jobs/:id/data", async (c) => {
			const id = c.req.param("id");
			const { outcome } = (await queue.job(id)) ?? {};
			if (!outcome?.ok || outcome.data === undefined)
				throw refused(404, `There are no data of job ${shown(id)}.`);
			return stream(c, await send(join(folder, "data", `${id}.${outcome.data.sha256}`)));
		});
		app.post("/v1/jobs/:id/refuse", async (c) => {
			const id = c.req.param("id");
			const { reason } = await read(c, REFUSAL);
			const { outcome } = (await queue.job(id)) ?? {};
			if (outcome === undefined) throw refused(404, `Job ${shown(id)} has no result.`);
			this.#refuse(outcome.worker, id, reason);
			return c.json({ ok: true });
		});
	}

	#leases(): void {
		const { app } = this;
		const { queue, folder, mostBytes } = this.#options;
		app.post("/v1/leases", async (c) => {
			const { kinds, wait, ...asked } = await read(c, LEASE_REQUEST);
			const worker = c.get("worker") ?? asked.worker;
			const known = kinds.filter((kind) => this.#kinds.has(kind));
			if (known.length === 0) throw refused(404, "None of these kinds is known here.");
			if (this.#workers.isSuspended(worker))
				throw refused(
					403,
					`Results of ${worker} were false: it gets no more jobs until this is started again.`,
				);
			this.#workers.asked(worker, known);
			const lease = await this.#wait(c, () => queue.lease(worker, known), wait);
			if (lease === undefined) return c.body(null, 204);
			this.#workers.leased(worker, lease.lease);
			return c.json(lease);
		});
		app.post("/v1/leases/:lease/heartbeat", async (c) => {
			const lease = c.req.param("lease");
			const worker = c.get("worker") ?? c.req.query("worker");
			const holder = this.#workers.holderOf(lease);
			if (holder !== undefined && worker !== undefined && holder !== worker)
				throw refused(403, "Another worker holds this lease.");
			if (worker !== undefined && /^[\w.-]{1,64}$/.test(worker)) this.#workers.heard(worker);
			if (!(await queue.touch(lease))) throw refused(410, "This lease has expired, or there was none.");
			return c.json({ ok: true });
		});
		app.put("/v1/leases/:lease/data/:hash", async (c) => {
			const { hash } = c.req.param();
			const job = await this.#leasedJob(c);
			if (!HASH.test(hash)) throw refused(400, "Name the data by their SHA-256, 64 hexadecimal digits.");
			if (this.#kinds.get(job.kind)?.hasData !== true)
				throw refused(400, `A job to ${job.kind} has no data.`);
			const path = join(folder, "data", `${job.id}.${hash}`);
			return c.json(await receive(c.req.raw.body, path, mostBytes, hash));
		});
		app.post("/v1/leases/:lease/result", async (c) => {
			const lease = c.req.param("lease");
			const given = await read(c, OUTCOME);
			const own = c.get("worker");
			const outcome = { ...given, worker: own ?? given.worker, own: own !== undefined };
			const job = await this.#leasedJob(c);
			const holder = this.#workers.holderOf(lease);
			if (holder !== undefined && holder !== outcome.worker)
				throw refused(403, "Another worker holds this lease.");
			if (outcome.ok) await this.#requireSound(job, lease, outcome);
			const recorded = await queue.finish(lease, outcome);
			this.#workers.ended(
				outcome.worker,
				lease,
				recorded === "delivered" || recorded === "failed" ? "lost" : outcome.ok ? "done" : "failed",
			);
			this.#changed();
			if (recorded === "unknown") throw refused(404, "There was no such lease.");
			if (recorded === "delivered") throw refused(409, "This job has its result: nothing was changed.");
			if (recorded === "failed") throw refused(410, "This job has failed in the meantime.");
			return c.json({ recorded });
		});
	}

	/** A result that is none gives the job back, and counts against its worker. */
	async #requireSound(
		job: Job,
		lease: string,
		outcome: Extract<z.infer<typeof OUTCOME>, { ok: true }>,
	): Promise<void> {
		const { queue, folder } = this.#options;
		const kind = this.#kinds.get(job.kind)!;
		const { worker, data } = outcome;
		const checked = kind.result.safeParse(outcome.result);
		const hasData = data !== undefined && existsSync(join(folder, "data", `${job.id}.${data.sha256}`));
		const wrong = !checked.success
			? `It is no answer to ${job.kind}: ${issueOf(checked.error)}.`
			: kind.hasData !== hasData || (data !== undefined && !kind.hasData)
				? `An answer to ${job.kind} has ${kind.hasData ? "data, which come first" : "no data"}.`
				: undefined;
		if (wrong === undefined) return;
		if (job.state !== "done" && job.state !== "failed") {
			await queue.finish(lease, { ok: false, worker, error: wrong, retryable: true });
			this.#workers.ended(worker, lease, "failed");
			this.#refuse(worker, job.id, wrong);
			this.#changed();
		}
		throw refused(422, wrong);
	}

	#refuse(worker: string, job: string, why: string): void {
		this.#workers.refused(worker);
		this.#options.warn(`A result of worker ${worker} was refused: job ${job}: ${why}`, { farmJob: job });
	}

	async #leasedJob(c: Context): Promise<Job> {
		const job = await this.#options.queue.jobOf(c.req.param("lease") ?? "");
		if (job === undefined) throw refused(404, "There was no such lease.");
		return job;
	}

	#changed(): void {
		for (const wake of this.#waiting) wake();
	}

	/** What `look` finds, at once or within as many seconds as the request waits. */
	async #wait<T>(c: Context, look: () => Promise<T | undefined>, seconds?: number): Promise<T | undefined> {
		const asked = seconds ?? Number(c.req.query("wait") ?? 0);
		if (!(asked >= 0 && asked <= LONGEST_WAIT))
			throw refused(400, `wait is from 0 to ${LONGEST_WAIT} seconds.`);
		const until = performance.now() + 1000 * asked;
		const { signal } = c.req.raw;
		for (;;) {
			const found = await look();
			const left = until - performance.now();
			if (found !== undefined || left <= 0) return found;
			await new Promise<void>((resolve) => {
				const wake = () => {
					clearTimeout(timer);
					this.#waiting.delete(wake);
					signal.removeEventListener("abort", wake);
					resolve();
				};
				const timer = setTimeout(wake, Math.min(LOOK, left));
				this.#waiting.add(wake);
				signal.addEventListener("abort", wake);
			});
			// A job must not be leased to a worker that has hung up.
			if (signal.aborted) return undefined;
		}
	}
}

/** What a worker asks: jobs, and what it needs for them. */
function isForWorkers(method: string, path: string): boolean {
	if (/^\/v1\/leases(\/|$)/.test(path)) return true;
	return (method === "GET" || method === "HEAD") && /^\/(content|blobs)\//.test(path);
}
