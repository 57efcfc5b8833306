import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { FarmClient } from "../src/client.ts";
import { openPglite } from "../src/database.ts";
import { Queue } from "../src/queue.ts";
import { serveCoordinator } from "../src/serve.ts";
import { openToken, readToken, WorkerTokens } from "../src/token.ts";
import { LEAST_LEASE, type Outcome } from "../src/wire.ts";

const ECHO = { name: "echo", payload: z.unknown(), result: z.unknown(), hasData: false };

let folder: string;
let server: Awaited<ReturnType<typeof serveCoordinator>>;
let tokens: WorkerTokens;
let owner: FarmClient;
let east: FarmClient;
let west: FarmClient;
let eastToken: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-farm-"));
	const token = await openToken(join(folder, "token"));
	tokens = new WorkerTokens(join(folder, "workers"));
	const warn = () => {};
	const queue = await Queue.open(await openPglite(join(folder, "queue")), ["echo"], LEAST_LEASE, warn);
	const options = {
		queue,
		kinds: [ECHO],
		token,
		workerTokens: tokens,
		folder,
		content: [],
		mostBytes: 100,
		warn,
	};
	server = await serveCoordinator(options, 0, "127.0.0.1");
	owner = new FarmClient(server.url, token);
	eastToken = await readToken(await tokens.make("east"));
	east = new FarmClient(server.url, eastToken);
	west = new FarmClient(server.url, await readToken(await tokens.make("west")));
});
afterAll(async () => {
	await server.close();
	await rm(folder, { recursive: true, force: true });
});

const submitted = async (notBy?: string) => {
	const id = randomUUID();
	await owner.submit({ id, kind: "echo", payload: 1, ...(notBy === undefined ? {} : { notBy }) });
	return id;
};
const answer = (worker: string, more: object = {}): Outcome => ({ ok: true, worker, result: 1, ...more });

describe("a worker with a token of its own", () => {
	it("has a file that its owner alone reads, and a name that leads nowhere", async () => {
		const path = join(folder, "workers", "east");
		expect((await stat(path)).mode & 0o777).toBe(0o600);
		expect((await readFile(path, "utf8")).trim()).toBe(eastToken);
		expect(await tokens.make("east")).toBe(path);
		for (const name of ["", ".", "..", "../token", "a/b", "a\0", "x".repeat(65)])
			await expect(tokens.make(name)).rejects.toThrow("is no name of a worker");
	});

	it("is known as soon as its token is made", async () => {
		for (const name of ["one", "two", "three"]) {
			const own = new FarmClient(server.url, await readToken(await tokens.make(name)));
			expect(await own.lease(name, ["echo"], 0)).toBeUndefined();
		}
	});

	it("is called what its token is called, whatever it says", async () => {
		const id = await submitted();
		const { lease } = (await east.lease("west", ["echo"], 0))!;
		await east.finish(lease, answer("west"));
		expect((await owner.job(id)).outcome).toMatchObject({ worker: "east", own: true });
	});

	it("gets no job that it must not do under any name, and answers for nobody else", async () => {
		const id = await submitted("east");
		for (const name of ["east", "west", "other"]) expect(await east.lease(name, ["echo"], 0)).toBeUndefined();
		const { lease } = (await west.lease("west", ["echo"], 0))!;
		await expect(east.finish(lease, answer("west"))).rejects.toThrow("Another worker holds this lease");
		await expect(east.finish(`${lease}0`, answer("west"))).rejects.toThrow("no such lease");
		await expect(east.finish(lease.replace(/0$/, "00"), answer("west"))).rejects.toThrow("no such lease");
		await expect(east.heartbeat(lease, "west")).rejects.toThrow("Another worker holds this lease");
		expect(await west.heartbeat(lease, "anybody")).toBe(true);
		await west.finish(lease, answer("west"));
		expect((await owner.job(id)).outcome).toMatchObject({ worker: "west", own: true });
	});

	it("is told from one with the farm's token, which may call itself anything", async () => {
		const id = await submitted();
		const { lease } = (await owner.lease("east", ["echo"], 0))!;
		await owner.finish(lease, answer("east", { own: true }));
		expect((await owner.job(id)).outcome).toMatchObject({ worker: "east", own: false });
	});

	it("takes and answers jobs, and does nothing else", async () => {
		const id = await submitted();
		const hash = "a".repeat(64);
		const asked: [string, string][] = [
			["POST", "/v1/jobs"],
			["GET", `/v1/jobs/${id}`],
			["DELETE", `/v1/jobs/${id}`],
			["POST", `/v1/jobs/${id}/refuse`],
			["GET", `/v1/jobs/${id}/data`],
			["PUT", `/blobs/${hash}`],
			["PUT", `/content/programs/0x${hash}.onnx`],
			["DELETE", `/blobs/${hash}`],
			["GET", "/v1/farm"],
			["GET", "/metrics"],
			["GET", "/v1/leasesx"],
			["GET", "/content/../v1/farm"],
			["GET", "//content/x"],
		];
		for (const [method, path] of asked) {
			const init = { method, headers: { authorization: `Bearer ${eastToken}` } };
			const { status } = await fetch(`${server.url}${path}`, init);
			expect([method, path, status]).toEqual([method, path, 403]);
		}
		expect(await east.has(`/blobs/${hash}`)).toBe(false);
		await owner.cancel(id);
	});

	it("is a stranger when its file is gone", async () => {
		await rm(join(folder, "workers", "east"));
		for (;;) {
			const said = await east.lease("east", ["echo"], 0).catch((error: Error) => error.message);
			if (said !== undefined) {
				expect(said).toContain("refuses (401)");
				break;
			}
			await sleep(50);
		}
	});
});
