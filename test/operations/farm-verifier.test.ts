import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "@umpire/actors/actor.ts";
import { SharedProofs, type Statement } from "@umpire/actors/farm/shared-proofs.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { getClaim } from "@umpire/chain/contracts.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import type { Kind } from "@umpire/farm/kind.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { elementsInput } from "@umpire/prover/openings.ts";
import { prove, publicSignalsOf, verify } from "@umpire/prover/prove.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, playUntil, setUpFixture } from "./fixture.ts";
import { hanging, TestFarm, until } from "./test-farm.ts";

const poseidon = await loadPoseidon();
const beneficiary = "0x00000000000000000000000000000000000000aa";
function elements(seed: number): Statement {
	const words = packLeaf(
		Array.from({ length: 75 }, (_, i) => seed + i),
		16,
	);
	const reads = [{ width: 16, words, word: 4, lane: 14 }] as const;
	return {
		circuit: "elements",
		input: elementsInput({ reads, beneficiary }, (words) => poseidon.poseidon5([...words])),
	};
}
const STATEMENTS = [1, 2, 3, 4].map(elements);
async function expectValid(proofs: readonly Hex[]): Promise<void> {
	for (const [i, { circuit, input }] of STATEMENTS.entries())
		expect(await verify(circuit, proofs[i], await publicSignalsOf(circuit, input))).toBe(true);
}

/** Says of every run that its trace is another one, and proves what was not asked. */
const raving = (kind: Kind): Kind => ({
	...kind,
	async work(payload, signal) {
		if (kind.name === "recompute") return { result: { traceRoot: `0x${"1".repeat(64)}` } };
		if (kind.name === "prove") return { result: { proof: `0x${"2".repeat(512)}` } };
		return kind.work(payload, signal);
	},
});

let connection: Connection;
let fixture: Fixture;
let folder: string;
let farm: TestFarm;
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
	folder = await mkdtemp(join(tmpdir(), "umpire-farm-"));
	farm = await TestFarm.start(await fixture.world("verifier"), folder);
});
afterEach(async () => {
	await farm.close();
	await fixture.close();
	await connection.close();
	await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function guarding(told: string[]): Promise<Actor> {
	const world = { ...(await fixture.world("verifier")), farm: farm.farm };
	return verifier(world, "1", { compare: "trace", progress: (line) => void told.push(line) });
}

/** Brings a wrong claim down with the farm; what the verifier said. */
async function bringDown(between: (round: number) => Promise<void> = async () => {}): Promise<string[]> {
	const told: string[] = [];
	const liar = await submitter(await fixture.world("submitter"), "1", { defect: "0:3", progress: () => {} });
	const guard = await guarding(told);
	await playUntil(fixture, [liar, guard], 1n, CLAIM_STATUS.rejected, between);
	return told;
}

describe("a verifier whose farm", () => {
	it("calls a wrong claim right finds it all the same", async () => {
		await farm.work("accomplice", (kind) => ({
			...kind,
			async work(payload, signal) {
				if (kind.name !== "recompute") return kind.work(payload, signal);
				// It looks up what is claimed.
				const { traceRoot } = await getClaim(fixture.contracts, 1n);
				return { result: { traceRoot } };
			},
		}));
		expect((await bringDown()).join("\n")).toContain("Claim 1 is wrong");
		await until(() => farm.isDone("recompute", 1));
	});

	it("raises false alarms and sends false proofs agrees with what is right, brings down what is wrong, and has the worker refused", async () => {
		await farm.work("raver", raving);
		expect((await bringDown()).join("\n")).toContain("the claim is rejected");
		const told: string[] = [];
		const honest = await submitter(await fixture.world("second-submitter"), "1", { progress: () => {} });
		const guard = await guarding(told);
		const agrees = () => told.some((line) => line.includes("agrees"));
		while (!agrees()) for (const actor of [honest, guard]) await actor.tick();
		expect(told.join("\n")).not.toContain("wrong");
	});

	it("hangs goes on alone", async () => {
		await farm.work("sleeper", hanging);
		expect((await bringDown()).join("\n")).toContain("the claim is rejected");
	});

	it("is killed and started again in the middle of a dispute goes on", async () => {
		await farm.work("worker");
		const told = await bringDown(async (round) => {
			if (round === 1) await farm.kill();
			if (round === 2) await farm.restart();
		});
		expect(told.join("\n")).toContain("the claim is rejected");
		expect(farm.starts).toBe(2);
	});
});

describe("proofs that are shared with a farm", () => {
	/** A farm that has answered before this machine has made its first proof, and one that this machine need not wait for. */
	const shared = (isAnswered: () => Promise<boolean>) =>
		new SharedProofs(farm.farm, async (circuit, input) => {
			await until(isAnswered);
			return prove(circuit, input);
		});

	it("are those of the farm if they are right, each about what was asked", async () => {
		await farm.work("worker");
		const made = await shared(() => farm.isDone("prove", 4)).prove(STATEMENTS, 1);
		const asked = (await farm.client.status()).kinds.find(({ kind }) => kind === "prove");
		expect(asked).toMatchObject({ done: 4 });
		await expectValid(made);
		expect(await farm.refused()).toBe(0);
	});

	it("are made here where the farm's are of something else, or none, and those are refused", async () => {
		const other = (await prove("elements", elements(9).input)).proof;
		const lies = [other, `0x${"2".repeat(512)}`, `0x${"0".repeat(512)}`, `0x${"f".repeat(512)}`];
		await farm.work("forger", (kind) => ({
			...kind,
			work: async () => ({ result: { proof: lies.shift() ?? other } }),
		}));
		await expectValid(await shared(() => farm.isDone("prove", 4)).prove(STATEMENTS, 1));
		expect(await farm.refused()).toBeGreaterThanOrEqual(3);
	});
});
