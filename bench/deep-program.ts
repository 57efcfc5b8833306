import type { Evidence } from "@umpire/actors/evidence.ts";
import { LEAF_ELEMENTS, TAG } from "@umpire/commitment/constants.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { commitTensor } from "@umpire/commitment/tensor.ts";
import type { Operator, Program, TensorSpec } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";

const WIDTH = 32;
const SPEC: TensorSpec = {
	shape: [LEAF_ELEMENTS[WIDTH]],
	layout: [0],
	width: WIDTH,
	low: -(2 ** 31) + 1,
	high: 2 ** 31 - 1,
	scale: 1,
};
const ONES = new Int32Array(LEAF_ELEMENTS[WIDTH]).fill(1);

/** A program of `count` operators in a row, each of which adds 1 to what the one before yields, so that no two agree. */
export function deepProgram(count: number): Program {
	const operators = Array.from({ length: count }, (_, i): Operator => {
		const before =
			i === 0 ? ({ source: "input", index: 0 } as const) : ({ source: "operator", index: i - 1 } as const);
		return {
			...SPEC,
			kind: "Add",
			form: { type: "linear", coefficients: [1, 1] },
			operands: [before, { source: "constant", index: 0 }],
			// ⌊(2a + 1) / 2⌋ = a
			rescale: { axes: [], rows: [{ bias: 0n, multiplier: 2, shift: 1 }] },
			node: `add_${i}`,
			opType: "Add",
		};
	});
	return {
		name: `${count} additions`,
		steps: 1,
		inputs: [{ ...SPEC, name: "x" }],
		constants: [{ ...SPEC, name: "ones", data: ONES }],
		operators,
		outputs: [{ name: "y", operator: count - 1 }],
	};
}

/** Its committed trace for the input 0, computed here: what onnxruntime would need for so many nodes is not the matter. */
export async function deepEvidence(count: number): Promise<Evidence> {
	const program = deepProgram(count);
	const commitment = await commitProgram(program);
	const tensor = (value: number) =>
		commitTensor(new Int32Array(LEAF_ELEMENTS[WIDTH]).fill(value), WIDTH, count);
	const input = await tensor(0);
	const operators = await Promise.all(program.operators.map((_, i) => tensor(i + 1)));
	const inputTree = MerkleTree.of([input.root], TAG.inputs);
	const stepTree = MerkleTree.of(
		operators.map(({ root }) => root),
		TAG.operators,
	);
	const traceTree = MerkleTree.of([stepTree.root], TAG.steps);
	const trace = {
		inputs: [input],
		inputTree,
		inputsRoot: inputTree.root,
		operators: [operators],
		stepTrees: [stepTree],
		stepRoots: [stepTree.root],
		segmentTrees: [traceTree],
		traceTree,
		traceRoot: traceTree.root,
		outputs: [operators[count - 1].elements],
	};
	return { program, commitment, trace };
}
