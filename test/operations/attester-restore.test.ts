import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aggregator } from "@umpire/actors/attesters/aggregator.ts";
import { Attester } from "@umpire/actors/attesters/attester.ts";
import {
	type AttesterContracts,
	deployAttesters,
	openAttesters,
} from "@umpire/actors/attesters/attester-contracts.ts";
import { AttesterReader } from "@umpire/actors/attesters/read-attesters.ts";
import { demoJobs } from "@umpire/actors/jobs/demo-programs.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import type { World } from "@umpire/actors/world.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { ATTESTER_PRESETS } from "@umpire/markets/attester-parameters.ts";
import { OPERATOR_STATUS, RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { parseEther } from "viem";
import { afterEach, beforeEach, expect, test } from "vitest";

const PARAMETERS = { ...ATTESTER_PRESETS.test, epochSeconds: 1000 };
const STAKE = parseEther("2");

let stage: Stage;
let client: World;
let contracts: AttesterContracts;
let copy: string;
let said: string[];
let answer: (role: "submitter" | "second-submitter", defect?: string) => Promise<void>;
const progress = (line: string) => said.push(line);

/** An operator in the set, and a program about which one question is asked and answered ever anew. */
beforeEach(async () => {
	said = [];
	stage = await openStage();
	copy = await mkdtemp(join(tmpdir(), "umpire-copy-"));
	client = await stage.world("requester");
	await deployAttesters(client, PARAMETERS);
	contracts = await openAttesters(client);
	await stage.settle([await attester()]);
	await stage.wait(2 * PARAMETERS.epochSeconds);
	const { program, inputs } = (await demoJobs(7)).find(({ kind }) => kind === "inference")!;
	const commitment = await commitProgram(program);
	const { number, root } = await registerProgram(client, program, commitment);
	answer = async (role, defect) => {
		const terms = { fee: "0.05", within: 100_000 };
		const { request } = await postRequest(client, { number, root, program, commitment }, inputs, terms);
		const options = { leastFee: "0", mostBonds: "100", serves: (one: number) => one === request, progress };
		await stage.settle([await submitter(await stage.world(role), root, { ...options, defect })]);
	};
});
afterEach(async () => {
	await stage.close();
	await rm(copy, { recursive: true, force: true });
});

const attester = async (more: { aim?: "leave"; careless?: true } = {}) =>
	new Attester(await stage.world("attester"), contracts, { stake: STAKE, aim: "stay", progress, ...more });

const addressOf = async () => (await stage.world("attester")).signer.account.address;

/** Copies the home folder, as it is while actors run. */
const save = () => cp(client.home.folder, copy, { recursive: true });

/** The machine is lost, and the copy is all that is left. */
async function restore(): Promise<void> {
	await rm(client.home.folder, { recursive: true });
	await cp(copy, client.home.folder, { recursive: true });
}

/** Puts what an operator has signed on the chain; what there is of it then. */
async function recorded(one: Attester) {
	const options = { attesters: ["one"], margin: 0, progress, ask: () => one.votes() };
	await stage.settle([new Aggregator(client, contracts, options)]);
	const reader = new AttesterReader(client, contracts, client.signer.account.address);
	const { seen } = await reader.look(Number(await chainTime(stage.connection)));
	return { records: seen.records, operator: await reader.operator(await addressOf()) };
}

test("A3: restored from its newest copy, an operator is the same and signs no other output than before", async () => {
	await answer("submitter");
	const former = await attester();
	await stage.settle([former]);
	const before = await former.votes();
	expect(before.map(({ claim }) => claim)).toEqual([1]);
	await save();
	await restore();
	// Now its machine takes anything for right, and somebody states another output of the question.
	const restored = await attester({ careless: true });
	await answer("second-submitter", "0:0");
	await stage.settle([restored]);
	expect(await restored.votes()).toEqual(before);
	expect(said.join("\n")).toMatch(/claim 2 states another output than claim 1, which was signed/);
	// What is right is signed as ever, with the key that is registered.
	await answer("submitter");
	await stage.settle([restored]);
	expect((await restored.votes()).map(({ claim }) => claim)).toEqual([1, 3]);
	const { records, operator } = await recorded(restored);
	expect(records.map(({ claim, status }) => [claim, status])).toEqual([
		[1, RECORD_STATUS.attested],
		[3, RECORD_STATUS.attested],
	]);
	expect(operator).toMatchObject({ status: OPERATOR_STATUS.active, stake: STAKE });
	expect(said.filter((line) => line.startsWith("Registered"))).toHaveLength(1);
});

test("A3: restored from a copy that is older than its last signature, it signs the same once more, or leaves", async () => {
	await save();
	await answer("submitter");
	const former = await attester();
	await stage.settle([former]);
	const before = await former.votes();
	await recorded(former);
	const [question] = before;
	await cp(client.home.path("programs"), join(copy, "programs"), { recursive: true });
	await cp(client.home.path("inputs"), join(copy, "inputs"), { recursive: true });
	await restore();
	const restored = await attester();
	expect(await restored.votes()).toEqual([]);
	// It does not know what it has signed: the same computation gives the same output and the same signature.
	await answer("second-submitter", "0:0");
	await stage.settle([restored]);
	const again = await restored.votes();
	expect(again.map(({ claim }) => claim)).toEqual([1]);
	expect(again[0]).toEqual(question);
	const { operator } = await recorded(restored);
	expect(operator).toMatchObject({ status: OPERATOR_STATUS.active, stake: STAKE });
	// Whoever does not trust the machine leaves: then nothing is signed.
	await restore();
	const leaving = await attester({ aim: "leave" });
	await stage.settle([leaving]);
	expect(await leaving.votes()).toEqual([]);
	await stage.wait(2 * PARAMETERS.epochSeconds + PARAMETERS.accusationSeconds);
	expect((await recorded(leaving)).operator.status).toBe(OPERATOR_STATUS.leaving);
});
