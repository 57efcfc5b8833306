import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { claimCommitment } from "@umpire/game/commitment.ts";
import type { ClaimMove, RequestMove } from "@umpire/game/move.ts";
import { CLAIM_STATUS, owedTo } from "@umpire/game/state.ts";
import type { Bench } from "@umpire/testing/chain/bench.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/table.ts";
import { settlementOf, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { encodeFunctionData, parseAbi } from "viem";
import { describe, expect, test } from "vitest";
import { benchPerTest } from "./per-test.ts";

const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: 3, by: 5 }]);
const { submitterBond, challengePeriod } = PARAMETERS;
const FEE = 70n;
const MODES = { accept: 0, revert: 1, burnGas: 2, returnBomb: 3, reenter: 4 } as const;
const ENDING = "function ending(uint256) view returns (uint8,address,uint256)";
const CALLS = "function calls() view returns (uint256)";

let chain: TestChain;
let bench: Bench;
benchPerTest(PARAMETERS, (fresh) => {
	bench = fresh;
	chain = fresh.chain;
});

/** A registered program's request that is open for 500 s; returns its number. */
async function ask(terms: Partial<RequestMove> = {}): Promise<number> {
	const { header, root, inputsRoot } = program;
	await bench.play(bench.requester, { type: "register", header });
	const deadline = bench.table.now + 500;
	const question = { program: root, inputsRoot, deadline, consumer: NOBODY };
	await bench.play(bench.requester, { type: "request", value: FEE, ...question, ...terms });
	return bench.table.state.requests.length;
}

const claimOf = (request: number, trace: ToyTrace): ClaimMove => {
	return { type: "claim", value: submitterBond, request, ...trace.claim() };
};

/** Brings a wrong claim down by a dispute. */
async function bringDown(claim: number): Promise<void> {
	const dispute = await bench.challengeToy(right, claim);
	const words = wrong.words(0, 0, 0);
	await bench.play(bench.submitter, { type: "publishLeaf", width: 8, count: 10, words });
	const settlement = settlementOf(program.opening(0), words, 3, 0, []);
	await bench.play(bench.challenger, { type: "settle", dispute, settlement }, "settle");
}

const ending = (claim: number) => chain.call(chain.market, ENDING, [BigInt(claim)]);

describe("an exclusive request", () => {
	test("is claimed by the submitter that it names alone, and by everybody after that time", async () => {
		const until = bench.table.now + 100;
		const request = await ask({ submitter: bench.submitter, exclusiveUntil: until });
		await bench.wait(until);
		expect(await bench.try(bench.stranger, claimOf(request, right))).toBe("ExclusiveRequest");
		await bench.play(bench.stranger, claimOf(request, right));
		const other = await ask({ submitter: bench.submitter, exclusiveUntil: bench.table.now + 100 });
		await bench.play(bench.submitter, claimOf(other, right));
	});

	test("ends with the rejection of its submitter's claim: it cannot claim again to hide that", async () => {
		const request = await ask({ submitter: bench.submitter, exclusiveUntil: bench.table.now + 300 });
		await bench.play(bench.submitter, claimOf(request, wrong));
		await bringDown(1);
		expect(bench.table.state.requests[0].closed).toBe(true);
		expect(owedTo(bench.table.state, bench.requester)).toBe(FEE);
		expect(await bench.try(bench.submitter, claimOf(request, right))).toBe("RequestClosed");
		await bench.wait(bench.table.state.requests[0].deadline + 1);
		expect(await bench.try(bench.requester, { type: "refund", request })).toBe("RequestClosed");
	});

	test("does not end with the rejection of somebody else's claim", async () => {
		const until = bench.table.now + 10;
		const request = await ask({ submitter: bench.stranger, exclusiveUntil: until });
		await bench.wait(until + 1);
		await bench.play(bench.submitter, claimOf(request, wrong));
		await bringDown(1);
		await bench.play(bench.stranger, claimOf(request, right));
	});

	test("names an account, an end that is not past and not after its deadline, and is not sealed", async () => {
		const deadline = bench.table.now + 500;
		const terms = { submitter: bench.submitter, exclusiveUntil: deadline, deadline };
		for (const [bad, error] of [
			[{ ...terms, exclusiveUntil: deadline + 1 }, "InvalidExclusivity"],
			[{ ...terms, exclusiveUntil: bench.table.now }, "InvalidExclusivity"],
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
		const commitment = commitmentTo(request, right, bench.submitter);
		const claim = { ...claimOf(request, right), salt };
		expect(await bench.try(bench.submitter, claimOf(request, right))).toBe("SealedRequest");
		expect(await bench.try(bench.submitter, claim)).toBe("WrongCommitment");
		await bench.play(bench.submitter, { type: "commitClaim", commitment });
		// Whoever sees the claim on its way has not committed to it, and does so too late.
		expect(await bench.try(bench.stranger, claim)).toBe("WrongCommitment");
		expect(await bench.try(bench.stranger, { ...claim, salt: wordHex(1n) })).toBe("WrongCommitment");
		expect(await bench.try(bench.submitter, { ...claimOf(request, wrong), salt })).toBe("WrongCommitment");
		await bench.play(bench.submitter, claim);
	});

	test("is claimed from the second after the commitment on, and for a challenge period", async () => {
		const first = await ask({ isSealed: true });
		const commitment = commitmentTo(first, right, bench.submitter);
		await bench.play(bench.submitter, { type: "commitClaim", commitment });
		const committedAt = bench.table.now;
		// Nobody can put the time off by committing to the same again.
		expect(await bench.try(bench.stranger, { type: "commitClaim", commitment })).toBe("AlreadyCommitted");
		const claim = { ...claimOf(first, right), salt };
		await bench.wait(committedAt + challengePeriod + 1);
		expect(await bench.try(bench.submitter, claim)).toBe("WrongCommitment");
		await bench.play(bench.stranger, { type: "commitClaim", commitment });
		await bench.wait(bench.table.now + challengePeriod);
		await bench.play(bench.submitter, claim);
	});

	test("in the second of the commitment itself takes no claim", async () => {
		const request = await ask({ isSealed: true });
		const commitment = commitmentTo(request, right, bench.submitter);
		const data = [
			chain.callOf({ type: "commitClaim", commitment }),
			chain.callOf({ ...claimOf(request, right), salt }),
		];
		bench.table.now++;
		const outcomes = await chain.inOneBlock(
			data.map((call) => ({ from: bench.submitter, ...call, gas: 1_000_000 })),
			bench.table.now,
		);
		expect(outcomes).toEqual([true, false]);
	});
});

describe("how a claim ended is read off the market, whatever was delivered", () => {
	test("when, how, and who caught it", async () => {
		const first = await bench.claimToy(wrong);
		expect(await ending(first)).toEqual([CLAIM_STATUS.live, NOBODY, 0n]);
		await bringDown(first);
		const [status, winner, endedAt] = (await ending(first)) as [number, Hex, bigint];
		expect([status, winner.toLowerCase()]).toEqual([CLAIM_STATUS.rejected, bench.challenger]);
		expect(endedAt).toBe(BigInt(bench.table.now));
		const second = await bench.claimToy(right);
		await bench.wait(bench.table.now + challengePeriod + 1);
		await bench.play(bench.stranger, { type: "finalise", claim: second });
		expect(await ending(second)).toEqual([CLAIM_STATUS.final, NOBODY, BigInt(bench.table.now)]);
	});
});

describe("a rejection is delivered apart from the dispute", () => {
	test.each(["accept", "burnGas", "returnBomb", "revert"] as const)(
		"once, by anyone, and costs the dispute nothing whatever the consumer does (%s)",
		async (mode) => {
			const consumer = await chain.deploy("HostileAccount", [MODES[mode]]);
			// Once before, so that accounts and counters are no new ones.
			await bringDown(await bench.claimToy(wrong));
			bench.gas.clear();
			await bringDown(await bench.claimToy(wrong));
			const plain = bench.gas.get("settle")!;
			bench.gas.clear();
			const claim = await bench.claimToy(wrong, consumer);
			await bringDown(claim);
			expect(Math.abs(bench.gas.get("settle")! - plain)).toBeLessThan(100);
			expect(await chain.call(consumer, CALLS)).toBe(0n);
			await bench.play(bench.stranger, { type: "deliver", claim });
			expect(await chain.call(consumer, CALLS)).toBe(mode === "accept" ? 1n : 0n);
			expect(await bench.try(bench.stranger, { type: "deliver", claim })).toBe("AlreadyDelivered");
		},
	);

	test("to nobody if the request names nobody, and not before it is rejected", async () => {
		const claim = await bench.claimToy(wrong);
		expect(await bench.try(bench.stranger, { type: "deliver", claim })).toBe("WrongClaimStatus");
		expect(await bench.try(bench.stranger, { type: "deliver", claim: 9 })).toBe("WrongClaimStatus");
		await bringDown(claim);
		expect(await bench.try(bench.stranger, { type: "deliver", claim })).toBe("NoConsumer");
	});

	test("not with too little gas for the consumer", async () => {
		const consumer = await chain.deploy("HostileAccount", [MODES.accept]);
		const claim = await bench.claimToy(wrong, consumer);
		await bringDown(claim);
		const starved = await chain.act(bench.stranger, { type: "deliver", claim }, ++bench.table.now, 200_000);
		expect(starved.error).toBe("TooLittleGas");
		await bench.play(bench.stranger, { type: "deliver", claim });
		expect(await chain.call(consumer, CALLS)).toBe(1n);
	});

	test("and a refund tells the consumer, too", async () => {
		const consumer = await chain.deploy("HostileAccount", [MODES.accept]);
		const request = await ask({ consumer });
		await bench.wait(bench.table.state.requests[request - 1].deadline + 1);
		await bench.play(bench.stranger, { type: "refund", request });
		expect(await chain.call(consumer, CALLS)).toBe(1n);
	});
});

test("nobody but its court rejects claims of a market", async () => {
	const claim = await bench.claimToy(right);
	const abi = parseAbi(["function reject(uint256,uint256,address)"]);
	for (const from of [bench.requester, bench.submitter, bench.stranger]) {
		const data = encodeFunctionData({ abi, functionName: "reject", args: [BigInt(claim), 0n, from] });
		const sent = { from, to: chain.market, data, value: 0n, gas: 1_000_000 };
		expect((await chain.send(sent, ++bench.table.now)).error).toBe("NotTheCourt");
	}
});
