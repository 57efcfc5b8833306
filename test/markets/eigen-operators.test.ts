import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import type { Action } from "@umpire/game/move.ts";
import { RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import { statementOf } from "@umpire/markets/witness-tree.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ATTESTERS } from "@umpire/testing/markets/attester-driver.ts";
import fc from "fast-check";
import {
	concat,
	encodeAbiParameters,
	keccak256,
	parseAbiParameters,
	toHex,
	zeroAddress,
	zeroHash,
} from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PROGRAM, traceOf } from "./attester-programs.ts";
import { questionOf } from "./random-attester-moves.ts";

/** A row of an operator table: whose it is, and its weights of two types of stake. */
interface Row {
	readonly account: Hex;
	readonly weight: bigint;
}

const AVS: Hex = "0x00000000000000000000000000000000000000A5";
const STRATEGIES = [`0x${"01".repeat(20)}`, `0x${"02".repeat(20)}`] as const;
const NO_AGGREGATE = { signature: [0n, 0n], key: [0n, 0n, 0n, 0n] };
const NAMES = ["EigenOperators", "Attestations", "Operators", "EigenLayerMocks"] as const;

let chain: TestChain;
let mocks: Deployed;
let operators: Deployed;
let attestations: Deployed;
let snapshot: unknown;
let deployer: Hex;
let someone: Hex;
let others: readonly Hex[];

beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, NAMES);
	[deployer, someone, ...others] = chain.accounts;
	mocks = await Deployed.deploy(chain, "EigenLayerMocks");
	operators = await Deployed.deploy(chain, "EigenOperators", [setOf(STRATEGIES), ATTESTERS]);
	attestations = await Deployed.deploy(chain, "Attestations", [chain.market, operators.address, ATTESTERS]);
	await operators.send(deployer, "bind", [attestations.address]);
	await mocks.send(deployer, "allow", [operators.address]);
	snapshot = await chain.snapshot();
});
beforeEach(async () => {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
});
afterAll(() => chain.close());

const setOf = (strategies: readonly Hex[]) => ({
	...{ verifier: mocks.address, allocations: mocks.address, keys: mocks.address },
	...{ operatorSet: { avs: AVS, id: 7 }, strategies },
});
/** A key that stands for an account's. */
const keyOf = (account: Hex) => ({ X: BigInt(account), Y: BigInt(account) + 1n });
const infoOf = ({ account, weight }: Row) => ({ pubkey: keyOf(account), weights: [weight, 1n] });
const rowsOf = (...weights: readonly bigint[]): Row[] =>
	weights.map((weight, i) => ({
		account: wordHex(BigInt(0xe000 + i)).replace(/^0x0{24}/, "0x") as Hex,
		weight,
	}));

/** The root of a table as EigenLayer makes it: leaves with a salt, filled up with zeros to a power of two. */
function tableRoot(rows: readonly Row[]): Hex {
	const type = parseAbiParameters("((uint256 X, uint256 Y) pubkey, uint256[] weights)");
	let nodes: Hex[] = rows.map((row) => keccak256(concat(["0x75", encodeAbiParameters(type, [infoOf(row)])])));
	while ((nodes.length & (nodes.length - 1)) !== 0) nodes.push(zeroHash);
	while (nodes.length > 1) {
		nodes = nodes.filter((_, i) => i % 2 === 0).map((node, i) => keccak256(concat([node, nodes[2 * i + 1]])));
	}
	return nodes[0];
}

async function table(rows: readonly Row[], root = tableRoot(rows)): Promise<number> {
	const time = await chain.time();
	for (const { account } of rows) {
		const { X, Y } = keyOf(account);
		await mocks.send(deployer, "own", [X, Y, account]);
	}
	await mocks.send(deployer, "update", [time, root, rows.map(infoOf)]);
	return time;
}

const open = (rows: readonly Row[]) => operators.refusal(someone, "open", [rows.map(infoOf)]);
const epochNow = () => operators.read<bigint>("currentEpoch");

/** A certificate of all rows of a table but some. */
async function certificateOf(time: number, statement: Hex, absent: readonly number[] = [], signed = true) {
	const messageHash = await operators.read<Hex>("messageHashOf", [await epochNow(), statement]);
	const nonSignerWitnesses = absent.map((operatorIndex) => ({
		...{ operatorIndex, operatorInfoProof: "0x" },
		operatorInfo: { pubkey: { X: 0n, Y: 0n }, weights: [] },
	}));
	const signature = { X: signed ? BigInt(messageHash) : 0n, Y: 0n };
	const apk = { X: [0n, 0n], Y: [0n, 0n] };
	return { referenceTimestamp: time, messageHash, signature, apk, nonSignerWitnesses };
}

async function certify(time: number, statement: Hex, absent: readonly number[] = [], signed = true) {
	const certificate = await certificateOf(time, statement, absent, signed);
	return operators.refusal(someone, "certify", [await epochNow(), statement, certificate]);
}

async function act(sender: Hex, action: Action, at?: number): Promise<void> {
	const { error } = await chain.act(sender, action, at ?? (await chain.time()) + 1);
	if (error !== undefined) throw new Error(`${action.type} was refused: ${error}`);
}

const claims = () => chain.read<bigint>("claimCount");

/** A request is answered with an output `by` above the right one; the claim, and its statement. */
async function claimed(by: number, request?: bigint): Promise<{ claim: bigint; statement: Hex }> {
	let asked = request;
	if (asked === undefined) {
		await act(someone, questionOf(0, NOBODY));
		asked = await chain.read<bigint>("requestCount");
	}
	const made = traceOf(by).claim();
	const value = PARAMETERS.submitterBond;
	await act(others[0], { type: "claim", value, request: Number(asked), ...made });
	const { root } = traceOf(by).output();
	return {
		claim: await claims(),
		statement: statementOf(chain.market, PROGRAM.root, PROGRAM.inputsRoot, root),
	};
}

async function attest(claim: bigint, signers: bigint): Promise<string | undefined> {
	return attestations.refusal(someone, "attest", [claim, await epochNow(), signers, NO_AGGREGATE]);
}

/** Three of four operators sign a false output, whose claim then falls; the record. */
async function falselySigned(): Promise<bigint> {
	await act(someone, { type: "register", header: PROGRAM.header });
	const rows = rowsOf(30n, 30n, 30n, 10n);
	const time = await table(rows);
	expect(await open(rows)).toBeUndefined();
	const { claim, statement } = await claimed(1);
	expect(await certify(time, statement, [3])).toBeUndefined();
	expect(await attest(claim, 0b0111n)).toBeUndefined();
	const value = PARAMETERS.challengerBond;
	await act(others[1], { type: "challenge", value, claim: Number(claim), entry: entryOf(traceOf(0)) });
	await act(
		someone,
		{ type: "timeout", dispute: 1 },
		(await chain.time()) + PARAMETERS.increment + PARAMETERS.reserve + 2,
	);
	return 1n;
}

/** Convicts a record: somebody accuses it, and its output is final. */
async function convict(record: bigint): Promise<void> {
	await attestations.send(someone, "sync", [record]);
	const bond = await attestations.read<bigint>("accusationBond", [record]);
	await attestations.send(others[0], "accuse", [record], { value: bond });
	const { claim } = await claimed(0, await chain.read<bigint>("requestCount"));
	await act(
		someone,
		{ type: "finalise", claim: Number(claim) },
		(await chain.time()) + PARAMETERS.challengePeriod + 1,
	);
	await attestations.send(someone, "judge", [1n, claim]);
}

const weights = (epoch: bigint, signers: bigint) =>
	operators.read<readonly [bigint, bigint]>("weightOf", [epoch, signers]);

describe("a table of EigenLayer's", () => {
	test("E1: is an epoch's if its rows are all of the newest one, each with a known key, once", async () => {
		const rows = rowsOf(5n, 3n, 2n);
		await table(rows);
		expect(await open(rows.slice(1))).toBe("WrongRows");
		expect(await open(rowsOf(6n, 3n, 2n))).toBe("WrongTable");
		expect(await open([rows[1], rows[0], rows[2]])).toBe("WrongTable");
		await mocks.send(deployer, "own", [keyOf(rows[1].account).X, keyOf(rows[1].account).Y, zeroAddress]);
		expect(await open(rows)).toBe("WrongKey");
		await mocks.send(deployer, "own", [keyOf(rows[1].account).X, keyOf(rows[1].account).Y, rows[0].account]);
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

/** What docs/attesters.md says that a move costs at most. */
async function documented(): Promise<(move: string) => number> {
	const text = await readFile(join(projectRoot, "docs", "attesters.md"), "utf8");
	const rows = text.split("\n").map((line) => line.slice(2, -2).split(" | "));
	return (move) => Number(rows.find(([name]) => name === move)![1]);
}

interface Slash {
	readonly operator: Hex;
	readonly operatorSetId: number;
	readonly strategies: readonly Hex[];
	readonly wadsToSlash: readonly bigint[];
}

test("what an epoch's table and its certificate cost is what the document says", async () => {
	const most = await documented();
	const rows = rowsOf(...new Array<bigint>(100).fill(10n));
	const time = await table(rows);
	const opened = await operators.send(someone, "open", [rows.map(infoOf)]);
	await mocks.send(deployer, "allow", [operators.address], {
		at: (await chain.time()) + ATTESTERS.epochSeconds,
	});
	const again = await operators.send(someone, "open", [rows.map(infoOf)]);
	const statement = keccak256(toHex("statement"));
	const certificate = await certificateOf(
		time,
		statement,
		Array.from({ length: 10 }, (_, i) => i),
	);
	const certified = await operators.send(someone, "certify", [await epochNow(), statement, certificate]);
	if (process.env.SHOW_GAS !== undefined) console.log(opened.gas, again.gas, certified.gas);
	expect(opened.gas).toBeLessThanOrEqual(most("open: a table of 100"));
	expect(again.gas).toBeLessThanOrEqual(most("open: the same 100 again"));
	expect(certified.gas).toBeLessThanOrEqual(most("certify: 90 of 100, without the verifier"));
});
