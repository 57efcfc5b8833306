import type { Hex } from "@umpire/commitment/constants.ts";
import { JOB_STATUS, type NetworkWorld } from "@umpire/markets/network-state.ts";
import { ETHER, liabilityIn, owedIn } from "@umpire/markets/token-ledger.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import {
	deployNetwork,
	NETWORK,
	NETWORK_CONTRACTS,
	NetworkDriver,
	type NetworkStage,
} from "@umpire/testing/markets/network-driver.ts";
import { runsOr } from "@umpire/testing/runs.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { windUpNetwork } from "./network-wind-up.ts";
import { PROGRAMS } from "./random-grid-moves.ts";
import {
	arbitraryNetworkTurn,
	entryPrice,
	JOB_TERMS,
	jobPrice,
	networkMoveOf,
	WORKER_TERMS,
} from "./random-network-moves.ts";

let chain: TestChain;
let stage: NetworkStage;
let people: readonly Hex[];
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, NETWORK_CONTRACTS);
	stage = await deployNetwork(chain);
	people = chain.accounts.slice(1, 7);
	for (const client of people.slice(0, 2)) {
		await stage.token.send(client, "mint", [client, 10n ** 9n]);
		await stage.token.send(client, "approve", [stage.jobs.address, 2n ** 256n - 1n]);
	}
});
afterAll(() => chain.close());

/** Three workers and a job that waits. */
async function begin(driver: NetworkDriver): Promise<void> {
	const [client, , ...workers] = people;
	await driver.play(client, { type: "register", header: PROGRAMS[0].header });
	for (const worker of workers.slice(0, 3)) {
		const terms = { ...WORKER_TERMS, tokens: [{ token: stage.token.address, least: 1n }] };
		const stake = 2000n;
		const value = entryPrice(terms.capacity, stake);
		await driver.play(worker, { type: "registerWorker", terms, stake, value });
	}
	await driver.play(client, { type: "applyChanges", most: 100 });
	await driver.play(client, { type: "submit", terms: JOB_TERMS, value: jobPrice(JOB_TERMS) });
}

test("the model and the contracts agree move for move, in every refusal, in state and balances", async () => {
	const seen = new Map<string, number>();
	const accepted = new Set<string>();
	const turns = fc.array(arbitraryNetworkTurn, { minLength: 120, maxLength: 300, size: "max" });
	const property = fc.asyncProperty(turns, async (drawn) => {
		const snapshot = await chain.snapshot();
		try {
			const driver = await NetworkDriver.on(stage);
			await begin(driver);
			const check = async () => {
				const [onChain, inModel] = await driver.both(people);
				expect(onChain).toEqual(inModel);
				requireSolvent(driver.world);
			};
			for (const [i, turn] of drawn.entries()) {
				driver.now += turn.wait;
				const move = networkMoveOf(turn, driver, people);
				if (move === undefined) continue;
				if (move.at !== undefined) driver.wait(move.at);
				const refused = await driver.try(move.sender, move.action);
				const key = `${move.action.type}: ${refused ?? "accepted"}`;
				seen.set(key, (seen.get(key) ?? 0) + 1);
				requireSolvent(driver.world);
				if (i % 25 === 24) await check();
			}
			await check();
			await windUpNetwork(driver, people);
			await check();
			for (const { liabilities } of Object.values(driver.world.ledgers)) {
				expect([...liabilities.values()].every((held) => held === 0n)).toBe(true);
			}
			for (const move of driver.gas.keys()) accepted.add(move);
		} finally {
			await chain.restore(snapshot);
		}
	});
	await fc.assert(property, { numRuns: runsOr(40) });
	// the walk is worth something only if it reaches every kind of move and many kinds of refusal
	if (process.env.SHOW_MOVES !== undefined) console.log(Object.fromEntries([...seen].sort()));
	const refused = new Set([...seen.keys()].flatMap((key) => /: (\w+)$/.exec(key)?.[1] ?? []));
	expect(accepted.size).toBeGreaterThanOrEqual(23);
	expect(refused.size).toBeGreaterThanOrEqual(24);
});

const isEnded = (status: number): boolean => status >= JOB_STATUS.verified;

/** Rewards are locked or owed, stakes belong to somebody and cover what is bound, slots are busy for a job each. */
function requireSolvent(world: NetworkWorld): void {
	const { ledgers, jobs, workers, slots, changes } = world;
	const accounts = [...people, world.addresses.jobs];
	const owed = (whose: "workers" | "jobs", token: Hex) =>
		accounts.reduce((sum, account) => sum + owedIn(ledgers[whose], token, account), 0n);
	const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
	for (const token of [ETHER, stage.token.address]) {
		const open = jobs.filter(({ status }) => !isEnded(status));
		const rewards = sum(open.filter(({ terms }) => terms.token === token).map(({ terms }) => terms.reward));
		const fees = sum(open.map(({ tries, budget }) => BigInt(tries) * NETWORK.jobFee + budget));
		const locked = rewards + (token === ETHER ? fees : 0n);
		expect(liabilityIn(ledgers.jobs, token)).toBe(owed("jobs", token) + locked);
	}
	const stakes = sum([...workers.values()].map(({ stake }) => stake));
	const pending = [...workers].map(([account, { slots: count, listed, wanted }]) => {
		const insertions = changes.some(({ worker, joins }) => worker === account && joins);
		const removals = insertions || wanted || listed > 0 ? (insertions ? count : listed) : 0;
		return BigInt(removals + (insertions ? count - listed : 0)) * NETWORK.changeFee;
	});
	expect(liabilityIn(ledgers.workers, ETHER)).toBe(owed("workers", ETHER) + stakes + sum(pending));
	const bound = jobs.filter(({ status }) => status >= JOB_STATUS.offered && !isEnded(status));
	for (const [account, { stake, exposure, unresolved }] of workers) {
		expect(stake >= exposure).toBe(true);
		const own = bound.filter(({ worker }) => worker === account);
		expect(exposure).toBe(sum(own.map(({ terms }) => terms.exposure)));
		expect(unresolved).toBe(own.length);
	}
	const holders = bound.filter(({ status, slot }) => status !== JOB_STATUS.completed && slot !== 65_535);
	const held = holders.map(({ worker, slot }) => `${worker} ${slot}`).sort();
	expect([...slots].flatMap(([key, { busy }]) => (busy ? [key] : [])).sort()).toEqual(held);
}
