import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { setUp } from "@umpire/actors/set-up.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { openContracts } from "@umpire/chain/contracts.ts";
import { type ChainEvent, eventFeed } from "@umpire/chain/events.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { type LocalNode, startNode } from "@umpire/chain/node.ts";
import { travel } from "@umpire/chain/time.ts";
import { readDeployment } from "@umpire/store/deployments.ts";
import { openHome } from "@umpire/store/home.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "./operations/free-port.ts";
import { Running, script } from "./running.ts";

const testdata = join(projectRoot, "testdata");

describe("actors in processes of their own", () => {
	let folder: string;
	let node: LocalNode;
	let environment: NodeJS.ProcessEnv;
	const running: Running[] = [];
	const start = (...words: string[]): Running => {
		const actor = new Running(environment, words);
		running.push(actor);
		return actor;
	};
	const run = async (...words: string[]) => {
		const { stdout } = await promisify(execFile)(process.execPath, [script, ...words, "--json"], {
			env: environment,
		});
		return JSON.parse(stdout);
	};

	beforeAll(async () => {
		await setUp(() => {});
		folder = await mkdtemp(join(tmpdir(), "umpire-actors-"));
		node = await startNode({ port: await freePort() });
		environment = { ...process.env, UMPIRE_HOME: folder, UMPIRE_RPC: node.url, NO_COLOR: "1" };
	});

	afterAll(async () => {
		for (const { child } of running) child.kill("SIGKILL");
		node?.process.kill();
		await rm(folder, { recursive: true, force: true });
	});

	it("decide a dispute although both sides are killed in the middle of it", async () => {
		// The chain's clock is that of this machine: however slow it is, nobody runs out of time.
		await run("deploy", "--challenge-period", "3600", "--increment", "3600");
		const input = join(testdata, "lenet-5-input.json");
		const registered = await run("register", join(testdata, "lenet-5.onnx"), "--calibrate", input);
		expect(registered.number).toBe(1);

		const lying = ["submit", "1", "--defect", "5:38"];
		const liar = start(...lying);
		const guard = start("verify", "1");
		const requester = start("request", "1", input, "--json");

		// The liar dies after its first answer, the verifier after its first descent.
		await liar.until(/opened the demanded node/);
		await liar.stop("SIGKILL");
		await guard.until(/leftmost difference/);
		await guard.stop("SIGKILL");

		const liarAgain = start(...lying);
		const guardAgain = start("verify", "1");
		await guardAgain.until(/the claim is rejected[\s\S]*Withdrew/);
		expect(liarAgain.printed).not.toMatch(/Claimed request/);
		expect(guardAgain.printed).not.toMatch(/Challenged/);

		const honest = start("submit", "1", "--as", "second-submitter");
		await honest.until(/Claimed request 1/);
		await guardAgain.until(/Claim 2 agrees/);
		const connection = await connectRpc(node.url);
		await travel(connection, 3601n);
		await honest.until(/Claim 2 is final[\s\S]*Withdrew/);
		expect(await requester.exited).toBe(0);

		const contracts = await openContracts(connection, await readDeployment(openHome(folder), 31337));
		const feed = eventFeed(contracts);
		await feed.poll();
		const count = (name: ChainEvent["name"]) => feed.events.filter((event) => event.name === name).length;
		expect(count("Challenged")).toBe(1);
		expect(count("Claimed")).toBe(2);
		expect(count("PartialsPublished")).toBe(1);
		const [settled] = feed.events.filter((event) => event.name === "Settled");
		expect(settled.args).toMatchObject({ operator: 5n, element: 38n });
		expect(count("Finalised")).toBe(1);

		for (const actor of [liarAgain, guardAgain, honest]) expect(await actor.stop("SIGINT")).toBe(0);
	});

	it("are refused what they lack in one line", async () => {
		const fails = async (...words: string[]): Promise<string> => {
			const actor = start(...words);
			expect(await actor.exited).toBe(1);
			expect(actor.printed.trim().split("\n")).toHaveLength(1);
			return actor.printed;
		};
		expect(await fails("submit", "7")).toMatch(/There is no program 7/);
		expect(await fails("verify", "1", "--chain-id", "5")).toMatch(/Wrong chain/);
		expect(await fails("verify", "1", "--rpc", "http://127.0.0.1:9")).toMatch(/Nothing answers/);
		environment = { ...environment, UMPIRE_PRIVATE_KEY: `0x${"11".repeat(32)}` };
		expect(await fails("request", "1", join(testdata, "lenet-5-input.json"))).toMatch(/too little ether/);
	});
});
