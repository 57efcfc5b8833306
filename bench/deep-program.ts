import type { Evidence } from "@umpire/actors/evidence.ts";
import { LEAF_ELEMENTS, TAG, type Width } from "@umpire/commitment/constants.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { commitTensor, type TensorCommitment } from "@umpire/commitment/tensor.ts";
import type { Operator, Program, TensorSpec } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";

const WIDTH = 32;

const specOf = (elements: number, width: Width): TensorSpec => ({
	shape: [elements],
	layout: [0],
	width,
	low: -(2 ** (width - 1)) + 1,
	high: 2 ** (width - 1) - 1,
	scale: 1,
});

/** A program of `count` operators in a row on tensors of `elements` numbers (a leaf of them by default), each of which adds 1 to what the one before yields, so that no two agree. */
export function deepProgram(count: number, elements = LEAF_ELEMENTS[WIDTH], width: Width = WIDTH): Program {
	const spec = specOf(elements, width);
	const operators = Array.from({ length: count }, (_, i): Operator => {
		const before =
			i === 0 ? ({ source: "input", index: 0 } as const) : ({ source: "operator", index: i - 1 } as const);
		return {
			...spec,
			kind: "Add",
			form: { type: "linear", coefficients: [1] },
			operands: [before],
			// ⌊(2(a + 1) + 1) / 2⌋ = a + 1
			rescale: { axes: [], rows: [{ bias: 1n, multiplier: 2, shift: 1 }] },
			node: `add_${i}`,
			opType: "Add",
		};
	});
	return {
		name: `${count} additions`,
		steps: 1,
		inputs: [{ ...spec, name: "x" }],
		constants: [],
		operators,
		outputs: [{ name: "y", operator: count - 1 }],
	};
}

/** Its committed trace for the input 0, computed here: what onnxruntime would need for so many nodes is not the matter. */
export async function deepEvidence(
	count: number,
	elements = LEAF_ELEMENTS[WIDTH],
	width: Width = WIDTH,
): Promise<Evidence> {
	const program = deepProgram(count, elements, width);
	const commitment = await commitProgram(program);
	const tensor = (value: number) => commitTensor(emptyElements(width, elements).fill(value), width, count);
	const input = await tensor(0);
	const operators: TensorCommitment[] = [];
	for (let i = 0; i < count; i++) operators.push(await tensor(i + 1));
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
