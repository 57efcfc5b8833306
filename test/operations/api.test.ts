import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { deployNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { type LocalNode, startNode } from "@umpire/chain/node.ts";
import { travel } from "@umpire/chain/time.ts";
import * as answers from "@umpire/indexer/answers.ts";
import { ITEMS, type Kind } from "@umpire/indexer/items.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { type ServeOptions, type Server, startServer } from "@umpire/server/serve.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { type Fixture, opponents, setUpFixture } from "./fixture.ts";
import { freePort } from "./free-port.ts";

const WORKER = localAccount("submitter").address;
const STRANGER = privateKeyToAccount(`0x${"17".repeat(32)}`).address;

let node: LocalNode;
let fixture: Fixture;
let server: Server;
const said: string[] = [];

const serveHere = async (options: Partial<ServeOptions> = {}) =>
	startServer(await fixture.world("requester"), {
		...{
			port: 0,
			host: "127.0.0.1",
			rate: 100_000,
			interval: 100,
			progress: (line: string) => said.push(line),
		},
		...options,
	});

beforeAll(async () => {
	await setUp(() => {});
	node = await startNode({ port: await freePort() });
	fixture = await setUpFixture(await connectRpc(node.url));
	const parameters = { ...NETWORK_PRESETS.test, roundSeconds: 600, acceptSeconds: 3600 };
	const deployer = await fixture.world("deployer");
	await deployNetwork(deployer, { parameters, blockSeconds: 600, withToken: false });
	const actors = await opponents(await fixture.world("third-submitter"), await fixture.world("verifier"));
	// Until the dispute is in the middle of its search.
	for (let round = 0; round < 3; round++) for (const actor of actors) await actor.tick();
	server = await serveHere();
	await server.look();
});
afterAll(async () => {
	await server?.close();
	await fixture?.close();
	node?.process.kill();
});

async function get<Schema extends z.ZodType>(
	path: string,
	schema: Schema,
	base = server,
): Promise<z.infer<Schema>> {
	const answer = await fetch(base.url + path);
	const text = await answer.text();
	expect(answer.status, text).toBe(200);
	return schema.parse(JSON.parse(text));
}

async function refused(path: string, init: RequestInit = {}, base = server) {
	const answer = await fetch(base.url + path, init);
	const text = await answer.text();
	expect(text).not.toMatch(/\.ts:\d|node_modules|at .*\(/);
	const { error } = answers.failure.strict().parse(JSON.parse(text));
	return { status: answer.status, ...error };
}

const post = (body: unknown, type = "application/json"): RequestInit => ({
	method: "POST",
	headers: { "content-type": type },
	body: typeof body === "string" ? body : JSON.stringify(body),
});

describe("the API", () => {
	it("is described by docs/openapi.json, which the documentation shows (UPDATE_OPENAPI=1 writes it)", async () => {
		const said: unknown = await (await fetch(`${server.url}/openapi.json`)).json();
		const file = join(projectRoot, "docs", "openapi.json");
		if (process.env.UPDATE_OPENAPI !== undefined)
			await writeFile(file, `${JSON.stringify(said, null, "\t")}\n`);
		expect(JSON.parse(await readFile(file, "utf8"))).toEqual(said);
	});

	it("gives every list as its schema says, page by page", async () => {
		const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
		const kinds = new Map(Object.keys(ITEMS).map((kind) => [`/v1/${kind.replace(/y$/, "ie")}s`, kind]));
		const lists = Object.keys(paths).filter((path) => kinds.has(path));
		// Moves and points are shown with what they belong to.
		expect(lists).toHaveLength(kinds.size - 2);
		for (const path of lists) {
			const { items, next } = await get(path, answers.page(ITEMS[kinds.get(path) as Kind] as z.ZodType));
			expect(next, path).toBeNull();
			if (/programs|requests|claims|disputes/.test(path)) expect(items.length, path).toBeGreaterThan(0);
		}
		const { items } = await get("/v1/events?limit=100&order=asc", answers.page(answers.STREAM.event));
		const paged: unknown[] = [];
		let cursor: string | null = "";
		while (cursor !== null) {
			const more: string = cursor === "" ? "" : `&cursor=${cursor}`;
			const page = await get(`/v1/events?limit=3&order=asc${more}`, answers.page(answers.STREAM.event));
			for (const item of page.items) paged.push(item);
			cursor = page.next;
		}
		expect(paged.slice(0, items.length)).toEqual(items);
		const { overview, deployment } = answers;
		expect(await get("/v1/overview", overview)).toMatchObject({
			claims: 1,
			liveClaims: 1,
			openDisputes: 1,
			programs: 1,
		});
		expect(await get("/v1/deployment", deployment)).toMatchObject({ chainId: 31337, local: true });
	});

	it("shows a dispute with its moves, and the clocks that the contract has", async () => {
		const { dispute, moves, clocks, claim } = await get("/v1/disputes/1", answers.disputeDetail);
		const { contracts } = fixture;
		const stored = await contracts.connection.reader.readContract({
			...contracts.court,
			functionName: "getDispute",
			args: [contracts.market.address, 1n],
		});
		expect(dispute.phase).toBe(["none", "root", "search", "leaf", "partials", "closed"][stored.phase]);
		expect(dispute).toMatchObject({ claim: 1, node: stored.node, moves: moves.length });
		expect(moves.map(({ name }) => name)).toEqual(
			expect.arrayContaining(["Challenged", "NodeOpened", "Descended"]),
		);
		expect(new Set(moves.map(({ side }) => side))).toEqual(new Set(["challenger", "submitter"]));
		expect(clocks?.until).toBeGreaterThan(clocks!.since);
		expect(claim).toMatchObject({ status: "live", openDisputes: 1 });
	});

	it("streams events with their ids, replays them after Last-Event-ID, and tells of what was undone", async () => {
		const all = await get("/v1/events?limit=100&order=asc", answers.page(answers.STREAM.event));
		const ask = fixture.contracts.connection.reader.request as (args: unknown) => Promise<unknown>;
		const snapshot = await ask({ method: "evm_snapshot", params: [] });
		const replay = await listen(all.items[2].id);
		await replay.until(({ id }) => id === all.items.at(-1)!.id);
		expect(replay.told.filter(({ event }) => event === "event").map(({ id }) => id)).toEqual(
			all.items.slice(3).map(({ id }) => id),
		);
		const before = replay.told.length;
		const program = all.items.find(({ name }) => name === "Registered")!.args.program as `0x${string}`;
		const { signer } = await fixture.world("second-submitter");
		await signer.wallet.writeContract({
			...fixture.contracts.market,
			functionName: "request",
			args: [
				{
					...{ program, inputsRoot: `0x${"01".repeat(32)}`, deadline: 4_000_000_000n, isSealed: false },
					...{ consumer: ZERO, submitter: ZERO, exclusiveUntil: 0n },
				},
			],
			value: 5n,
		});
		const made = await replay.until(
			({ event, data }, i) => i >= before && event === "event" && data.includes("Requested"),
		);
		await ask({ method: "evm_revert", params: [snapshot] });
		await ask({ method: "evm_mine", params: [] });
		await replay.until(({ event }) => event === "rollback");
		replay.close();
		const lost = await listen(made.id);
		await lost.until(({ event }) => event === "reset");
		lost.close();
		expect(
			await refused("/v1/events", { headers: { accept: "text/event-stream", "last-event-id": "../x" } }),
		).toMatchObject({
			status: 400,
		});
	});

	it("runs the lines of its documentation, from a worker's registration to a verified job", async () => {
		const text = await readFile(join(projectRoot, "docs", "api.md"), "utf8");
		const lines = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
			block.trim().split("\n"),
		);
		const { items } = await get("/v1/requests", answers.page(ITEMS.request));
		const env = { PATH: process.env.PATH, API: server.url, INPUTS: items.at(-1)!.inputsRoot };
		const found = new Map<string, unknown>();
		for (const line of lines) {
			expect(line).toMatch(/^curl -s /);
			const { stdout } = await promisify(execFile)("bash", ["-c", line], { env });
			const answer = JSON.parse(stdout) as { error?: unknown };
			expect(answer.error, `${line}\n${stdout}`).toBeUndefined();
			found.set(/\$API(\/[^"? ]*)/.exec(line)![1], answer);
			await server.look();
		}
		expect(found.get("/worker/register")).toMatchObject({ status: "sent" });
		expect(found.get(`/worker/${WORKER}/status`)).toMatchObject({
			status: "active",
			gpu: "H100",
			capacity: 2,
		});
		expect(found.get("/job/submit")).toMatchObject({ status: "sent", job: 1 });
		expect(found.get("/jobs/pending")).toMatchObject({ items: [{ job: 1, status: "pending" }] });
		expect(found.get("/network/stats")).toMatchObject({ workers: { active: 1 }, clients: 1 });
		let status = "";
		for (let looks = 0; status !== "verified" && looks < 80; looks++) {
			await fetch(`${server.url}/network/coordination/trigger`, { method: "POST" });
			await travel(fixture.contracts.connection, 300n);
			await server.look();
			status = ((await (await fetch(`${server.url}/job/1/status`)).json()) as { job: { status: string } }).job
				.status;
		}
		expect(status, said.slice(-10).join("\n")).toBe("verified");
		const { output } = (await (await fetch(`${server.url}/job/1/status`)).json()) as { output: number[] };
		expect(output.length).toBeGreaterThan(0);
		expect(output.every(Number.isFinite)).toBe(true);
		const { items: balances } = await get(`/v1/balances?account=${WORKER}`, answers.page(ITEMS.balance));
		// The reward, and what it is paid for drawing.
		const paid = balances.find(({ contract }) => contract === "jobs")!;
		expect(BigInt(paid.credited)).toBeGreaterThanOrEqual(20_000_000_000_000_000n);
	});

	it("keeps no place of a stream for those who ask for its head alone", async () => {
		const ask = (path: string, method: string, signal?: AbortSignal) =>
			fetch(`${server.url}${path}`, {
				method,
				headers: { accept: "text/event-stream" },
				signal: signal ?? null,
			});
		for (const [path, most] of [
			["/v1/events", 500],
			["/v1/pages/heads", 200],
		] as const) {
			for (let i = 0; i <= most; i += 50) {
				const answers = await Promise.all(Array.from({ length: 50 }, () => ask(path, "HEAD")));
				for (const { status } of answers) expect(status).toBe(200);
			}
			const stop = new AbortController();
			expect((await ask(path, "GET", stop.signal)).status).toBe(200);
			stop.abort();
		}
	});

	it("answers what is wrong with its status, a code and help, and nothing of itself", async () => {
		const cursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString("base64url");
		const transaction = { from: STRANGER, contract: "market", function: "withdraw" };
		const cases: readonly (readonly [string, RequestInit, number, string])[] = [
			["/v1/claims/999", {}, 404, "NOT_FOUND"],
			["/v1/claims/x", {}, 400, "INPUT"],
			["/v1/claims?limit=1000", {}, 400, "INPUT"],
			["/v1/claims?cursor=WzEsIic7ZHJvcCJ", {}, 400, "CURSOR"],
			["/v1/claims?status=live';drop", {}, 400, "INPUT"],
			[`/v1/claims?cursor=${cursor([1, "a\0b"])}`, {}, 400, "CURSOR"],
			[`/v1/events?cursor=${cursor([2 ** 40, 1])}`, {}, 400, "CURSOR"],
			[`/v1/events?cursor=${cursor([1, "x"])}`, {}, 400, "CURSOR"],
			["/v1/events?name=%00", {}, 400, "INPUT"],
			["/v1/events?limit=1&limit=2", {}, 400, "INPUT"],
			[`/v1/claims?account=${"1".repeat(8000)}`, {}, 400, "ADDRESS"],
			["/v1/programs/%00", {}, 400, "INPUT"],
			["/v1/claims/4294967296", {}, 400, "INPUT"],
			["/job/%00/status", {}, 400, "INPUT"],
			["/v1/__proto__", {}, 404, "NOT_FOUND"],
			["/v1/transactions", post('{"__proto__": {"from": "x"}}'), 400, "INPUT"],
			["/v1/transactions", post({ ...transaction, function: "constructor" }), 400, "FUNCTION"],
			["/v1/transactions", post({ ...transaction, function: "__proto__" }), 400, "FUNCTION"],
			[
				"/job/submit",
				post(`{"client": "${WORKER}", "program": 1, "reward": "1", "inputs": {"__proto__": [1]}}`),
				400,
				"INPUT",
			],
			["/v1/claims?account=0x12", {}, 400, "ADDRESS"],
			["/v1/nothing", {}, 404, "NOT_FOUND"],
			["/%2e%2e/%2e%2e/etc/passwd", {}, 404, "NOT_FOUND"],
			["/worker/0x12/status", {}, 400, "ADDRESS"],
			[`/worker/${STRANGER}/status`, {}, 404, "NOT_FOUND"],
			["/job/77/status", {}, 404, "NOT_FOUND"],
			["/job/submit", post("{"), 400, "REQUEST"],
			["/job/submit", post({ client: WORKER, program: 1, reward: "1" }), 400, "INPUT"],
			[
				"/job/submit",
				post({ client: WORKER, program: 1, reward: "1e18", inputsRoot: `0x${"00".repeat(32)}` }),
				400,
				"INPUT",
			],
			[
				"/job/submit",
				post({ client: WORKER, program: 1, reward: "1", inputs: { nothing: [1] } }),
				400,
				"INPUT",
			],
			["/job/submit", post("client=1", "text/plain"), 415, "TYPE"],
			["/job/submit", post(" ".repeat(2 << 20)), 413, "TOO_LARGE"],
			["/worker/register", post({ address: STRANGER, stake: "1000000000000000000" }), 422, "CHAIN"],
			[
				"/worker/register",
				{ ...post({ address: WORKER }), headers: { ...post(1).headers, origin: "https://evil.example" } },
				403,
				"ORIGIN",
			],
			["/v1/transactions", post({ ...transaction, contract: "grid" }), 422, "NOT_DEPLOYED"],
			["/v1/transactions", post({ ...transaction, function: "owed" }), 400, "FUNCTION"],
			["/v1/transactions", post({ ...transaction, function: "finalise", args: ["x"] }), 400, "ARGUMENTS"],
			["/v1/transactions", post({ ...transaction, function: "finalise", args: ["999"] }), 422, "REVERT"],
			["/v1/transactions", post({ ...transaction, function: "finalise", args: [] }), 400, "ARGUMENTS"],
			["/v1/claims", { method: "DELETE" }, 405, "METHOD"],
			["/task/validate", post({ proofOfTask: "1" }), 503, "NO_ATTESTER"],
		];
		for (const [path, init, status, code] of cases) {
			expect(await refused(path, init), `${path} ${String(init.body).slice(0, 80)}`).toMatchObject({
				status,
				code,
			});
		}
		expect(said.join("\n")).not.toMatch(/defect/);
	});

	it("stops floods of one address, keeps other origins out, and serves an app under its policy", async () => {
		const folder = join(fixture.home.folder, "app");
		await mkdir(folder, { recursive: true });
		await writeFile(join(folder, "index.html"), "<!doctype html><title>Umpire</title>");
		await writeFile(join(fixture.home.folder, "secret.txt"), "secret");
		const [url] = ["postgres://nobody:secret@127.0.0.1:1/none"];
		await expect(serveHere({ databaseUrl: url })).rejects.toThrow(
			/^PostgreSQL at 127\.0\.0\.1:1 cannot be used/,
		);
		await server.close();
		server = await serveHere({ rate: 20, app: folder, cors: ["https://umpire.example"] });
		await server.look();
		const page = await fetch(`${server.url}/disputes/1`, { headers: { accept: "text/html" } });
		expect(await page.text()).toMatch(/<title>Umpire/);
		expect(Object.fromEntries(page.headers)).toMatchObject({
			"content-security-policy": expect.stringMatching(
				/default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/,
			),
			"cross-origin-opener-policy": "same-origin",
			"cross-origin-embedder-policy": "require-corp",
		});
		const allowed = async (origin: string) =>
			(await fetch(`${server.url}/health`, { headers: { origin } })).headers.get(
				"access-control-allow-origin",
			);
		expect(await allowed("https://umpire.example")).toBe("https://umpire.example");
		expect(await allowed("https://evil.example")).toBeNull();
		expect(await rawStatus("/../secret.txt")).toBe(404);
		const flood = await Promise.all(Array.from({ length: 80 }, () => fetch(`${server.url}/health`)));
		expect(flood.some(({ status }) => status === 429)).toBe(true);
		expect(flood.find(({ status }) => status === 429)!.headers.get("retry-after")).toBe("1");
	});
});

const ZERO = "0x0000000000000000000000000000000000000000";

/** The status of a path that fetch would tidy up. */
function rawStatus(path: string): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const { hostname, port } = new URL(server.url);
		httpRequest({ hostname, port, path }, ({ statusCode }) => resolve(statusCode))
			.on("error", reject)
			.end();
	});
}

interface Told {
	readonly event: string;
	readonly id: string;
	readonly data: string;
}

/** What a stream tells. */
async function listen(after: string) {
	const control = new AbortController();
	const answer = await fetch(`${server.url}/v1/events`, {
		headers: { accept: "text/event-stream", "last-event-id": after },
		signal: control.signal,
	});
	const told: Told[] = [];
	const reading = (async () => {
		let text = "";
		for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
			text += chunk;
			const blocks = text.split("\n\n");
			text = blocks.pop()!;
			for (const block of blocks) {
				const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
				told.push({ event: field("event"), id: field("id"), data: field("data") });
			}
		}
	})().catch(() => {});
	return {
		told,
		async until(isIt: (one: Told, index: number) => boolean): Promise<Told> {
			for (;;) {
				const found = told.find(isIt);
				if (found !== undefined) return found;
				await new Promise((resolve) => setTimeout(resolve, 50));
			}
		},
		close() {
			control.abort();
			return reading;
		},
	};
}
