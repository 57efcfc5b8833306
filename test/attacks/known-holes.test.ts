/** Holes of zk-OPML and opML, each closed by a rule here: every test fails where its rule is broken. */

import type { Evidence } from "@umpire/actors/evidence.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { FIELD } from "@umpire/commitment/field.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import type { Settlement } from "@umpire/game/move.ts";
import { CLAIM_STATUS, owedTo, PHASE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence, viewOf } from "@umpire/testing/chain/real-trace.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NetworkBuilder, randomInput } from "@umpire/testing/runtime/networks.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { chainPerTest } from "../game/per-test.ts";

/** Two layers of one shape, and one whose cones have several parts. */
const program = new NetworkBuilder("holes", [1, 2, 6, 6], 8)
	.conv(2, 3, 1)
	.conv(2, 3, 1)
	.maxPool()
	.flatten()
	.dense(6, true)
	.finish();
const [CONV, TWIN, POOL, DENSE] = [0, 1, 2, 4];
const parameters = { ...PARAMETERS, challengePeriod: 1000, increment: 50 };
const { submitterBond, challengerBond, burnPermille } = parameters;
const KEPT = (challengerBond * BigInt(1000 - burnPermille)) / 1000n;

let chain: TestChain;
let right: Evidence;
chainPerTest(parameters, (opened) => {
	chain = opened;
});
beforeAll(async () => {
	right = await realEvidence(program, randomInput(program));
});

/** A claim with one wrong element, disputed up to the point where something is to be proved. */
async function disputed(operator: number, element: number) {
	const value = right.trace.operators[0][operator].elements[element];
	const wrong = await falsified(right, operator, element, value > 0 ? -1 : 1);
	const driver = new ProofDriver(chain, parameters);
	await driver.claim(wrong);
	return { driver, wrong, ...(await driver.searchFor(1, right, wrong)) };
}

/** A claim that is right, and the moves against it. */
async function claimed() {
	const driver = new ProofDriver(chain, parameters);
	await driver.claim(right);
	const { challenger, stranger, submitter, game } = driver;
	const entry = { descriptor: "0x", path: [] } as const;
	const challenge = { type: "challenge", value: challengerBond, claim: 1, entry } as const;
	const content = { request: 1, ...claimOfTrace(right.commitment, right.trace) };
	return { driver, game, challenger, stranger, submitter, challenge, content };
}

const statusOf = ({ game }: ProofDriver): number => game.state.claims[0].status;

describe("zk-OPML: expiry while a proof is in flight", () => {
	test("the challenger has time to prove, and its proof counts until somebody has claimed its timeout", async () => {
		const { driver, wrong, id, plan } = await disputed(POOL, 7);
		const { state } = driver.game;
		const dispute = state.disputes[id - 1];
		const turn = turnOf(dispute, publishedAt(state, dispute), parameters);
		const timeout = { type: "timeout", dispute: id } as const;
		// an answer's time has passed, and the reserve; the proof is still on its way
		await driver.wait(turn.since + parameters.increment + turn.reserve + parameters.provingAllowance);
		expect(await driver.try(driver.submitter, timeout)).toBe("NotTimedOut");
		await driver.wait(lastSecond(turn) + 1000);
		const settlement = await driver.prove(wrong, id, plan);
		await driver.play(driver.challenger, { type: "settle", dispute: id, settlement });
		expect(statusOf(driver)).toBe(CLAIM_STATUS.rejected);
		expect(await driver.try(driver.submitter, timeout)).toBe("WrongPhase");
	});
});

describe("zk-OPML: answering after the search has ended", () => {
	test("what was published stays: neither nodes nor words nor partial results are answered twice", async () => {
		const { driver, wrong, id, plan } = await disputed(DENSE, 4);
		const { submitter, game } = driver;
		const { dispute, words } = game.view(id);
		expect(dispute.phase).toBe(PHASE.partials);
		const good = right.trace.operators[0][DENSE];
		const before = game.view(id);
		// the right words are those of another leaf, the right children those of another node
		const leaf = { type: "publishLeaf", width: good.width, count: good.elements.length } as const;
		await driver.play(submitter, { ...leaf, words: good.words(0) });
		const alias = words!.with(0, words![0] + FIELD);
		expect(await driver.try(submitter, { ...leaf, words: alias })).toBe("WordOutOfRange");
		const children = right.trace.stepTrees[0].descendants(0, 2, 0);
		await driver.play(submitter, { type: "open", tree: 2, childLevel: 0, children });
		const { partials } = dispute;
		const opening = { operator: viewOf(wrong).descriptor(DENSE), row: viewOf(wrong).row(DENSE, 4) };
		const again = { type: "publishPartials", dispute: id, partials, words: words!, ...opening } as const;
		expect(await driver.try(submitter, again)).toBe("WrongTurn");
		expect(game.view(id)).toEqual({ ...before, isBound: expect.any(Function) });
		const settlement = await driver.prove(wrong, id, plan);
		await driver.play(driver.challenger, { type: "settle", dispute: id, settlement });
		expect(await driver.try(submitter, again)).toBe("WrongPhase");
		expect(statusOf(driver)).toBe(CLAIM_STATUS.rejected);
	});
});

describe("what is published again", () => {
	test("a node that is opened again sets no clock back: its time is that of the first opening", async () => {
		const { driver, challenge, challenger, submitter, game } = await claimed();
		await driver.play(challenger, challenge);
		const answer = honestSubmitter(game.view(1), viewOf(right))!;
		expect(answer.type).toBe("open");
		await driver.play(submitter, answer);
		await driver.wait(game.now + parameters.increment + parameters.reserve + 2);
		await driver.play(challenger, answer);
		await driver.play(driver.stranger, { type: "timeout", dispute: 1 });
		expect(owedTo(game.state, submitter)).toBe(KEPT);
	});

	test("a leaf that is published again sets no clock back", async () => {
		const { driver, wrong, id } = await disputed(POOL, 7);
		const { state } = driver.game;
		const dispute = state.disputes[id - 1];
		const turn = turnOf(dispute, publishedAt(state, dispute), parameters);
		const { width, elements } = wrong.trace.operators[0][POOL];
		const words = driver.game.view(id).words!;
		await driver.wait(lastSecond(turn) + 1);
		await driver.play(driver.challenger, { type: "publishLeaf", width, count: elements.length, words });
		await driver.play(driver.submitter, { type: "timeout", dispute: id });
		expect(owedTo(driver.game.state, driver.submitter)).toBe(KEPT);
	});
});

describe("opML: free challenges", () => {
	test("a challenge without its bond is refused, and a challenger without a case loses it", async () => {
		const { driver, challenge, challenger, submitter, game } = await claimed();
		for (const value of [0n, challengerBond - 1n, challengerBond + 1n]) {
			expect(await driver.try(challenger, { ...challenge, value })).toBe("WrongBond");
		}
		await driver.play(challenger, challenge);
		await driver.play(submitter, honestSubmitter(game.view(1), viewOf(right))!);
		await driver.wait(game.now + parameters.increment + parameters.reserve + 2);
		const burned = await chain.burned();
		await driver.play(driver.stranger, { type: "timeout", dispute: 1 });
		expect(owedTo(game.state, submitter)).toBe(KEPT);
		expect((await chain.burned()) - burned).toBe(challengerBond - KEPT);
		expect(await driver.try(challenger, { type: "reclaim", dispute: 1 })).toBe("WrongPhase");
	});
});

describe("opML: overwriting a result", () => {
	test("a request has one live claim, whose content stays, and a final one is never replaced or rejected", async () => {
		const { driver, content, stranger, submitter } = await claimed();
		const claim = { type: "claim", value: submitterBond, ...content } as const;
		const stored = await chain.read("output", [1]);
		for (const sender of [submitter, stranger])
			expect(await driver.try(sender, claim)).toBe("AlreadyClaimed");
		const bind = {
			type: "bindTrace",
			claim: 1,
			segment: 0,
			traceRoot: content.traceRoot,
			lastStep: content.traceRoot,
			stepPath: [],
			claimPath: [],
		} as const;
		expect(await driver.try(submitter, bind)).toBe("TraceKnown");
		await driver.wait(driver.game.now + parameters.challengePeriod + 1);
		await driver.play(stranger, { type: "finalise", claim: 1 });
		for (const sender of [submitter, stranger]) expect(await driver.try(sender, claim)).toBe("RequestClosed");
		expect(await driver.try(stranger, { type: "finalise", claim: 1 })).toBe("WrongClaimStatus");
		expect((await chain.read<unknown[]>("output", [1])).slice(1)).toEqual((stored as unknown[]).slice(1));
	});
});

describe("opML: an unbonded responder", () => {
	test("a claim without its bond is refused, and only who posted it vouches for partial results", async () => {
		const { driver, content, stranger } = await claimed();
		const { root } = right.commitment;
		const { inputsRoot } = right.trace;
		const deadline = driver.game.now + 100;
		const request = { type: "request", value: 5n, program: root, inputsRoot, deadline } as const;
		await driver.play(driver.requester, { ...request, consumer: stranger });
		for (const value of [0n, submitterBond - 1n]) {
			const claim = { type: "claim", value, ...content, request: 2 } as const;
			expect(await driver.try(stranger, claim)).toBe("WrongBond");
		}
	});

	test("nobody publishes partial results in the submitter's name", async () => {
		const value = right.trace.operators[0][DENSE].elements[4];
		const wrong = await falsified(right, DENSE, 4, value > 0 ? -1 : 1);
		const driver = new ProofDriver(chain, parameters);
		await driver.claim(wrong);
		const { submitter, challenger, game } = driver;
		const entry = { descriptor: "0x", path: [] } as const;
		await driver.play(challenger, { type: "challenge", value: challengerBond, claim: 1, entry });
		while (game.view(1).dispute.phase !== PHASE.partials) {
			const answer = honestSubmitter(game.view(1), viewOf(wrong));
			if (answer !== null) await driver.play(submitter, answer);
			const move = honestChallenger(game.view(1), viewOf(right));
			if (move === null || move.type === "prove") throw new Error("No partial results were demanded");
			await driver.play(challenger, move);
		}
		const answer = honestSubmitter(game.view(1), viewOf(wrong))!;
		expect(answer.type).toBe("publishPartials");
		for (const sender of [driver.stranger, challenger]) {
			expect(await driver.try(sender, answer)).toBe("NotTheSubmitter");
		}
		await driver.play(submitter, answer);
	});
});

describe("zk-OPML: settling with a proof of something else", () => {
	test("another operator's, another element's, another beneficiary's, another dispute's", async () => {
		const { driver, wrong, id, plan } = await disputed(TWIN, 30);
		const { challenger, stranger } = driver;
		const settle = (settlement: Settlement, sender: Hex = challenger, dispute = id) =>
			driver.try(sender, { type: "settle", dispute, settlement });
		const own = await driver.prove(wrong, id, plan);
		// of the same element of a layer of the same shape, with all that it opens or with the proof alone
		const { words } = driver.game.view(id);
		const twin = await driver.proveElement(
			wrong,
			{ ...plan, operator: CONV, words: words!, partials: [] },
			challenger,
		);
		expect(await settle(twin)).toBe("WrongDescriptor");
		expect(await settle({ ...own, evidence: twin.evidence })).toBe("WrongOperandLeaf");
		const [part] = own.evidence;
		const [{ proof, values }] = twin.evidence;
		expect(await settle({ ...own, evidence: [{ ...part, proof }] })).toBe("InvalidProof");
		expect(await settle({ ...own, evidence: [{ ...part, proof, values }] })).toBe("InvalidProof");
		expect(await settle({ ...own, element: 31 })).toBe("InvalidProof");
		// a second challenger that came as far copies the proof
		const { id: second } = await driver.searchFor(1, right, wrong, stranger);
		expect(await settle(own, stranger, second)).toBe("InvalidProof");
		expect(statusOf(driver)).toBe(CLAIM_STATUS.live);
		expect(await settle(own, stranger)).toBe(undefined);
		expect(owedTo(driver.game.state, stranger)).toBe(0n);
	});
});
