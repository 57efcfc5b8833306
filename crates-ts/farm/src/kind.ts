import type { z } from "zod";

/** What a coordinator knows of a kind of job: what may be asked, and what an answer looks like. It computes nothing. */
export interface KindShape {
	readonly name: string;
	/** What a job says. */
	readonly payload: z.ZodType;
	/** What a worker answers, beside data. */
	readonly result: z.ZodType;
	/** Whether bytes come with an answer. */
	readonly hasData: boolean;
}

/** What a worker answers: something small, and bytes if the kind has data. */
export interface Done {
	readonly result: unknown;
	readonly data?: Uint8Array | undefined;
}

/** A kind of job that a worker can do. */
export interface Kind extends KindShape {
	/**
	 * @param payload as the kind's schema has read it
	 * @throws UmpireError for what cannot be done; a retryable one gives the job back
	 */
	work(payload: unknown, signal: AbortSignal): Promise<Done>;
}
