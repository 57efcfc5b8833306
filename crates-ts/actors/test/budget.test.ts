import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { ANSWERING, answeringGas, CALLBACK, leastFeeOf, OUTPUT_WORD } from "@umpire/game/answering-gas.ts";
import { describe, expect, it } from "vitest";
import { bondBound } from "../src/budget.ts";

const GAS_OF_DISPUTE = 6_000_000n;

describe("a submitter's bounds", () => {
	it("count the gas that its moves were measured to take", async () => {
		const gas = JSON.parse(await readFile(join(projectRoot, "test", "game", "gas.json"), "utf8"));
		const bounds = {
			...ANSWERING,
			"claim: an output of five words": ANSWERING.claim + 4 * OUTPUT_WORD,
			"finalise: a consumer that burns all gas": ANSWERING.finalise + CALLBACK,
		};
		for (const [move, bound] of Object.entries(bounds)) {
			expect(bound, move).toBeGreaterThanOrEqual(gas[move]);
			expect(bound, move).toBeLessThan(gas[move] * 1.2);
		}
	});

	it("ask what claim, finalisation and callback cost, and a fifth more", () => {
		const header = { operatorCount: 4, steps: 1, lazy: false, outputElements: 10, outputWidth: 8 } as const;
		expect(leastFeeOf(header, 10n, false)).toBe(322_900n * 12n);
		expect(leastFeeOf(header, 10n, true)).toBe((322_900n + 235_000n) * 12n);
	});

	it("count every word that a claim stores of its output", () => {
		const wordsOf = (outputElements: number, outputWidth: 8 | 16 | 32): number => {
			const header = { operatorCount: 1, steps: 1, lazy: true, outputElements, outputWidth };
			const least = ANSWERING.claim + ANSWERING.finalise + ANSWERING.withdraw;
			return 1 + (answeringGas(header, false) - least) / OUTPUT_WORD;
		};
		expect([wordsOf(1, 8), wordsOf(31, 8), wordsOf(32, 8), wordsOf(155, 8)]).toEqual([1, 1, 2, 5]);
		expect([wordsOf(46, 16), wordsOf(35, 32)]).toEqual([4, 5]);
		// of several leaves it stores the root
		expect([wordsOf(156, 8), wordsOf(36, 32)]).toEqual([1, 1]);
	});

	it("lock half of what the account has, and leave gas for a dispute of every claim", () => {
		const bond = 10n ** 18n;
		const given = { bond, price: 1n };
		expect(bondBound({ ...given, locked: 0n, balance: 100n * bond }, undefined)).toBe(50n * bond);
		expect(bondBound({ ...given, locked: 60n * bond, balance: 40n * bond }, undefined)).toBe(50n * bond);
		expect(bondBound({ ...given, locked: 0n, balance: bond + GAS_OF_DISPUTE }, undefined)).toBe(bond);
		expect(bondBound({ ...given, locked: 0n, balance: bond + GAS_OF_DISPUTE - 1n }, undefined)).toBe(0n);
		expect(bondBound({ ...given, locked: bond, balance: bond + 2n * GAS_OF_DISPUTE - 1n }, 9n * bond)).toBe(
			bond,
		);
		expect(bondBound({ ...given, locked: bond, balance: bond + 2n * GAS_OF_DISPUTE }, 9n * bond)).toBe(
			2n * bond,
		);
	});
});
