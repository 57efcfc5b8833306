import { mkdir, rm, writeFile } from "node:fs/promises";
import { type LoadedProgram, loadRegistered } from "@umpire/actors/loaded-program.ts";
import { openMonitor } from "@umpire/actors/monitor.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { statusOf } from "@umpire/actors/status.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { World } from "@umpire/actors/world.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { getClaim, getRequest } from "@umpire/chain/contracts.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { type Elements, emptyElements } from "@umpire/commitment/elements.ts";
import { leastFeeOf } from "@umpire/game/answering-gas.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { decodeTensors, encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { formatEther, parseEther, zeroAddress } from "viem";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countEvents, type Fixture, playUntil, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;
let loaded: LoadedProgram;
let requester: World;
let said: string[];
const progress = (line: string) => said.push(line);

beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
	requester = await fixture.world("requester");
	loaded = await loadRegistered(requester, "1");
	said = [];
});
afterEach(async () => {
	await connection.close();
	await fixture.close();
});

/** Posts a request on inputs that all have one value; gives their root. */
async function requestOn(value: number, fee = "0.01", consumer: Hex = zeroAddress): Promise<Hex> {
	const inputs = loaded.program.inputs.map(({ shape, width }) => {
		return emptyElements(width, elementCount(shape)).fill(value) as Elements;
	});
	const inputsRoot = await putInputs(fixture.home.content, loaded.program, inputs);
	const program = loaded.root;
	const action = { type: "request", program, inputsRoot, deadline: 4_294_967_295, consumer } as const;
	await send(requester.signer, callOf(fixture.contracts, { ...action, value: parseEther(fee) }));
	return inputsRoot;
}
const fileOf = (root: Hex) => fixture.home.path("inputs", `${root}.bin`);
const told = (pattern: RegExp) => said.filter((line) => pattern.test(line)).length;

describe("moves that are due", () => {
	it("are on their way before anything new is computed", async () => {
		const liar = await submitter(await fixture.world("submitter"), "1", {
			defect: "0:3",
			progress: () => {},
		});
		await liar.tick();
		const guard = await verifier(await fixture.world("verifier"), "1", {
			compare: "trace",
			mode: "bisect",
			progress,
		});
		await guard.tick();
		await liar.tick();
		for (let i = 0; i < 20; i++) await requestOn(i % 5);
		const other = await submitter(await fixture.world("second-submitter"), "1", { progress: () => {} });
		for (let i = 0; i < 20; i++) await other.tick();
		expect((await countEvents(fixture.contracts)).Claimed).toBe(21);
		said = [];
		await guard.tick();
		expect(said[0]).toMatch(/^Dispute 1: the leftmost difference/);
		await playUntil(fixture, [guard, liar], 1n, CLAIM_STATUS.rejected);
		for (let i = 0; i < 30; i++) await guard.tick();
		expect(told(/agrees/)).toBe(20);
	});

	it("are sent once where one answer serves many disputes", async () => {
		const claimant = await fixture.world("submitter");
		const honest = await submitter(claimant, "1", { progress: () => {} });
		await honest.tick();
		const value = fixture.contracts.deployment.parameters.challengerBond;
		const entry = { descriptor: "0x", path: [] } as const;
		for (const role of ["verifier", "requester", "second-submitter"] as const) {
			const { signer, contracts } = await fixture.world(role);
			await send(signer, callOf(contracts, { type: "challenge", value, claim: 1, entry }));
		}
		const { reader } = connection;
		const request = reader.request as (args: unknown) => Promise<unknown>;
		await request({ method: "evm_setAutomine", params: [false] });
		await honest.tick();
		const { address } = claimant.signer.account;
		const count = (blockTag: "latest" | "pending") => reader.getTransactionCount({ address, blockTag });
		expect((await count("pending")) - (await count("latest"))).toBe(1);
	});
});

describe("what cannot be made sense of costs that item only, and is told once:", () => {
	const swap = (tensors: Elements[]) => [new Int8Array(8), ...tensors.slice(1)];
	it.each<[string, (tensors: Elements[]) => Uint8Array]>([
		["a tensor more", (tensors) => encodeTensors([...tensors, new Int8Array(3)])],
		["a tensor fewer", (tensors) => encodeTensors(tensors.slice(1))],
		["a tensor of another width and length", (tensors) => encodeTensors(swap(tensors))],
		["half of the file", (tensors) => encodeTensors(tensors).subarray(0, 40)],
		["nothing", () => new Uint8Array()],
	])("inputs with %s", async (_, spoil) => {
		const { inputsRoot } = await getRequest(fixture.contracts, 1n);
		const right = (await fixture.home.content.read("inputs", inputsRoot))!;
		await fixture.home.content.write("inputs", inputsRoot, spoil(decodeTensors(right)));
		await requestOn(1, "0.001");
		const claimant = await submitter(await fixture.world("submitter"), "1", { progress });
		for (let i = 0; i < 3; i++) await claimant.tick();
		expect(told(/damaged or belong to another program/)).toBe(1);
		expect((await getClaim(fixture.contracts, 1n)).request).toBe(2);
		await fixture.home.content.write("inputs", inputsRoot, right);
		await claimant.tick();
		expect((await getClaim(fixture.contracts, 2n)).request).toBe(1);
		await fixture.home.content.write("inputs", inputsRoot, spoil(decodeTensors(right)));
		const guard = await verifier(await fixture.world("verifier"), "1", { compare: "trace", progress });
		for (let i = 0; i < 3; i++) await guard.tick();
		expect(told(/Claim 1 agrees/)).toBe(1);
		expect(told(/Claim 2 agrees/)).toBe(0);
	});

	it("inputs that are a folder", async () => {
		const { inputsRoot } = await getRequest(fixture.contracts, 1n);
		await rm(fileOf(inputsRoot));
		await mkdir(fileOf(inputsRoot));
		await requestOn(1, "0.001");
		const claimant = await submitter(await fixture.world("submitter"), "1", { progress });
		for (let i = 0; i < 3; i++) await claimant.tick();
		expect((await countEvents(fixture.contracts)).Claimed).toBe(1);
	});

	it("a failure that nobody foresaw", async () => {
		const { inputsRoot } = await getRequest(fixture.contracts, 1n);
		await requestOn(1, "0.001");
		const world = await fixture.world("submitter");
		const content = {
			...world.home.content,
			async read(...asked: Parameters<typeof world.home.content.read>) {
				if (asked[1] === inputsRoot) throw new TypeError("nothing is foreseen");
				return world.home.content.read(...asked);
			},
		};
		const claimant = await submitter({ ...world, home: { ...world.home, content } }, "1", { progress });
		for (let i = 0; i < 3; i++) await claimant.tick();
		expect(told(/^request 1: TypeError: nothing is foreseen \(a defect of this program/)).toBe(1);
		expect((await getClaim(fixture.contracts, 1n)).request).toBe(2);
	});

	it("a trace that cannot be kept: nothing is claimed, and what is claimed is defended", async () => {
		const claimed = fixture.home.path("claimed");
		await writeFile(claimed, "");
		const liar = await submitter(await fixture.world("submitter"), "1", { defect: "0:3", progress });
		for (let i = 0; i < 3; i++) await liar.tick();
		expect(told(/cannot be written/)).toBe(1);
		expect((await countEvents(fixture.contracts)).Claimed).toBeUndefined();
		await rm(claimed);
		const stubborn = await submitter(await fixture.world("submitter"), "1", { defect: "0:3", progress });
		await playUntil(fixture, [stubborn], 1n, CLAIM_STATUS.live);
		await rm(claimed, { recursive: true });
		await writeFile(claimed, "");
		const again = await submitter(await fixture.world("submitter"), "1", { defect: "0:3", progress });
		const guard = await verifier(await fixture.world("verifier"), "1", {
			compare: "trace",
			mode: "bisect",
			progress,
		});
		await playUntil(fixture, [guard, again], 1n, CLAIM_STATUS.rejected);
		expect((await countEvents(fixture.contracts)).Settled).toBe(1);
	});
});

describe("the monitor", () => {
	it("does not stop at programs and inputs that cannot be used, and tells of them once", async () => {
		const claimant = await submitter(await fixture.world("submitter"), "1", { progress: () => {} });
		await requestOn(1);
		for (let i = 0; i < 4; i++) await claimant.tick();
		const world = await fixture.world("verifier");
		const look = await openMonitor(world, { warn: progress });
		const { inputsRoot } = await getRequest(fixture.contracts, 1n);
		const right = (await fixture.home.content.read("inputs", inputsRoot))!;
		await fixture.home.content.write("inputs", inputsRoot, Uint8Array.of(1, 2, 3));
		const executions = async () => (await look()).claims.map(({ execution }) => execution);
		for (let i = 0; i < 3; i++) expect(await executions()).toEqual(["unknown", "agrees"]);
		expect(told(/^claim 1: The inputs .* are damaged/)).toBe(1);
		await fixture.home.content.write("inputs", inputsRoot, right);
		expect(await executions()).toEqual(["agrees", "agrees"]);
		await fixture.home.content.write("programs", loaded.root, Uint8Array.of(1, 2, 3));
		const other = await openMonitor(world, { warn: progress });
		for (let i = 0; i < 3; i++) {
			expect((await other()).claims.map(({ execution }) => execution)).toEqual(["unknown", "unknown"]);
		}
		expect(told(/^claim 1: The stored program .* cannot be used/)).toBe(1);
	});
});

describe("a submitter's money", () => {
	it("is not spent on requests that pay less than answering them costs", async () => {
		// Its constructor leaves the opcode INVALID, which burns all gas.
		const data = "0x60fe60005360016000f3" as const;
		const hash = await requester.signer.wallet.sendTransaction({ data } as never);
		const { contractAddress } = await connection.reader.getTransactionReceipt({ hash });
		for (let i = 0; i < 3; i++) await requestOn(1, "0");
		const price = await connection.reader.getGasPrice();
		const fee = (leastFeeOf(loaded.commitment.header, price, false) * 12n) / 10n;
		await requestOn(1, formatEther(fee), contractAddress!);
		const claimant = await submitter(await fixture.world("submitter"), "1", { progress });
		for (let i = 0; i < 5; i++) await claimant.tick();
		expect((await countEvents(fixture.contracts)).Claimed).toBe(1);
		// One line, of the one that pays most.
		expect(told(/^Request 5 pays .* ETH: the least fee is .* 3 others pay too little as well\.$/)).toBe(1);
		expect(told(/ pays .* ETH: the least fee is/)).toBe(1);
		const generous = await submitter(await fixture.world("second-submitter"), "1", {
			leastFee: "0",
			progress,
		});
		for (let i = 0; i < 5; i++) await generous.tick();
		expect((await countEvents(fixture.contracts)).Claimed).toBe(5);
	});

	it("is not locked beyond its bound, and both are shown by status", async () => {
		for (let i = 0; i < 3; i++) await requestOn(i);
		const world = await fixture.world("submitter");
		const bond = fixture.contracts.deployment.parameters.submitterBond;
		const mostBonds = `0.${String(2n * bond + 1n).padStart(18, "0")}`;
		const claimant = await submitter(world, "1", { mostBonds, progress });
		for (let i = 0; i < 6; i++) await claimant.tick();
		expect((await countEvents(fixture.contracts)).Claimed).toBe(2);
		expect(told(/^Requests wait: a bond is/)).toBe(1);
		const [actor] = (await statusOf(world)).actors;
		expect(actor).toMatchObject({ role: "submitter", mostBonds: parseEther(mostBonds) });
		expect(actor.bonds).toBe(2n * bond);
	});

	it("is not held back for requests whose inputs are nowhere to be had", async () => {
		for (let i = 1; i <= 3; i++) await rm(fileOf(await requestOn(i, "0.05")));
		const bond = fixture.contracts.deployment.parameters.submitterBond;
		const claimant = await submitter(await fixture.world("submitter"), "1", {
			mostBonds: formatEther(2n * bond),
			progress,
		});
		for (let i = 0; i < 6; i++) await claimant.tick();
		expect(told(/^The inputs 0x.* waiting for them/)).toBe(3);
		expect((await getClaim(fixture.contracts, 1n)).request).toBe(1);
		expect((await countEvents(fixture.contracts)).Claimed).toBe(1);
	});
});
