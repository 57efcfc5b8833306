import { readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { inputFinder, loadRegistered } from "@umpire/actors/loaded-program.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import type { World } from "@umpire/actors/world.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { findDeployment } from "@umpire/chain/find-deployment.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { openHome } from "@umpire/store/home.ts";
import { httpStore } from "@umpire/store/http-store.ts";
import { getAddress } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;
let server: Server;
let source: string;
/** What the server of files answers instead of a file. */
let lie: ((content: Buffer) => Buffer) | undefined;
let asked: string[] = [];

beforeAll(async () => {
	await setUp(() => {});
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
	server = createServer(async (request, response) => {
		asked.push(request.url!);
		const content = await readFile(join(fixture.home.folder, normalize(request.url!))).catch(() => undefined);
		if (content === undefined) return void response.writeHead(404).end();
		const sent = lie?.(content) ?? content;
		response.writeHead(200, { "content-length": sent.length });
		response.end(request.method === "HEAD" ? undefined : sent);
	});
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
	lie = undefined;
	asked = [];
});
afterAll(async () => {
	server?.close();
	await fixture?.close();
	await connection?.close();
});

/** A machine that has nothing but a key and an address. */
async function elsewhere(sources: readonly string[], play: (world: World) => Promise<void>): Promise<void> {
	const home = openHome(`${fixture.home.folder}-elsewhere`);
	try {
		await play({ ...(await fixture.world("verifier")), home, sources });
	} finally {
		await rm(home.folder, { recursive: true, force: true });
	}
}

describe("the address of a market", () => {
	it("is all that is needed to find the deployment", async () => {
		const { deployment } = fixture.contracts;
		const found = await findDeployment(connection, getAddress(deployment.market));
		expect({ ...found, block: 0n }).toEqual({ ...deployment, block: 0n });
		// From the registry's own block on: programs are registered before a market is.
		const code = (blockNumber: bigint) =>
			connection.reader.getCode({ address: deployment.registry, blockNumber });
		expect(await code(found.block)).not.toBeUndefined();
		expect(await code(found.block - 1n)).toBeUndefined();
		expect((await findDeployment(connection, deployment.market, { fromBlock: 7n })).block).toBe(7n);
	});

	it("must be that of a market, and all contracts those of this version", async () => {
		const { registry } = fixture.contracts.deployment;
		await expect(findDeployment(connection, registry)).rejects.toThrow(
			/is not the Market that this version builds/,
		);
		const nobody = localAccount("verifier").address;
		await expect(findDeployment(connection, nobody)).rejects.toThrow(/There is no contract at 0x/);
		const { deployment } = fixture.contracts;
		// Another verifier of proofs would let anybody win.
		const forged = await withCode(deployment.dotVerifier, "0x6001600052602060006000f3", () =>
			findDeployment(connection, deployment.market).catch((error: Error) => error.message),
		);
		expect(forged).toMatch(/is not the DotVerifier that this version builds/);
	});
});

/** Runs while a contract has other code. */
async function withCode<T>(address: Hex, code: Hex, run: () => Promise<T>): Promise<T> {
	const before = await connection.reader.getCode({ address });
	const set = (to: Hex) =>
		connection.reader.request({ method: "hardhat_setCode", params: [address, to] } as never);
	await set(code);
	try {
		return await run();
	} finally {
		await set(before!);
	}
}

describe("programs and inputs that are not in the home folder", () => {
	it("are fetched, checked and kept", () =>
		elsewhere([`${source}/nowhere`, source], async (world) => {
			const loaded = await loadRegistered(world, "1");
			const told: string[] = [];
			const [{ inputsRoot }] = await requests();
			const find = inputFinder(world, loaded.program, (line) => told.push(line));
			expect(await find(inputsRoot)).toEqual(
				await inputFinder(await fixture.world("verifier"), loaded.program, () => {})(inputsRoot),
			);
			expect(told).toEqual([]);
			expect(await world.home.content.list("programs")).toEqual([loaded.root]);
			expect(await world.home.content.list("inputs")).toEqual([inputsRoot]);
			const before = asked.length;
			await loadRegistered(world, "1");
			expect(asked.length).toBe(before);
		}));

	it("are refused if they are not what the root commits to, and are not kept", () =>
		elsewhere([source], async (world) => {
			lie = (content) => {
				content[content.length >> 1] ^= 1;
				return content;
			};
			const [{ inputsRoot, program: root }] = await requests();
			await expect(loadRegistered(world, "1")).rejects.toThrow(/another program|cannot be used/);
			const { program } = await loadRegistered(await fixture.world("verifier"), "1");
			const told: string[] = [];
			expect(await inputFinder(world, program, (line) => told.push(line))(inputsRoot)).toBeUndefined();
			expect(told[0]).toMatch(/are damaged or belong to another program/);
			lie = (content) => Buffer.concat([content, Buffer.alloc(1 << 20)]);
			expect(await inputFinder(world, program, (line) => told.push(line))(inputsRoot)).toBeUndefined();
			expect(await world.home.content.stamp("programs", root)).toBeNull();
			expect(await world.home.content.stamp("inputs", inputsRoot)).toBeNull();
		}));

	it("are read no further than their size", async () => {
		const [{ inputsRoot, program }] = await requests();
		await expect(httpStore(source, 100).read("programs", program)).rejects.toThrow(
			/sends more than 100 bytes/,
		);
		await expect(httpStore(source, 1 << 20).read("inputs", inputsRoot, 10)).rejects.toThrow(
			/more than 10 bytes/,
		);
		expect(await httpStore(source, 1 << 20).read("inputs", `0x${"00".repeat(32)}`)).toBeNull();
	});

	it("are missed without a source, and where no source has them", async () => {
		await elsewhere([], async (world) => {
			await expect(loadRegistered(world, "1")).rejects.toThrow(/does not have program/);
		});
		await elsewhere([`${source}/nowhere`], async (world) => {
			await expect(loadRegistered(world, "1")).rejects.toThrow(/does not have program/);
		});
		await elsewhere(["http://127.0.0.1:9"], async (world) => {
			await expect(loadRegistered(world, "1")).rejects.toThrow(/http:\/\/127.0.0.1:9\/ does not answer/);
		});
	});
});

async function requests(): Promise<{ inputsRoot: Hex; program: Hex }[]> {
	const { feed } = await fixture.world("requester");
	await feed.poll();
	return feed.events.flatMap(({ name, args }) => (name === "Requested" ? [args] : []));
}
