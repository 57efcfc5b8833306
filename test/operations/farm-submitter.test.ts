import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordClaimed } from "@umpire/actors/disputed-segment.ts";
import { FarmedClaims } from "@umpire/actors/farm/farmed-claims.ts";
import { type LoadedProgram, loadRegistered } from "@umpire/actors/loaded-program.ts";
import { Sessions } from "@umpire/actors/sessions.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import type { World } from "@umpire/actors/world.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { getClaim, getRequest } from "@umpire/chain/contracts.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { Kind } from "@umpire/farm/kind.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { folderStore } from "@umpire/store/folder-store.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getTrace } from "@umpire/store/traces.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, setUpFixture } from "./fixture.ts";
import { hanging, TestFarm, until } from "./test-farm.ts";

const LIE = `0x${"1".repeat(64)}`;
/** Answers with another root, always the same. */
const lying = (kind: Kind): Kind => ({
	...kind,
	async work(payload, signal) {
		const done = await kind.work(payload, signal);
		return kind.name === "commit"
			? { ...done, result: { ...(done.result as object), traceRoot: LIE } }
			: done;
	},
});

let connection: Connection;
let fixture: Fixture;
let folder: string;
let world: World;
let farm: TestFarm;
let loaded: LoadedProgram;
let inputsRoot: Hex;
let inputs: Elements[];
let right: ReturnType<typeof claimOfTrace>;
let said: string[];
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	said = [];
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
	folder = await mkdtemp(join(tmpdir(), "umpire-farm-"));
	world = await fixture.world("submitter");
	farm = await TestFarm.start(world, folder, true);
	loaded = await loadRegistered(world, "1");
	({ inputsRoot } = await getRequest(fixture.contracts, 1n));
	inputs = (await getInputs(fixture.home.content, loaded.program, inputsRoot))!;
	const sessions = new Sessions((record) => openSession(loaded.program, { record }));
	right = claimOfTrace(loaded.commitment, await recordClaimed(loaded, sessions, inputs));
});
afterEach(async () => {
	await farm.close();
	await fixture.close();
	await connection.close();
	await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const claims = (isAudited = false) =>
	new FarmedClaims({
		...{ farm: farm.farm, loaded, kept: [folderStore(join(folder, "kept"))] },
		...{ say: (line: string) => void said.push(line), draw: () => isAudited },
	});

describe("a claim is made of what a farm computes", () => {
	it("if two workers with tokens of their own agree, and its trace is kept before", async () => {
		await farm.work("east");
		await farm.work("west");
		const farmed = claims();
		await until(async () => farmed.ask(inputsRoot) !== undefined);
		expect(farmed.ask(inputsRoot)).toEqual(right);
		const kept = folderStore(join(folder, "kept"));
		const trace = await getTrace(kept, loaded.program, loaded.commitment, inputs, right.traceRoot);
		expect(trace?.traceRoot).toBe(right.traceRoot);
		expect(said.join()).toMatch(/workers (east and west|west and east) agree/);
	});

	it("not if they do not agree", async () => {
		await farm.work("east");
		await farm.work("liar", lying);
		const farmed = claims();
		const isTold = () => said.some((line) => line.includes("do not agree"));
		await until(async () => farmed.ask(inputsRoot) !== undefined || isTold());
		expect(farmed.ask(inputsRoot)).toBeUndefined();
	});

	it("not if one answers for both, by another process or under another name", async () => {
		await farm.work("liar", lying);
		await farm.work("liar", lying);
		await farm.work("other", lying, false);
		await farm.work("another", lying, false);
		const farmed = claims();
		farmed.ask(inputsRoot);
		await until(() => farm.isDone("commit", 1));
		await until(async () => (await farm.client.status()).workers.length >= 3);
		expect(farmed.ask(inputsRoot)).toBeUndefined();
		expect((await farm.client.status()).workers.map(({ name }) => name).sort()).toEqual([
			"another",
			"liar",
			"other",
		]);
	});

	it("not if it is drawn to be computed here; and if that differs, never again", async () => {
		await farm.work("liar", lying);
		await farm.work("accomplice", lying);
		const audited = claims(true);
		audited.ask(inputsRoot);
		await until(() => farm.isDone("commit", 2));
		await until(async () => {
			expect(audited.ask(inputsRoot)).toBeUndefined();
			audited.computed(inputsRoot, right);
			return said.some((line) => line.includes("agree on a wrong claim"));
		});
		await until(async () => (await farm.refused()) === 2);
	});
});

describe("a submitter whose farm", () => {
	it.each([
		[
			"has a liar",
			async () => {
				await farm.work("east");
				await farm.work("liar", lying);
			},
		],
		[
			"hangs",
			async () => {
				await farm.work("sleeper", hanging);
			},
		],
		["is down", () => farm.kill()],
	])("%s claims what is right", async (_, begin) => {
		await begin();
		const progress = (line: string) => void said.push(line);
		const actor = await submitter({ ...world, farm: farm.farm }, "1", { progress });
		await until(async () => {
			await actor.tick();
			return (await getClaim(fixture.contracts, 1n).catch(() => undefined)) !== undefined;
		});
		expect((await getClaim(fixture.contracts, 1n)).traceRoot).toBe(right.traceRoot);
	});
});
