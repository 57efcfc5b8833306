import { rm } from "node:fs/promises";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countEvents, type Fixture, opponents, playUntil, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
});
afterEach(async () => {
	await fixture.close();
	await connection.close();
});

describe("a submitter whose claimed trace is lost", () => {
	it("sends nothing of another trace that it computes instead, and says so once", async () => {
		const [liar, guard] = await opponents(await fixture.world("submitter"), await fixture.world("verifier"));
		for (let round = 0; round < 50 && !(await countEvents(fixture.contracts)).Challenged; round++) {
			for (const actor of [liar, guard]) await actor.tick();
		}
		expect(await countEvents(fixture.contracts)).toMatchObject({ Claimed: 1, Challenged: 1 });
		await rm(fixture.home.path("claimed"), { recursive: true });
		const { address } = localAccount("submitter");
		const before = await connection.reader.getTransactionCount({ address });
		const lines: string[] = [];
		const honest = await submitter(await fixture.world("submitter"), "1", {
			progress: (line) => lines.push(line),
		});
		for (let round = 0; round < 20; round++) await honest.tick();
		expect(await connection.reader.getTransactionCount({ address })).toBe(before);
		expect(
			lines.filter((line) => /^dispute 1: the trace computed here is .*Restore/.test(line)),
		).toHaveLength(1);
	});
});

describe("a submitter whose claim is rejected", () => {
	it("says so once, and leaves the request to others", async () => {
		const lines: string[] = [];
		const progress = (line: string) => lines.push(line);
		const guard = await verifier(await fixture.world("verifier"), "1", {
			compare: "trace",
			progress: () => {},
		});
		const liar = await submitter(await fixture.world("submitter"), "1", { defect: "0:3", progress });
		await playUntil(fixture, [liar, guard], 1n, CLAIM_STATUS.rejected);
		for (let round = 0; round < 3; round++) await liar.tick();
		const lost = "Claim 1 is rejected: its bond of 0.1 ETH is lost. Request 1 is left to others.";
		expect(lines.filter((line) => line === lost)).toHaveLength(1);
		const honest = await submitter(await fixture.world("submitter"), "1", { progress });
		for (let round = 0; round < 3; round++) await honest.tick();
		expect(lines.filter((line) => line === lost)).toHaveLength(2);
		expect((await countEvents(fixture.contracts)).Claimed).toBe(1);
		const other = await submitter(await fixture.world("second-submitter"), "1", { progress: () => {} });
		await playUntil(fixture, [other], 2n, CLAIM_STATUS.live);
	});
});
