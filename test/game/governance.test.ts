import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { contractParameters } from "@umpire/chain/contracts.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { LONGEST_STOP, REST_AFTER_STOP } from "@umpire/game/market-moves.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { ATTESTER_PRESETS } from "@umpire/markets/attester-parameters.ts";
import { BOUNTY_PRESETS } from "@umpire/markets/bounty-parameters.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { type AbiFunction, type AbiParameter, getCreateAddress, zeroHash } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stateOf, visible } from "./state-of.ts";

const DELAY = 7 * 86_400;
const PUBLISHER = 1n;
const GUARDIAN = 2n;
/** Refused before it is looked at. */
const CONTEST = {
	program: zeroHash,
	inputRoots: [],
	weightsInput: 0,
	statesInput: 1,
	submitUntil: 0,
	scoreSeconds: 0,
	deposit: 0n,
};
const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: 3, by: 5 }]);
const { submitterBond, challengePeriod } = PARAMETERS;

let chain: TestChain;
let driver: ChainDriver;
let directory: Deployed;
let governance: Deployed;
let timelock: Deployed;
let market: Deployed;
let publisher: Hex;
let guardian: Hex;
let stranger: Hex;
let snapshot: unknown;

/** A timelock, the roles under it, their directory, and a market whose guardian that is. */
beforeAll(async () => {
	const names = ["Directory", "Governance", "TimelockController", "GridSearch", "HiddenEvaluation"];
	chain = await TestChain.open(PARAMETERS, names);
	[publisher, guardian, stranger] = chain.accounts.slice(7, 10);
	const lock = [BigInt(DELAY), [publisher], [NOBODY], NOBODY];
	timelock = await Deployed.deploy(chain, "TimelockController", lock);
	governance = await Deployed.deploy(chain, "Governance", [timelock.address, publisher, guardian, DELAY]);
	const { abi } = await readArtifact("Directory");
	const address = getCreateAddress({ from: governance.address, nonce: 1n }).toLowerCase() as Hex;
	directory = new Deployed(chain, address, abi);
	const terms = contractParameters(PARAMETERS).market;
	market = await Deployed.deploy(chain, "Market", [chain.court, terms, address]);
	await chain.animate(timelock.address);
	await chain.animate(address);
	chain = chain.withMarket(market.address, chain.accounts.slice(1));
	snapshot = await chain.snapshot();
});
beforeEach(async () => {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
	driver = new ChainDriver(chain, PARAMETERS);
	driver.game.state = { ...driver.game.state, guardian: directory.address };
	await driver.sync();
});
afterAll(() => chain.close());

const request = (deadline = driver.game.now + 5_000_000): Action => {
	const { root, inputsRoot } = program;
	return { type: "request", value: 70n, program: root, inputsRoot, deadline, consumer: NOBODY };
};
const stop = (duration: number): Action => ({ type: "stopRequests", duration });
const claimOf = (id: number, trace: ToyTrace): Action => {
	return { type: "claim", value: submitterBond, request: id, ...trace.claim() };
};
const listing = (of: Hex, beside: Partial<Record<string, Hex>> = {}) => {
	const none = { grid: NOBODY, jobs: NOBODY, bounties: NOBODY, attestations: NOBODY };
	return { market: of, ...none, from: 0, ...beside };
};
const current = async () => {
	const [number, { market: at }] = await directory.read<[bigint, { market: Hex }]>("current");
	return { number: Number(number), market: at.toLowerCase() };
};

describe("a stop of requests", () => {
	test("is made by the guardian alone, for seven days at most, and not again before 28 days have passed", async () => {
		await driver.play(driver.requester, { type: "register", header: program.header });
		expect(await driver.try(driver.stranger, stop(100))).toBe("NotTheGuardian");
		expect(await driver.try(directory.address, stop(0))).toBe("InvalidStop");
		expect(await driver.try(directory.address, stop(LONGEST_STOP + 1))).toBe("InvalidStop");
		await driver.play(directory.address, stop(LONGEST_STOP));
		const until = driver.game.now + LONGEST_STOP;
		expect(await driver.try(driver.requester, request())).toBe("Stopped");
		await driver.wait(until - 1);
		expect(await driver.try(driver.requester, request())).toBe("Stopped");
		await driver.play(driver.requester, request());
		await driver.wait(until + REST_AFTER_STOP - 1);
		expect(await driver.try(directory.address, stop(100))).toBe("StoppedLately");
		await driver.play(directory.address, stop(100));
		expect(await driver.try(driver.requester, request())).toBe("Stopped");
	});

	test("by whoever has stolen the guardian's key closes a market for a fifth of the time at most, until the key is worth nothing", async () => {
		const [DAY, days] = [86_400, 98];
		const start = (await chain.time()) + 1;
		const revoke = governance.callOf("revokeRole", [GUARDIAN, guardian]);
		const operation = [governance.address, 0n, revoke, zeroHash, zeroHash];
		const made: number[] = [];
		/** Four times a day it tries, for as long as is possible. */
		const attack = async (from: number, to: number) => {
			const refusals = new Set<string>();
			for (let time = from; time < to; time += DAY / 4) {
				const refused = await directory.refusal(guardian, "stopRequests", [market.address, LONGEST_STOP], {
					at: time,
				});
				if (refused === undefined) made.push((time - start) / DAY);
				else refusals.add(refused);
			}
			return refusals;
		};
		expect(await attack(start, start + days * DAY)).toEqual(new Set(["StoppedLately"]));
		expect(made).toEqual([0, 35, 70]);
		// Of no 35 days that follow each other more than seven are closed.
		const closed = (day: number) => made.some((from) => from <= day && day < from + 7);
		for (let from = 0; from + 35 <= days; from++) {
			const count = Array.from({ length: 35 }, (_, i) => closed(from + i)).filter(Boolean).length;
			expect(count).toBeLessThanOrEqual(7);
		}
		// The governor takes the role away in seven days; what is tried meanwhile and afterwards does nothing.
		const since = start + days * DAY;
		await timelock.send(publisher, "schedule", [...operation, BigInt(DELAY)], { at: since });
		expect(await attack(since + 60, since + DELAY)).toEqual(new Set(["StoppedLately"]));
		await timelock.send(stranger, "execute", operation, { at: since + DELAY });
		expect(await attack(since + DELAY + 60, since + DELAY + 40 * DAY)).toEqual(
			new Set(["AccessManagedUnauthorized"]),
		);
		expect(made).toHaveLength(3);
		// Nor was it ever able to name another deployment, or to give its role to somebody else.
		expect(await directory.refusal(guardian, "publish", [listing(chain.court)])).toBe(
			"AccessManagedUnauthorized",
		);
		expect(await governance.refusal(guardian, "grantRole", [GUARDIAN, stranger, 0])).toBe(
			"AccessManagerUnauthorizedAccount",
		);
	});

	test("keeps nobody from claiming, challenging, settling, finalising, refunds and withdrawals", async () => {
		await driver.play(driver.requester, { type: "register", header: program.header });
		await driver.play(driver.requester, request());
		await driver.play(driver.requester, request());
		await driver.play(driver.requester, request(driver.game.now + 500));
		await driver.play(directory.address, stop(LONGEST_STOP));
		await driver.play(driver.submitter, claimOf(1, wrong));
		await driver.play(driver.submitter, claimOf(2, right));
		const dispute = await driver.challengeToy(right, 1);
		const words = wrong.words(0, 0, 0);
		await driver.play(driver.submitter, { type: "publishLeaf", width: 8, count: 10, words });
		const settlement = settlementOf(program.opening(0), words, 3, 0, []);
		await driver.play(driver.challenger, { type: "settle", dispute, settlement });
		await driver.wait(driver.game.now + challengePeriod + 1);
		await driver.play(driver.stranger, { type: "finalise", claim: 2 });
		await driver.wait(driver.game.now + 500);
		await driver.play(driver.stranger, { type: "refund", request: 3 });
		// Who is paid by the market, and the challenger by both.
		for (const account of [driver.requester, driver.submitter, driver.challenger]) {
			await driver.play(account, { type: "withdraw", from: "market" });
		}
		await driver.play(driver.challenger, { type: "withdraw", from: "court" });
		expect(driver.game.state.claims.map(({ status }) => status)).toEqual([
			CLAIM_STATUS.rejected,
			CLAIM_STATUS.final,
		]);
		expect(await driver.try(driver.requester, request())).toBe("Stopped");
	});

	test("is refused to everybody where the market has no guardian", async () => {
		const open = await Deployed.deploy(chain, "Market", [
			chain.court,
			contractParameters(PARAMETERS).market,
			NOBODY,
		]);
		for (const account of [publisher, guardian, directory.address, timelock.address]) {
			expect(await open.refusal(account, "stopRequests", [100])).toBe("NotTheGuardian");
		}
	});

	test("is nothing that a contract with times of its own is deployed for", async () => {
		const beacon = await chain.deploy("BlockHashBeacon", [1n, 12n, 12n]);
		// What comes after the market is checked later.
		const of: readonly (readonly [string, readonly unknown[]])[] = [
			["GridSearch", [market.address, beacon, 10n ** 18n]],
			["Jobs", [market.address, beacon, beacon, NETWORK_PRESETS.test]],
			["Bounties", [market.address, beacon, BOUNTY_PRESETS.test]],
			["Attestations", [market.address, beacon, ATTESTER_PRESETS.test]],
			["HiddenEvaluation", [market.address, beacon, CONTEST]],
		];
		for (const [name, args] of of) {
			await expect(chain.deploy(name, args), name).rejects.toThrow("StoppableMarket");
		}
	});
});

describe("the directory", () => {
	test("names the first deployment at once, and each later one after the delay", async () => {
		expect(await current()).toEqual({ number: 0, market: NOBODY });
		await directory.send(publisher, "publish", [listing(market.address)]);
		expect(await current()).toEqual({ number: 1, market: market.address });
		await directory.send(publisher, "publish", [listing(chain.court)]);
		const since = await chain.time();
		expect(await directory.refusal(publisher, "publish", [listing(chain.court)])).toBe("ListingWaiting");
		// Blocks are made at these times; what is asked of the last one is asked at its time.
		await pass(since + DELAY - 1);
		expect((await current()).number).toBe(1);
		await pass(since + DELAY);
		expect(await current()).toEqual({ number: 2, market: chain.court });
	});

	test("shows every listing that there is, whenever it comes, and none that there is not", async () => {
		const shown = (number: number) => directory.read<{ market: Hex }>("getListing", [BigInt(number)]);
		for (const number of [0, 1]) await expect(shown(number)).rejects.toThrow("UnknownListing");
		await directory.send(publisher, "publish", [listing(market.address)]);
		await directory.send(publisher, "publish", [listing(chain.court)]);
		expect((await shown(1)).market.toLowerCase()).toBe(market.address);
		expect((await shown(2)).market.toLowerCase()).toBe(chain.court);
		for (const number of [0, 3]) await expect(shown(number)).rejects.toThrow("UnknownListing");
		await directory.send(guardian, "retract");
		await expect(shown(2)).rejects.toThrow("UnknownListing");
	});

	test("takes back what is still to come and nothing else", async () => {
		await directory.send(publisher, "publish", [listing(market.address)]);
		expect(await directory.refusal(guardian, "retract")).toBe("NothingWaiting");
		await directory.send(publisher, "publish", [listing(chain.court)]);
		await directory.send(guardian, "retract");
		await pass((await chain.time()) + 2 * DELAY);
		expect(await current()).toEqual({ number: 1, market: market.address });
		expect(await directory.read("listingCount")).toBe(1n);
	});

	test("names no contract of another market, and none that is not there", async () => {
		const publish = (...args: Parameters<typeof listing>) =>
			directory.refusal(publisher, "publish", [listing(...args)]);
		expect(await publish(stranger)).toBe("NotAContract");
		const beacon = await chain.deploy("BlockHashBeacon", [1n, 12n, 12n]);
		const { market: terms } = contractParameters(PARAMETERS);
		const open = await chain.deploy("Market", [chain.court, terms, NOBODY]);
		const grid = await chain.deploy("GridSearch", [open, beacon, 10n ** 18n]);
		for (const name of ["grid", "jobs", "bounties", "attestations"]) {
			expect(await publish(market.address, { [name]: grid }), name).toBe("WrongMarket");
			expect(await publish(market.address, { [name]: stranger }), name).toBe("NotAContract");
		}
		expect(await publish(open, { grid })).toBeUndefined();
	});

	test("has a delay that is never below two days", async () => {
		await expect(chain.deploy("Directory", [governance.address, 2 * 86_400 - 1])).rejects.toThrow(
			"InvalidParameter",
		);
		await chain.deploy("Directory", [governance.address, 2 * 86_400]);
	});
});

describe("roles", () => {
	test("let each do its own and nothing else", async () => {
		const calls = {
			publish: [listing(market.address)],
			retract: [],
			stopRequests: [market.address, 100],
		} as const;
		const allowed = { publish: [publisher], retract: [guardian], stopRequests: [guardian] };
		for (const [name, args] of Object.entries(calls)) {
			for (const account of [publisher, guardian, stranger, timelock.address]) {
				const refused = await directory.refusal(account, name, args);
				const isAllowed = allowed[name as keyof typeof calls].includes(account);
				if (isAllowed) expect(refused, name).not.toBe("AccessManagedUnauthorized");
				else expect(refused, name).toBe("AccessManagedUnauthorized");
			}
		}
	});

	test("are given and taken by the timelock alone, after its delay", async () => {
		const grant = governance.callOf("grantRole", [PUBLISHER, stranger, 0]);
		for (const account of [publisher, guardian, stranger]) {
			expect(await governance.refusal(account, "grantRole", [PUBLISHER, stranger, 0])).toBe(
				"AccessManagerUnauthorizedAccount",
			);
		}
		const operation = [governance.address, 0n, grant, zeroHash, zeroHash];
		expect(await timelock.refusal(publisher, "schedule", [...operation, BigInt(DELAY - 1)])).toBe(
			"TimelockInsufficientDelay",
		);
		await timelock.send(publisher, "schedule", [...operation, BigInt(DELAY)]);
		const since = await chain.time();
		const at = (time: number) => ({ at: time });
		expect(await timelock.refusal(stranger, "execute", operation, at(since + DELAY - 1))).toBe(
			"TimelockUnexpectedOperationState",
		);
		await timelock.send(stranger, "execute", operation, at(since + DELAY));
		await directory.send(stranger, "publish", [listing(market.address)]);
	});

	test("stand under no timelock that is quicker than the directory", async () => {
		const quick = await chain.deploy("TimelockController", [
			BigInt(DELAY - 1),
			[publisher],
			[NOBODY],
			NOBODY,
		]);
		await expect(chain.deploy("Governance", [quick, publisher, guardian, DELAY])).rejects.toThrow(
			"InvalidParameter",
		);
	});

	test("change nothing that is open or owed, whichever function is called", async () => {
		const { requester, submitter, challenger } = driver;
		await driver.play(requester, { type: "register", header: program.header });
		for (let i = 0; i < 3; i++) await driver.play(requester, request());
		await driver.play(submitter, claimOf(1, wrong));
		await driver.play(submitter, claimOf(2, right));
		await driver.challengeToy(right, 1);
		await directory.send(publisher, "publish", [listing(market.address)]);
		await directory.send(publisher, "publish", [listing(chain.court)]);
		const people = [requester, submitter, challenger];
		const shown = async () => {
			const { stoppedUntil: _, ...rest } = await stateOf(chain, driver.game.state, people);
			return { ...rest, balances: await chain.balances() };
		};
		const { stoppedUntil: _, ...expected } = visible(driver.game.state, people);
		const before = await shown();
		expect(before).toMatchObject(expected);
		const tried = new Map<string, boolean>();
		for (const contract of [directory, governance, timelock]) {
			const functions = contract.abi.filter(
				(entry): entry is AbiFunction => entry.type === "function" && entry.stateMutability !== "view",
			);
			for (const { name, inputs } of functions) {
				for (const account of [publisher, guardian, stranger, timelock.address]) {
					const args = inputs.map((input) => someValue(input));
					const { error } = await contract.try(account, name, args);
					if (error === undefined) tried.set(`${contract.address} ${name}`, true);
					expect(await shown(), `${name} by ${account}`).toEqual(before);
				}
			}
		}
		// Worth something only if calls get through.
		expect(tried.size).toBeGreaterThan(12);
		// And the game goes on to its end.
		const words = wrong.words(0, 0, 0);
		await driver.sync();
		expect(await driver.try(submitter, { type: "publishLeaf", width: 8, count: 10, words })).toBeUndefined();
	});
});

/** Arguments with which roles might do harm: the market is named wherever a contract is. */
function someValue({
	type,
	name,
	components = [],
}: AbiParameter & { components?: readonly AbiParameter[] }): unknown {
	if (type.endsWith("[]")) return [someValue({ type: type.slice(0, -2), name })];
	if (type === "tuple") return Object.fromEntries(components.map((part) => [part.name, someValue(part)]));
	if (type === "address") {
		if (["grid", "jobs", "bounties", "attestations"].includes(name ?? "")) return NOBODY;
		return name === "account" || name === "newAuthority" ? governance.address : market.address;
	}
	if (type === "bool") return true;
	if (type === "bytes32") return zeroHash;
	if (type === "bytes4") return "0x12345678";
	if (type === "bytes") return market.callOf("stopRequests", [100]);
	if (type === "string") return "role";
	if (type.startsWith("uint")) return name === "delay" ? BigInt(DELAY) : name === "roleId" ? GUARDIAN : 100n;
	throw new Error(`No value for ${type}`);
}

/** Makes a block of this time. */
async function pass(time: number): Promise<void> {
	await chain.send({ from: stranger, to: stranger, data: "0x", value: 0n, gas: 100_000 }, time);
}
