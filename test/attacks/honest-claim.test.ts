import { type Evidence, NO_PROOF } from "@umpire/actors/evidence.ts";
import { prepareSettlement } from "@umpire/actors/settlement.ts";
import type { LeafLocation, Settlement } from "@umpire/game/move.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NetworkBuilder, randomInput } from "@umpire/testing/runtime/networks.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = new NetworkBuilder("tiny", [1, 1, 8, 8], 8)
	.conv(4, 3, 1)
	.maxPool()
	.flatten()
	.dense(6, true)
	.dense(3, false)
	.finish();
const [CONV, POOL, FLATTEN] = [0, 1, 2];
const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

let chain: TestChain;
let right: Evidence;
let driver: ProofDriver;
let claim: number;
beforeAll(async () => {
	chain = await TestChain.open({ ...PARAMETERS, challengePeriod: 1000 });
	right = await realEvidence(program, randomInput(program));
	driver = new ProofDriver(chain, { ...PARAMETERS, challengePeriod: 1000 });
	claim = await driver.claim(right);
});
afterAll(() => chain.close());

function locate({ trace }: Evidence, operator: number, leaf: number): LeafLocation {
	return {
		step: 0,
		operator,
		leaf,
		leafPath: trace.operators[0][operator].path(leaf),
		operatorPath: trace.stepTrees[0].path(operator),
		stepPath: [],
	};
}

/** Proves one element from `evidence`. */
function proved(evidence: Evidence, operator: number, element: number, leaf = 0): Promise<Settlement> {
	const words = evidence.trace.operators[0][operator].words(leaf);
	const disputed = { step: 0, operator, element, part: 0, words, partials: [] };
	return driver.proveElement(evidence, disputed, driver.challenger);
}

async function direct(settlement: Settlement, location: LeafLocation): Promise<string | undefined> {
	const { challenger } = driver;
	const action = { type: "settleDirectly", claim, beneficiary: challenger, location, settlement } as const;
	const error = await driver.try(challenger, action);
	expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.live);
	return error;
}

describe("an honest claim cannot be settled directly", () => {
	test("a right element", async () => {
		expect(await direct(await proved(right, POOL, 5), locate(right, POOL, 0))).toBe("ValuesAgree");
	});

	test("from operands that its trace does not have, however well they are proved", async () => {
		const value = right.trace.operators[0][POOL].elements[5];
		const other = await falsified(right, POOL, 5, value > 0 ? -1 : 1);
		const good = await proved(right, FLATTEN, 5);
		const theirs = await proved(other, FLATTEN, 5);
		const [part] = good.evidence;
		const { values, proof } = theirs.evidence[0];
		expect(values).not.toEqual(part.values);
		const at = locate(right, FLATTEN, 0);
		// their tensor, their leaf under the right tensor, the proof of their leaf with the right openings
		expect(await direct({ ...theirs, words: good.words }, at)).toBe("WrongTensor");
		expect(await direct({ ...theirs, words: good.words, tensors: good.tensors }, at)).toBe(
			"WrongOperandLeaf",
		);
		expect(await direct({ ...good, evidence: [{ ...part, values, proof }] }, at)).toBe("InvalidProof");
	});

	test("with words, places, descriptors and rows that are not its own", async () => {
		const good = await proved(right, CONV, 3);
		const at = locate(right, CONV, 0);
		const wrongWords = good.words.with(0, good.words[0] ^ (1n << 24n));
		expect(await direct({ ...good, words: wrongWords }, at)).toBe("WrongLocation");
		// w and w + p have one digest; only one of them is a word
		const alias = good.words.with(0, good.words[0] + FIELD);
		expect(await direct({ ...good, words: alias }, at)).toBe("WordOutOfRange");
		expect(await direct(good, { ...at, leaf: 2 })).toBe("OutOfTrace");
		expect(await direct(good, { ...at, operator: 5 })).toBe("OutOfTrace");
		expect(await direct(good, { ...at, step: 1 })).toBe("OutOfTrace");
		expect(await direct(good, { ...at, leafPath: [...at.leafPath, at.leafPath[0]] })).toBe("WrongPathLength");
		expect(await direct(good, { ...at, operator: POOL })).toBe("WrongDescriptor");
		const pool = (await prepareSettlement(right, matterOf(POOL), driver.challenger)).settlement.operator;
		expect(await direct({ ...good, operator: pool }, at)).toBe("WrongDescriptor");
		expect(await direct({ ...good, element: 200 }, at)).toBe("ElementOutOfLeaf");
		const last = right.program.operators[CONV].rescale!.rows[3];
		expect(await direct({ ...good, row: { ...last, path: good.row.path } }, at)).toBe("WrongRow");
		// the row of the first channel is not that of the second
		const channels = right.program.operators[CONV].rescale!.rows.length;
		const second = await proved(right, CONV, right.trace.operators[0][CONV].elements.length / channels);
		expect(await direct({ ...second, row: good.row }, at)).toBe("WrongRow");
		const swapped = { ...good, tensors: good.tensors.toReversed() };
		expect(await direct(swapped, at)).toBe("WrongOperand");
		const input = good.tensors.findIndex(({ operand }) => operand === 0);
		const weights = good.tensors.findIndex(({ operand }) => operand === 1);
		const crossed = good.tensors.with(input, { ...good.tensors[weights], operand: 0 });
		expect(["WrongTensor", "WrongPathLength"]).toContain(await direct({ ...good, tensors: crossed }, at));
	});

	test("with public signals that are not below the field's modulus", async () => {
		const good = await proved(right, POOL, 5);
		const [part] = good.evidence;
		const leaves = part.leaves.map((leaf) => ({ ...leaf, digest: leaf.digest + FIELD }));
		const alias = { ...good, evidence: [{ ...part, leaves }] };
		expect(await direct(alias, locate(right, POOL, 0))).toBe("WrongOperandLeaf");
		const dot = await proved(right, CONV, 3);
		const [sum] = dot.evidence[0].values;
		for (const value of [sum + FIELD, sum - FIELD, 2n ** 127n, -(2n ** 127n)]) {
			const evidence = [{ ...dot.evidence[0], values: [value] }];
			expect(await direct({ ...dot, evidence }, locate(right, CONV, 0))).toBe("SumOutOfRange");
		}
	});

	test("without a proof, or as if its cone had partial results", async () => {
		const good = await proved(right, POOL, 5);
		const none = { ...good, tensors: [], evidence: [{ leaves: [], values: [], proof: NO_PROOF }] };
		expect(await direct(none, locate(right, POOL, 0))).toBe("ProofNeeded");
		const words = right.trace.operators[0][3].words(0);
		const partials = [1n, 2n, 3n, 4n, 5n];
		const dense = (await prepareSettlement(right, { ...matterOf(3), partials }, driver.challenger))
			.settlement;
		expect(await direct({ ...dense, words }, locate(right, 3, 0))).toBe("WrongPartCount");
	});
});

function matterOf(operator: number) {
	const words = right.trace.operators[0][operator].words(0);
	return { step: 0, operator, element: 3, part: 0, words, partials: [] };
}
