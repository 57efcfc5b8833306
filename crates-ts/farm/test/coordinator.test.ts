import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { FarmClient } from "../src/client.ts";
import { openPglite } from "../src/database.ts";
import type { Kind } from "../src/kind.ts";
import { Queue } from "../src/queue.ts";
import { serveCoordinator } from "../src/serve.ts";
import { openToken, readToken, WorkerTokens } from "../src/token.ts";
import { LEAST_LEASE, MOST_JSON, type Outcome } from "../src/wire.ts";
import { runWorker } from "../src/worker.ts";

const DOUBLE: Kind = {
	name: "double",
	payload: z.strictObject({ number: z.int() }),
	result: z.strictObject({ doubled: z.int() }),
	hasData: false,
	work: async (payload) => ({ result: { doubled: 2 * (payload as { number: number }).number } }),
};
const BYTES: Kind = {
	name: "bytes",
	payload: z.strictObject({ count: z.int() }),
	result: z.strictObject({}),
	hasData: true,
	work: async (payload) => ({
		result: {},
		data: new Uint8Array((payload as { count: number }).count).fill(7),
	}),
};
const MOST = 1 << 20;

let folder: string;
let server: Awaited<ReturnType<typeof serveCoordinator>>;
let token: string;
let client: FarmClient;
const warnings: string[] = [];

async function start(port = 0) {
	const database = await openPglite(join(folder, "queue"));
	const queue = await Queue.open(database, ["double", "bytes"], LEAST_LEASE, (line) => warnings.push(line));
	const warn = (line: string) => void warnings.push(line);
	const kinds = [DOUBLE, BYTES];
	return serveCoordinator(
		{
			queue,
			kinds,
			token,
			workerTokens: new WorkerTokens(join(folder, "workers")),
			folder,
			content: [],
			mostBytes: MOST,
			warn,
		},
		port,
		"127.0.0.1",
	);
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-farm-"));
	token = await openToken(join(folder, "token"));
	server = await start();
	client = new FarmClient(server.url, token);
});
afterAll(async () => {
	await server.close();
	await rm(folder, { recursive: true, force: true });
});

const ask = (path: string, init: RequestInit = {}, given = token) =>
	fetch(`${server.url}${path}`, { ...init, headers: { authorization: `Bearer ${given}`, ...init.headers } });
const errorOf = async (response: Response) => ((await response.json()) as { error: string }).error;
const double = async (number: number) => {
	const id = randomUUID();
	await client.submit({ id, kind: "double", payload: { number } });
	return id;
};
const doubled = (number: number, worker = "w"): Outcome => ({
	ok: true,
	worker,
	result: { doubled: number },
});
const finish = (lease: string, outcome: unknown) =>
	ask(`/v1/leases/${lease}/result`, { method: "POST", body: JSON.stringify(outcome) });
const leased = async (worker = "w", kinds = ["double"]) => (await client.lease(worker, kinds, 0))!;

describe("the token", () => {
	it("is made readable by its owner alone, and kept", async () => {
		expect((await stat(join(folder, "token"))).mode & 0o777).toBe(0o600);
		expect(await openToken(join(folder, "token"))).toBe(token);
		await expect(readToken(join(folder, "none"))).rejects.toThrow("--token-file");
	});

	it("is asked of everybody but for health, and is never shown", async () => {
		const paths = ["/v1/farm", "/metrics", `/v1/jobs/${randomUUID()}`, "/content/programs/x", "/nowhere"];
		for (const path of paths) {
			for (const given of ["", "wrong", `${token}0`]) {
				const response = await ask(path, {}, given);
				expect(response.status).toBe(401);
				expect(await errorOf(response)).toBe("The token is missing or wrong.");
			}
		}
		await expect(new FarmClient(server.url, "wrong-token-here").status()).rejects.toThrow("--token-file");
		expect((await fetch(`${server.url}/health`)).status).toBe(200);
		expect(warnings.join("\n")).not.toContain(token);
		expect(await (await ask("/metrics")).text()).toContain("umpire_farm_unauthorised_total 16");
	});
});

describe("somebody without the token", () => {
	it("cannot hold a connection by a body that never ends", async () => {
		const { hostname, port } = new URL(server.url);
		const socket = connect(Number(port), hostname);
		const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
		let text = "";
		socket.on("data", (chunk) => {
			text += String(chunk);
		});
		socket.write("PUT /blobs/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nabc");
		await closed;
		expect(text).toMatch(/^HTTP\/1.1 401/);
	});
});

describe("a request that is wrong", () => {
	it("gets its status and one line of JSON", async () => {
		const post = (path: string, body: string) => ask(path, { method: "POST", body });
		const id = randomUUID();
		const hash = "a".repeat(64);
		const job = (kind: string, payload: unknown) => JSON.stringify({ id, kind, payload });
		const cases: [Promise<Response>, number, RegExp][] = [
			[post("/v1/jobs", "{"), 400, /no JSON/],
			[post("/v1/jobs", "{}"), 400, /^The body does not fit: id/],
			[post("/v1/jobs", job("treble", {})), 404, /no kind "treble": there are double, bytes/],
			[post("/v1/jobs", job("double", { number: "1" })), 400, /^The payload does not fit: number/],
			[post("/v1/jobs", job("double", { number: 1, more: "x".repeat(MOST_JSON) })), 413, /At most/],
			[post("/v1/leases", JSON.stringify({ worker: "../x", kinds: ["double"] })), 400, /worker/],
			[post("/v1/leases", JSON.stringify({ worker: "w", kinds: ["treble"] })), 404, /None of these kinds/],
			[post(`/v1/leases/double.${id}.0/heartbeat`, "{}"), 410, /expired/],
			[post(`/v1/leases/double.${id}.0/result`, JSON.stringify(doubled(1))), 404, /no such lease/],
			[post("/v1/leases/nonsense/result", JSON.stringify(doubled(1))), 404, /no such lease/],
			[ask(`/v1/leases/double.${id}.0/data/${hash}`, { method: "PUT", body: "x" }), 404, /no such lease/],
			[post("/v1/jobs", job("double", { number: 1, more: "\ud800" })), 400, /half of a character/],
			[post("/v1/jobs", job("double", { "\0": 1 })), 400, /U\+0000/],
			[ask(`/v1/jobs/${id}`), 404, /There is no job/],
			[ask("/v1/jobs/'; drop table job"), 404, /There is no job/],
			[ask(`/v1/jobs/${id}?wait=1e9`), 400, /wait is from 0/],
			[ask(`/v1/jobs/${id}`, { method: "DELETE" }), 404, /No job/],
			[ask(`/v1/jobs/${id}/data`), 404, /no data/],
			[ask("/content/programs/..%2F..%2Ftoken"), 400, /Name a program/],
			[ask("/content/traces/x.bin"), 404, /nothing at this address/],
			[ask(`/blobs/${hash}`), 404, /not here/],
			[ask("/blobs/..%2Ftoken"), 400, /SHA-256/],
			[ask(`/blobs/${hash}`, { method: "PUT", body: "other" }), 422, /that hash/],
			[ask(`/blobs/${hash}`, { method: "PUT", body: new Uint8Array(MOST + 1) }), 413, /At most/],
		];
		for (const [response, status, text] of cases) {
			const { status: found } = await response;
			const error = await errorOf(await response);
			expect([found, error]).toEqual([status, expect.stringMatching(text)]);
			expect(error).not.toMatch(/\n|\bat .*:\d+/);
		}
		expect(await readdir(join(folder, "blobs"))).toEqual([]);
	});
});

describe("a job", () => {
	it("that is submitted twice under one id is one", async () => {
		const id = await double(1);
		await client.submit({ id, kind: "double", payload: { number: 1 } });
		const { lease } = await leased();
		expect(await client.lease("w", ["double"], 0)).toBeUndefined();
		await client.finish(lease, doubled(2));
	});

	it("has the first result that comes: a replayed one and another one change nothing", async () => {
		const id = await double(4);
		const { lease, payload } = await leased();
		expect(payload).toEqual({ number: 4 });
		expect(await client.job(id)).toMatchObject({ state: "leased", attempts: 1 });
		expect((await finish(lease, doubled(8))).status).toBe(200);
		for (const again of [doubled(8), doubled(9, "v")]) {
			const response = await finish(lease, again);
			expect([response.status, await errorOf(response)]).toEqual([
				409,
				expect.stringContaining("has its result"),
			]);
		}
		expect(await client.job(id)).toMatchObject({ state: "done", outcome: doubled(8) });
		const next = lease.replace(/\d+$/, "1");
		expect((await finish(next, doubled(1))).status).toBe(404);
		expect(await client.heartbeat(lease, "w")).toBe(false);
	});

	it("goes to somebody else when a lease expires; a late result counts once, and only if nobody was quicker", async () => {
		const [first, second] = [await double(1), await double(2)];
		const slow = [await leased("slow"), await leased("slow")];
		expect(await client.heartbeat(slow[0].lease, "slow")).toBe(true);
		let taken = await client.lease("quick", ["double"], 0);
		for (let i = 0; taken === undefined && i < 60; i++) taken = await client.lease("quick", ["double"], 2);
		expect(taken!.lease).toMatch(/\.1$/);
		const other = slow.find(({ lease }) => !taken!.lease.startsWith(lease.slice(0, -1)))!;
		// Quicker than the one that was late.
		await client.finish(taken!.lease, doubled(2, "quick"));
		const late = slow.find((one) => one !== other)!;
		expect((await finish(late.lease, doubled(7, "slow"))).status).toBe(409);
		// Late, and the first: the lease has expired before it is used.
		const again = await client.lease("quick", ["double"], 0);
		expect((await finish(other.lease, doubled(4, "slow"))).status).toBe(200);
		if (again !== undefined) expect((await finish(again.lease, doubled(5, "quick"))).status).toBe(409);
		const found = await Promise.all([first, second].map((id) => client.job(id)));
		expect(found.map(({ outcome }) => outcome?.worker).sort()).toEqual(["quick", "slow"]);
	});

	it("is given back by a failure that may pass, and fails with one that will not", async () => {
		const id = await double(3);
		const failure = { ok: false, worker: "w", error: "no memory", retryable: true };
		expect(await (await finish((await leased()).lease, failure)).json()).toEqual({ recorded: "returned" });
		expect(await client.job(id)).toMatchObject({ state: "waiting" });
		await finish((await leased()).lease, { ...failure, error: "no such program", retryable: false });
		expect(await client.job(id)).toMatchObject({
			state: "done",
			outcome: { ok: false, error: "no such program" },
		});
	});

	it("can be taken back, and is not given to the worker that must not do it", async () => {
		const id = await double(5);
		await client.cancel(id);
		expect(await client.lease("w", ["double"], 0)).toBeUndefined();
		const other = randomUUID();
		await client.submit({ id: other, kind: "double", payload: { number: 6 }, notBy: "w" });
		expect(await client.lease("w", ["double"], 0)).toBeUndefined();
		await client.finish((await leased("v")).lease, doubled(12, "v"));
	});

	it("is kept over a restart, with its lease", async () => {
		const id = await double(10);
		const { lease } = await leased();
		const port = Number(new URL(server.url).port);
		// What was being uploaded when a coordinator was killed is no file, and not kept for ever.
		const left = join(folder, "blobs", `${"a".repeat(64)}.01234567.tmp`);
		await mkdir(join(folder, "blobs"), { recursive: true });
		await writeFile(left, "half");
		await utimes(left, 1, 1);
		await server.close();
		await expect(client.status()).rejects.toThrow("does not answer");
		server = await start(port);
		expect(await client.heartbeat(lease, "w")).toBe(true);
		await client.finish(lease, doubled(20));
		expect(await client.job(id)).toMatchObject({ state: "done", outcome: doubled(20) });
		await expect(stat(left)).rejects.toThrow("ENOENT");
	});
});

describe("a worker", () => {
	it("that answers rubbish gives the job back, and gets no more after three times", async () => {
		const id = await double(1);
		for (const result of [{ doubled: "2" }, "<html>", null]) {
			const response = await finish((await leased("liar")).lease, { ok: true, worker: "liar", result });
			expect([response.status, await errorOf(response)]).toEqual([
				422,
				expect.stringContaining("no answer to double"),
			]);
			expect(await client.job(id)).toMatchObject({ state: "waiting" });
		}
		await expect(client.lease("liar", ["double"], 0)).rejects.toThrow("Results of liar were false");
		await client.finish((await leased("honest")).lease, doubled(2, "honest"));
		expect(await client.job(id)).toMatchObject({ state: "done", outcome: { worker: "honest" } });
		const { workers } = await client.status();
		expect(workers.find(({ name }) => name === "liar")).toMatchObject({ refused: 3, done: 0 });
		expect(await (await ask("/metrics")).text()).toContain(
			'umpire_farm_worker_refused_total{worker="liar"} 3',
		);
	});

	it("that hangs up while it waits is given no job", async () => {
		for (let i = 0; i < 3; i++) {
			const gone = new AbortController();
			const waiting = client.lease("gone", ["double"], 20, gone.signal).catch(() => {});
			await sleep(50);
			gone.abort();
			await waiting;
			const id = await double(i);
			const { lease } = await leased("here");
			expect(lease).toBe(`double.${id}.0`);
			await client.finish(lease, doubled(2 * i, "here"));
		}
	});

	it("answers for itself alone: one cannot have another one suspended", async () => {
		const id = await double(4);
		const { lease } = await leased("mallory");
		for (let i = 0; i < 3; i++) {
			const response = await finish(lease, { ok: true, worker: "victim", result: null });
			expect([response.status, await errorOf(response)]).toEqual([403, "Another worker holds this lease."]);
		}
		expect(await client.job(id)).toMatchObject({ state: "leased" });
		await client.finish(lease, doubled(8, "mallory"));
		const { workers } = await client.status();
		expect(workers.find(({ name }) => name === "victim")).toBeUndefined();
	});

	it("brings data before its answer, which hash to what it says", async () => {
		await client.submit({ id: randomUUID(), kind: "bytes", payload: { count: 3 } });
		const { lease } = await leased("d", ["bytes"]);
		const data = { bytes: 3, sha256: createHash("sha256").update("abc").digest("hex") };
		const put = (body: string | Uint8Array<ArrayBuffer>) =>
			ask(`/v1/leases/${lease}/data/${data.sha256}`, { method: "PUT", body });
		expect((await put("abd")).status).toBe(422);
		expect((await put(new Uint8Array(MOST + 1))).status).toBe(413);
		expect((await finish(lease, { ok: true, worker: "d", result: {}, data })).status).toBe(422);
		const again = await leased("d", ["bytes"]);
		await client.putData(again.lease, data.sha256, new TextEncoder().encode("abc"));
		await client.finish(again.lease, { ok: true, worker: "d", result: {}, data });
		const id = again.lease.split(".")[1];
		expect(await new Response(await client.data(id)).text()).toBe("abc");
	});

	it("does what there is, waits for a coordinator that is restarted, and stops when it is told", async () => {
		const stop = new AbortController();
		const told: string[] = [];
		const tell = (line: string) => void told.push(line);
		const kinds = [DOUBLE, BYTES];
		const working = runWorker({ client, name: "real", kinds, slots: 2, tell, signal: stop.signal });
		const before = await double(21);
		expect(await client.job(before, 30)).toMatchObject({ state: "done", outcome: doubled(42, "real") });
		const port = Number(new URL(server.url).port);
		await server.close();
		while (!told.some((line) => line.includes("does not answer"))) await sleep(20);
		server = await start(port);
		const bytes = randomUUID();
		await client.submit({ id: bytes, kind: "bytes", payload: { count: 100_000 } });
		expect(await client.job(bytes, 30)).toMatchObject({
			state: "done",
			outcome: { data: { bytes: 100_000 } },
		});
		expect((await new Response(await client.data(bytes)).arrayBuffer()).byteLength).toBe(100_000);
		stop.abort();
		await working;
		await expect(
			runWorker({
				client: new FarmClient(server.url, "another-token-1"),
				name: "x",
				kinds,
				slots: 1,
				tell,
				signal: new AbortController().signal,
			}),
		).rejects.toThrow("refuses (401)");
	});
});
