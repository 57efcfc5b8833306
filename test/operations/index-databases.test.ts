import { spawn } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deployNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import type { World } from "@umpire/actors/world.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { type LocalNode, startNode } from "@umpire/chain/node.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { indexSourceOf } from "@umpire/server/indexed-contracts.ts";
import { openIndex } from "@umpire/server/open-index.ts";
import { sql } from "kysely";
import { zeroAddress } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, setUpFixture } from "./fixture.ts";
import { freePort } from "./free-port.ts";
import { contentsOf, fromScratch } from "./index-fixture.ts";
import { Postgres, postgresPrograms } from "./postgres.ts";

const warn = () => {};
const programs = postgresPrograms();

let node: LocalNode;
let fixture: Fixture;
let view: World;

const right = async () => fromScratch(join(fixture.home.folder, "scratch"), await indexSourceOf(view));

beforeAll(async () => {
	await setUp(() => {});
	node = await startNode({ port: await freePort() });
	fixture = await setUpFixture(await connectRpc(node.url));
	const parameters = NETWORK_PRESETS.test;
	const deployer = await fixture.world("deployer");
	await deployNetwork(deployer, { parameters, blockSeconds: 1, withToken: false });
	view = await fixture.world("requester");
});
afterAll(async () => {
	await fixture?.close();
	node?.process.kill();
});

/** Posts requests, each in a block of its own. */
async function post(count: number): Promise<void> {
	const { market, registry, connection } = view.contracts;
	const program = await connection.reader.readContract({
		...registry,
		functionName: "programOf",
		args: [1n],
	});
	const question = {
		...{ program, inputsRoot: `0x${"02".repeat(32)}` as const, deadline: 4_000_000_000n, isSealed: false },
		...{ consumer: zeroAddress, submitter: zeroAddress, exclusiveUntil: 0n },
	};
	for (let i = 0; i < count; i++) {
		await view.signer.wallet.writeContract({
			...market,
			functionName: "request",
			args: [question],
			value: 1n,
		});
	}
}

describe("an index in the home folder", () => {
	it("that was killed while it was written is what one made from scratch is", async () => {
		await post(120);
		const words = ["serve", "--port", "0", "--interval", "0.05", "--home", fixture.home.folder];
		const where = ["--rpc", node.url, "--umpire", fixture.contracts.deployment.market, "--from-block", "0"];
		for (const delay of [0, 80, 300]) {
			const child = spawn(process.execPath, [join(projectRoot, "bin", "umpire.ts"), ...words, ...where], {
				stdio: ["ignore", "ignore", "pipe"],
				env: { ...process.env, DATABASE_URL: "" },
			});
			let told = "";
			child.stderr.on("data", (chunk) => {
				told += chunk;
			});
			while (!told.includes("Serving on")) {
				if (child.exitCode !== null) throw new Error(told);
				await sleep(20);
			}
			await sleep(delay);
			const exited = new Promise((resolve) => child.on("exit", resolve));
			child.kill("SIGKILL");
			await exited;
			await post(5);
		}
		const index = await openIndex(view, { warn });
		await expect(openIndex(view, { warn })).rejects.toThrow(/is open in process \d+: stop that umpire serve/);
		await index.poll();
		const kept = await contentsOf(index.database);
		await index.database.close();
		expect(kept).toEqual(await right());
		expect(kept.events.length).toBeGreaterThan(130);
	});

	it("comes back from a copy, and reads on from there", async () => {
		const file = join(fixture.home.folder, "copy.tar.gz");
		const index = await openIndex(view, { warn });
		await index.poll();
		await writeFile(file, await index.database.dump!());
		await index.rebuild();
		await index.database.close();
		await post(3);
		const restored = await openIndex(view, { backup: file, warn });
		const before = restored.head!.number;
		await restored.poll();
		expect(restored.head!.number).toBe(before + 3n);
		const kept = await contentsOf(restored.database);
		await restored.database.close();
		expect(kept).toEqual(await right());
		// A copy of the folder of a server that has stopped is as good.
		const folder = fixture.home.path("index");
		await cp(folder, `${folder}-copy`, { recursive: true });
		expect((await readFile(file)).length).toBeGreaterThan(1000);
	});
});

describe.skipIf(programs === undefined)("an index in PostgreSQL (Debian's package postgresql)", () => {
	it("goes on when the database restarts in the middle, serves two processes, and comes back from pg_dump", async () => {
		const postgres = await Postgres.start(programs!, await freePort());
		try {
			const [one, other] = await Promise.all([
				openIndex(view, { databaseUrl: postgres.url, warn }),
				openIndex(view, { databaseUrl: postgres.url, warn }),
			]);
			const told: number[] = [];
			other.subscribe(({ head }) => told.push(Number(head.number)));
			await one.poll();
			await postgres.stop();
			await post(4);
			await expect(one.poll()).rejects.toMatchObject({ code: "STORED", retryable: true });
			await postgres.start();
			await Promise.all([one.poll(), other.poll()]);
			await post(2);
			await Promise.all([one.poll(), other.poll()]);
			await one.poll();
			await other.poll();
			expect(one.revision).toBe(other.revision);
			expect(told.at(-1)).toBe(Number(one.head!.number));
			const { schema, db } = one.database;
			expect(await contentsOf(one.database)).toEqual(await right());
			const dump = await postgres.dump(schema);
			await sql`drop schema ${sql.id(schema)} cascade`.execute(db);
			await postgres.load(dump);
			await Promise.all([one.database.close(), other.database.close()]);
			const restored = await openIndex(view, { databaseUrl: postgres.url, warn });
			await restored.poll();
			expect(await contentsOf(restored.database)).toEqual(await right());
			await restored.database.close();
		} finally {
			await postgres.close();
		}
	});
});
