import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getClaim } from "@umpire/chain/contracts.ts";
import { type ChainEvent, eventFeed } from "@umpire/chain/events.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { localAccount, type Role } from "@umpire/store/accounts.ts";
import { openHome } from "@umpire/store/home.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { putProgram } from "@umpire/store/programs.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CompiledFile, compileFile } from "../src/compile-file.ts";
import { loadRegistered } from "../src/loaded-program.ts";
import { registerProgram } from "../src/register.ts";
import { postRequest } from "../src/requester.ts";
import { quantiseInputs } from "../src/run-program.ts";
import { setUp } from "../src/set-up.ts";
import { openStage, type Stage } from "../src/stage.ts";
import { statusOf } from "../src/status.ts";
import { submitter } from "../src/submitter.ts";
import { syntheticProgramInputs } from "../src/synthetic.ts";
import { verifier } from "../src/verifier.ts";
import { type World, worldOf } from "../src/world.ts";

const silent = () => {};
const testdata = join(projectRoot, "testdata");
/** LeNet-5's input has 784 elements of 16 bits: eleven leaves, two chunks. */
const CHUNKS = 2;

let compiled: CompiledFile;
let inputs: Elements[];
let stage: Stage;
let folders: string[];
let inputsRoot: `0x${string}`;

beforeAll(async () => {
	await setUp(silent);
	const calibrate = [join(testdata, "lenet-5-input.json")];
	compiled = await compileFile(join(testdata, "lenet-5.onnx"), { bits: 16, calibrate, progress: silent });
	const floats = syntheticProgramInputs(compiled.program);
	inputs = quantiseInputs(compiled.program, floats, { warn: silent });
});
beforeEach(async () => {
	stage = await openStage();
	folders = [];
	const requester = await stage.world("requester");
	const { number, root } = await registerProgram(requester, compiled.program, compiled.commitment);
	const loaded = { number, root, ...compiled };
	({ inputsRoot } = await postRequest(requester, loaded, inputs, { fee: "0.01", within: 86_400 }));
});
afterEach(async () => {
	await stage.close();
	for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** Someone with a folder of its own, which has the program and not the inputs. */
async function apart(role: Role): Promise<World> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-apart-"));
	folders.push(folder);
	const home = openHome(folder);
	await putProgram(home.content, compiled.program);
	return worldOf(home, stage.contracts, localAccount(role));
}

const guard = (world: World, demandInputs: number, lines: string[] = []) =>
	verifier(world, "1", { compare: "trace", demandInputs, progress: (line) => lines.push(line) });
const claimant = async (defect?: string) =>
	submitter(await stage.world("submitter"), "1", { defect, seed: 1, progress: silent });
const statusOfClaim = async () => (await getClaim(stage.contracts, 1n)).status;

async function count(event: ChainEvent["name"]): Promise<number> {
	const feed = eventFeed(stage.contracts);
	await feed.poll();
	return feed.events.filter(({ name }) => name === event).length;
}

describe("a verifier without the inputs of a claim", () => {
	it("has them published, once even if it is stopped in between, and finds the claim right", async () => {
		const submitting = await claimant();
		await submitting.tick();
		const world = await apart("verifier");
		await (await guard(world, CHUNKS)).tick();
		expect(await count("InputDemanded")).toBe(CHUNKS);
		expect((await statusOf(world)).demands).toHaveLength(CHUNKS);
		// as after a kill: nothing is left but the folder
		const again = await worldOf(world.home, stage.contracts, localAccount("verifier"));
		const lines: string[] = [];
		const guarding = await guard(again, CHUNKS, lines);
		await guarding.tick();
		expect(await count("InputDemanded")).toBe(CHUNKS);
		await stage.settle([submitting, guarding]);
		expect(await getInputs(world.home.content, compiled.program, inputsRoot)).toEqual(inputs);
		expect(lines).toContain("Claim 1 agrees.");
		expect((await statusOf(again)).demands).toEqual([]);
		await stage.wait(stage.contracts.deployment.parameters.challengePeriod);
		await stage.settle([submitting, guarding]);
		expect(await statusOfClaim()).toBe(CLAIM_STATUS.final);
	});

	it("has a claim rejected whose submitter does not publish them", async () => {
		await (await claimant()).tick();
		const guarding = await guard(await apart("verifier"), CHUNKS);
		await stage.settle([guarding]);
		expect(await statusOfClaim()).toBe(CLAIM_STATUS.live);
		await stage.wait(100);
		await stage.settle([guarding]);
		expect(await statusOfClaim()).toBe(CLAIM_STATUS.rejected);
		expect(await count("Withheld")).toBe(1);
		expect(await count("DemandReclaimed")).toBe(CHUNKS - 1);
	});

	it("disputes a wrong claim on inputs that it got from the chain", async () => {
		const submitting = await claimant("5:38");
		await submitting.tick();
		const guarding = await guard(await apart("verifier"), CHUNKS);
		for (const actor of [guarding, submitting, guarding, guarding]) await actor.tick();
		expect(await count("Challenged")).toBe(1);
	});

	it("pays for no more chunks over all claims than its total allows", async () => {
		await (await claimant()).tick();
		const lines: string[] = [];
		const bounds = { demandInputs: CHUNKS, demandInputsTotal: CHUNKS - 1 };
		const progress = (line: string) => lines.push(line);
		await stage.settle([
			await verifier(await apart("verifier"), "1", { compare: "trace", ...bounds, progress }),
		]);
		expect(await count("InputDemanded")).toBe(0);
		expect(lines.at(-1)).toMatch(/beyond --demand-inputs-total 1/);
	});

	it("counts what it paid for claims that are decided by now, even if it was stopped in between", async () => {
		const submitting = await claimant();
		await submitting.tick();
		const world = await apart("verifier");
		await stage.settle([submitting, await guard(world, CHUNKS)]);
		await stage.wait(stage.contracts.deployment.parameters.challengePeriod);
		await stage.settle([submitting]);
		expect(await statusOfClaim()).toBe(CLAIM_STATUS.final);
		const requester = await stage.world("requester");
		const loaded = await loadRegistered(requester, "1");
		const others = inputs.map((elements) => elements.map(() => 1) as Elements);
		await postRequest(requester, loaded, others, { fee: "0.01", within: 86_400 });
		await stage.settle([submitting]);
		const lines: string[] = [];
		const again = await worldOf(world.home, stage.contracts, localAccount("verifier"));
		const bounds = { demandInputs: CHUNKS, demandInputsTotal: 2 * CHUNKS - 1 };
		const progress = (line: string) => lines.push(line);
		await stage.settle([await verifier(again, "1", { compare: "trace", ...bounds, progress })]);
		expect(await count("InputDemanded")).toBe(CHUNKS);
		expect(lines.at(-1)).toMatch(/the 2 paid for so far are beyond --demand-inputs-total 3/);
	});

	it("waits, and says what it would take, if it may demand too little", async () => {
		await (await claimant()).tick();
		const lines: string[] = [];
		await stage.settle([await guard(await apart("verifier"), CHUNKS - 1, lines)]);
		expect(await count("InputDemanded")).toBe(0);
		expect(lines.at(-1)).toMatch(/2 unknown chunks and --demand-inputs is 1/);
	});
});
