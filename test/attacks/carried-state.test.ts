import type { Evidence } from "@umpire/actors/evidence.ts";
import { TAG } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { commitTensor } from "@umpire/commitment/tensor.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { realEvidence } from "@umpire/testing/chain/real-trace.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { describe, expect, test } from "vitest";
import { chainPerTest } from "../game/per-test.ts";

const spec: TensorSpec = { shape: [6], layout: [0], width: 8, ...rangeOf(8), scale: 1 };
const names = { node: "n", opType: "t" };
const rescale = { rows: [{ bias: 3n, multiplier: 1, shift: 1 }], axes: [] };

/** Operator 1 is carried: in every step operator 0 is half of the last step's operator 1 less x. */
function programOf(steps: number): Program {
	return {
		name: "state",
		steps,
		inputs: [
			{ ...spec, name: "x" },
			{ ...spec, name: "unused" },
			{ ...spec, name: "start" },
		],
		constants: [],
		operators: [
			{
				...spec,
				...names,
				kind: "Add",
				form: { type: "linear", coefficients: [1, -1] },
				operands: [
					{ source: "state", index: 1, initial: 2 },
					{ source: "input", index: 0 },
				],
				rescale,
			},
			{
				...spec,
				...names,
				kind: "Mul",
				form: { type: "product" },
				operands: [
					{ source: "operator", index: 0 },
					{ source: "input", index: 0 },
				],
				rescale,
			},
		],
		outputs: [{ name: "y", operator: 1 }],
	};
}
const inputs = [
	Int8Array.of(1, -1, 2, -2, 3, 1),
	Int8Array.of(10, 20, -30, 40, 50, -60),
	Int8Array.of(5, -6, 7, -8, 9, 10),
];
const parameters = { ...PARAMETERS, challengePeriod: 1000, increment: 50 };

let chain: TestChain;
chainPerTest(parameters, (opened) => {
	chain = opened;
});

async function falseAt({ program, commitment, trace }: Evidence, step: number): Promise<Evidence> {
	const elements = trace.operators[step][0].elements.slice();
	elements[2] += 1;
	const tensor = await commitTensor(elements, 8);
	const operators = trace.operators.with(step, trace.operators[step].with(0, tensor));
	const stepTrees = operators.map((list) =>
		MerkleTree.of(
			list.map(({ root }) => root),
			TAG.operators,
		),
	);
	const stepRoots = stepTrees.map(({ root }) => root);
	const traceTree = MerkleTree.of(stepRoots, TAG.steps);
	const changed = { operators, stepTrees, stepRoots, traceTree, traceRoot: traceTree.root };
	return { program, commitment, trace: { ...trace, ...changed } };
}

describe("a carried state is what the last step left, and in the first step the input that it names", () => {
	test.each([
		["the only step", 1, 0],
		["the first step", 3, 0],
		["a later step", 3, 1],
		["the last step", 3, 2],
	] as const)("%s", async (_, steps, step) => {
		const program = programOf(steps);
		validateProgram(program);
		const right = await realEvidence(program, inputs);
		const wrong = await falseAt(right, step);
		const driver = new ProofDriver(chain, parameters);
		const claim = await driver.claim(wrong);
		const { id, plan } = await driver.searchFor(claim, right, wrong);
		expect(plan).toMatchObject({ step, operator: 0, element: 2 });
		const good = await driver.prove(wrong, id, plan);
		const refused = (tensors: typeof good.tensors) =>
			driver.try(driver.challenger, { type: "settle", dispute: id, settlement: { ...good, tensors } });
		// the state of this step, not of the last one
		const { trace } = wrong;
		const now = {
			operand: 0,
			root: trace.operators[step][1].root,
			path: trace.stepTrees[step].path(1),
			stepPath: trace.traceTree.path(step),
		};
		expect(["WrongTensor", "WrongPathLength"]).toContain(await refused([now, ...good.tensors.slice(1)]));
		// the input of the operator's number
		const other = { operand: 0, root: trace.inputs[1].root, path: trace.inputTree.path(1), stepPath: [] };
		expect(["WrongTensor", "WrongPathLength"]).toContain(await refused([other, ...good.tensors.slice(1)]));
		expect(await refused(good.tensors)).toBe(undefined);
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
	});
});

test("an element is settled directly in its own step, and in no other", async () => {
	const right = await realEvidence(programOf(3), inputs);
	const wrong = await falseAt(right, 2);
	const driver = new ProofDriver(chain, parameters);
	const claim = await driver.claim(wrong);
	const { trace } = wrong;
	const beneficiary = driver.challenger;
	const directly = async (step: number, stepPath = trace.traceTree.path(step)) => {
		const words = trace.operators[step][0].words(0);
		const disputed = { step, operator: 0, element: 2, part: 0, words, partials: [] };
		const settlement = await driver.proveElement(wrong, disputed, beneficiary);
		const paths = { leafPath: trace.operators[step][0].path(0), operatorPath: trace.stepTrees[step].path(0) };
		const location = { step, operator: 0, leaf: 0, ...paths, stepPath };
		return driver.try(beneficiary, { type: "settleDirectly", claim, beneficiary, location, settlement });
	};
	expect(await directly(1)).toBe("ValuesAgree");
	expect(await directly(1, trace.traceTree.path(0))).toBe("WrongLocation");
	expect(await directly(2, trace.traceTree.path(1))).toBe("WrongPathLength");
	expect(await directly(2)).toBe(undefined);
});
