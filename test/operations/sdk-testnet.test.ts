import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { registerProgram } from "@umpire/actors/register.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { type LocalNode, startNode } from "@umpire/chain/node.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { type PreparedInputs, prepareInputs } from "@umpire/sdk/inputs.ts";
import { type LoadedProgram, loadProgram } from "@umpire/sdk/program.ts";
import { finalise, refund, request, withdraw } from "@umpire/sdk/request.ts";
import { simulate } from "@umpire/sdk/simulate.ts";
import { type LocalTestnet, localTestnet } from "@umpire/sdk/testnet.ts";
import { verifyClaim } from "@umpire/sdk/verify.ts";
import { type Progress, progressOf, waitFor } from "@umpire/sdk/wait.ts";
import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, setUpFixture } from "./fixture.ts";
import { freePort } from "./free-port.ts";

const FEE = 10n ** 16n;

let node: LocalNode;
let fixture: Fixture;
let testnet: LocalTestnet;
let program: LoadedProgram;
let inputs: PreparedInputs;

beforeAll(async () => {
	await setUp(() => {});
	node = await startNode({ port: await freePort() });
	fixture = await setUpFixture(await connectRpc(node.url));
	const { market } = fixture.contracts.deployment;
	testnet = await localTestnet({ market, rpc: node.url });
	const { feed } = await fixture.world("requester");
	await feed.poll();
	const registered = feed.events.find(({ name }) => name === "Registered");
	if (registered?.name !== "Registered") throw new Error("No program is registered.");
	const root = registered.args.program;
	program = await loadProgram(await readFile(fixture.home.path("programs", `${root}.onnx`)), { root });
	const [{ name, shape }] = program.inputs;
	const count = shape.reduce((a, b) => a * b, 1);
	inputs = await prepareInputs(program, {
		[name]: Float64Array.from({ length: count }, (_, i) => (i % 7) / 7),
	});
});
afterAll(async () => {
	await fixture?.close();
	node?.process.kill();
});

const ask = async (within = 1000) =>
	(await request(testnet.market, testnet.wallet, program, inputs, { fee: FEE, within })).request;
const balance = (address: Hex) => testnet.market.client.getBalance({ address });

describe("the SDK on a real local chain", () => {
	it("asks, and is answered for good with what it computed itself", async () => {
		const id = await ask();
		const { market } = testnet;
		expect((await progressOf(market, program, id)).stage).toBe("open");
		const claim = await testnet.answer(program, inputs, id);
		await expect(finalise(market, testnet.wallet, claim)).rejects.toMatchObject({ code: "REVERT" });
		const seen: Progress["stage"][] = [];
		const waiting = waitFor(market, program, id, {
			onProgress: ({ stage }) => seen.push(stage),
			pollingInterval: 20,
		});
		await expect.poll(() => seen.length).toBe(1);
		await testnet.settle(claim);
		const { stage, claim: final } = await waiting;
		expect([...seen, stage]).toEqual(["claimed", "final", "final"]);
		expect(final.output).toEqual((await simulate(program, inputs)).output);
		expect(await verifyClaim(market, program, inputs, final, { trace: true })).toMatchObject({
			isRight: true,
			differs: [],
		});
		await expect(testnet.answer(program, inputs, id)).rejects.toMatchObject({ code: "REVERT" });
	});

	it("pays the submitter fee and bond, once", async () => {
		const { market, submitter } = testnet;
		const before = await balance(submitter.account.address);
		await withdraw(market, submitter);
		const paid = (await balance(submitter.account.address)) - before;
		expect(paid).toBeGreaterThan(market.submitterBond + FEE - 10n ** 15n);
		expect(paid).toBeLessThan(market.submitterBond + FEE);
		await expect(withdraw(market, submitter)).rejects.toMatchObject({
			code: "REVERT",
			message: expect.stringContaining("the market owes this account nothing"),
		});
	});

	it("takes a fee back that nobody earned, after the deadline and not before", async () => {
		const { market, wallet } = testnet;
		const id = await ask(100);
		await expect(refund(market, wallet, id)).rejects.toThrow(/a fee in escrow cannot be called back before/);
		await testnet.skip(101);
		await expect(waitFor(market, program, id)).rejects.toThrow(/until its deadline/);
		await refund(market, wallet, id);
		expect((await progressOf(market, program, id)).stage).toBe("refunded");
		await expect(waitFor(market, program, id)).rejects.toThrow(/was refunded/);
		const before = await balance(wallet.account.address);
		await withdraw(market, wallet);
		expect((await balance(wallet.account.address)) - before).toBeGreaterThan(FEE - 10n ** 15n);
	});

	it("answers for a lazy program as well, and says who answers one in segments", async () => {
		const lazy = { ...program.program, lazy: true };
		const commitment = await commitProgram(lazy);
		await registerProgram(await fixture.world("requester"), lazy, commitment);
		const loaded = { ...program, program: lazy, commitment, root: commitment.root };
		const { request: id } = await request(testnet.market, testnet.wallet, loaded, inputs, { fee: FEE });
		await testnet.settle(await testnet.answer(loaded, inputs, id));
		expect((await waitFor(testnet.market, loaded, id)).claim.output).toEqual(
			(await simulate(loaded, inputs)).output,
		);
		const inSegments = { ...loaded, program: { ...lazy, segment: 2 } };
		await expect(testnet.answer(inSegments, inputs, id)).rejects.toThrow(/umpire submit answers it/);
	});

	it("opens no testnet where there is no chain, no local one, or no market", async () => {
		const { market } = fixture.contracts.deployment;
		const main = createServer((_, response) => {
			response.setHeader("content-type", "application/json");
			response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0x1" }));
		}).listen(0, "127.0.0.1");
		await new Promise((resolve) => main.once("listening", resolve));
		const rpc = `http://127.0.0.1:${(main.address() as AddressInfo).port}`;
		await expect(localTestnet({ market, rpc })).rejects.toThrow(/Chain 1 is no local chain/);
		main.close();
		await expect(localTestnet({ market: `0x${"12".repeat(20)}`, rpc: node.url })).rejects.toThrow(
			/There is no market at/,
		);
	});
});
