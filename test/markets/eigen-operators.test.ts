import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import { statementOf } from "@umpire/markets/witness-tree.ts";
import { ATTESTERS } from "@umpire/testing/markets/attester-driver.ts";
import fc from "fast-check";
import { keccak256, toHex, zeroAddress, zeroHash } from "viem";
import { describe, expect, test } from "vitest";
import { PROGRAM } from "./attester-programs.ts";
import {
	act,
	attest,
	attestations,
	certificateOf,
	certify,
	chain,
	claimed,
	convict,
	deployer,
	eigenPerTest,
	epochNow,
	falselySigned,
	keyOf,
	mocks,
	NO_AGGREGATE,
	open,
	operators,
	rowsOf,
	STRATEGIES,
	setOf,
	someone,
	table,
	weights,
} from "./eigen-play.ts";
import { questionOf } from "./random-attester-moves.ts";

eigenPerTest();

describe("a table of EigenLayer's", () => {
	test("E1: is an epoch's if its rows are all of the newest one, each with a known key, once", async () => {
		const rows = rowsOf(5n, 3n, 2n);
		await table(rows);
		expect(await open(rows.slice(1))).toBe("WrongRows");
		expect(await open(rowsOf(6n, 3n, 2n))).toBe("WrongTable");
		expect(await open([rows[1], rows[0], rows[2]])).toBe("WrongTable");
		await mocks.send(deployer, "own", [keyOf(rows[1].account).x, keyOf(rows[1].account).y, zeroAddress]);
		expect(await open(rows)).toBe("WrongKey");
		await mocks.send(deployer, "own", [keyOf(rows[1].account).x, keyOf(rows[1].account).y, rows[0].account]);
		expect(await open(rows)).toBe("WrongKey");
		const time = await table(rows);
		expect(await open(rows)).toBeUndefined();
		expect(await open(rows)).toBe("AlreadyOpen");
		const { referenceTimestamp, members } = await operators.read<{
			referenceTimestamp: number;
			members: bigint;
		}>("tableOf", [await epochNow()]);
		expect([referenceTimestamp, members]).toEqual([time, 0b111n]);
		expect(await weights(await epochNow(), 0b101n)).toEqual([700_000_000n, 1_000_000_000n]);
	});

	test("E1: has something at stake", async () => {
		await table([], zeroHash);
		expect(await open([])).toBe("EmptyTable");
		const rows = rowsOf(0n, 0n);
		await table(rows);
		expect(await open(rows)).toBe("EmptyTable");
	});

	test("E1: gives an operator the same number in every epoch, whatever row it has", async () => {
		const rows = rowsOf(5n, 3n, 2n);
		await table(rows);
		await open(rows);
		await mocks.send(deployer, "allow", [operators.address], {
			at: (await chain.time()) + ATTESTERS.epochSeconds,
		});
		const turned = rows.toReversed();
		await table(turned);
		expect(await open(turned)).toBeUndefined();
		expect(await weights(await epochNow(), 0b001n)).toEqual([500_000_000n, 1_000_000_000n]);
	});
});

describe("a certificate", () => {
	const statement = keccak256(toHex("statement"));

	test("E2: says who has signed: all of the table but whom it shows not to have", async () => {
		const rows = rowsOf(40n, 30n, 20n, 10n);
		const time = await table(rows);
		await open(rows);
		const epoch = await epochNow();
		expect(await certify(time, statement, [2])).toBeUndefined();
		expect(await operators.read("certified", [epoch, statement])).toBe(0b1011n);
		const signed = (signers: bigint) =>
			operators.read("requireSigned", [epoch, statement, signers, NO_AGGREGATE]).then(
				() => true,
				() => false,
			);
		expect([await signed(0b1011n), await signed(0b1n), await signed(0b100n), await signed(0n)]).toEqual([
			true,
			true,
			false,
			false,
		]);
		expect(await certify(time, statement, [0])).toBe("NoQuorum");
		expect(await certify(time, statement, [3])).toBeUndefined();
		expect(await operators.read("certified", [epoch, statement])).toBe(0b1111n);
	});

	test("E2: is of the epoch's table and message, signed, and names nobody twice", async () => {
		const rows = rowsOf(40n, 30n, 20n, 10n);
		const before = await table(rows);
		const time = await table(rows);
		expect(await certify(0, statement)).toBe("WrongTimestamp");
		await open(rows);
		expect(await certify(before, statement)).toBe("WrongTimestamp");
		expect(await certify(time, statement, [4])).toBe("WrongNonSigner");
		expect(await certify(time, statement, [3, 3])).toBe("WrongNonSigner");
		expect(await certify(time, statement, [], false)).toBe("VerificationFailed");
		const other = await certificateOf(time, keccak256(statement));
		const refused = await operators.refusal(someone, "certify", [await epochNow(), statement, other]);
		expect(refused).toBe("WrongMessage");
	});

	test("E2: has a quorum exactly if more than two thirds of the weight have signed, whatever the weights", async () => {
		const drawn = fc.array(fc.tuple(fc.bigInt(1n, 10n ** 24n), fc.boolean()), { minLength: 1, maxLength: 9 });
		const property = fc.asyncProperty(drawn, async (parties) => {
			const at = await chain.snapshot();
			try {
				const rows = rowsOf(...parties.map(([weight]) => weight));
				const time = await table(rows);
				expect(await open(rows)).toBeUndefined();
				const absent = [...parties.keys()].filter((i) => !parties[i][1]);
				const total = rows.reduce((sum, { weight }) => sum + weight, 0n);
				const signed = total - absent.reduce((sum, i) => sum + rows[i].weight, 0n);
				const refused = await certify(time, statement, absent);
				expect(refused).toBe(signed < (total * 6667n) / 10_000n ? "NoQuorum" : undefined);
				const signers = parties.reduce((set, [, signs], i) => (signs ? set | (1n << BigInt(i)) : set), 0n);
				const [weight, stake] = await weights(await epochNow(), signers);
				// Parts are rounded down: at most one part an operator.
				const exact = (signed * 10n ** 9n) / total;
				expect(weight <= exact && weight + BigInt(rows.length) >= exact).toBe(true);
				expect(stake <= 10n ** 9n && stake + BigInt(rows.length) >= 10n ** 9n).toBe(true);
			} finally {
				await chain.restore(at);
			}
		});
		await fc.assert(property, { numRuns: 25 });
	});
});

describe("attestations of EigenLayer's operators", () => {
	test("E3: make a claim softly final, of those who are certified only", async () => {
		await act(someone, { type: "register", header: PROGRAM.header });
		const rows = rowsOf(30n, 30n, 30n, 10n);
		const time = await table(rows);
		await open(rows);
		const { claim, statement } = await claimed(0);
		expect(await attest(claim, 0b0111n)).toBe("NotCertified");
		await certify(time, statement, [3]);
		expect(await attest(claim, 0b1111n)).toBe("NotCertified");
		expect(await attest(claim, 0b0111n)).toBeUndefined();
		const { softAt, weight } = await attestations.read<{ softAt: number; weight: bigint }>("getRecord", [1n]);
		expect([softAt > 0, weight]).toEqual([true, 900_000_000n]);
	});

	test("E4: bear no cover: what EigenLayer slashes is no ether", async () => {
		await act(someone, { type: "register", header: PROGRAM.header });
		await act(someone, questionOf(0, NOBODY));
		expect(await attestations.refusal(someone, "cover", [1n, 1n], { value: 1n })).toBe("NothingToRelyOn");
	});

	test("E5: are slashed whole by whoever carries it out, once, and count nothing from their conviction on", async () => {
		await convict(await falselySigned());
		expect((await attestations.read<{ status: number }>("getRecord", [1n])).status).toBe(
			RECORD_STATUS.convicted,
		);
		expect(await operators.read("condemned")).toBe(0b0111n);
		expect(await weights(1n, 0b1111n)).toEqual([100_000_000n, 1_000_000_000n]);
		expect(await mocks.read("slashCount")).toBe(0n);
		expect(await operators.refusal(someone, "carryOut", [3n])).toBe("NothingToSlash");
		expect(await operators.refusal(someone, "carryOut", [256n])).toBe("NothingToSlash");
		// One who cannot be slashed now protects nobody else, and is slashed when it can be.
		const [first, second, third] = rowsOf(0n, 0n, 0n);
		await mocks.send(deployer, "protect", [first.account, true]);
		expect(await operators.refusal(someone, "carryOut", [0n])).toBe("OperatorNotSlashable");
		for (const operator of [1n, 2n]) await operators.send(someone, "carryOut", [operator]);
		await mocks.send(deployer, "protect", [first.account, false]);
		await operators.send(someone, "carryOut", [0n]);
		expect(await operators.refusal(someone, "carryOut", [0n])).toBe("NothingToSlash");
		const slashes = await Promise.all([0n, 1n, 2n].map((i) => mocks.read<Slash>("getSlash", [i])));
		expect(slashes.map(({ operator }) => operator.toLowerCase())).toEqual(
			[second, third, first].map(({ account }) => account),
		);
		for (const { operatorSetId, strategies, wadsToSlash } of slashes) {
			expect(operatorSetId).toBe(7);
			expect(strategies).toEqual(STRATEGIES);
			expect(wadsToSlash).toEqual([10n ** 18n, 10n ** 18n]);
		}
		expect(await operators.read("slashed")).toBe(0b0111n);
	});

	test("E5: are condemned by two certificates of two outputs", async () => {
		const rows = rowsOf(30n, 30n, 30n, 10n);
		const time = await table(rows);
		await open(rows);
		const epoch = await epochNow();
		const [one, other] = [wordHex(1n), wordHex(2n)];
		const vote = (outputRoot: Hex, signers: bigint) => ({
			epoch,
			outputRoot,
			signers,
			aggregate: NO_AGGREGATE,
		});
		const stated = (output: Hex) => statementOf(chain.market, PROGRAM.root, PROGRAM.inputsRoot, output);
		await certify(time, stated(one), [3]);
		const args = [PROGRAM.root, PROGRAM.inputsRoot, vote(one, 0b0111n), vote(other, 0b1011n)];
		expect(await attestations.refusal(someone, "equivocation", args)).toBe("NotCertified");
		await certify(time, stated(other), [2]);
		await attestations.send(someone, "equivocation", args);
		expect(await operators.read("condemned")).toBe(0b0011n);
	});

	test("E6: are condemned by the attestations contract alone, which is named once, by the deployer", async () => {
		expect(await operators.refusal(someone, "slash", [1n])).toBe("WrongCaller");
		expect(await operators.refusal(someone, "bind", [mocks.address])).toBe("WrongCaller");
		expect(await operators.refusal(deployer, "bind", [mocks.address])).toBe("AlreadyBound");
		expect(await operators.refusal(someone, "hold", [1n])).toBe("NotHeldHere");
		expect(await operators.refusal(someone, "release", [1n])).toBe("NotHeldHere");
	});

	test("E6: are of contracts that are there, and lose strategies that rise", async () => {
		const refusal = (set: object) =>
			chain.deploy("EigenOperators", [set, ATTESTERS]).then(
				() => undefined,
				(error: Error) => error.message,
			);
		const [low, high] = STRATEGIES;
		for (const strategies of [[], [low, low], [high, low]]) {
			expect(await refusal(setOf(strategies))).toMatch(/WrongStrategies/);
		}
		for (const name of ["verifier", "allocations", "keys"]) {
			expect(await refusal({ ...setOf(STRATEGIES), [name]: someone })).toMatch(/NotAContract/);
		}
	});
});

interface Slash {
	readonly operator: Hex;
	readonly operatorSetId: number;
	readonly strategies: readonly Hex[];
	readonly wadsToSlash: readonly bigint[];
}
