import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerCache } from "../src/answer-cache.ts";
import { eventPlaceIn, placeIn } from "../src/cursor.ts";
import { answerFailure } from "../src/failures.ts";
import { RequestCounts } from "../src/metrics.ts";
import { isLoopback, ownHost } from "../src/own-host.ts";
import { asksForCar, asksForEvents, placesFor } from "../src/places.ts";

const MOST = 3;
const counts = new RequestCounts();
let calls = 0;
let revision = "1";
let url: string;
let close: () => Promise<unknown>;

beforeAll(async () => {
	const app = new Hono();
	app.onError((error, context) => answerFailure(context, error, () => {}));
	app.use(counts.middleware);
	app.use(ownHost(["https://umpire.example"]));
	app.use(placesFor(MOST, asksForEvents));
	app.use(placesFor(1, asksForCar));
	app.use(
		"/v1/*",
		answerCache(() => revision),
	);
	const lasting = () => new Response(new ReadableStream({ start: (it) => it.enqueue(new Uint8Array(1)) }));
	app.get("/v1/events", lasting);
	app.get("/ipfs/:cid", lasting);
	app.get("/v1/claims", (context) => {
		calls++;
		return context.json({ text: "x".repeat(Number(context.req.query("size") ?? 0)) });
	});
	counts.know(app.routes.map(({ path }) => path));
	const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
	await new Promise((resolve) => server.once("listening", resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	close = () => {
		if ("closeAllConnections" in server) server.closeAllConnections();
		return new Promise((resolve) => server.close(resolve));
	};
});
afterAll(() => close());

function statusAs(host: string, path = "/v1/claims"): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		request(url + path, { headers: { host } }, (answer) => {
			answer.resume();
			resolve(answer.statusCode);
		})
			.on("error", reject)
			.end();
	});
}

describe("one address", () => {
	it("cannot hold all places of streams, and has one again when a connection ends", async () => {
		for (const [path, accept, most] of [
			["/v1/events", "text/event-stream", MOST],
			["/ipfs/bafk?format=car", "*/*", 1],
			["/ipfs/bafk", "application/vnd.ipld.car", 1],
			["/v1/events", "text/event-stream", MOST],
		] as const) {
			const stop = new AbortController();
			const ask = async () => {
				const answer = await fetch(url + path, { headers: { accept }, signal: stop.signal });
				answer.body
					?.getReader()
					.read()
					.catch(() => {});
				return answer.status;
			};
			// Places that were left before are free in a moment.
			while ((await ask()) === 429) await sleep(5);
			for (let i = 1; i < most; i++) expect(await ask()).toBe(200);
			expect(await ask()).toBe(429);
			// Other questions are answered all the same.
			expect((await fetch(`${url}/v1/claims`)).status).toBe(200);
			stop.abort();
		}
	});

	it("cannot fill the memory with names in metrics", async () => {
		for (let i = 0; i < 30; i++) {
			await fetch(`${url}/made-up-${i}`, { method: "PUT" });
			await statusAs("evil.example", `/made-up-${i}`);
			await statusAs(`evil-${i}.example`);
		}
		const labels = counts.lines();
		expect(labels).not.toMatch(/made|evil/);
		expect(labels).toMatch(/path="\/v1\/claims",status="403"} 30/);
	});

	it("cannot fill the memory with answers: what is kept is bounded by its size, and what is too large is not kept", async () => {
		const get = async (path: string) => (await fetch(`${url}/v1/claims?${path}`)).text();
		const fresh = async (path: string) => {
			const before = calls;
			await get(path);
			return calls > before;
		};
		revision = "2";
		expect(await fresh("size=10")).toBe(true);
		expect(await fresh("size=10")).toBe(false);
		expect(await fresh(`size=${2 ** 20 + 1}`)).toBe(true);
		expect(await fresh(`size=${2 ** 20 + 1}`)).toBe(true);
		for (let i = 0; i < 33; i++) await get(`size=${2 ** 20 - 100}&n=${i}`);
		expect(await fresh("size=10")).toBe(true);
		expect(await fresh(`size=${2 ** 20 - 100}&n=32`)).toBe(false);
	});
});

describe("a server of this machine", () => {
	it("is not asked under other names, which a page elsewhere could have led here", async () => {
		for (const host of ["127.0.0.1:1", "localhost", "[::1]:8600", "umpire.example"])
			expect([host, await statusAs(host)]).toEqual([host, 200]);
		for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8600"])
			expect([host, await statusAs(host)]).toEqual([host, 403]);
		expect(["127.0.0.1", "::1", "localhost"].every(isLoopback)).toBe(true);
		expect(["0.0.0.0", "::", "10.0.0.5"].some(isLoopback)).toBe(false);
	});
});

describe("a cursor", () => {
	it("that no database takes is refused as none of ours", () => {
		const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
		expect(placeIn(cursor([7, "1 2"]))).toEqual([7, "1 2"]);
		expect(eventPlaceIn(cursor([7, 3]))).toEqual([7, 3]);
		for (const bad of [
			[7, "a\0b"],
			[-1, "x"],
			[2 ** 60, "x"],
			[1, 2 ** 31],
			{ __proto__: [1, "x"] },
			[1, "x", 2],
		])
			expect(() => placeIn(cursor(bad)), JSON.stringify(bad)).toThrow(/not one that this server gave/);
		for (const bad of [
			[7, "x"],
			[2 ** 31, 1],
			[1, "1e400"],
		])
			expect(() => eventPlaceIn(cursor(bad)), JSON.stringify(bad)).toThrow(/not one that this server gave/);
	});
});
