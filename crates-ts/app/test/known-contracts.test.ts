import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { knownContracts } from "../src/wallet/wallet.ts";

const [MARKET, OTHER, JOBS, GRID] = ["1", "2", "3", "4"].map((digit) => `0x${digit.repeat(40)}`);

let server: Server;
let named: Readonly<Record<string, string>> = {};

/** A server that names whatever contracts it likes; a page of it asks for paths. */
beforeAll(async () => {
	server = createServer((_, response) => {
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify({ chainId: 31_337, contracts: named }));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const page = globalThis.fetch;
	vi.stubGlobal("fetch", (path: string) => page(base + path));
});
afterAll(() => {
	vi.unstubAllGlobals();
	server.close();
});

it("what a server named first stays, also when it is asked for contracts that were not there yet", async () => {
	named = { market: MARKET };
	expect((await knownContracts("market")).contracts).toEqual({ market: MARKET });
	named = { market: OTHER, jobs: JOBS };
	expect((await knownContracts("market")).contracts).toEqual({ market: MARKET });
	expect((await knownContracts("jobs")).contracts).toEqual({ market: MARKET, jobs: JOBS });
	named = { market: OTHER, jobs: OTHER, grid: GRID };
	expect((await knownContracts("grid")).contracts).toEqual({ market: MARKET, jobs: JOBS, grid: GRID });
});
