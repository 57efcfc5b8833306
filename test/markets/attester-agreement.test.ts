import type { Hex } from "@umpire/commitment/constants.ts";
import {
	type AttesterWorld,
	accuserFee,
	COVER_STATUS,
	capacityOf,
	RECORD_STATUS,
} from "@umpire/markets/attester-state.ts";
import { ETHER, liabilityIn } from "@umpire/markets/token-ledger.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import {
	ATTESTER_CONTRACTS,
	ATTESTERS,
	AttesterDriver,
	type AttesterStage,
	deployAttesters,
} from "@umpire/testing/markets/attester-driver.ts";
import { runsOr } from "@umpire/testing/runs.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OTHER_PROGRAM, WITNESS_PROGRAMS } from "./attester-programs.ts";
import { windUpAttesters } from "./attester-wind-up.ts";
import { arbitraryAttesterTurn, attesterMoveOf, questionOf } from "./random-attester-moves.ts";

let chain: TestChain;
let stage: AttesterStage;
let people: readonly Hex[];
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, ATTESTER_CONTRACTS);
	stage = await deployAttesters(chain);
	people = chain.accounts.slice(1, 7);
});
afterAll(() => chain.close());

/** Four operators in the set, and a request. */
async function begin(driver: AttesterDriver): Promise<void> {
	for (const { header } of [...WITNESS_PROGRAMS, OTHER_PROGRAM]) {
		await driver.play(people[0], { type: "register", header });
	}
	for (const [i, account] of people.slice(0, 4).entries()) {
		await driver.play(account, driver.registration(account, BigInt(i + 1), 10_000n + 1000n * BigInt(i)));
	}
	driver.now += 2 * ATTESTERS.epochSeconds;
	await driver.play(people[0], questionOf());
}

test("the model and the contracts agree move for move, in every refusal, in state and balances", async () => {
	const seen = new Map<string, number>();
	const accepted = new Set<string>();
	const turns = fc.array(arbitraryAttesterTurn, { minLength: 150, maxLength: 300, size: "max" });
	const property = fc.asyncProperty(turns, async (drawn) => {
		const snapshot = await chain.snapshot();
		try {
			const driver = await AttesterDriver.on(stage);
			await begin(driver);
			const check = async () => {
				const [onChain, inModel] = await driver.both(people);
				expect(onChain).toEqual(inModel);
				requireSolvent(driver.world);
			};
			for (const [i, turn] of drawn.entries()) {
				driver.now += turn.wait;
				const move = attesterMoveOf(turn, driver, people);
				if (move === undefined) continue;
				if (move.at !== undefined) driver.wait(move.at);
				const refused = await driver.try(move.sender, move.action);
				const key = `${move.action.type}: ${refused ?? "accepted"}`;
				seen.set(key, (seen.get(key) ?? 0) + 1);
				requireSolvent(driver.world);
				if (i % 25 === 24) await check();
			}
			await check();
			await windUpAttesters(driver, people);
			await check();
			for (const { liabilities } of Object.values(driver.world.ledgers)) {
				expect([...liabilities.values()].every((held) => held === 0n)).toBe(true);
			}
			for (const move of driver.gas.keys()) accepted.add(move);
		} finally {
			await chain.restore(snapshot);
		}
	});
	await fc.assert(property, { numRuns: runsOr(30) });
	// the walk is worth something only if it reaches every kind of move and many kinds of refusal
	if (process.env.SHOW_MOVES !== undefined) console.log(Object.fromEntries([...seen].sort()));
	const refused = new Set([...seen.keys()].flatMap((key) => /: (\w+)$/.exec(key)?.[1] ?? []));
	expect(accepted.size).toBeGreaterThanOrEqual(24);
	expect(refused.size).toBeGreaterThanOrEqual(30);
});

/** Stakes belong to operators; premiums, bonds and the pot are there; what is relied on can be paid. */
function requireSolvent(world: AttesterWorld): void {
	const { ledgers, operators, records, accusations, covers, pot, reserved, leastStake } = world;
	const owed = (whose: "operators" | "attestations") => sum([...ledgers[whose].owed.values()]);
	const stakes = sum([...operators.values()].map(({ stake }) => stake));
	expect(liabilityIn(ledgers.operators, ETHER)).toBe(owed("operators") + stakes);
	const waiting = [...covers.values()].filter(({ status }) => status === COVER_STATUS.waiting);
	const premiums = records.map(({ claim, status, premium, shared, closed }) => {
		if (claim === 0) return status === RECORD_STATUS.open ? premium : 0n;
		if (status === RECORD_STATUS.attested || status === RECORD_STATUS.open) return premium;
		return status === RECORD_STATUS.confirmed && !closed ? premium - shared : 0n;
	});
	const bonds = accusations.filter(({ closed }) => !closed).map(({ bond }) => bond);
	const locked = sum(waiting.map(({ premium }) => premium)) + sum(premiums) + sum(bonds) + pot;
	expect(liabilityIn(ledgers.attestations, ETHER)).toBe(owed("attestations") + locked);
	const bound = [...covers.values()].filter(({ status }) => status === COVER_STATUS.bound);
	expect(reserved).toBe(sum(bound.map(({ value }) => value + accuserFee(world))));
	expect(reserved <= capacityOf(ATTESTERS.rewardPermille, leastStake)).toBe(true);
	expect(pot <= reserved).toBe(true);
	// Whoever is relied on and not slashed yet, and what was slashed, pay all covers that can still be called.
	const behind = records.flatMap((record) =>
		record.covers !== 0 && isOpen(record.status) ? [record.signers] : [],
	);
	for (const signers of behind) {
		const stake = sum(
			[...operators].map(([number, one]) => ((signers >> BigInt(number)) & 1n ? one.stake : 0n)),
		);
		expect(pot + (stake * BigInt(1000 - ATTESTERS.rewardPermille)) / 1000n + 8n >= reserved).toBe(true);
	}
}

const isOpen = (status: number): boolean =>
	status === RECORD_STATUS.attested || status === RECORD_STATUS.open;
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
