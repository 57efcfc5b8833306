import type { Evidence } from "@umpire/actors/evidence.ts";
import { prepareSettlement } from "@umpire/actors/settlement.ts";
import { type Hex, TAG, type Width } from "@umpire/commitment/constants.ts";
import { leafNode } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { TensorCommitment } from "@umpire/commitment/tensor.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import { CLAIM_STATUS, owedTo, PHASE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { NetworkBuilder, randomInput } from "@umpire/testing/runtime/networks.ts";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "../game/per-test.ts";

let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
});

const { submitterBond, challengerBond, increment, reserve } = PARAMETERS;

/** Operator 1 has two leaves, the last of 15 elements. */
const program = new ToyProgram(
	[
		{ width: 8, elements: 10, outside: 4, parts: 1 },
		{ width: 16, elements: 90, outside: 7, parts: 1 },
	],
	1,
	0,
);

/** The right trace, but for the shape that the last leaf of operator 1 is hashed with. */
class MisshapenTrace extends ToyTrace {
	readonly tensorTree: MerkleTree;
	readonly step: MerkleTree;

	constructor(width: Width, count: number) {
		super(program);
		const [output, tensor] = this.tensors[0];
		this.tensorTree = misshapen(tensor, 1, width, count);
		this.step = MerkleTree.of([output.root, this.tensorTree.root], TAG.operators);
	}

	override get root(): Hex {
		return this.step.root;
	}

	override children(at: { tree: number; start: number; level: number }, childLevel: number): readonly Hex[] {
		const tree = at.tree === TAG.tensor ? this.tensorTree : this.step;
		return tree.descendants(at.start, at.level, childLevel);
	}

	override output() {
		return { ...super.output(), operatorPath: this.step.path(0), stepPath: [] };
	}
}

function misshapen(tensor: TensorCommitment, leaf: number, width: Width, count: number): MerkleTree {
	const nodes = tensor.leaves.with(leaf, leafNode(width, count, tensor.digest(leaf)));
	return MerkleTree.of(nodes, TAG.tensor);
}

describe("a leaf of another count or width than the tensor's is no answer", () => {
	test.each([
		["one more element", 16, 16],
		["as many as a leaf holds", 16, 75],
		["another width", 32, 35],
		["the narrowest width", 8, 155],
	] as const)("%s: the same words, the challenger wins", async (_, width, count) => {
		const theirs = new MisshapenTrace(width, count);
		const right = new ToyTrace(program);
		const claim = await driver.claimToy(theirs);
		const id = await driver.challengeToy(right, claim);
		while (driver.game.state.disputes[id - 1].phase === PHASE.search) {
			const view = driver.game.view(id);
			const answer = honestSubmitter(view, theirs);
			const move = answer ?? honestChallenger(view, right);
			if (move === null || move.type === "prove") throw new Error("The search found nothing");
			await driver.play(answer === null ? driver.challenger : driver.submitter, move);
		}
		const words = theirs.tensors[0][1].words(1);
		await driver.try(driver.submitter, { type: "publishLeaf", width, count, words });
		// nothing in these words differs from the honest ones: there is nothing to settle
		await driver.wait(driver.game.now + increment + reserve + 2);
		expect(await driver.try(driver.stranger, { type: "timeout", dispute: id })).toBe(undefined);
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
		expect(owedTo(driver.game.state, driver.challenger)).toBeGreaterThan(challengerBond);
	});
});

describe("whatever follows from a misshapen leaf", () => {
	test("cannot be settled, so the misshapen leaf itself has to lose", async () => {
		const network = new NetworkBuilder("tiny", [1, 1, 8, 8], 8).conv(2, 3, 1).maxPool().flatten().finish();
		const right = await realEvidence(network, randomInput(network));
		const value = right.trace.operators[0][1].elements[9];
		const wrong = await falsified(right, 1, 9, value > 0 ? -1 : 1);
		const conv = misshapen(wrong.trace.operators[0][0], 0, 8, 155);
		const roots = wrong.trace.operators[0].map(({ root }) => root).with(0, conv.root);
		const step = MerkleTree.of(roots, TAG.operators);
		const traceTree = MerkleTree.of([step.root], TAG.steps);
		const trace = {
			...wrong.trace,
			stepTrees: [step],
			stepRoots: [step.root],
			traceTree,
			traceRoot: step.root,
		};
		const theirs: Evidence = { ...wrong, trace };
		await driver.play(driver.requester, { type: "register", header: theirs.commitment.header });
		await driver.play(driver.requester, {
			type: "request",
			value: 1n,
			program: theirs.commitment.root,
			inputsRoot: trace.inputsRoot,
			deadline: driver.game.now + 1000,
			consumer: NOBODY,
		});
		await driver.play(driver.submitter, {
			type: "claim",
			value: submitterBond,
			request: 1,
			traceRoot: trace.traceRoot,
			opening: claimOfTrace(theirs.commitment, theirs.trace).opening,
		});
		// the false maximum reads the misshapen leaf, which no path leads to with the tensor's own shape
		const tensor = wrong.trace.operators[0][1];
		const disputed = { step: 0, operator: 1, element: 9, part: 0, words: tensor.words(0), partials: [] };
		const { settlement } = await prepareSettlement(theirs, disputed, driver.challenger);
		const tensors = settlement.tensors.map((opening) => ({ ...opening, root: conv.root }));
		const location = {
			step: 0,
			operator: 1,
			leaf: 0,
			leafPath: tensor.path(0),
			operatorPath: step.path(1),
			stepPath: [],
		};
		expect(
			await driver.try(driver.challenger, {
				type: "settleDirectly",
				claim: 1,
				beneficiary: driver.challenger,
				location,
				settlement: { ...settlement, tensors },
			}),
		).toBe("WrongOperandLeaf");
	});
});
