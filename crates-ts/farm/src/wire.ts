import { z } from "zod";

/** Largest JSON body, in bytes; what is larger is data, which is streamed. */
export const MOST_JSON = 1_048_576;
/** Seconds for which a lease is given without a heartbeat; less is refused by the queue. */
export const LEAST_LEASE = 10;
/** How often a job is given to workers before it has failed. */
export const MOST_ATTEMPTS = 6;
/** Results of a worker that were refused, after which it gets no more work. */
export const MOST_REFUSALS = 3;
/** Longest wait of a request for something to happen, in seconds. */
export const LONGEST_WAIT = 30;

const name = z.string().regex(/^[\w.-]{1,64}$/, "take letters, digits, dots and dashes, at most 64");
const kindName = z.string().regex(/^[a-z][a-z-]{0,31}$/);
const seconds = z.number().min(0).max(LONGEST_WAIT);

/** A job as somebody submits it; the id is chosen by whoever asks, so that asking twice makes one job. */
export const SUBMISSION = z.strictObject({
	id: z.uuid(),
	kind: kindName,
	payload: z.unknown(),
	/** The worker that must not do it: it has given one answer already. */
	notBy: name.optional(),
});

export const LEASE_REQUEST = z.strictObject({
	worker: name,
	kinds: z.array(kindName).min(1).max(32),
	/** Seconds to wait for a job. */
	wait: seconds.default(0),
});

export const LEASE = z.object({
	lease: z.string(),
	kind: kindName,
	payload: z.unknown(),
	/** Seconds within which it must be heard of. */
	seconds: z.number().positive(),
});

const data = z.strictObject({
	bytes: z.int().min(0),
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Whether a worker has a token of its own, so that nobody else can have its name: the coordinator says so. */
const own = z.boolean().optional();

/** What a worker says in the end. */
export const OUTCOME = z.discriminatedUnion("ok", [
	z.strictObject({ ok: z.literal(true), worker: name, own, result: z.unknown(), data: data.optional() }),
	z.strictObject({
		ok: z.literal(false),
		worker: name,
		own,
		error: z.string().max(4000),
		/** Whether another worker, or the same one later, may succeed. */
		retryable: z.boolean(),
	}),
]);

/** A job as it stands. */
export const JOB = z.object({
	id: z.uuid(),
	kind: kindName,
	state: z.enum(["waiting", "leased", "done", "failed"]),
	attempts: z.int(),
	outcome: OUTCOME.optional(),
});

export const REFUSAL = z.strictObject({ reason: z.string().min(1).max(1000) });

export const WORKER = z.object({
	name,
	/** Seconds since it was heard of. */
	age: z.number(),
	kinds: z.array(z.string()),
	/** Jobs that it holds. */
	leased: z.int(),
	done: z.int(),
	failed: z.int(),
	/** Results that were refused. */
	refused: z.int(),
});

export const FARM_STATUS = z.object({
	database: z.string(),
	leaseSeconds: z.number(),
	kinds: z.array(
		z.object({
			kind: z.string(),
			waiting: z.int(),
			leased: z.int(),
			done: z.int(),
			failed: z.int(),
		}),
	),
	/** Workers that were heard of since the coordinator was started. */
	workers: z.array(WORKER),
});

export type Submission = z.infer<typeof SUBMISSION>;
export type Lease = z.infer<typeof LEASE>;
export type Outcome = z.infer<typeof OUTCOME>;
export type Job = z.infer<typeof JOB>;
export type FarmStatus = z.infer<typeof FARM_STATUS>;
export type WorkerStatus = z.infer<typeof WORKER>;
