import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { claimCommitment } from "@umpire/game/commitment.ts";
import type { ClaimMove, RequestMove } from "@umpire/game/move.ts";
import { CLAIM_STATUS, owedTo } from "@umpire/game/state.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { encodeFunctionData, parseAbi } from "viem";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "./per-test.ts";

const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: 3, by: 5 }]);
const { submitterBond, challengePeriod } = PARAMETERS;
const FEE = 70n;
const MODES = { accept: 0, revert: 1, burnGas: 2, returnBomb: 3, reenter: 4 } as const;
const ENDING = "function ending(uint256) view returns (uint8,address,uint256)";
const CALLS = "function calls() view returns (uint256)";

let chain: TestChain;
let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
	chain = fresh.chain;
});

/** A registered program's request that is open for 500 s; returns its number. */
async function ask(terms: Partial<RequestMove> = {}): Promise<number> {
	const { header, root, inputsRoot } = program;
	await driver.play(driver.requester, { type: "register", header });
	const deadline = driver.game.now + 500;
	const question = { program: root, inputsRoot, deadline, consumer: NOBODY };
	await driver.play(driver.requester, { type: "request", value: FEE, ...question, ...terms });
	return driver.game.state.requests.length;
}

const claimOf = (request: number, trace: ToyTrace): ClaimMove => {
	return { type: "claim", value: submitterBond, request, ...trace.claim() };
};

/** Brings a wrong claim down by a dispute. */
async function bringDown(claim: number): Promise<void> {
	const dispute = await driver.challengeToy(right, claim);
	const words = wrong.words(0, 0, 0);
	await driver.play(driver.submitter, { type: "publishLeaf", width: 8, count: 10, words });
	const settlement = settlementOf(program.opening(0), words, 3, 0, []);
	await driver.play(driver.challenger, { type: "settle", dispute, settlement }, "settle");
}

const ending = (claim: number) => chain.call(chain.market, ENDING, [BigInt(claim)]);

describe("an exclusive request", () => {
	test("is claimed by the submitter that it names alone, and by everybody after that time", async () => {
		const until = driver.game.now + 100;
		const request = await ask({ submitter: driver.submitter, exclusiveUntil: until });
		await driver.wait(until);
		expect(await driver.try(driver.stranger, claimOf(request, right))).toBe("ExclusiveRequest");
		await driver.play(driver.stranger, claimOf(request, right));
		const other = await ask({ submitter: driver.submitter, exclusiveUntil: driver.game.now + 100 });
		await driver.play(driver.submitter, claimOf(other, right));
	});

	test("ends with the rejection of its submitter's claim: it cannot claim again to hide that", async () => {
		const request = await ask({ submitter: driver.submitter, exclusiveUntil: driver.game.now + 300 });
		await driver.play(driver.submitter, claimOf(request, wrong));
		await bringDown(1);
		expect(driver.game.state.requests[0].closed).toBe(true);
		expect(owedTo(driver.game.state, driver.requester)).toBe(FEE);
		expect(await driver.try(driver.submitter, claimOf(request, right))).toBe("RequestClosed");
		await driver.wait(driver.game.state.requests[0].deadline + 1);
		expect(await driver.try(driver.requester, { type: "refund", request })).toBe("RequestClosed");
	});

	test("does not end with the rejection of somebody else's claim", async () => {
		const until = driver.game.now + 10;
		const request = await ask({ submitter: driver.stranger, exclusiveUntil: until });
		await driver.wait(until + 1);
		await driver.play(driver.submitter, claimOf(request, wrong));
		await bringDown(1);
		await driver.play(driver.stranger, claimOf(request, right));
	});

	test("names an account, an end that is not past and not after its deadline, and is not sealed", async () => {
		const deadline = driver.game.now + 500;
		const terms = { submitter: driver.submitter, exclusiveUntil: deadline, deadline };
		for (const [bad, error] of [
			[{ ...terms, exclusiveUntil: deadline + 1 }, "InvalidExclusivity"],
			[{ ...terms, exclusiveUntil: driver.game.now }, "InvalidExclusivity"],
			[{ exclusiveUntil: deadline, deadline }, "InvalidExclusivity"],
			[{ ...terms, isSealed: true }, "SealedExclusive"],
		] as const) {
			await expect(ask(bad), JSON.stringify(Object.keys(bad))).rejects.toThrow(error);
		}
		expect(await ask(terms)).toBe(1);
	});
});

describe("a sealed request", () => {
	const salt = wordHex(77n);
	const commitmentTo = (request: number, trace: ToyTrace, sender: Hex): Hex => {
		const { traceRoot, opening } = trace.claim();
		return claimCommitment(chain.domain, { request, traceRoot, outputRoot: opening.root, sender, salt });
	};

	test("takes no claim that was not committed to, and no copy of one that was", async () => {
		const request = await ask({ isSealed: true });
		const commitment = commitmentTo(request, right, driver.submitter);
		const claim = { ...claimOf(request, right), salt };
		expect(await driver.try(driver.submitter, claimOf(request, right))).toBe("SealedRequest");
		expect(await driver.try(driver.submitter, claim)).toBe("WrongCommitment");
		await driver.play(driver.submitter, { type: "commitClaim", commitment });
		// Whoever sees the claim on its way has not committed to it, and does so too late.
		expect(await driver.try(driver.stranger, claim)).toBe("WrongCommitment");
		expect(await driver.try(driver.stranger, { ...claim, salt: wordHex(1n) })).toBe("WrongCommitment");
		expect(await driver.try(driver.submitter, { ...claimOf(request, wrong), salt })).toBe("WrongCommitment");
		await driver.play(driver.submitter, claim);
	});

	test("is claimed from the second after the commitment on, and for a challenge period", async () => {
		const first = await ask({ isSealed: true });
		const commitment = commitmentTo(first, right, driver.submitter);
		await driver.play(driver.submitter, { type: "commitClaim", commitment });
		const committedAt = driver.game.now;
		// Nobody can put the time off by committing to the same again.
		expect(await driver.try(driver.stranger, { type: "commitClaim", commitment })).toBe("AlreadyCommitted");
		const claim = { ...claimOf(first, right), salt };
		await driver.wait(committedAt + challengePeriod + 1);
		expect(await driver.try(driver.submitter, claim)).toBe("WrongCommitment");
		await driver.play(driver.stranger, { type: "commitClaim", commitment });
		await driver.wait(driver.game.now + challengePeriod);
		await driver.play(driver.submitter, claim);
	});

	test("in the second of the commitment itself takes no claim", async () => {
		const request = await ask({ isSealed: true });
		const commitment = commitmentTo(request, right, driver.submitter);
		const data = [
			chain.callOf({ type: "commitClaim", commitment }),
			chain.callOf({ ...claimOf(request, right), salt }),
		];
		driver.game.now++;
		const outcomes = await chain.inOneBlock(
			data.map((call) => ({ from: driver.submitter, ...call, gas: 1_000_000 })),
			driver.game.now,
		);
		expect(outcomes).toEqual([true, false]);
	});
});

describe("how a claim ended is read off the market, whatever was delivered", () => {
	test("when, how, and who caught it", async () => {
		const first = await driver.claimToy(wrong);
		expect(await ending(first)).toEqual([CLAIM_STATUS.live, NOBODY, 0n]);
		await bringDown(first);
		const [status, winner, endedAt] = (await ending(first)) as [number, Hex, bigint];
		expect([status, winner.toLowerCase()]).toEqual([CLAIM_STATUS.rejected, driver.challenger]);
		expect(endedAt).toBe(BigInt(driver.game.now));
		const second = await driver.claimToy(right);
		await driver.wait(driver.game.now + challengePeriod + 1);
		await driver.play(driver.stranger, { type: "finalise", claim: second });
		expect(await ending(second)).toEqual([CLAIM_STATUS.final, NOBODY, BigInt(driver.game.now)]);
	});
});

describe("a rejection is delivered apart from the dispute", () => {
	test.each(["accept", "burnGas", "returnBomb", "revert"] as const)(
		"once, by anyone, and costs the dispute nothing whatever the consumer does (%s)",
		async (mode) => {
			const consumer = await chain.deploy("HostileAccount", [MODES[mode]]);
			// Once before, so that accounts and counters are no new ones.
			await bringDown(await driver.claimToy(wrong));
			driver.gas.clear();
			await bringDown(await driver.claimToy(wrong));
			const plain = driver.gas.get("settle")!;
			driver.gas.clear();
			const claim = await driver.claimToy(wrong, consumer);
			await bringDown(claim);
			expect(Math.abs(driver.gas.get("settle")! - plain)).toBeLessThan(100);
			expect(await chain.call(consumer, CALLS)).toBe(0n);
			await driver.play(driver.stranger, { type: "deliver", claim });
			expect(await chain.call(consumer, CALLS)).toBe(mode === "accept" ? 1n : 0n);
			expect(await driver.try(driver.stranger, { type: "deliver", claim })).toBe("AlreadyDelivered");
		},
	);

	test("to nobody if the request names nobody, and not before it is rejected", async () => {
		const claim = await driver.claimToy(wrong);
		expect(await driver.try(driver.stranger, { type: "deliver", claim })).toBe("WrongClaimStatus");
		expect(await driver.try(driver.stranger, { type: "deliver", claim: 9 })).toBe("WrongClaimStatus");
		await bringDown(claim);
		expect(await driver.try(driver.stranger, { type: "deliver", claim })).toBe("NoConsumer");
	});

	test("not with too little gas for the consumer", async () => {
		const consumer = await chain.deploy("HostileAccount", [MODES.accept]);
		const claim = await driver.claimToy(wrong, consumer);
		await bringDown(claim);
		const starved = await chain.act(driver.stranger, { type: "deliver", claim }, ++driver.game.now, 200_000);
		expect(starved.error).toBe("TooLittleGas");
		await driver.play(driver.stranger, { type: "deliver", claim });
		expect(await chain.call(consumer, CALLS)).toBe(1n);
	});

	test("and a refund tells the consumer, too", async () => {
		const consumer = await chain.deploy("HostileAccount", [MODES.accept]);
		const request = await ask({ consumer });
		await driver.wait(driver.game.state.requests[request - 1].deadline + 1);
		await driver.play(driver.stranger, { type: "refund", request });
		expect(await chain.call(consumer, CALLS)).toBe(1n);
	});
});

test("nobody but its court rejects claims of a market", async () => {
	const claim = await driver.claimToy(right);
	const abi = parseAbi(["function reject(uint256,uint256,address)"]);
	for (const from of [driver.requester, driver.submitter, driver.stranger]) {
		const data = encodeFunctionData({ abi, functionName: "reject", args: [BigInt(claim), 0n, from] });
		const sent = { from, to: chain.market, data, value: 0n, gas: 1_000_000 };
		expect((await chain.send(sent, ++driver.game.now)).error).toBe("NotTheCourt");
	}
});

describe("a deadline", () => {
	test("lies ahead and fits into 32 bits", async () => {
		const { header, root, inputsRoot } = program;
		await driver.play(driver.requester, { type: "register", header });
		const question = { type: "request", value: FEE, program: root, inputsRoot, consumer: NOBODY } as const;
		for (const deadline of [0, driver.game.now, 2 ** 32]) {
			expect(await driver.try(driver.requester, { ...question, deadline })).toBe("InvalidDeadline");
		}
		await driver.play(driver.requester, { ...question, deadline: 2 ** 32 - 1 });
	});
});
