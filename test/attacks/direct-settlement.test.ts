import type { Evidence } from "@umpire/actors/evidence.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import { type LeafLocation, NO_DESCRIPTOR, type PartEvidence, type Settlement } from "@umpire/game/move.ts";
import { CLAIM_STATUS, liabilities, owedTo } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence, viewOf } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NetworkBuilder, randomInput } from "@umpire/testing/runtime/networks.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = new NetworkBuilder("tiny", [1, 1, 8, 8], 8)
	.conv(2, 3, 1)
	.maxPool()
	.flatten()
	.dense(3, false)
	.finish();
const DENSE = 3;
const parameters = { ...PARAMETERS, challengePeriod: 1000 };

let chain: TestChain;
let driver: ProofDriver;
let right: Evidence;
let wrong: Evidence;
let claim: number;
let good: Settlement;
beforeAll(async () => {
	chain = await TestChain.open(parameters);
	right = await realEvidence(program, randomInput(program));
	const value = right.trace.operators[0][DENSE].elements[1];
	wrong = await falsified(right, DENSE, 1, value > 0 ? -1 : 1);
	driver = new ProofDriver(chain, parameters);
	claim = await driver.claim(wrong);
	good = await proved(1);
});
afterAll(() => chain.close());

function proved(element: number, beneficiary = driver.challenger): Promise<Settlement> {
	return provedOf(wrong, DENSE, element, beneficiary);
}

function provedOf(theirs: Evidence, operator: number, element: number, beneficiary = driver.challenger) {
	const words = theirs.trace.operators[0][operator].words(0);
	const disputed = { step: 0, operator, element, part: 0, words, partials: [] };
	return driver.proveElement(theirs, disputed, beneficiary);
}

const direct = (settlement: Settlement) => directly(claim, wrong, DENSE, settlement);

function directly(
	claim: number,
	theirs: Evidence,
	operator: number,
	settlement: Settlement,
): Promise<string | undefined> {
	const location: LeafLocation = {
		step: 0,
		operator,
		leaf: 0,
		leafPath: [],
		operatorPath: theirs.trace.stepTrees[0].path(operator),
		stepPath: [],
	};
	const beneficiary = driver.challenger;
	return driver.try(driver.requester, { type: "settleDirectly", claim, beneficiary, location, settlement });
}

const withEvidence = (...evidence: PartEvidence[]) => direct({ ...good, evidence });

describe("a direct settlement of several parts", () => {
	test("needs every part once, in order, each with its own proof", async () => {
		const [first, second, ...rest] = good.evidence;
		expect(good.evidence.length).toBeGreaterThan(1);
		expect(await withEvidence(first)).toBe("WrongPartCount");
		expect(await withEvidence(...good.evidence, first)).toBe("WrongPartCount");
		expect(await withEvidence()).toBe("ProofNeeded");
		expect(await direct({ ...good, part: 1 })).toBe("PartOutOfRange");
		// a part twice, two in each other's place
		for (const evidence of [
			[first, first, ...rest],
			[second, second, ...rest],
			[second, first, ...rest],
		]) {
			expect(["WrongOperandLeaf", "WrongLeafCount", "InvalidProof", "WrongPathLength"]).toContain(
				await withEvidence(...evidence),
			);
		}
		// the second part's openings with the first one's proof, sum or both
		const { values, proof } = first;
		for (const change of [{ proof }, { values }, { values, proof }]) {
			expect(await withEvidence(first, { ...second, ...change }, ...rest)).toBe("InvalidProof");
		}
		// nothing in a part's place
		const nothing = { leaves: [], values: [], proof: proof.map(() => 0n) };
		expect(await withEvidence(nothing, second, ...rest)).toBe("WrongLeafCount");
	});

	test("takes no part that was proved for another element or another beneficiary", async () => {
		const [first, ...rest] = good.evidence;
		const theirs = (await proved(1, driver.submitter)).evidence;
		const beside = await proved(2);
		expect(await withEvidence(first, ...theirs.slice(1))).toBe("InvalidProof");
		expect(await withEvidence(theirs[0], ...rest)).toBe("InvalidProof");
		const { values, proof } = beside.evidence[1];
		expect(await withEvidence(first, { ...rest[0], values, proof }, ...rest.slice(1))).toBe("InvalidProof");
		// right elements, well proved: nothing is wrong there
		for (const settlement of [beside, await proved(0)]) expect(await direct(settlement)).toBe("ValuesAgree");
	});

	test("with all of them rejects the claim", async () => {
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.live);
		expect(await direct(good)).toBe(undefined);
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
		expect(owedTo(driver.game.state, driver.challenger)).toBe(600n);
		expect(await chain.balances()).toEqual(liabilities(driver.game.state));
	});

	test("decides a dispute too, before any partial results are asked for", async () => {
		const again = await driver.claim(wrong);
		const entry = NO_DESCRIPTOR;
		const value = PARAMETERS.challengerBond;
		await driver.play(driver.challenger, { type: "challenge", value, claim: again, entry });
		for (;;) {
			const answer = honestSubmitter(driver.game.view(1), viewOf(wrong));
			if (answer !== null) await driver.play(driver.submitter, answer);
			const move = honestChallenger(driver.game.view(1), viewOf(right));
			if (move === null || move.type === "prove") throw new Error("The leaf was never reached");
			if (move.type === "name") break;
			await driver.play(driver.challenger, move);
		}
		const short = { ...good, evidence: good.evidence.slice(0, -1) };
		expect(await driver.try(driver.challenger, { type: "settle", dispute: 1, settlement: short })).toBe(
			"WrongPartCount",
		);
		await driver.play(driver.requester, { type: "settle", dispute: 1, settlement: good });
		expect(driver.game.state.claims[again - 1].status).toBe(CLAIM_STATUS.rejected);
	});
});

test("a right partial result follows from the one before it and its part, so that no dispute takes it for wrong", async () => {
	const honest = await driver.claim(right);
	const value = PARAMETERS.challengerBond;
	await driver.play(driver.challenger, {
		type: "challenge",
		value,
		claim: honest,
		entry: NO_DESCRIPTOR,
	});
	const dispute = driver.game.state.disputes.length;
	for (;;) {
		const answer = honestSubmitter(driver.game.view(dispute), viewOf(right));
		if (answer !== null) await driver.play(driver.submitter, answer);
		if (driver.game.state.disputes[dispute - 1].partials.length > 0) break;
		// Who takes the wrong trace for the right one names an element of which nothing is wrong.
		const move = honestChallenger(driver.game.view(dispute), viewOf(wrong));
		if (move === null || move.type === "prove") throw new Error("No partial results were asked for");
		await driver.play(driver.challenger, move);
	}
	const { partials } = driver.game.state.disputes[dispute - 1];
	expect(partials.length).toBeGreaterThan(1);
	const words = right.trace.operators[0][DENSE].words(0);
	for (const part of partials.keys()) {
		const disputed = { step: 0, operator: DENSE, element: 1, part, words, partials };
		const settlement = await driver.proveElement(right, disputed, driver.challenger);
		expect(await driver.try(driver.challenger, { type: "settle", dispute, settlement })).toBe("ValuesAgree");
	}
});

test("parts without reads need no proofs, and those beside them do", async () => {
	const spec = (shape: readonly number[]): TensorSpec => {
		return { shape, layout: [0, 1, 2, 3], width: 8, ...rangeOf(8), scale: 1 };
	};
	// Element 0 reads two rows of padding and one of x, four places a part.
	const pooled: Program = {
		name: "padded",
		steps: 1,
		inputs: [{ ...spec([1, 1, 4, 4]), name: "x" }],
		constants: [],
		operators: [
			{
				...spec([1, 1, 4, 2]),
				kind: "Max",
				form: { type: "pool", kernel: [3, 3], strides: [1, 1], pads: [2, 0, 0, 0], dilations: [1, 1] },
				operands: [{ source: "input", index: 0 }],
				node: "n",
				opType: "MaxPool",
			},
		],
		outputs: [{ name: "y", operator: 0 }],
	};
	const honest = await realEvidence(pooled, [Int8Array.from({ length: 16 }, (_, i) => 5 * i)]);
	const theirs = await falsified(honest, 0, 0, 1);
	const theirClaim = await driver.claim(theirs);
	const settlement = await provedOf(theirs, 0, 0);
	const [none, two, last] = settlement.evidence;
	expect(settlement.evidence.map(({ leaves }) => leaves.length)).toEqual([0, 2, 1]);
	const settle = (...evidence: PartEvidence[]) =>
		directly(theirClaim, theirs, 0, { ...settlement, evidence });
	for (const proof of [none.proof, two.proof]) {
		expect(await settle(none, two, { ...last, proof })).toBe("InvalidProof");
	}
	expect(await settle(none, { ...two, proof: none.proof }, last)).toBe("InvalidProof");
	expect(await settle(none, two, none)).toBe("WrongLeafCount");
	expect(await settle(none, two, last)).toBe(undefined);
	expect(driver.game.state.claims[theirClaim - 1].status).toBe(CLAIM_STATUS.rejected);
});
