import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Aggregator } from "@umpire/actors/attesters/aggregator.ts";
import { askCover } from "@umpire/actors/attesters/ask-cover.ts";
import { Attester } from "@umpire/actors/attesters/attester.ts";
import {
	type AttesterContracts,
	deployAttesters,
	openAttesters,
} from "@umpire/actors/attesters/attester-contracts.ts";
import { serveNode } from "@umpire/actors/attesters/node-api.ts";
import { AttesterReader } from "@umpire/actors/attesters/read-attesters.ts";
import { SignedOutputs } from "@umpire/actors/attesters/signed-outputs.ts";
import { type SignedVote, SignedVotes } from "@umpire/actors/attesters/signed-votes.ts";
import { demoJobs } from "@umpire/actors/jobs/demo-programs.ts";
import type { LoadedProgram } from "@umpire/actors/loaded-program.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import type { World } from "@umpire/actors/world.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import { read, send } from "@umpire/chain/send.ts";
import { chainTime, mineBlock } from "@umpire/chain/time.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { ATTESTER_PRESETS } from "@umpire/markets/attester-parameters.ts";
import { COVER_STATUS, OPERATOR_STATUS, RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import { isSigned } from "@umpire/markets/bls.ts";
import { statementOf } from "@umpire/markets/witness-tree.ts";
import { encodeDescriptor } from "@umpire/operators/descriptor.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openMarket } from "@umpire/sdk/market.ts";
import { loadProgram } from "@umpire/sdk/program.ts";
import { progressOf, waitFor } from "@umpire/sdk/wait.ts";
import { openHome, writeJson } from "@umpire/store/home.ts";
import { parseEther } from "viem";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { counting } from "./counting.ts";

const PARAMETERS = { ...ATTESTER_PRESETS.test, epochSeconds: 1000 };
const STAKE = parseEther("2");

let stage: Stage;
let client: World;
let contracts: AttesterContracts;
let said: string[];
const progress = (line: string) => said.push(line);

beforeEach(async () => {
	said = [];
	stage = await openStage();
	client = await stage.world("requester");
	await deployAttesters(client, PARAMETERS);
	contracts = await openAttesters(client);
});
afterEach(() => stage.close());

const attester = async (role: "attester" | "second-attester" = "attester") =>
	new Attester(await stage.world(role), contracts, { stake: STAKE, aim: "stay", progress });

/** A program, and honest claims on it. */
async function claimed(count = 1): Promise<LoadedProgram> {
	const { program, inputs } = (await demoJobs(7)).find(({ kind }) => kind === "inference")!;
	const commitment = await commitProgram(program);
	const { number, root } = await registerProgram(client, program, commitment);
	const loaded = { number, root, program, commitment };
	for (let i = 0; i < count; i++) {
		await postRequest(client, loaded, inputs, { fee: "0.05", within: 100_000 });
	}
	const options = { leastFee: "0", mostBonds: "100", progress };
	await stage.settle([await submitter(await stage.world("submitter"), root, options)]);
	return loaded;
}

/** Lets the next block come so much later, and makes none. */
async function later(seconds: number): Promise<void> {
	const request = stage.connection.reader.request as (args: {
		method: string;
		params: unknown[];
	}) => Promise<unknown>;
	await request({ method: "evm_increaseTime", params: [seconds] });
}

/** Registered, and in the set. */
async function enlisted(...roles: ("attester" | "second-attester")[]): Promise<Attester[]> {
	const made: Attester[] = [];
	for (const role of roles) made.push(await attester(role));
	await stage.settle(made);
	await stage.wait(2 * PARAMETERS.epochSeconds);
	return made;
}

test("that is started anew after every look signs each claim once an epoch, with the key that it had", async () => {
	await enlisted("attester");
	await claimed();
	for (let look = 0; look < 4; look++) await (await attester()).tick();
	const votes = await (await attester()).votes();
	expect(votes).toHaveLength(1);
	const { seen } = await new AttesterReader(client, contracts, client.signer.account.address).look(
		Number(await chainTime(stage.connection)),
	);
	expect(votes[0]).toMatchObject({ claim: 1, operator: 0, outputRoot: seen.claims[0].outputRoot });
	const aggregator = new Aggregator(client, contracts, {
		attesters: ["one"],
		margin: 0,
		progress,
		ask: async () => (await attester()).votes(),
	});
	await stage.settle([aggregator]);
	expect(said.filter((line) => line.startsWith("Put "))).toEqual(["Put 1 signatures of claim 1 on chain."]);
	await (await attester()).tick();
	expect(said.filter((line) => line.startsWith("Signed"))).toHaveLength(1);
});

test("A3: never signs two outputs of one question, whatever its machine computes", async () => {
	const votes = () => new SignedVotes(client.home, "test");
	const point = [1n, 2n] as const;
	const vote = {
		...{ claim: 1, epoch: 3, program: wordHex(1n), inputsRoot: wordHex(2n), outputRoot: wordHex(3n) },
		...{ operator: 0, signature: point, key: [1n, 2n, 3n, 4n] as const },
	};
	await votes().add(vote);
	await votes().add({ ...vote, claim: 2 });
	await votes().add({ ...vote, claim: 3, inputsRoot: wordHex(5n), outputRoot: wordHex(6n) });
	const other = { ...vote, claim: 4, outputRoot: wordHex(4n) };
	await expect(votes().add(other)).rejects.toThrow(/claim 4 states another output than claim 1/);
	expect((await votes().all()).map(({ claim }) => claim)).toEqual([1, 2, 3]);
	// Nor do two processes of one home folder, of which each has read what was signed before.
	const [one, another] = [votes(), votes()];
	for (const each of [one, another]) await each.all();
	const asked = { ...vote, claim: 5, inputsRoot: wordHex(8n) };
	await one.add(asked);
	await expect(another.add({ ...asked, claim: 6, outputRoot: wordHex(4n) })).rejects.toThrow(/claim 6/);
	expect((await votes().all()).map(({ claim }) => claim)).toEqual([1, 2, 3, 5]);
	expect((await votes().all())[0]).toEqual(vote);
});

test("A11: signs what it has got from where it was told to, and nothing that is nowhere", async () => {
	await enlisted("attester");
	await claimed();
	const server = createServer((request, response) => {
		readFile(join(client.home.folder, request.url ?? "")).then(
			(bytes) => response.setHeader("content-length", bytes.length).end(bytes),
			() => response.writeHead(404).end(),
		);
	}).listen(0, "127.0.0.1");
	try {
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		const elsewhere = async (name: string, sources: readonly string[]) => {
			const home = openHome(client.home.path("elsewhere", name));
			const world = { ...(await stage.world("attester")), home, sources };
			const one = new Attester(world, contracts, { stake: STAKE, aim: "stay", progress });
			await one.tick();
			return one.votes();
		};
		expect(await elsewhere("without", [])).toEqual([]);
		expect(await elsewhere("with", [`http://127.0.0.1:${port}`])).toMatchObject([{ claim: 1 }]);
	} finally {
		server.close();
	}
});

test("A3: never forgets what it has signed, however much that is, and whatever a crash cut off", async () => {
	const point = [1n, 2n] as const;
	const asked = (question: number, outputRoot: number, claim = question): SignedVote => ({
		...{ claim, epoch: 3, program: wordHex(1n), inputsRoot: wordHex(BigInt(question)) },
		...{ outputRoot: wordHex(BigInt(outputRoot)), operator: 0, signature: point, key: [1n, 2n, 3n, 4n] },
	});
	// A full list of an earlier version, which kept nothing else.
	const path = client.home.path("attesters", "full.signed.json");
	const full = Array.from({ length: 5000 }, (_, i) => asked(i + 1, 1));
	await writeJson(path, full);
	const votes = () => new SignedVotes(client.home, "full");
	for (const question of [5001, 5002]) await votes().add(asked(question, 1));
	await writeJson(path, full.slice(-10));
	for (const question of [1, 2, 5001, 5002]) {
		await expect(votes().add(asked(question, 2, 9000))).rejects.toThrow(/signed long ago/);
		await votes().add(asked(question, 1, 9000));
	}
	// Of two processes that sign two outputs at once one does.
	const folder = client.home.path("attesters", "raced.signed");
	const [one, other] = [asked(1, 1), asked(1, 2)];
	const told = await Promise.all([one, other].map((vote) => new SignedOutputs(folder).claim(vote)));
	expect(new Set(told).size).toBe(1);
	const [file] = await readdir(folder);
	await writeFile(join(folder, file), "0x1234 0x", { flag: "w" });
	expect(await new SignedOutputs(folder).find(one)).toBeUndefined();
	expect(await new SignedOutputs(folder).claim(other)).toBe(other.outputRoot);
	expect(await new SignedOutputs(folder).claim(one)).toBe(other.outputRoot);
});

test("one that runs while its operator is told to leave elsewhere registers no second stake", async () => {
	const [running] = await enlisted("attester");
	const world = await stage.world("attester");
	const leaving = new Attester(world, contracts, { stake: STAKE, aim: "leave", progress });
	await leaving.tick();
	await running.tick();
	expect(said.at(-1)).toMatch(/^Its stake comes back from \d{4}-.*Z on, when all is decided/);
	await stage.wait(2 * PARAMETERS.epochSeconds + PARAMETERS.accusationSeconds);
	await stage.settle([leaving]);
	expect(await leaving.hasLeft()).toBe(true);
	await stage.settle([running]);
	expect(said).toContain("It has left: it registers anew only when it is started anew.");
	expect(said.filter((line) => line.startsWith("Registered"))).toHaveLength(1);
	expect(said.filter((line) => line.startsWith("register:"))).toEqual([]);
	const again = await attester();
	await stage.settle([again]);
	expect(said.filter((line) => line.startsWith("Registered"))).toHaveLength(2);
});

test("records that are over are listed, though no actor reads them any more", async () => {
	const [first] = await enlisted("attester");
	await claimed();
	await stage.settle([first]);
	const votes = () => first.votes();
	const aggregator = new Aggregator(client, contracts, {
		attesters: ["one"],
		margin: 0,
		progress,
		ask: votes,
	});
	await stage.settle([aggregator]);
	const { challengePeriod } = client.contracts.deployment.parameters;
	await stage.wait(challengePeriod + 1);
	const call = { contract: client.contracts.market, functionName: "finalise", args: [1n] };
	await send(client.signer, call);
	await stage.settle([aggregator]);
	await stage.wait(3 * PARAMETERS.accusationSeconds);
	const now = Number(await chainTime(stage.connection));
	const reader = () => new AttesterReader(client, contracts, client.signer.account.address);
	expect((await reader().look(now)).seen.records).toEqual([]);
	const { records } = (await reader().look(now, true)).seen;
	expect(records).toMatchObject([{ id: 1, claim: 1, status: RECORD_STATUS.confirmed, signers: 1n }]);
});

test("A7: leaves in a later epoch than its transaction was estimated in", async () => {
	const [first] = await enlisted("attester");
	await first.tick();
	// The newest block stays in this epoch; the next one comes three epochs later.
	await later(3 * PARAMETERS.epochSeconds);
	const world = await stage.world("attester");
	const leaving = new Attester(world, contracts, { stake: STAKE, aim: "leave", progress });
	await leaving.tick();
	expect(said.filter((line) => /leave|Leaving/.test(line))).toEqual([
		"Leaving: it signs for no later epoch.",
	]);
	const { status } = await new AttesterReader(client, contracts, client.signer.account.address).operator(
		world.signer.account.address,
	);
	expect(status).toBe(OPERATOR_STATUS.leaving);
});

test("an aggregator takes nothing from attesters that lie, are absent or answer nonsense, and goes on with the others", async () => {
	const [first, second] = await enlisted("attester", "second-attester");
	await claimed();
	await stage.settle([first, second]);
	const [[own], [other]] = [await first.votes(), await second.votes()];
	const offers: Record<string, () => Promise<unknown>> = {
		absent: () => Promise.reject(new Error("nobody answers")),
		nonsense: async () => "hello",
		junk: async () => [1, null, { claim: "x" }, { ...own, signature: ["-1", "y"] }, { ...own, claim: 99 }],
		// another's signature under its own name, and its own of another output
		lying: async () => [
			{ ...other, operator: own.operator },
			{ ...own, signature: other.signature },
			{ ...own, operator: 7 },
			{ ...own, key: other.key },
		],
		honest: async () => [own],
		also: async () =>
			JSON.parse(JSON.stringify([other], (_, one) => (typeof one === "bigint" ? `${one}` : one))),
	};
	const aggregatorOf = (attesters: readonly string[]) =>
		new Aggregator(client, contracts, { attesters, margin: 0, progress, ask: (one) => offers[one]() });
	await stage.settle([aggregatorOf(["absent", "nonsense", "junk", "lying"])]);
	expect(said.filter((line) => line.startsWith("Put "))).toEqual([]);
	expect(said.join("\n")).toMatch(/absent is not collected from: nobody answers/);
	expect(said.join("\n")).toMatch(/nonsense is not collected from: its answer is no list of votes/);
	expect(said.join("\n")).toMatch(/lying offers a signature of claim 1 that is not operator 0's/);
	await stage.settle([aggregatorOf(Object.keys(offers))]);
	expect(said.filter((line) => line.startsWith("Put "))).toEqual(["Put 2 signatures of claim 1 on chain."]);
});

test("an aggregator is neither stopped nor kept busy by an attester that offers what cannot be read, or forgeries by the thousand", async () => {
	const [first, second] = await enlisted("attester", "second-attester");
	await claimed();
	await stage.settle([first, second]);
	const [[own], [other]] = [await first.votes(), await second.votes()];
	const unreadable = JSON.parse('[{"toString":1},"2"]');
	let looks = 0;
	const offers: Record<string, () => Promise<unknown>> = {
		unreadable: async () => [
			{ ...own, signature: unreadable },
			{ ...own, key: [...unreadable, "3", "4"] },
		],
		flooding: async () =>
			Array.from({ length: 5000 }, (_, i) => ({
				...own,
				get key() {
					looks++;
					return [BigInt(i + 1), ...own.key.slice(1)];
				},
			})),
		relaying: async () => [own, other, own],
		honest: async () => [own],
		also: async () => [other],
	};
	const aggregator = new Aggregator(client, contracts, {
		...{ attesters: Object.keys(offers), margin: 0, progress },
		ask: (one) => offers[one](),
	});
	await stage.settle([aggregator]);
	expect(said.filter((line) => line.startsWith("Put "))).toEqual(["Put 2 signatures of claim 1 on chain."]);
	// A signature that is wrong costs pairings: one a look.
	expect(looks).toBeGreaterThan(0);
	expect(looks).toBeLessThan(100);
});

test("A8: signs what it has put together itself, whatever a node says that it has to sign", async () => {
	const world = await stage.world("attester");
	const { connection } = world.contracts;
	const lies: string[] = [];
	const reader = new Proxy(connection.reader, {
		get(target, name) {
			if (name !== "readContract") return Reflect.get(target, name);
			return async (call: { functionName: string }) => {
				if (call.functionName !== "messageOf" && call.functionName !== "proofOf")
					return target.readContract(call as never);
				lies.push(call.functionName);
				return wordHex(7n);
			};
		},
	});
	const lying = { ...world, contracts: { ...world.contracts, connection: { ...connection, reader } } };
	const deceived = new Attester(lying, contracts, { stake: STAKE, aim: "stay", progress });
	await stage.settle([deceived]);
	await stage.wait(2 * PARAMETERS.epochSeconds);
	await claimed();
	await stage.settle([deceived]);
	const [vote] = await deceived.votes();
	const { market } = client.contracts;
	const statement = statementOf(market.address, vote.program, vote.inputsRoot, vote.outputRoot);
	const message = await read(client.contracts, contracts.operators, "messageOf", [
		BigInt(vote.epoch),
		statement,
	]);
	const { x, y } = await read(client.contracts, contracts.operators, "getOperator", [0n]);
	expect(isSigned(vote, [x, y], message)).toBe(true);
	expect(lies).toEqual([]);
});

test("a keeper is not kept by covers that are too large from those that are not", async () => {
	const [one] = await enlisted("attester");
	await claimed(5);
	const value = parseEther("100");
	for (const request of [1, 2, 3, 4]) {
		await askCover(client, contracts, request, { value, premium: value / 1000n });
	}
	await askCover(client, contracts, 5, { value: parseEther("0.1"), premium: parseEther("0.001") });
	await stage.settle([one]);
	const options = { attesters: ["one"], margin: 0, progress, ask: () => one.votes() };
	const aggregator = new Aggregator(client, contracts, options);
	await stage.settle([aggregator]);
	// A refusal is told as soon as the move is still due in a later block.
	const told = async () => {
		await mineBlock(stage.connection);
		await stage.settle([aggregator]);
		expect(said.join("\n")).toMatch(/CoverTooLarge/);
	};
	await vi.waitFor(told, { timeout: 600_000, interval: 500 });
	const cover = await read(client.contracts, contracts.attestations, "getCover", [5n]);
	expect(cover.status).toBe(COVER_STATUS.bound);
});

test("accusations and records that have ended are read no more, however many there were", async () => {
	const [one] = await enlisted("attester");
	const { commitment } = await claimed(2);
	await stage.settle([one]);
	const options = { attesters: ["one"], margin: 0, progress, ask: () => one.votes() };
	await stage.settle([new Aggregator(client, contracts, options)]);
	// Nobody defends the claim: it falls, and its record can be accused.
	const { signer } = await stage.world("second-attester");
	const { descriptors, descriptorTree, header } = commitment;
	const at = header.outputOperator;
	const entry = { descriptor: encodeDescriptor(descriptors[at]), path: descriptorTree.path(at) };
	const value = client.contracts.deployment.parameters.challengerBond;
	await send(signer, callOf(client.contracts, { type: "challenge", claim: 2, value, entry }));
	await stage.wait(100_000);
	await send(signer, callOf(client.contracts, { type: "timeout", dispute: 1 }));
	const accuse = async (record: bigint) => {
		const value = await read(client.contracts, contracts.attestations, "accusationBond", [record]);
		await send(signer, { contract: contracts.attestations, functionName: "accuse", args: [record], value });
	};
	const asked = new Map<string, number>();
	const reader = new AttesterReader(counting(client, asked), contracts, client.signer.account.address);
	const look = async () => {
		asked.clear();
		await reader.look(Number(await chainTime(stage.connection)));
		return { accusations: asked.get("getAccusation") ?? 0, records: asked.get("getRecord") ?? 0 };
	};
	for (let i = 0; i < 4; i++) await accuse(2n);
	expect(await look()).toEqual({ accusations: 4, records: 2 });
	// Records are read together.
	expect(asked.get("multicall")).toBeLessThanOrEqual(2 + 1);
	await stage.wait(PARAMETERS.claimSeconds + 1);
	const keeper = new Aggregator(client, contracts, { ...options, attesters: [] });
	await stage.settle([keeper]);
	await stage.wait(3 * PARAMETERS.accusationSeconds);
	await stage.settle([keeper]);
	await look();
	for (let i = 0; i < 5; i++) await mineBlock(stage.connection);
	await look();
	// The first record waits for its claim's end, and keeps none of those after it.
	expect(await look()).toEqual({ accusations: 0, records: 1 });
});

test("serves EigenLayer's node API, metrics, votes and verdicts", async () => {
	const [one] = await enlisted("attester");
	let age: number | undefined;
	const served = { attester: one, age: () => age, claimOf: (claim: number) => one.claim(claim) };
	const node = await serveNode(served, 0);
	const get = async (path: string, init?: RequestInit) => {
		const response = await fetch(node.url + path, init);
		return { status: response.status, body: await response.text() };
	};
	const validate = (body: string) => get("/task/validate", { method: "POST", body });
	try {
		expect((await get("/eigen/node/health")).status).toBe(503);
		await claimed();
		await stage.settle([one]);
		age = 1;
		expect(JSON.parse((await get("/eigen/node")).body)).toMatchObject({ node_name: "umpire" });
		expect((await get("/eigen/node/health")).status).toBe(200);
		expect(JSON.parse((await get("/eigen/node/services")).body)).toMatchObject([
			{ id: "attestation", status: "Up" },
		]);
		expect((await get("/eigen/node/services/attestation/health")).status).toBe(200);
		expect((await get("/eigen/node/services/other/health")).status).toBe(404);
		expect(JSON.parse((await get("/attestations")).body)).toHaveLength(1);
		expect(JSON.parse((await validate('{"proofOfTask":"1"}')).body)).toMatchObject({
			data: true,
			error: false,
		});
		expect((await validate('{"proofOfTask":"9"}')).status).toBe(404);
		expect((await validate("{")).status).toBe(400);
		expect((await validate("{}")).status).toBe(400);
		expect((await validate("null")).status).toBe(400);
		expect((await validate("x".repeat(70_000))).status).toBe(413);
		expect((await get("/eigen/node", { method: "DELETE" })).status).toBe(405);
		const { body: metrics } = await get("/metrics");
		for (const line of [
			"eigen_performance_score 100",
			'eigen_registered_stakes{quorum_number="0",quorum_name="ether"} 2',
			"eigen_slashing_status 0",
			'eigen_rpc_request_total{method="/eigen/node"} 1',
			'umpire_attester_live_claims{verdict="agrees"} 1',
		]) {
			expect(metrics).toContain(line);
		}
		age = 500;
		expect((await get("/eigen/node/health")).status).toBe(503);
	} finally {
		node.close();
	}
});

test("an answer is soft for a dapp when the stake stands for it on the chain, and then final", async () => {
	const [first, second] = await enlisted("attester", "second-attester");
	const { root } = await claimed();
	const { deployment, connection } = client.contracts;
	const at = [connection.reader, deployment.market, contracts.attestations.address] as const;
	const market = await openMarket(...at);
	const program = await loadProgram(await readFile(client.home.path("programs", `${root}.onnx`)), { root });
	await stage.settle([first, second]);
	// What attesters have signed and nobody has put on the chain is nobody's word yet.
	expect(await progressOf(market, program, 1n)).toMatchObject({ stage: "claimed", claim: { claim: 1n } });
	const stages: string[] = [];
	const options = {
		pollingInterval: 20,
		onProgress: ({ stage: at }: { stage: string }) => stages.push(at),
	};
	const waiting = waitFor(market, program, 1n, { ...options, until: "soft" });
	await expect.poll(() => stages).toEqual(["claimed"]);
	const votes = { one: first, other: second };
	const aggregator = new Aggregator(client, contracts, {
		...{ attesters: Object.keys(votes), margin: 0, progress },
		ask: (one) => votes[one as keyof typeof votes].votes(),
	});
	await stage.settle([aggregator]);
	expect((await waiting).stage).toBe("soft");
	await expect(waitFor(await openMarket(at[0], at[1]), program, 1n, { until: "soft" })).rejects.toThrow(
		/none are named/,
	);
	await stage.wait(market.challengePeriod + 1);
	await send(client.signer, {
		contract: client.contracts.market,
		functionName: "finalise",
		args: [1n],
	});
	const final = await waitFor(market, program, 1n, { ...options, until: "soft" });
	expect(final).toMatchObject({ stage: "final", claim: { status: "final" } });
});
