import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { z } from "zod";
import {
	FARM_STATUS,
	type FarmStatus,
	JOB,
	type Job,
	LEASE,
	type Lease,
	LONGEST_WAIT,
	type Outcome,
	type Submission,
} from "./wire.ts";

/** Milliseconds in which a coordinator has to begin an answer; twice as long as the longest wait. */
const TIMEOUT = 2000 * LONGEST_WAIT;
/** The same for files. */
const TIMEOUT_OF_DATA = 3_600_000;

/** What a coordinator answered with another status than 2xx. */
export class FarmRefusal extends UmpireError {
	override readonly name = "FarmRefusal";
	readonly status: number;

	constructor(status: number, said: string, place: string) {
		const advice = status === 401 ? "name the file with the coordinator's token (--token-file)." : undefined;
		super(status === 401 ? "ACCOUNT" : "STORED", `The farm at ${place} refuses (${status}): ${said}`, {
			retryable: status === 429 || status >= 500,
			advice,
			separator: " ",
		});
		this.status = status;
	}
}

/** Talks to a coordinator; of workers and of those who submit jobs alike. Each method throws an UmpireError, which is retryable if the coordinator does not answer. */
export class FarmClient {
	readonly place: string;
	readonly #token: string;

	/** @throws UmpireError if the address is none */
	constructor(address: string, token: string) {
		if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
			throw new UmpireError("OPTION", `"${address}" is no address of a farm`, {
				advice: "give one such as http://10.0.0.5:8650.",
			});
		}
		const { username, password } = new URL(address);
		if (username !== "" || password !== "") {
			throw new UmpireError("OPTION", "The address of a farm has a name or password in it", {
				advice: "leave it out: a farm asks for its token alone.",
			});
		}
		this.place = address.replace(/\/+$/, "");
		this.#token = token;
	}

	/** What a store that is read over HTTP sends along. */
	get headers(): Readonly<Record<string, string>> {
		return { authorization: `Bearer ${this.#token}` };
	}

	/** Below which programs/ and inputs/ are served. */
	get content(): string {
		return `${this.place}/content/`;
	}

	async status(): Promise<FarmStatus> {
		return FARM_STATUS.parse(await this.#json("GET", "/v1/farm"));
	}

	async submit(job: Submission): Promise<void> {
		await this.#json("POST", "/v1/jobs", job);
	}

	/** @param wait seconds within which an answer is awaited */
	async job(id: string, wait = 0, signal?: AbortSignal): Promise<Job> {
		return JOB.parse(await this.#json("GET", `/v1/jobs/${id}?wait=${wait}`, undefined, signal));
	}

	/** Takes a job back that is not done. */
	async cancel(id: string): Promise<void> {
		await this.#json("DELETE", `/v1/jobs/${id}`);
	}

	/** The bytes of a result, as they come. */
	async data(id: string): Promise<ReadableStream<Uint8Array>> {
		const response = await this.#send("GET", `/v1/jobs/${id}/data`, {}, TIMEOUT_OF_DATA);
		return response.body!;
	}

	/** Says that a job's result is false, which counts against its worker. */
	async refuse(id: string, reason: string): Promise<void> {
		await this.#json("POST", `/v1/jobs/${id}/refuse`, { reason });
	}

	/** A job; undefined if there is none within the seconds. */
	async lease(
		worker: string,
		kinds: readonly string[],
		wait: number,
		signal?: AbortSignal,
	): Promise<Lease | undefined> {
		const found = await this.#json("POST", "/v1/leases", { worker, kinds, wait }, signal);
		return found === undefined ? undefined : LEASE.parse(found);
	}

	/** Keeps a lease; false if it has expired. */
	async heartbeat(lease: string, worker: string): Promise<boolean> {
		try {
			await this.#json("POST", `/v1/leases/${lease}/heartbeat?worker=${worker}`, {});
			return true;
		} catch (error) {
			if (error instanceof FarmRefusal && error.status === 410) return false;
			throw error;
		}
	}

	async putData(lease: string, sha256: string, bytes: Uint8Array): Promise<void> {
		await this.#send(
			"PUT",
			`/v1/leases/${lease}/data/${sha256}`,
			{ body: bytes as Uint8Array<ArrayBuffer> },
			TIMEOUT_OF_DATA,
		);
	}

	async finish(lease: string, outcome: Outcome): Promise<void> {
		await this.#json("POST", `/v1/leases/${lease}/result`, outcome);
	}

	/** Whether a file is there. */
	async has(path: string): Promise<boolean> {
		try {
			await this.#send("HEAD", path);
			return true;
		} catch (error) {
			if (error instanceof FarmRefusal && error.status === 404) return false;
			throw error;
		}
	}

	async putFile(path: string, file: string): Promise<void> {
		const { size } = await stat(file);
		const body = Readable.toWeb(createReadStream(file)) as ReadableStream;
		const headers = { "content-length": String(size) };
		await this.#send("PUT", path, { body, headers, duplex: "half" } as RequestInit, TIMEOUT_OF_DATA);
	}

	async getFile(path: string): Promise<ReadableStream<Uint8Array>> {
		return (await this.#send("GET", path, {}, TIMEOUT_OF_DATA)).body!;
	}

	async #json(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
		const init: RequestInit =
			body === undefined
				? {}
				: { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
		const response = await this.#send(method, path, init, TIMEOUT, signal);
		if (response.status === 204) return undefined;
		return response.json().catch((cause) => {
			throw this.#silent(cause);
		});
	}

	async #send(
		method: string,
		path: string,
		init: RequestInit = {},
		timeout = TIMEOUT,
		signal?: AbortSignal,
	): Promise<Response> {
		const limit = AbortSignal.timeout(timeout);
		const response = await fetch(`${this.place}${path}`, {
			...init,
			method,
			// The token is for this address alone.
			redirect: "error",
			headers: { ...init.headers, ...this.headers },
			signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
		}).catch((cause) => {
			throw this.#silent(cause);
		});
		if (response.ok) return response;
		const said =
			method === "HEAD" ? undefined : ERROR.safeParse(await response.json().catch(() => undefined)).data;
		throw new FarmRefusal(response.status, said?.error.slice(0, 500) ?? "it does not say why.", this.place);
	}

	#silent(cause: unknown): UmpireError {
		return new UmpireError("STORED", `The farm at ${this.place} does not answer`, {
			advice: "start umpire farm coordinator there, or check the address.",
			retryable: true,
			cause,
		});
	}
}

const ERROR = z.object({ error: z.string() });
