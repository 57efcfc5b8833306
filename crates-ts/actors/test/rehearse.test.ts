import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { beforeAll, describe, expect, it } from "vitest";
import type { Rehearsal } from "../src/rehearsal.ts";
import { rehearse } from "../src/rehearse.ts";
import { setUp } from "../src/set-up.ts";

const testdata = join(projectRoot, "testdata");
const silent = () => {};

function play(defect: string, options: { attack?: boolean; seed?: number } = {}): Promise<Rehearsal> {
	return rehearse({
		model: join(testdata, "lenet-5.onnx"),
		input: join(testdata, "lenet-5-input.json"),
		defect,
		attack: options.attack ?? false,
		seed: options.seed ?? 1,
		bits: 16,
		progress: silent,
	});
}

describe("a rehearsed dispute", () => {
	beforeAll(async () => {
		await setUp(silent);
	});

	it("of an honest claim does not happen", async () => {
		const result = await play("none");
		expect(result).toMatchObject({ ok: true, verdict: "final", found: null, rounds: 0 });
		expect(result.transactions.map(({ move }) => move)).not.toContain("challenge");
	});

	it("finds the falsified element of a cone in parts, within the gas limits", async () => {
		const result = await play("5:38");
		expect(result).toMatchObject({ ok: true, verdict: "rejected", found: { operator: 5, element: 38 } });
		expect(result.gas.byMove.publishPartials.count).toBe(1);
		expect(result.gas.claim).toBeLessThan(250_000);
		expect(result.gas.dispute).toBeLessThan(3_000_000);
		const { submitter, verifier, requester, burned } = result.paid;
		expect(submitter + verifier + burned).toBe(0n);
		expect(requester).toBeLessThan(0n);
		expect(verifier).toBeGreaterThan(0n);
	});

	it("costs an attacker of an honest claim its bond", async () => {
		const result = await play("none", { attack: true });
		expect(result).toMatchObject({ ok: true, verdict: "final" });
		expect(result.paid.verifier).toBeLessThan(0n);
	});

	it.each([1, 4, 6, 8])("is won by the challenger wherever the defect is (seed %i)", async (seed) => {
		const result = await play("random", { seed });
		expect(result.error).toBeUndefined();
		expect(result).toMatchObject({ verdict: "rejected", found: result.defect });
	});
});
