import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "@umpire/actors/actor.ts";
import { requestResult } from "@umpire/actors/requester.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { getClaim, owedTo } from "@umpire/chain/contracts.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { travel } from "@umpire/chain/time.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { localAccount, type Role } from "@umpire/store/accounts.ts";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { countEvents, type Fixture, opponents, playUntil, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;
let backup: string;
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
	backup = await mkdtemp(join(tmpdir(), "umpire-backup-"));
});
afterEach(async () => {
	await fixture.close();
	await connection.close();
	await rm(backup, { recursive: true, force: true });
});

const addressOf = (role: Role) => localAccount(role).address;

/** Copies the home folder, as it is while actors run. */
const save = () => cp(fixture.home.folder, backup, { recursive: true });

/** Puts the older copy in the place of the home folder: what came since is gone. */
async function restore(): Promise<void> {
	await rm(fixture.home.folder, { recursive: true });
	await cp(backup, fixture.home.folder, { recursive: true });
}

/** How many transactions of an account were mined, none of which the contracts refused and none of which was empty. */
async function usefulTransactions(role: Role): Promise<number> {
	const address = addressOf(role).toLowerCase();
	let count = 0;
	const last = await connection.reader.getBlockNumber();
	for (let blockNumber = 0n; blockNumber <= last; blockNumber++) {
		const { transactions } = await connection.reader.getBlock({ blockNumber, includeTransactions: true });
		for (const { hash, from, input } of transactions.filter((one) => one.from.toLowerCase() === address)) {
			const { status } = await connection.reader.getTransactionReceipt({ hash });
			expect([status, input === "0x"], from).toEqual(["success", false]);
			count++;
		}
	}
	return count;
}

it("an older backup of the home folder goes on in the middle of a dispute: no move is made twice, no bond is lost", async () => {
	await save();
	const before = await opponents(await fixture.world("submitter"), await fixture.world("verifier"));
	let moves = 0;
	while (moves < 2) {
		for (const actor of before) await actor.tick();
		moves = (await countEvents(fixture.contracts)).Descended ?? 0;
	}
	// The journals, the claimed trace and everything else since the copy are lost with the machine.
	await restore();
	const after = await opponents(await fixture.world("submitter"), await fixture.world("verifier"));
	await playUntil(fixture, after, 1n, CLAIM_STATUS.rejected);
	for (let round = 0; round < 3; round++) for (const actor of after) await actor.tick();
	expect(await countEvents(fixture.contracts)).toMatchObject({ Claimed: 1, Challenged: 1, Settled: 1 });
	for (const role of ["submitter", "verifier"] as const) {
		const address = addressOf(role);
		expect(await usefulTransactions(role)).toBe(await connection.reader.getTransactionCount({ address }));
		expect(await owedTo(fixture.contracts, address)).toBe(0n);
	}
});

it("a key is changed without a loss: the old one ends what it has begun, the new one takes what comes", async () => {
	const start = async (role: Role, leastFee: string): Promise<Actor> =>
		submitter(await fixture.world(role), "1", { leastFee, progress: () => {} });
	const former = await start("submitter", "0");
	await playUntil(fixture, [former], 1n, CLAIM_STATUS.live);
	// From here on it takes no request at any fee that is paid.
	const ending = await start("submitter", "1000000");
	const fresh = await start("second-submitter", "0");
	const signal = new AbortController().signal;
	const terms = { fee: "0.01", within: 86_400, wait: false, progress: () => {}, warn: () => {}, signal };
	await requestResult(await fixture.world("requester"), "1", terms);
	for (let round = 0; round < 5; round++) for (const actor of [ending, fresh]) await actor.tick();
	await travel(connection, 3601n);
	await playUntil(fixture, [ending, fresh], 1n, CLAIM_STATUS.final);
	for (let round = 0; round < 3; round++) for (const actor of [ending, fresh]) await actor.tick();
	expect((await getClaim(fixture.contracts, 2n)).submitter).toBe(addressOf("second-submitter"));
	expect(await owedTo(fixture.contracts, addressOf("submitter"))).toBe(0n);
});
