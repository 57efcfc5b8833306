import { ownPaths } from "@umpire/actors/claimed-trees.ts";
import type { Evidence } from "@umpire/actors/evidence.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { describe, expect, test } from "vitest";
import { chainPerTest } from "../game/per-test.ts";

const spec: TensorSpec = { shape: [6], layout: [0], width: 8, ...rangeOf(8), scale: 1 };
const names = { node: "n", opType: "t" };
const rescale = { rows: [{ bias: 3n, multiplier: 1, shift: 1 }], axes: [] };

/** Operator 1 is carried: in every step operator 0 is half of the last step's operator 1 less x. */
function programOf(steps: number, segment?: number): Program {
	return {
		name: "state",
		steps,
		...(segment === undefined ? {} : { segment }),
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

/** The third number of operator 0 is false in these steps. */
async function falseAt(right: Evidence, ...steps: readonly number[]): Promise<Evidence> {
	let evidence = right;
	for (const step of steps) evidence = await falsified(evidence, 0, 2, 1, step);
	return evidence;
}

describe("a carried state is what the last step left, and in the first step the input that it names", () => {
	test.each([
		["the only step", 1, undefined, [0]],
		["the first step", 3, undefined, [0]],
		["a later step", 3, undefined, [1]],
		["the last step", 3, undefined, [2]],
		["the first step, in segments", 5, 2, [0, 1]],
		["the first step of a segment", 5, 2, [2, 3]],
		["a later step of a segment", 5, 2, [3]],
		["the only step of the last segment", 5, 2, [4]],
	] as const)("%s", async (_, steps, segment, faults) => {
		const [step] = faults;
		const program = programOf(steps, segment);
		validateProgram(program);
		const right = await realEvidence(program, inputs);
		const wrong = await falseAt(right, ...faults);
		const driver = new ProofDriver(chain, parameters);
		const claim = await driver.claim(wrong);
		const { id, plan } = await driver.searchFor(claim, right, wrong);
		expect(plan).toMatchObject({ step, operator: 0, element: 2 });
		const good = await driver.prove(wrong, id, plan);
		const refused = (tensors: typeof good.tensors) =>
			driver.try(driver.challenger, { type: "settle", dispute: id, settlement: { ...good, tensors } });
		// the state of this step, not of the last one
		const { trace } = wrong;
		const paths = ownPaths(wrong.commitment.header, trace);
		const opened = (at: number, stepPath: readonly Hex[]) => ({
			operand: 0,
			root: trace.operators[at][1].root,
			path: trace.stepTrees[at].path(1),
			stepPath,
		});
		const others = [opened(step, paths.step(step))];
		if (segment !== undefined) {
			// what the segment before was bound to, the checkpoint after, and the last step as one of this segment
			others.push(...trace.segmentTrees.map((_, i) => opened(Math.min(2 * i + 1, 4), paths.checkpoint(i))));
			if (step > 0) others.push(opened(step - 1, paths.step(step - 1)), opened(step - 1, paths.step(step)));
		}
		for (const other of others.filter((shown) => JSON.stringify(shown) !== JSON.stringify(good.tensors[0]))) {
			expect(["WrongTensor", "WrongPathLength"]).toContain(await refused([other, ...good.tensors.slice(1)]));
		}
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
