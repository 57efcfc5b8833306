import type { Actor } from "@umpire/actors/actor.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { SETTLED_AFTER } from "@umpire/actors/settled.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { travel } from "@umpire/chain/time.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countEvents, type Fixture, opponents, playUntil, setUpFixture } from "./fixture.ts";

beforeAll(() => setUp(() => {}));

/** Undoes the chain's last blocks, as a reorganisation does that loses their transactions. */
class Reorganiser {
	readonly #request: (args: { method: string; params: unknown[] }) => Promise<unknown>;
	#snapshots: { id: unknown; block: bigint }[] = [];
	readonly #connection: Connection;
	lost = 0n;

	constructor(connection: Connection) {
		this.#connection = connection;
		this.#request = connection.reader.request as never;
	}

	async remember(): Promise<void> {
		const id = await this.#request({ method: "evm_snapshot", params: [] });
		this.#snapshots.push({ id, block: await this.#connection.reader.getBlockNumber() });
	}

	/** Goes back to the snapshot before the last `count`, and on with other blocks. */
	async undo(count: number, others: number): Promise<void> {
		const snapshot = this.#snapshots.at(-count);
		if (snapshot === undefined) return;
		this.lost += (await this.#connection.reader.getBlockNumber()) - snapshot.block;
		await this.#request({ method: "evm_revert", params: [snapshot.id] });
		this.#snapshots = this.#snapshots.slice(0, -count);
		await this.#request({ method: "evm_increaseTime", params: ["0x1"] });
		for (let i = 0; i < others; i++) await this.#request({ method: "evm_mine", params: [] });
	}
}

describe("after a reorganisation", () => {
	let connection: Connection;
	let fixture: Fixture;
	let chain: Reorganiser;

	beforeEach(async () => {
		connection = await connectPrivate();
		fixture = await setUpFixture(connection);
		chain = new Reorganiser(connection);
	});
	afterEach(async () => {
		await fixture?.close();
		await connection?.close();
	});

	it("of a few blocks at a time, a dispute ends right and no move counts twice", async () => {
		const actors = await opponents(await fixture.world("submitter"), await fixture.world("verifier"));
		await playUntil(fixture, actors, 1n, CLAIM_STATUS.rejected, async (round) => {
			if ([3, 5, 8].includes(round)) await chain.undo(2, round === 5 ? 0 : 4);
			await chain.remember();
		});
		expect(chain.lost).toBeGreaterThan(3n);
		const counts = await countEvents(fixture.contracts);
		expect(counts).toMatchObject({
			Claimed: 1,
			Challenged: 1,
			Rejected: 1,
			Settled: 1,
			PartialsPublished: 1,
		});
		expect(counts.TimedOut).toBeUndefined();
	});

	it("numbers may be others': a claim and a challenge wait until theirs is a few blocks old", async () => {
		const careful = async (role: "submitter" | "verifier") => {
			return { ...(await fixture.world(role)), settledAfter: SETTLED_AFTER };
		};
		const [claimant, guard] = await opponents(await careful("submitter"), await careful("verifier"));
		const request = connection.reader.request as (args: unknown) => Promise<unknown>;
		const events = async (actor: Actor) => {
			for (let i = 0; i < 4; i++) await actor.tick();
			return countEvents(fixture.contracts);
		};
		const later = async (blocks: bigint) => {
			for (let i = 0n; i < blocks; i++) await request({ method: "evm_mine", params: [] });
		};
		expect((await events(claimant)).Claimed).toBeUndefined();
		await later(SETTLED_AFTER - 1n);
		expect((await events(claimant)).Claimed).toBeUndefined();
		await later(1n);
		expect((await events(claimant)).Claimed).toBe(1);
		await later(SETTLED_AFTER - 2n);
		expect((await events(guard)).Challenged).toBeUndefined();
		// Not so long that the challenge period is used up, however slow blocks are.
		await travel(connection, BigInt(fixture.contracts.deployment.parameters.challengePeriod / 10));
		expect((await events(guard)).Challenged).toBe(1);
	});

	it("partial results of an element wait until it was named a few blocks ago", async () => {
		const liar = { ...(await fixture.world("submitter")), settledAfter: SETTLED_AFTER };
		const [claimant, guard] = await opponents(liar, await fixture.world("verifier"));
		const request = connection.reader.request as (args: unknown) => Promise<unknown>;
		for (let i = 0n; i < SETTLED_AFTER; i++) await request({ method: "evm_mine", params: [] });
		let counts: Record<string, number> = {};
		for (let round = 0; round < 100 && counts.Named === undefined; round++) {
			for (const actor of [claimant, guard]) await actor.tick();
			counts = await countEvents(fixture.contracts);
		}
		expect(counts).toMatchObject({ Challenged: 1, Named: 1 });
		for (let i = 0; i < 6; i++) await claimant.tick();
		expect((await countEvents(fixture.contracts)).PartialsPublished).toBeUndefined();
		for (let i = 0n; i < SETTLED_AFTER; i++) await request({ method: "evm_mine", params: [] });
		for (let i = 0; i < 6; i++) await claimant.tick();
		expect((await countEvents(fixture.contracts)).PartialsPublished).toBe(1);
	});

	it("of a verdict, the verdict is reached again and paid once", async () => {
		const guard = await fixture.world("verifier");
		const actors = await opponents(await fixture.world("submitter"), guard);
		await playUntil(fixture, actors, 1n, CLAIM_STATUS.rejected, async () => {
			await chain.remember();
		});
		await chain.undo(1, 2);
		await playUntil(fixture, actors, 1n, CLAIM_STATUS.rejected);
		await actors[1].tick();
		const counts = await countEvents(fixture.contracts);
		// The market owes the verifier the submitter's bond, the court its own.
		expect(counts).toMatchObject({ Claimed: 1, Challenged: 1, Rejected: 1, Settled: 1, Withdrawn: 2 });
	});

	it("a restarted actor sends what was lost again, with its nonce", async () => {
		const [liar, guard] = [await fixture.world("submitter"), await fixture.world("verifier")];
		const [claimant, challenger] = await opponents(liar, guard);
		await claimant.tick();
		await chain.remember();
		await challenger.tick();
		const { address } = guard.signer.account;
		const nonce = () => connection.reader.getTransactionCount({ address });
		const after = await nonce();
		await chain.undo(1, 3);
		expect(await nonce()).toBe(after - 1);
		const again = await opponents(await fixture.world("submitter"), await fixture.world("verifier"));
		await again[1].tick();
		expect(await nonce()).toBe(after);
		await again[1].tick();
		expect(await nonce()).toBe(after);
		expect(await countEvents(fixture.contracts)).toMatchObject({ Challenged: 1 });
	});
});
