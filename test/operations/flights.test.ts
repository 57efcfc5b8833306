import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "@umpire/actors/journal.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { act, landAll, worldOf } from "@umpire/actors/world.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import { type Connection, signerFor } from "@umpire/chain/connection.ts";
import { RevertError } from "@umpire/chain/errors.ts";
import { Flights } from "@umpire/chain/flights.ts";
import type { GasPolicy } from "@umpire/chain/gas-policy.ts";
import type { Sent } from "@umpire/chain/landing.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { type Call, read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { openHome } from "@umpire/store/home.ts";
import { type Abi, encodeFunctionData, keccak256, zeroAddress, zeroHash } from "viem";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;
let rpc: (method: string, ...params: unknown[]) => Promise<unknown>;
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	fixture = await setUpFixture(connection, 30);
	const request = connection.reader.request as (args: unknown) => Promise<unknown>;
	rpc = (method, ...params) => request({ method, params });
});
afterEach(async () => {
	await fixture.close();
	await connection.close();
});

/** Mines what waits, so many seconds after the last block. */
async function mine(seconds = 12n): Promise<void> {
	const { timestamp } = await connection.reader.getBlock({ blockTag: "latest" });
	await rpc("evm_setNextBlockTimestamp", `0x${(timestamp + seconds).toString(16)}`);
	await rpc("evm_mine");
}

describe("moves on their way", () => {
	let folder: string;
	let flights: Flights;
	const mined: Sent[] = [];
	const account = localAccount("second-submitter");
	const told: string[] = [];
	const open = async (policy: Partial<GasPolicy> = {}) =>
		new Flights(
			signerFor(connection, account, policy),
			await openJournal(
				openHome(folder),
				connection,
				fixture.contracts.deployment.market,
				account.address,
				(line) => told.push(line),
			),
		);
	/** A request of its own for each name. */
	const request = (within = 1000, asked = program): Call =>
		callOf(fixture.contracts, {
			type: "request",
			value: 0n,
			program: asked,
			inputsRoot,
			deadline: 4_000_000_000 + within,
			consumer: zeroAddress,
		});
	let program: Hex;
	let inputsRoot: Hex;
	const launch = async (name: string, call = request()) => {
		const { hash, number } = await connection.head();
		return flights.launch({ name, call }, { hash, number });
	};
	const count = () => read(fixture.contracts, fixture.contracts.market, "requestCount", []);
	const land = () => flights.land((sent) => mined.push(sent));
	const drop = async (raw: `0x${string}`) => rpc("hardhat_dropTransaction", keccak256(raw));

	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "umpire-flights-"));
		mined.length = 0;
		told.length = 0;
		flights = await open();
		const made = await read(fixture.contracts, fixture.contracts.market, "getRequest", [1n]);
		({ program, inputsRoot } = made);
		await rpc("evm_setAutomine", false);
	});
	afterEach(() => rm(folder, { recursive: true, force: true }));

	it("are many at once, and each is told once when it is mined", async () => {
		for (const name of ["a", "b", "c"]) expect(await launch(name)).toBeDefined();
		for (const name of ["a", "b", "c"]) expect(await launch(name)).toBeUndefined();
		await land();
		expect(mined).toEqual([]);
		await mine();
		expect(await count()).toBe(4n);
		await land();
		await land();
		expect(mined.map(({ move }) => move)).toEqual(["a", "b", "c"]);
	});

	it("leave though their journal cannot be written, which is told once", async () => {
		// As on a full disk: nothing below this can be made.
		await writeFile(join(folder, "journals"), "");
		for (const name of ["a", "b"]) expect(await launch(name)).toBeDefined();
		expect(await launch("a")).toBeUndefined();
		await mine();
		expect(await count()).toBe(3n);
		await land();
		expect(mined.map(({ move }) => move)).toEqual(["a", "b"]);
		expect(told).toEqual([expect.stringMatching(/cannot be written.*sent all the same/)]);
	});

	it("are no more than the bound; the others wait for the next look", async () => {
		flights = await open({ mostInFlight: 2 });
		expect(await launch("a")).toBeDefined();
		expect(await launch("b")).toBeDefined();
		expect(await launch("c")).toBeUndefined();
		await mine();
		await land();
		expect(await launch("c")).toBeDefined();
	});

	it("do not wait behind one that was lost and is not due any more: its place is filled", async () => {
		const lost = await launch("a");
		await launch("b");
		await land();
		await drop(lost!.attempts[0]);
		// Restarted, it knows of its moves by the journal alone.
		flights = await open({ patience: 0 });
		await launch("b");
		await mine();
		expect(await count()).toBe(1n);
		await land();
		await mine();
		expect(await count()).toBe(2n);
	});

	it("leave again with the same nonce when they were lost and are due", async () => {
		const lost = await launch("a");
		await launch("b");
		await drop(lost!.attempts[0]);
		flights = await open();
		const again = await launch("a");
		expect(again?.nonce).toBe(lost?.nonce);
		const { hash, number } = await connection.head();
		await mine();
		expect(await count()).toBe(3n);
		// In the state of the block before, it is still due.
		expect(await flights.launch({ name: "a", call: request() }, { hash, number })).toBeUndefined();
	});

	it("use the nonce of one that was lost", async () => {
		const lost = await launch("a");
		await drop(lost!.attempts[0]);
		flights = await open();
		const other = await launch("d");
		expect(other?.nonce).toBe(lost?.nonce);
		await mine();
		expect(await count()).toBe(2n);
	});

	it("take no nonce when the contract refuses them beforehand, and hold up no other when it does afterwards", async () => {
		const bad = request(0, zeroHash);
		await expect(launch("bad", bad)).rejects.toThrow(RevertError);
		const { owed } = { owed: { contract: fixture.contracts.market, functionName: "withdraw" } };
		await expect(launch("nothing", owed)).rejects.toThrow(RevertError);
		const bond = fixture.contracts.deployment.parameters.submitterBond;
		const opening = { root: zeroHash, operatorPath: [], stepPath: [], words: [0n, 0n, 0n, 0n, 0n] };
		const header = {
			operatorsRoot: `0x${"12".repeat(32)}`,
			constantsRoot: zeroHash,
			operatorCount: 1,
			constantCount: 0,
			inputCount: 1,
			steps: 1,
			outputOperator: 0,
			outputElements: 1000n,
			outputWidth: 8,
			commitment: 1,
		};
		const meaning = { signature: zeroHash, outputMantissa: 1n, outputExponent: 0 };
		const { registry, market } = fixture.contracts;
		await launch("register", { contract: registry, functionName: "register", args: [header, meaning] });
		await mine();
		const junk = await read(fixture.contracts, registry, "programOf", [2n]);
		await launch("ask", request(0, junk));
		await mine();
		const claim = { contract: market, functionName: "claim", args: [2n, zeroHash, opening], value: bond };
		// Right when it leaves, too late when it is mined: somebody else pays more.
		await launch("two", claim);
		const data = encodeFunctionData({ abi: market.abi as Abi, functionName: "claim", args: claim.args });
		const from = localAccount("deployer").address;
		const [value, maxFeePerGas, gas] = [bond, 10n ** 12n, 1_000_000n].map((n) => `0x${n.toString(16)}`);
		const other = {
			from,
			to: market.address,
			data,
			value,
			gas,
			maxFeePerGas,
			maxPriorityFeePerGas: maxFeePerGas,
		};
		await rpc("eth_sendTransaction", other);
		await launch("c");
		await mine();
		expect(await land()).toEqual([
			{ move: "two", line: expect.stringMatching(/^two failed: the contract refused transaction 0x/) },
		]);
		expect(mined.map(({ move }) => move)).toContain("c");
		expect(await count()).toBe(3n);
	});

	it("pay more when they are not mined, at most one of them counting", async () => {
		flights = await open({ patience: 0 });
		const first = await launch("a");
		await land();
		await launch("a");
		await mine();
		expect(await count()).toBe(2n);
		await land();
		expect(mined).toHaveLength(1);
		expect(mined[0].hash).not.toBe(keccak256(first!.attempts[0]));
	});

	it("that a world has are told to whoever asks for receipts", async () => {
		const world = await worldOf(openHome(folder), fixture.contracts, account);
		const told: string[] = [];
		const listening = { ...world, onSent: ({ move }: Sent) => told.push(move) };
		await world.feed.poll();
		await act(listening, "a", request());
		await mine();
		await landAll(listening, () => {});
		expect(told).toEqual(["a"]);
	});
});
