import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { leafNode } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { descendants, treeRoot } from "@umpire/commitment/tree.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import { type Action, NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { CLAIM_STATUS, owedTo, PHASE, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "./per-test.ts";

/** Output 0 has one leaf; operator 1 cones of three parts; operator 2 several leaves. */
const program = new ToyProgram(
	[
		{ width: 8, elements: 10, outside: 4, parts: 1 },
		{ width: 16, elements: 90, outside: 0, parts: 3 },
		{ width: 8, elements: 700, outside: -3, parts: 1 },
	],
	1,
	0,
);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 1, element: 80, by: 5 }]);
const { submitterBond, challengerBond, challengePeriod, increment, reserve, provingAllowance } = PARAMETERS;

let chain: TestChain;
let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
	chain = fresh.chain;
});

/** Plays honestly from both seats until the condition holds. */
async function until(id: number, theirs: ToyTrace, reached: () => boolean): Promise<void> {
	while (!reached()) {
		const view = driver.game.view(id);
		const answer = honestSubmitter(view, theirs);
		const move = answer ?? honestChallenger(view, right);
		if (move === null || move.type === "prove") throw new Error("The dispute never got there");
		await driver.play(answer === null ? driver.challenger : driver.submitter, move);
	}
}

const phaseOf = (id: number) => driver.game.state.disputes[id - 1].phase;
const statusOf = (claim: number) => driver.game.state.claims[claim - 1].status;
const owed = (account: Hex) => owedTo(driver.game.state, account);
const settle = (id: number, element: number, part: number): Action => {
	const { words, dispute } = driver.game.view(id);
	const settlement = settlementOf(program.opening(dispute.operator), words!, element, part, dispute.partials);
	return { type: "settle", dispute: id, settlement };
};

describe("existence is never inferred from a content field", () => {
	test("a trace with zero nodes is played on, and lost by whoever cannot open them", async () => {
		await driver.claimToy(right);
		const roots = right.tensors[0].map(({ root }) => root).with(2, wordHex(0n));
		const traceRoot = treeRoot(roots, 2);
		await driver.play(driver.requester, {
			type: "request",
			value: 1n,
			program: program.root,
			inputsRoot: program.inputsRoot,
			deadline: driver.game.now + 1000,
			consumer: wordHex(0n).slice(0, 42) as Hex,
		});
		const opening = { ...right.output(), operatorPath: [roots[1], wordHex(0n)] };
		await driver.play(driver.submitter, {
			type: "claim",
			value: submitterBond,
			request: 2,
			traceRoot,
			opening,
		});
		const id = await driver.challengeToy(right, 2);
		await driver.play(driver.submitter, { type: "open", tree: 2, childLevel: 0, children: roots });
		const entry = program.opening(2);
		const path = [treeRoot(roots.slice(0, 2), 2)];
		await driver.play(driver.challenger, {
			type: "descend",
			dispute: id,
			index: 2,
			child: wordHex(0n),
			path,
			entry,
		});
		expect(phaseOf(id)).toBe(PHASE.search);
		await driver.wait(driver.game.now + increment + reserve + 2);
		await driver.play(driver.stranger, { type: "timeout", dispute: id });
		expect(statusOf(2)).toBe(CLAIM_STATUS.rejected);
	});

	test("nothing can be done with numbers that were never given", async () => {
		await driver.claimToy(right);
		for (const dispute of [0, 1, 7]) {
			expect(await driver.try(driver.stranger, { type: "timeout", dispute })).toBe("UnknownDispute");
			expect(await driver.try(driver.stranger, { type: "reclaim", dispute })).toBe("UnknownDispute");
		}
		const challenge = { type: "challenge", value: challengerBond, entry: NO_DESCRIPTOR } as const;
		expect(await driver.try(driver.stranger, { ...challenge, claim: 0 })).toBe("WrongClaimStatus");
		expect(await driver.try(driver.stranger, { ...challenge, claim: 2 })).toBe("WrongClaimStatus");
	});
});

describe("a malformed publication is no answer", () => {
	test("words beyond their lanes revert, also those that alias an honest leaf in the field", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim);
		await until(id, wrong, () => phaseOf(id) === PHASE.leaf);
		const honest = honestSubmitter(driver.game.view(id), wrong)!;
		if (honest.type !== "publishLeaf") throw new Error("A leaf is demanded");
		const field = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
		const alias = { ...honest, words: honest.words.with(0, honest.words[0] + field) };
		expect(await driver.try(driver.submitter, alias)).toBe("WordOutOfRange");
		const beyond = { ...honest, words: honest.words.with(4, 1n) };
		expect(await driver.try(driver.submitter, beyond)).toBe("WordOutOfRange");
		expect(await driver.try(driver.submitter, { ...honest, count: 76 })).toBe("WrongCount");
		expect(driver.game.view(id).publishedAt).toBe(0);
		await driver.play(driver.submitter, honest);
	});
});

describe("a leaf that is malformed is no answer, even if its words are right", () => {
	test("a node that names another count: its words are accepted, and its submitter runs out", async () => {
		const honest = right.tensors[0][2];
		const nodes = honest.leaves.with(4, leafNode(8, 155, honest.digest(4)));
		const tensor = treeRoot(nodes, 1);
		const roots = right.tensors[0].map(({ root }) => root).with(2, tensor);
		const output = right.output();
		const { header, root, inputsRoot } = program;
		await driver.play(driver.requester, { type: "register", header });
		const deadline = driver.game.now + 1000;
		const consumer = driver.stranger;
		await driver.play(driver.requester, {
			type: "request",
			value: 1n,
			program: root,
			inputsRoot,
			deadline,
			consumer,
		});
		await driver.play(driver.submitter, {
			type: "claim",
			value: submitterBond,
			request: 1,
			traceRoot: treeRoot(roots, 2),
			opening: { ...output, operatorPath: output.operatorPath.with(-1, tensor) },
		});
		const id = await driver.challengeToy(right, 1);
		const { challenger, submitter } = driver;
		await driver.play(submitter, { type: "open", tree: 2, childLevel: 0, children: roots });
		const descend = (at: readonly Hex[], index: number, tree: 1 | 2, childLevel: number): Action => ({
			type: "descend",
			dispute: id,
			index,
			child: at[index],
			path: MerkleTree.of(at, tree, childLevel).path(index),
			entry: tree === 2 ? program.opening(2) : NO_DESCRIPTOR,
		});
		await driver.play(challenger, descend(roots, 2, 2, 0));
		const halves = descendants(nodes, 0, 3, 1, 1);
		await driver.play(submitter, { type: "open", tree: 1, childLevel: 1, children: halves });
		await driver.play(challenger, descend(halves, 2, 1, 1));
		expect(phaseOf(id)).toBe(PHASE.leaf);
		await driver.play(submitter, { type: "publishLeaf", width: 8, count: 155, words: honest.words(4) });
		expect(driver.game.state.leaves.has(nodes[4])).toBe(true);
		expect(await driver.try(challenger, settle(id, 620, 0))).toBe("WrongTurn");
		await driver.wait(driver.game.now + increment + reserve + 2);
		await driver.play(driver.stranger, { type: "timeout", dispute: id });
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
	});
});

describe("a preimage is published once, for all disputes", () => {
	test("the second challenger is to move as soon as it has challenged", async () => {
		const claim = await driver.claimToy(wrong);
		const first = await driver.challengeToy(right, claim);
		await driver.play(driver.stranger, honestSubmitter(driver.game.view(first), wrong)!);
		const second = await driver.challengeToy(right, claim, driver.stranger);
		const [side, since, until] = await chain.readCourt<[number, bigint, bigint]>("turn", [second]);
		expect(side).toBe(SIDE.challenger);
		expect(since).toBe(BigInt(driver.game.now));
		expect(until - since).toBe(BigInt(increment + reserve + 1));
		const before = driver.game.state.openings;
		await driver.play(
			driver.stranger,
			honestSubmitter({ ...driver.game.view(first), publishedAt: 0 }, wrong)!,
		);
		expect(driver.game.state.openings).toEqual(before);
	});
});

describe("no free moves", () => {
	test("challenging oneself burns a part of the bond, whoever wins", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim, driver.submitter);
		await driver.wait(driver.game.now + increment + reserve + 2);
		await driver.play(driver.submitter, { type: "timeout", dispute: id });
		expect(owed(driver.submitter)).toBe(challengerBond + (submitterBond * 600n) / 1000n);
		expect(driver.game.state.burned).toBe((submitterBond * 400n) / 1000n);
		expect(await chain.burned()).toBe(driver.game.state.burned);
	});

	test("a wrong bond is refused", async () => {
		const claim = await driver.claimToy(right);
		for (const value of [0n, challengerBond - 1n, challengerBond + 1n]) {
			const challenge = { type: "challenge", value, claim, entry: NO_DESCRIPTOR } as const;
			expect(await driver.try(driver.challenger, challenge)).toBe("WrongBond");
		}
	});
});

describe("any number of challengers play at once", () => {
	test("honest challengers who come second get their bonds back", async () => {
		const claim = await driver.claimToy(wrong);
		const first = await driver.challengeToy(right, claim);
		const second = await driver.challengeToy(right, claim, driver.stranger);
		expect(await driver.try(driver.stranger, { type: "reclaim", dispute: second })).toBe("WrongClaimStatus");
		await driver.wait(driver.game.now + increment + reserve + 2);
		await driver.play(driver.stranger, { type: "timeout", dispute: first });
		expect(await driver.try(driver.stranger, { type: "timeout", dispute: second })).toBe("WrongClaimStatus");
		await driver.play(driver.requester, { type: "reclaim", dispute: second });
		expect(owed(driver.stranger)).toBe(challengerBond);
		expect(await driver.try(driver.stranger, { type: "reclaim", dispute: second })).toBe("WrongPhase");
		expect(await driver.try(driver.stranger, { type: "reclaim", dispute: first })).toBe("WrongPhase");
	});

	test("a claim is final only when none of its disputes is open", async () => {
		const claim = await driver.claimToy(right);
		const id = await driver.challengeToy(right, claim);
		await driver.play(driver.submitter, honestSubmitter(driver.game.view(id), right)!);
		await driver.wait(driver.game.now + challengePeriod);
		expect(await driver.try(driver.submitter, { type: "finalise", claim })).toBe("DisputesOpen");
		await driver.play(driver.stranger, { type: "timeout", dispute: id });
		expect(owed(driver.submitter)).toBe((challengerBond * 600n) / 1000n);
		await driver.play(driver.submitter, { type: "finalise", claim });
		expect(owed(driver.submitter)).toBe((challengerBond * 600n) / 1000n + submitterBond + 70n);
	});
});

describe("a settlement is accepted until a timeout has actually been claimed", () => {
	test("long after the challenger could have been timed out", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim);
		await until(id, wrong, () => phaseOf(id) === PHASE.partials && driver.game.view(id).publishedAt > 0);
		await driver.wait(driver.game.now + increment + reserve + provingAllowance + 1000);
		await driver.play(driver.stranger, settle(id, 80, 2));
		expect(owed(driver.challenger)).toBe(challengerBond + (submitterBond * 600n) / 1000n);
		expect(await driver.try(driver.stranger, { type: "timeout", dispute: id })).toBe("WrongPhase");
	});

	test("but not after it has been", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim);
		await until(id, wrong, () => phaseOf(id) === PHASE.partials && driver.game.view(id).publishedAt > 0);
		await driver.wait(driver.game.now + increment + reserve + provingAllowance + 1000);
		await driver.play(driver.stranger, { type: "timeout", dispute: id });
		expect(await driver.try(driver.challenger, settle(id, 80, 2))).toBe("WrongPhase");
		expect(statusOf(claim)).toBe(CLAIM_STATUS.live);
	});
});

describe("each side makes its own moves", () => {
	test("only the challenger descends and names, and not when its dispute is over", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim);
		await driver.play(driver.stranger, honestSubmitter(driver.game.view(id), wrong)!);
		const move = honestChallenger(driver.game.view(id), right)!;
		if (move.type === "prove") throw new Error("There is more to search");
		expect(await driver.try(driver.submitter, move)).toBe("NotTheChallenger");
		await driver.wait(driver.game.now + increment + reserve + 3);
		await driver.play(driver.submitter, { type: "timeout", dispute: id });
		expect(await driver.try(driver.challenger, move)).toBe("WrongPhase");
	});

	test("only the submitter publishes partial results, and only such as lead to the published value", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim);
		await until(id, wrong, () => phaseOf(id) === PHASE.partials);
		const honest = honestSubmitter(driver.game.view(id), wrong)!;
		if (honest.type !== "publishPartials") throw new Error("Partial results are demanded");
		expect(await driver.try(driver.challenger, honest)).toBe("NotTheSubmitter");
		const short = { ...honest, partials: honest.partials.slice(1) };
		expect(await driver.try(driver.submitter, short)).toBe("WrongPartialsCount");
		const bent = { ...honest, partials: honest.partials.with(-1, 0n) };
		expect(await driver.try(driver.submitter, bent)).toBe("WrongPartials");
		const words = { ...honest, words: honest.words.with(0, 0n) };
		expect(await driver.try(driver.submitter, words)).toBe("WrongWords");
		expect(await driver.try(driver.challenger, settle(id, 80, 2))).toBe("WrongTurn");
		await driver.play(driver.submitter, honest);
		expect(await driver.try(driver.submitter, honest)).toBe("WrongTurn");
		expect(await driver.try(driver.challenger, settle(id, 81, 2))).toBe("WrongElement");
		expect(await driver.try(driver.challenger, settle(id, 80, 0))).toBe("ValuesAgree");
		const forged = settle(id, 80, 2) as Action & { type: "settle" };
		const partials = forged.settlement.partials.with(0, 1n);
		const settlement = { ...forged.settlement, partials };
		expect(await driver.try(driver.challenger, { ...forged, settlement })).toBe("NotThePartials");
		await driver.play(driver.challenger, settle(id, 80, 2));
	});
});

describe("what is opened", () => {
	test("is a node of a trace's trees, at a level that there can be", async () => {
		await driver.claimToy(right);
		const { submitter } = driver;
		const children = [wordHex(1n), wordHex(2n)];
		for (const tree of [0, 4, 255]) {
			expect(await driver.try(submitter, { type: "open", tree, childLevel: 0, children })).toBe("WrongTree");
		}
		const high = { type: "open", tree: 1, childLevel: 64, children } as const;
		expect(await driver.try(submitter, high)).toBe("LevelTooHigh");
		expect(await driver.try(submitter, { ...high, childLevel: 63 })).toBe(undefined);
	});
});
