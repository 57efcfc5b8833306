import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, liabilities, PHASE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const program = new ToyProgram(
	[
		{ width: 8, elements: 10, outside: 4, parts: 1 },
		{ width: 16, elements: 700, outside: 0, parts: 3 },
		{ width: 8, elements: 10, outside: 1, parts: 1 },
	],
	1,
	0,
);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 1, element: 600, by: 5 }]);
const { increment, reserve } = PARAMETERS;
/** What the false trace states for the wrong element, a maximum over nothing. */
const VALUE = BigInt(wrong.tensors[0][1].elements[600]);
const MOST = 2n ** 63n - 1n;

let chain: TestChain;
let driver: ChainDriver;
let snapshot: unknown;
let forced = 0n;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS);
	snapshot = await chain.snapshot();
});
beforeEach(async () => {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
	driver = new ChainDriver(chain, PARAMETERS);
	forced = 0n;
	await driver.sync();
});
afterEach(async () => {
	const { market, court } = liabilities(driver.game.state);
	expect(await chain.balances()).toEqual({ market: market + forced, court });
});
afterAll(() => chain.close());

async function until(id: number, reached: () => boolean): Promise<void> {
	while (!reached()) {
		const view = driver.game.view(id);
		const answer = honestSubmitter(view, wrong);
		const move = answer ?? honestChallenger(view, right);
		if (move === null || move.type === "prove") throw new Error("The dispute never got there");
		await driver.play(answer === null ? driver.challenger : driver.submitter, move);
	}
}

const phaseOf = (id: number) => driver.game.state.disputes[id - 1].phase;
const answered = (id: number) => driver.game.view(id).publishedAt !== 0;
async function submitterLoses(id: number): Promise<void> {
	const { demandedAt, submitterReserve } = driver.game.state.disputes[id - 1];
	await driver.wait(demandedAt + increment + submitterReserve + 1);
	await driver.play(driver.stranger, { type: "timeout", dispute: id });
	expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
}

describe("a node opened in another shape than the demanded one is no answer", () => {
	test("other tree, other level, other number of children", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim);
		const roots = wrong.tensors[0].map(({ root }) => root);
		const { root: pair } = MerkleTree.of(roots.slice(0, 2), TAG.operators);
		const open = (tree: number, childLevel: number, children: readonly Hex[]): Action => {
			return { type: "open", tree, childLevel, children };
		};
		await driver.play(driver.submitter, open(TAG.tensor, 0, roots));
		await driver.play(driver.submitter, open(TAG.steps, 0, roots));
		await driver.play(driver.submitter, open(TAG.operators, 1, roots));
		// the right node, opened less far than is demanded
		await driver.play(driver.submitter, open(TAG.operators, 1, [pair, roots[2]]));
		expect(await chain.read("openedAt", [wrong.root, TAG.operators, 1n, 2n], chain.court)).not.toBe(0n);
		// two children where three are demanded, four where three are
		await driver.play(driver.submitter, open(TAG.operators, 0, [pair, roots[2]]));
		await driver.play(driver.submitter, open(TAG.operators, 0, [...roots, roots[2]]));
		expect(answered(id)).toBe(false);
		await submitterLoses(id);
	});

	test("a node of one tree is none of another: leaves, inner nodes and trees have tags of their own", () => {
		const nodes = [1n, 2n, 3n].map(wordHex);
		const tags = [TAG.tensor, TAG.operators, TAG.steps, TAG.descriptors, TAG.constants, TAG.inputs, TAG.rows];
		const roots = tags.flatMap((tag) => [0, 1, 2].map((level) => MerkleTree.of(nodes, tag, level).root));
		expect(new Set(roots).size).toBe(roots.length);
	});

	test("a step with one operator more than the program has cannot be opened", async () => {
		const extra = MerkleTree.of([...wrong.tensors[0].map(({ root }) => root), wordHex(9n)], TAG.operators);
		const claim = await driver.claimToy(right);
		const taken = driver.game.state.requests[0];
		await driver.play(driver.requester, {
			type: "request",
			value: 1n,
			...taken,
			deadline: driver.game.now + 500,
		});
		const opening = { ...right.output(), operatorPath: extra.path(0) };
		const bond = PARAMETERS.submitterBond;
		const action = { type: "claim", value: bond, request: 2, traceRoot: extra.root, opening } as const;
		// with as many siblings as three operators have, the path fits; with more it does not
		expect(await driver.try(driver.submitter, action)).toBe(undefined);
		const id = await driver.challengeToy(right, claim + 1);
		const children = [0, 1, 2, 3].map((i) => extra.node(0, i));
		await driver.play(driver.submitter, { type: "open", tree: TAG.operators, childLevel: 0, children });
		expect(answered(id)).toBe(false);
		await driver.wait(driver.game.now + increment + reserve + 3);
		await driver.play(driver.stranger, { type: "timeout", dispute: id });
		expect(driver.game.state.claims[claim].status).toBe(CLAIM_STATUS.rejected);
	});

	test("a named child has to lie under the demanded node, at its place, among as many as are demanded", async () => {
		const id = await driver.challengeToy(right, await driver.claimToy(wrong));
		await until(id, () => phaseOf(id) === PHASE.search && answered(id));
		const move = honestChallenger(driver.game.view(id), right);
		if (move?.type !== "descend") throw new Error("There is something to name");
		const refused = (change: Partial<typeof move>) => driver.try(driver.challenger, { ...move, ...change });
		expect(await refused({ child: right.tensors[0][1].root })).toBe("WrongChild");
		expect(await refused({ index: 0 })).toBe("WrongChild");
		expect(await refused({ index: 3 })).toBe("ChildOutOfRange");
		expect(await refused({ path: move.path.slice(1) })).toBe("WrongPathLength");
		expect(await refused({ path: [...move.path, wordHex(0n)] })).toBe("WrongPathLength");
		expect(await refused({ entry: { ...program.opening(0), path: program.opening(1).path } })).toBe(
			"WrongDescriptor",
		);
		expect(await refused({})).toBe(undefined);
	});
});

describe("partial results", () => {
	async function named(): Promise<number> {
		const id = await driver.challengeToy(right, await driver.claimToy(wrong));
		await until(id, () => phaseOf(id) === PHASE.partials);
		return id;
	}
	const publish = (id: number, partials: readonly bigint[], by = driver.submitter) => {
		const { node } = driver.game.state.disputes[id - 1];
		const { words } = driver.game.state.leaves.get(node)!;
		const answer = honestSubmitter(driver.game.view(id), wrong)!;
		return driver.try(by, { ...answer, partials, words } as Action);
	};
	const settle = (id: number, part: number, partials: readonly bigint[]) => {
		const { dispute, words } = driver.game.view(id);
		const settlement = settlementOf(program.opening(1), words!, dispute.element, part, partials);
		return driver.try(driver.stranger, { type: "settle", dispute: id, settlement });
	};

	test("of another count, or that do not lead to the published value, are refused", async () => {
		const id = await named();
		const leading = [0n, 0n, VALUE];
		expect(await publish(id, leading.slice(1))).toBe("WrongPartialsCount");
		expect(await publish(id, [...leading, VALUE])).toBe("WrongPartialsCount");
		expect(await publish(id, [])).toBe("WrongPartialsCount");
		expect(await publish(id, [0n, 0n, VALUE + 1n])).toBe("WrongPartials");
		expect(await publish(id, [0n, 5n, -MOST - 1n])).toBe("WrongPartials");
		expect(await publish(id, leading, driver.stranger)).toBe("NotTheSubmitter");
		expect(await settle(id, 2, leading)).toBe("WrongTurn");
		await submitterLoses(id);
	});

	test.each([
		["the largest", MOST],
		["the smallest", -MOST - 1n],
	])("at %s number of 64 bits are settled like any others", async (_, extreme) => {
		const id = await named();
		const partials = [extreme, extreme, VALUE];
		const answer = { ...honestSubmitter(driver.game.view(id), wrong), partials } as Action;
		expect(await driver.try(driver.submitter, answer)).toBe(undefined);
		expect(await driver.try(driver.submitter, answer)).toBe("WrongTurn");
		expect(await settle(id, 3, partials)).toBe("PartOutOfRange");
		expect(await settle(id, 0, partials.with(1, 6n))).toBe("NotThePartials");
		expect(await settle(id, 0, partials)).toBe(undefined);
		expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
	});

	test.each([
		[1024, undefined],
		[1025, "TooManyParts"],
		[1, "OnePart"],
	])("of %i parts are demanded, or refused", async (parts, error) => {
		const large = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts }], 1, 0);
		const claimed = new ToyTrace(large, [{ step: 0, operator: 0, element: 3, by: 1 }]);
		const id = await driver.challengeToy(claimed, await driver.claimToy(claimed));
		const words = claimed.words(0, 0, 0);
		await driver.play(driver.stranger, { type: "publishLeaf", width: 8, count: 10, words });
		const name = { type: "name", dispute: id, operator: large.opening(0) } as const;
		expect(await driver.try(driver.challenger, { ...name, element: 10 })).toBe("ElementOutOfLeaf");
		expect(await driver.try(driver.challenger, { ...name, element: 3 })).toBe(error);
	});

	test("are not needed if all parts are shown at once, and none more or less", async () => {
		const id = await driver.challengeToy(right, await driver.claimToy(wrong));
		await until(id, () => phaseOf(id) === PHASE.leaf && answered(id));
		for (const [parts, error] of [
			[1, "WrongPartCount"],
			[2, "WrongPartCount"],
			[4, "WrongPartCount"],
			[3, undefined],
		] as const) {
			const { words } = driver.game.view(id);
			const settlement = settlementOf(program.opening(1), words!, 600, 0, [], parts);
			expect(await driver.try(driver.stranger, { type: "settle", dispute: id, settlement })).toBe(error);
		}
	});

	test("are those of one element: another one, or none of them, is not settled", async () => {
		const id = await named();
		const partials = [-(2n ** 15n), -(2n ** 15n), VALUE];
		expect(await publish(id, partials)).toBe(undefined);
		const { words, dispute } = driver.game.view(id);
		const other = settlementOf(program.opening(1), words!, dispute.element + 1, 2, partials);
		expect(await driver.try(driver.stranger, { type: "settle", dispute: id, settlement: other })).toBe(
			"WrongElement",
		);
		expect(await settle(id, 0, partials)).toBe("ValuesAgree");
		expect(await settle(id, 1, partials)).toBe("ValuesAgree");
		expect(await settle(id, 2, partials)).toBe(undefined);
	});
});

describe("ether", () => {
	test("that is forced into the contract belongs to nobody and stops nothing", async () => {
		forced = 123n;
		driver.game.now++;
		// a contract that destroys itself in its constructor, in favour of the market
		const data = `0x73${chain.market.slice(2)}ff` as Hex;
		const create = { from: driver.stranger, data, value: forced, gas: 200_000 };
		expect((await chain.send(create as never, driver.game.now)).error).toBe(undefined);
		expect(await chain.balance(chain.market)).toBe(forced);
		const id = await driver.challengeToy(right, await driver.claimToy(wrong));
		await submitterLoses(id);
		await driver.sync();
		await driver.withdraw(driver.challenger);
	});

	test("sent without a move is refused", async () => {
		driver.game.now++;
		const plain = { from: driver.stranger, to: chain.market, data: "0x" as Hex, value: 5n, gas: 100_000 };
		expect((await chain.send(plain, driver.game.now)).error).toBe("");
	});
});
