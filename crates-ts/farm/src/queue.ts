import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type JobWithMetadata, PgBoss, type Job as QueuedJob } from "pg-boss";
import type { Database } from "./database.ts";
import { type Job, LEAST_LEASE, type Lease, MOST_ATTEMPTS, type Outcome, type Submission } from "./wire.ts";

/** Seconds for which finished jobs are kept. */
export const KEPT_SECONDS = 86_400;
/** Seconds between two looks for leases that have expired. */
const LOOK_SECONDS = 2;
/** The longest a job may take, however often its worker is heard of, in seconds. */
const LONGEST_WORK = 82_800;
const SCHEMA = "umpire_farm";

/** What became of a result. */
export type Recorded =
	/** It is the job's result. */
	| "recorded"
	/** The job had one already: this one changes nothing. */
	| "delivered"
	/** Nothing was leased under that name. */
	| "unknown"
	/** The job has failed in the meantime. */
	| "failed"
	/** The job is given to others. */
	| "returned";

interface Queued {
	readonly payload: unknown;
}

/** What identifies an attempt at a job. */
interface Attempt {
	readonly kind: string;
	readonly id: string;
	readonly attempt: number;
}

/**
 * The jobs of a farm in a pg-boss queue for each kind. A lease is an attempt at a job, which the database counts: what
 * its name says is all that is needed to tell a lease that holds from one that has expired, also after a restart.
 */
export class Queue {
	readonly #boss: PgBoss;
	readonly #database: Database;
	readonly #leaseSeconds: number;
	readonly #kinds: readonly string[];

	private constructor(boss: PgBoss, database: Database, kinds: readonly string[], leaseSeconds: number) {
		this.#boss = boss;
		this.#database = database;
		this.#kinds = kinds;
		this.#leaseSeconds = leaseSeconds;
	}

	/**
	 * Opens the queue, and makes its tables where there are none.
	 *
	 * @param leaseSeconds after which a worker that is not heard of loses its job
	 * @throws UmpireError if the database does not answer
	 */
	static async open(
		database: Database,
		kinds: readonly string[],
		leaseSeconds: number,
		warn: (line: string) => void,
	): Promise<Queue> {
		const boss = new PgBoss({
			...database.options,
			schema: SCHEMA,
			schedule: false,
			superviseIntervalSeconds: LOOK_SECONDS,
			monitorIntervalSeconds: LOOK_SECONDS,
		});
		let told = 0;
		boss.on("error", (error) => {
			// While a database is restarted, every look fails: one line a minute is enough.
			if (performance.now() < told) return;
			told = performance.now() + 60_000;
			warn(`The queue: ${reasonOf(error)}`);
		});
		try {
			await boss.start();
			for (const kind of kinds) {
				const options = {
					heartbeatSeconds: Math.max(LEAST_LEASE, leaseSeconds),
					retryLimit: MOST_ATTEMPTS - 1,
					retryDelay: 0,
					expireInSeconds: LONGEST_WORK,
					deleteAfterSeconds: KEPT_SECONDS,
				};
				if ((await boss.getQueue(kind)) === null) await boss.createQueue(kind, options);
				else await boss.updateQueue(kind, options);
			}
		} catch (cause) {
			await boss.stop({ graceful: false }).catch(() => {});
			await database.close().catch(() => {});
			throw new UmpireError("STORED", `${database.name} cannot keep the queue (${reasonOf(cause)})`, {
				advice: "check DATABASE_URL, and that its user may create a schema.",
				retryable: true,
				cause,
			});
		}
		return new Queue(boss, database, kinds, leaseSeconds);
	}

	get database(): string {
		return this.#database.name;
	}

	get leaseSeconds(): number {
		return this.#leaseSeconds;
	}

	/** Puts a job into its queue; one with an id that is there already changes nothing. */
	submit({ id, kind, payload, notBy }: Submission): Promise<void> {
		const group = notBy === undefined ? {} : { group: { id: groupOf(notBy) } };
		return this.#ask(async () => {
			await this.#boss.send(kind, { payload } satisfies Queued, { id, ...group });
		});
	}

	/** Takes back a job that nobody needs any more; false if there is none that waits or is leased. */
	async cancel(id: string): Promise<boolean> {
		const job = await this.job(id);
		if (job === undefined) return false;
		return affected(await this.#ask(() => this.#boss.cancel(job.kind, id))) > 0;
	}

	/** Gives a worker the oldest job of the first of these kinds that has one; undefined if none has. */
	async lease(worker: string, kinds: readonly string[]): Promise<Lease | undefined> {
		for (const kind of kinds) {
			const options = { batchSize: 1, ignoreGroups: [groupOf(worker)] };
			const [job] = await this.#ask<QueuedJob<Queued>[]>(() => this.#boss.fetch<Queued>(kind, options));
			if (job === undefined) continue;
			const lease = leaseName({ kind, id: job.id, attempt: job.retryCount });
			return { lease, kind, payload: job.data.payload, seconds: this.#leaseSeconds };
		}
		return undefined;
	}

	/** Keeps a lease; false if it has expired. */
	async touch(lease: string): Promise<boolean> {
		const named = this.#read(lease);
		if (named === undefined) return false;
		const attempt = { id: named.id, retryCount: named.attempt };
		return affected(await this.#ask(() => this.#boss.touch(named.kind, attempt))) > 0;
	}

	/** The job of a lease; undefined if there was never such a lease. */
	async jobOf(lease: string): Promise<Job | undefined> {
		const named = this.#read(lease);
		const job = named && (await this.#find(named.kind, named.id));
		return job !== undefined && wasLeased(job, named!.attempt) ? asJob(job) : undefined;
	}

	/**
	 * Records what a worker says of a job. The first result counts, also of a lease that has expired if nobody else was
	 * quicker; a failure that may pass gives the job back.
	 */
	async finish(lease: string, outcome: Outcome): Promise<Recorded> {
		const named = this.#read(lease);
		const job = named && (await this.#find(named.kind, named.id));
		if (named === undefined || job === undefined || !wasLeased(job, named.attempt)) return "unknown";
		if (job.state === "completed") return "delivered";
		if (job.state === "failed" || job.state === "cancelled") return "failed";
		const { kind, id, attempt } = named;
		if (!outcome.ok && outcome.retryable) {
			await this.#ask(() => this.#boss.fail(kind, { id, retryCount: attempt }, { outcome }));
			return "returned";
		}
		// Without the number of the attempt: a late result is as good as another, as long as there is none.
		const done = await this.#ask(() => this.#boss.complete(kind, id, { outcome }, { includeQueued: true }));
		return affected(done) > 0 ? "recorded" : "delivered";
	}

	/** A job as it stands, whatever its kind; undefined if there is none. */
	async job(id: string): Promise<Job | undefined> {
		for (const kind of this.#kinds) {
			const found = await this.#find(kind, id);
			if (found !== undefined) return asJob(found);
		}
		return undefined;
	}

	/** Whether the database answers, however many jobs there are. @throws UmpireError if it does not */
	async check(): Promise<void> {
		await this.#ask(() => this.#boss.getDb().executeSql("select 1"));
	}

	/** Jobs by kind and state. */
	async counts(): Promise<{ kind: string; waiting: number; leased: number; done: number; failed: number }[]> {
		const db = this.#boss.getDb();
		const { rows } = await this.#ask(() =>
			db.executeSql(
				`select name, state::text as state, count(*)::int as count from ${SCHEMA}.job group by name, state`,
			),
		);
		const found = rows as readonly { name: string; state: string; count: number }[];
		return this.#kinds.map((kind) => {
			const of = (...states: string[]) =>
				found
					.filter(({ name, state }) => name === kind && states.includes(state))
					.reduce((sum, { count }) => sum + Number(count), 0);
			return {
				kind,
				waiting: of("created", "retry"),
				leased: of("active"),
				done: of("completed"),
				failed: of("failed", "cancelled"),
			};
		});
	}

	async close(): Promise<void> {
		await this.#boss.stop({ graceful: false });
		await this.#database.close();
	}

	#read(lease: string): Attempt | undefined {
		const [, kind, id, attempt] = /^([a-z-]{1,32})\.([0-9a-f-]{36})\.(0|[1-9]\d{0,3})$/.exec(lease) ?? [];
		if (kind === undefined || !this.#kinds.includes(kind) || !UUID.test(id)) return undefined;
		return { kind, id, attempt: Number(attempt) };
	}

	async #find(kind: string, id: string): Promise<JobWithMetadata<Queued> | undefined> {
		if (!UUID.test(id)) return undefined;
		const [job] = await this.#ask(() => this.#boss.findJobs<Queued>(kind, { id }));
		return job;
	}

	/** What a database refuses while it is restarted may pass. */
	async #ask<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (cause) {
			throw new UmpireError("STORED", `${this.#database.name} does not answer (${reasonOf(cause)})`, {
				advice: "try again.",
				retryable: true,
				cause,
			});
		}
	}
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const leaseName = ({ kind, id, attempt }: Attempt): string => `${kind}.${id}.${attempt}`;
/** pg-boss leaves out groups that whoever fetches names: jobs that a worker must not do are in a group of its own. */
const groupOf = (worker: string): string => `not by ${worker}`;

function wasLeased({ state, retryCount, startedOn }: JobWithMetadata<Queued>, attempt: number): boolean {
	if (state === "created" || startedOn === null) return false;
	return attempt <= retryCount;
}

function asJob({ id, name, state, retryCount, output }: JobWithMetadata<Queued>): Job {
	const stood =
		state === "completed"
			? "done"
			: state === "active"
				? "leased"
				: state === "failed" || state === "cancelled"
					? "failed"
					: "waiting";
	const { outcome } = (output ?? {}) as { readonly outcome?: Outcome };
	const attempts = state === "created" ? 0 : retryCount + 1;
	return { id, kind: name, state: stood, attempts, ...(outcome === undefined ? {} : { outcome }) };
}

/** pg-boss says how many jobs a call has changed; its type leaves that out. */
const affected = (response: unknown): number => (response as { readonly affected: number }).affected;

function reasonOf(error: unknown): string {
	const text =
		error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error);
	return text.split("\n", 1)[0].replace(/\/\/[^@\s/]*@/g, "//");
}
