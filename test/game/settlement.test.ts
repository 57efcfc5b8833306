import type { Evidence } from "@umpire/actors/evidence.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Settlement } from "@umpire/game/move.ts";
import { CLAIM_STATUS, liabilities, owedTo, PHASE } from "@umpire/game/state.ts";
import { KIND } from "@umpire/operators/program.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NetworkBuilder, randomInput } from "@umpire/testing/runtime/networks.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** A network small enough to read, whose dense layer has cones of several parts. */
const program = new NetworkBuilder("tiny", [1, 1, 8, 8], 8)
	.conv(2, 3, 1)
	.maxPool()
	.flatten()
	.dense(6, true)
	.dense(3, false)
	.finish();
const [CONV, POOL, FLATTEN, DENSE] = [0, 1, 2, 3];
const parameters = { ...PARAMETERS, challengePeriod: 1000, increment: 50 };

let chain: TestChain;
let right: Evidence;
let snapshot: unknown;
beforeAll(async () => {
	chain = await TestChain.open(parameters);
	right = await realEvidence(program, randomInput(program));
	snapshot = await chain.snapshot();
});
afterAll(() => chain.close());

/** A claim with one wrong element, disputed up to the point where something is to be proved. */
async function disputed(operator: number, element: number) {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
	const value = right.trace.operators[0][operator].elements[element];
	const wrong = await falsified(right, operator, element, value > 0 ? -1 : 1);
	const driver = new ProofDriver(chain, parameters);
	const claim = await driver.claim(wrong);
	const { id, plan } = await driver.searchFor(claim, right, wrong);
	return { driver, wrong, id, plan, claim };
}

async function settles({ driver, wrong, id, plan, claim }: Awaited<ReturnType<typeof disputed>>) {
	const settlement = await driver.prove(wrong, id, plan);
	await driver.play(driver.requester, { type: "settle", dispute: id, settlement });
	const { state } = driver.game;
	expect(state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
	expect(state.disputes[id - 1].phase).toBe(PHASE.closed);
	expect(owedTo(state, driver.challenger)).toBe(300n + 600n);
	expect(await chain.owed(driver.challenger)).toBe(900n);
	expect(await chain.balances()).toEqual(liabilities(state));
	return settlement;
}

describe("a wrong number is shown by one proof", () => {
	test.each([
		["Dot", CONV, 70],
		["Max", POOL, 9],
		["View", FLATTEN, 31],
	] as const)("%s of one part", async (kind, operator, element) => {
		expect(right.commitment.descriptors[operator].kind).toBe(KIND[kind]);
		const dispute = await disputed(operator, element);
		expect(dispute.plan).toEqual({ type: "prove", step: 0, operator, element, part: 0 });
		await settles(dispute);
	});

	test("Dot of several parts: the first part whose partial result is wrong", async () => {
		const dispute = await disputed(DENSE, 4);
		const { parts, partials } = dispute.driver.game.state.disputes[dispute.id - 1];
		expect(parts).toBeGreaterThan(1);
		expect(partials.length).toBe(parts);
		expect(dispute.plan.part).toBe(parts - 1);
		await settles(dispute);
	});

	test("without a search, in one transaction", async () => {
		const { driver, wrong, claim } = await disputed(POOL, 20);
		const tensor = wrong.trace.operators[0][POOL];
		const wrongElement = {
			step: 0,
			operator: POOL,
			element: 20,
			part: 0,
			words: tensor.words(0),
			partials: [],
		};
		const settlement = await driver.proveElement(wrong, wrongElement, driver.challenger);
		const location = {
			step: 0,
			operator: POOL,
			leaf: 0,
			leafPath: tensor.path(0),
			operatorPath: wrong.trace.stepTrees[0].path(POOL),
			stepPath: wrong.trace.traceTree.path(0),
		};
		const action = { type: "settleDirectly", claim, location, settlement } as const;
		// copying the transaction gains nothing: the proof is made for the challenger
		const copy = { ...action, beneficiary: driver.requester };
		expect(await driver.try(driver.requester, copy)).toBe("InvalidProof");
		await driver.play(driver.requester, { ...action, beneficiary: driver.challenger });
		expect(owedTo(driver.game.state, driver.challenger)).toBe(600n);
		await driver.play(driver.challenger, { type: "reclaim", dispute: 1 });
		expect(await chain.balances()).toEqual(liabilities(driver.game.state));
	});
});

describe("whatever is not such a proof is refused", () => {
	test("a changed proof, another beneficiary, another element, changed openings", async () => {
		const dispute = await disputed(CONV, 70);
		const { driver, wrong, id, plan } = dispute;
		const good = await driver.prove(wrong, id, plan);
		const refused = (settlement: Settlement) =>
			driver.try(driver.challenger, { type: "settle", dispute: id, settlement });
		const forOther = await driver.prove(wrong, id, plan, driver.requester);
		expect(await refused(forOther)).toBe("InvalidProof");
		const [part] = good.evidence;
		const { proof, values, leaves } = part;
		const bent = (change: Partial<typeof part>) => refused({ ...good, evidence: [{ ...part, ...change }] });
		expect(await bent({ proof: proof.with(0, proof[0] + 1n) })).toBe("InvalidProof");
		expect(await bent({ proof: proof.map(() => 0n) })).toBe("InvalidProof");
		expect(await bent({ values: [values[0] + 400n] })).toBe("InvalidProof");
		expect(await bent({ values: [values[0] + 2n ** 128n] })).toBe("SumOutOfRange");
		expect(await bent({ values: [] })).toBe("WrongValueCount");
		expect(await refused({ ...good, evidence: [] })).toBe("WrongPartCount");
		expect(await refused({ ...good, evidence: [part, part] })).toBe("WrongPartCount");
		expect(await refused({ ...good, element: 71 })).toBe("InvalidProof");
		expect(await refused({ ...good, element: 3 })).toBe("InvalidProof");
		expect(await refused({ ...good, part: 1 })).toBe("PartOutOfRange");
		expect(await bent({ leaves: leaves.slice(1) })).toBe("WrongLeafCount");
		const [leaf, ...rest] = leaves;
		const alias = { ...leaf, digest: leaf.digest + FIELD };
		expect(await bent({ leaves: [alias, ...rest] })).toBe("WrongOperandLeaf");
		expect(await bent({ leaves: [{ ...leaf, tensor: 1 }, ...rest] })).toBe("WrongOperand");
		const [tensor, ...tensors] = good.tensors;
		const moved = { ...tensor, root: `0x${"11".repeat(32)}` as Hex };
		expect(await refused({ ...good, tensors: [moved, ...tensors] })).toBe("WrongTensor");
		expect(await refused({ ...good, row: { ...good.row, shift: good.row.shift + 1 } })).toBe("WrongRow");
		expect(await refused({ ...good, words: good.words.with(0, good.words[0] + 1n) })).toBe("WrongWords");
		const pool = wrong.commitment.descriptorTree.path(POOL);
		const elsewhere = { ...good.operator, path: pool };
		expect(await refused({ ...good, operator: elsewhere })).toBe("WrongDescriptor");
		// the refusals have changed nothing: the right settlement still wins
		await settles(dispute);
	});

	test("a part of several without its proof, or with that of another sum", async () => {
		const dispute = await disputed(DENSE, 4);
		const { driver, wrong, id, plan } = dispute;
		const good = await driver.prove(wrong, id, plan);
		const [part] = good.evidence;
		for (const change of [{ proof: part.proof.map(() => 0n) }, { values: [part.values[0] + 1n] }]) {
			const settlement = { ...good, evidence: [{ ...part, ...change }] };
			expect(await driver.try(driver.challenger, { type: "settle", dispute: id, settlement })).toBe(
				"InvalidProof",
			);
		}
		await settles(dispute);
	});

	test("an element whose proved value is the published one", async () => {
		const { driver, wrong, id, plan } = await disputed(POOL, 9);
		const settlement = await driver.prove(wrong, id, { ...plan, element: 10 });
		expect(await driver.try(driver.challenger, { type: "settle", dispute: id, settlement })).toBe(
			"ValuesAgree",
		);
		expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.live);
	});

	test("a proof made for another dispute of the same claim", async () => {
		const dispute = await disputed(POOL, 9);
		const { driver, wrong, id, plan } = dispute;
		const proof = await driver.prove(wrong, id, plan);
		const stranger = chain.accounts[7];
		const entry = { descriptor: "0x", path: [] } as const;
		await driver.play(stranger, { type: "challenge", value: 300n, claim: 1, entry });
		const settlement = { type: "settle", dispute: id + 1, settlement: proof } as const;
		expect(await driver.try(stranger, settlement)).toBe("WrongPhase");
		await settles(dispute);
		await driver.play(stranger, { type: "reclaim", dispute: id + 1 });
	});
});

/** BN254's scalar field. */
const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
