import { rm } from "node:fs/promises";
import { disputeStory } from "@umpire/actors/dispute-story.ts";
import { loadRegistered } from "@umpire/actors/loaded-program.ts";
import { refund } from "@umpire/actors/refund.ts";
import { requestState, waitingText } from "@umpire/actors/request-state.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { statusOf } from "@umpire/actors/status.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { travel } from "@umpire/chain/time.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { parseEther } from "viem";
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
		const lost =
			/^Claim 1 is rejected: element 3 of operator 0 \(Gemm\+Relu ".*"\).* is -?\d+, not -?\d+ \(dispute 1\)\. Its bond of 0\.1 ETH is lost\. Request 1 is left to others: .*--as second-submitter/;
		expect(
			lines.filter((line) => lost.test(line)),
			lines.join("\n"),
		).toHaveLength(1);
		const honest = await submitter(await fixture.world("submitter"), "1", { progress });
		for (let round = 0; round < 3; round++) await honest.tick();
		expect(lines.filter((line) => lost.test(line))).toHaveLength(2);
		expect((await countEvents(fixture.contracts)).Claimed).toBe(1);
		await expectStory();
		const other = await submitter(await fixture.world("second-submitter"), "1", { progress: () => {} });
		await playUntil(fixture, [other], 2n, CLAIM_STATUS.live);
		await expectAnswerOrRefund();
	});
});

const LIAR = localAccount("submitter").address;
const GUARD = localAccount("verifier").address;
const bond = parseEther("0.1");

/** What `dispute`, `status` and `result` tell after claim 1 was rejected. */
async function expectStory(): Promise<void> {
	const world = await fixture.world("requester");
	const story = await disputeStory(world, 1);
	expect(story).toMatchObject({
		dispute: 1,
		claim: 1,
		request: 1,
		challenger: GUARD,
		submitter: LIAR,
		phase: "closed",
		clocks: null,
		end: "wrong number",
		winner: GUARD,
		proved: { operator: 0, element: 3, opType: "Gemm+Relu" },
		burned: bond / 2n,
	});
	// Its own bond comes from the court, half of the loser's from the market.
	expect(story.paid).toEqual([
		{ account: GUARD, amount: bond },
		{ account: GUARD, amount: bond / 2n },
	]);
	const sides = story.moves.map(({ side }) => side);
	expect(sides[0]).toBe("challenger");
	expect(sides).toContain("submitter");
	expect(sides).not.toContain("other");
	expect(story.moves.at(-1)!.move).toBe("proved the wrong number");
	const summed = story.moves.reduce((sum, { gas }) => sum + gas, 0);
	expect(story.gas.challenger + story.gas.submitter).toBe(summed);
	await expect(disputeStory(world, 2)).rejects.toThrow(/There is no dispute 2: there is 1/);
	const status = await statusOf(world);
	expect(status.claims).toMatchObject([{ claim: 1, status: "rejected", winner: GUARD }]);
	expect(status.disputes).toMatchObject([{ dispute: 1, challenger: GUARD, winner: GUARD }]);
	const state = await requestState(world, 1);
	expect(state).toMatchObject({ status: "open", claim: null, output: null });
	expect(state.rejected).toMatchObject([{ claim: 1, dispute: 1, winner: GUARD, why: "wrong number" }]);
	expect(waitingText(state)).toMatch(
		/^Claim 1 was rejected: element 3 .*waits for another submitter .*second-submitter/,
	);
	await expect(refund(world, 1)).rejects.toThrow(/cannot be had back: Claim 1 was rejected/);
	await expect(requestState(world, 9)).rejects.toThrow(/There is no request 9: there is 1/);
}

/** A live claim is waited for, then shown; a request that nobody answers gives its fee back. */
async function expectAnswerOrRefund(): Promise<void> {
	const world = await fixture.world("requester");
	const claimed = await requestState(world, 1);
	expect(claimed).toMatchObject({ status: "claimed", claim: { claim: 2, disputes: [] } });
	expect(waitingText(claimed)).toMatch(
		/^Claim 2, made by 0x.* is final from .* unless somebody challenges it/,
	);
	const loaded = await loadRegistered(world, "1");
	const inputs = await getInputs(world.home.content, loaded.program, claimed.inputsRoot);
	await postRequest(world, loaded, inputs!, { fee: "0.01", within: 100 });
	expect(waitingText(await requestState(world, 2))).toMatch(/^Request 2 waits for a submitter since /);
	await travel(connection, 101n);
	const expired = await requestState(world, 2);
	expect(expired.status).toBe("expired");
	expect(waitingText(expired)).toMatch(/Nobody has answered request 2 .*umpire refund 2/);
	const stranger = await refund(await fixture.world("verifier"), 2);
	expect(stranger).toMatchObject({ request: 2, withdrawn: 0n });
	expect(await refund(world, 2)).toMatchObject({ request: 2, withdrawn: parseEther("0.01") });
	await expect(refund(world, 2)).rejects.toThrow(/is closed without a result/);
}
