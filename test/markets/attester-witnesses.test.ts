import { wordHex } from "@umpire/commitment/hex.ts";
import { RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import type { ShowWitnessMove } from "@umpire/markets/witness-moves.ts";
import { owedOperator, rootOfPath, witnessLeaf, witnessTree } from "@umpire/markets/witness-tree.ts";
import { ATTESTERS } from "@umpire/testing/markets/attester-driver.ts";
import { describe, expect, test } from "vitest";
import { type AttesterPlay, attestersPerTest } from "./attester-play.ts";
import { OTHER_PROGRAM, PROGRAM, traceOf, WITNESS_PROGRAMS } from "./attester-programs.ts";
import { showing, witnessOf } from "./random-attester-moves.ts";

let play: AttesterPlay;
attestersPerTest((fresh) => {
	play = fresh;
});

const STAKES = [10_000n, 10_000n, 20_000n] as const;
const PREMIUM = 400n;

/** A covered record of a true output, signed by all, whose witnesses have been posted: right ones by `honest`. */
async function attested(honest: readonly number[], lazy: readonly number[] = []): Promise<number> {
	await play.enlist(...STAKES);
	const claim = await play.claim();
	const { request } = play.world.game.claims[claim - 1];
	await play.cover(request, 3000n, PREMIUM);
	const record = await play.attest(claim, [0, 1, 2]);
	await play.play(play.stranger, { type: "bindCover", request, record });
	for (const number of honest) await play.post(record, number);
	for (const number of lazy) await play.post(record, number, 1);
	await play.finalise(claim);
	await play.sync(record);
	return record;
}

describe("a premium", () => {
	test("A9: is shared by stake among those who show the witness that they owe", async () => {
		const record = await attested([0, 2]);
		for (const number of [0, 2]) await play.show(record, number);
		expect(await play.try(play.stranger, showing(play, record, 0))).toBe("NothingToEarn");
		play.wait(play.now + ATTESTERS.accusationSeconds + 1);
		for (const witness of [2, 3]) await play.play(play.stranger, { type: "acquit", record: witness });
		expect(play.owed("attestations", play.accounts[0])).toBe(PREMIUM / 4n);
		expect(play.owed("attestations", play.accounts[2])).toBe(PREMIUM / 2n);
		// who has shown none earns none: its share is burned
		const before = play.world.ledgers.attestations.burned;
		await play.play(play.stranger, { type: "closePremium", record });
		expect(play.world.ledgers.attestations.burned - before).toBe(PREMIUM / 4n);
		const again = { type: "closePremium", record } as const;
		expect(await play.try(play.stranger, again)).toBe("NothingToEarn");
	});

	test("A9: earns a lazy attester nothing, and costs it its stake", async () => {
		const record = await attested([], [1]);
		expect(await play.try(play.stranger, showing(play, record, 1))).toBe("WrongWitness");
		const witness = await play.show(record, 1, 1);
		const { witness: owed } = witnessOf(play, record, 1);
		await play.convict(witness, 0, owed.operator);
		expect(play.record(witness).status).toBe(RECORD_STATUS.convicted);
		expect(play.stakeOf(1)).toBe(0n);
		expect(play.owed("attestations", play.accounts[1])).toBe(0n);
		const [{ bond }] = play.world.accusations;
		const reward = STAKES[1] / 4n;
		expect(play.owed("attestations", play.stranger)).toBe(reward + 2000n + bond);
		expect(play.stakeOf(0)).toBe(STAKES[0]);
	});

	test("A9: a true witness costs nothing, whoever accuses it", async () => {
		const record = await attested([1]);
		const witness = await play.show(record, 1);
		const { witness: owed } = witnessOf(play, record, 1);
		const accusation = await play.accuse(witness);
		const { request } = play.world.accusations[accusation - 1];
		const claim = await play.answer(request, 1, owed.operator, play.stranger);
		await play.bringDown(claim, owed.operator);
		await play.play(play.stranger, { type: "judge", accusation, claim });
		play.wait(play.record(witness).endedAt + ATTESTERS.accusationSeconds + 1);
		await play.play(play.stranger, { type: "acquit", record: witness });
		expect(play.owed("attestations", play.accounts[1])).toBe(PREMIUM / 4n);
		expect(play.stakeOf(1)).toBe(STAKES[1]);
	});

	test("A9: is not earned by what was bound after the claim had ended", async () => {
		const record = await attested([]);
		await play.post(record, 0);
		expect(await play.try(play.stranger, showing(play, record, 0))).toBe("WrongWitness");
	});

	test("A9: is not earned by another's witness, signature, program or tensor", async () => {
		const record = await attested([0, 1]);
		const own = showing(play, record, 0);
		const refused = (change: Partial<ShowWitnessMove>) => play.try(play.stranger, { ...own, ...change });
		const theirs = showing(play, record, 1);
		expect(await refused({ own: theirs.own, valid: false })).toBe("WrongSignature");
		expect(await refused({ operator: 1, valid: false })).toBe("WrongSignature");
		expect(await refused({ operator: 7 })).toBe("NothingToEarn");
		expect(await refused({ tensorRoot: wordHex(3n) })).toBe("WrongWitness");
		expect(await refused({ program: OTHER_PROGRAM.root })).toBe("WrongWitnessProgram");
		expect(await refused({ program: PROGRAM.root })).toBe("WrongWitnessProgram");
		expect(await refused({ program: wordHex(3n) })).toBe("UnknownProgram");
		expect(await refused({ descriptor: PROGRAM.opening(0) })).toBe("WrongDescriptor");
		expect(await refused({ path: [wordHex(1n)] })).toBe("WrongWitness");
		await play.show(record, 0);
	});

	test("A9: is shown up to the last second, and nothing is earned where nobody has paid", async () => {
		const record = await attested([0, 1]);
		const last = play.record(record).endedAt + ATTESTERS.accusationSeconds;
		play.wait(last);
		await play.asIf(() => play.show(record, 0));
		expect(await play.try(play.stranger, { type: "closePremium", record })).toBe("TooEarly");
		play.wait(last + 1);
		expect(await play.try(play.stranger, showing(play, record, 0))).toBe("WitnessTooLate");
		const claim = await play.claim();
		const free = await play.attest(claim, [0]);
		expect(await play.try(play.stranger, showing(play, free, 0))).toBe("WrongRecordStatus");
		await play.finalise(claim);
		await play.sync(free);
		expect(await play.try(play.stranger, showing(play, free, 0))).toBe("NothingToEarn");
	});

	test("A9: is not earned by whoever has got the number of an operator that signed", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim();
		const { request } = play.world.game.claims[claim - 1];
		await play.cover(request, 3000n, PREMIUM);
		const record = await play.attest(claim, [0, 1, 2]);
		await play.play(play.stranger, { type: "bindCover", request, record });
		await play.play(play.accounts[0], { type: "leaveSet" });
		const from = play.now + 2 * ATTESTERS.epochSeconds + ATTESTERS.accusationSeconds;
		const heir = play.accounts[5];
		const { epoch, program, inputsRoot, outputRoot } = play.record(record);
		const statement = play.statement(program, inputsRoot, outputRoot);
		const signature = play.keyOf(77n).sign(play.message(epoch, statement));
		const operator = owedOperator(signature, PROGRAM.header.operatorCount);
		const { root } = traceOf(0, operator).output();
		const leaf = witnessLeaf({ account: heir, epoch, statement, operator, root });
		await play.play(heir, { type: "postWitnesses", root: leaf });
		play.wait(from);
		await play.finalise(claim);
		await play.sync(record);
		await play.play(play.stranger, { type: "advance", most: 9 });
		await play.play(play.stranger, { type: "exitOperator", operator: 0 });
		await play.register(heir, 77n, 100_000n);
		expect(play.world.operators.get(0)?.account).toBe(heir);
		expect(await play.try(play.stranger, showing(play, record, 0))).toBe("NotMembers");
	});

	test("A7, A9: an operator does not exit while a witness of it is not decided about", async () => {
		const record = await attested([0, 1]);
		await play.play(play.accounts[0], { type: "leaveSet" });
		const from = play.now + 2 * ATTESTERS.epochSeconds + ATTESTERS.accusationSeconds;
		play.wait(play.record(record).endedAt + ATTESTERS.accusationSeconds);
		const witness = await play.show(record, 0);
		play.wait(from);
		await play.play(play.stranger, { type: "advance", most: 9 });
		const exit = { type: "exitOperator", operator: 0 } as const;
		expect(await play.try(play.stranger, exit)).toBe("WitnessesOpen");
		play.wait(play.record(witness).endedAt + ATTESTERS.accusationSeconds + 1);
		await play.play(play.stranger, { type: "acquit", record: witness });
		await play.play(play.stranger, exit);
		expect(play.gain(play.accounts[0])).toBe(STAKES[0] + PREMIUM / 4n);
	});
});

describe("what is owed", () => {
	test("A9: is a tensor of the last quarter, another one for another signature", () => {
		const drawn = Array.from({ length: 200 }, (_, i) => owedOperator([BigInt(i), 7n], 40));
		expect(Math.min(...drawn)).toBe(30);
		expect(Math.max(...drawn)).toBe(39);
		expect(new Set(drawn).size).toBe(10);
		expect(owedOperator([1n, 2n], 1)).toBe(0);
		expect(WITNESS_PROGRAMS.length).toBe(8);
	});

	test("A9: many are bound by one root, and each is shown by its path", async () => {
		const leaves = [1n, 2n, 3n, 4n, 5n].map((root) =>
			witnessLeaf({
				account: play.client,
				epoch: 3,
				statement: wordHex(9n),
				operator: 2,
				root: wordHex(root),
			}),
		);
		const tree = witnessTree(leaves);
		for (const leaf of leaves) expect(rootOfPath(leaf, tree.path(leaf))).toBe(tree.root);
		expect(() => tree.path(wordHex(1n))).toThrow(RangeError);
		await play.enlist(...STAKES);
		const post = { type: "postWitnesses", root: tree.root } as const;
		await play.play(play.accounts[0], post);
		expect(await play.try(play.accounts[0], post)).toBe("AlreadyPosted");
		await play.play(play.accounts[1], post);
	});
});
