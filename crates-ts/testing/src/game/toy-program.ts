import { type Hex, TAG, type Width } from "@umpire/commitment/constants.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { commitTensorWith, type TensorCommitment } from "@umpire/commitment/tensor.ts";
import { inputAnswer } from "@umpire/game/input-answer.ts";
import { chunkCount } from "@umpire/game/input-demands.ts";
import {
	type AnswerInputMove,
	type ClaimMove,
	type DescriptorOpening,
	NO_ROW,
	type OutputOpening,
	type PartEvidence,
	type Settlement,
} from "@umpire/game/move.ts";
import type { InputDemand, Position } from "@umpire/game/state.ts";
import type { TraceView } from "@umpire/game/trace-view.ts";
import { descriptorHash, encodeDescriptor } from "@umpire/operators/descriptor.ts";
import { partCount } from "@umpire/operators/parts.ts";
import {
	type Coordinate,
	type Descriptor,
	KIND,
	type Operand,
	type ProgramHeader,
	SOURCE,
} from "@umpire/operators/program.ts";
import { programRoot } from "@umpire/operators/program-commitment.ts";
import { segmentCount, segmentLength, segmentOf, stepsFrom } from "@umpire/operators/segments.ts";

const poseidon = await loadPoseidon();

/** The inputs of every toy program, one of each width: no operator depends on them, but they can be demanded. */
export const TOY_INPUTS: readonly TensorCommitment[] = ([8, 16, 32] as const).map((width, i) => {
	const data = emptyElements(width, [1400, 200, 590][i]);
	for (let at = 0; at < data.length; at++) data[at] = (at % 100) - 50;
	return commitTensorWith(poseidon, data, width);
});
/** All that can be demanded of them: input and chunk. */
export const TOY_CHUNKS = TOY_INPUTS.flatMap((tensor, input) =>
	Array.from(
		{ length: chunkCount(tensor.elements.length, tensor.width) },
		(_, chunk) => [input, chunk] as const,
	),
);
export const TOY_INPUT_TREE = MerkleTree.of(
	TOY_INPUTS.map(({ root }) => root),
	TAG.inputs,
);

/** An operator of a toy program; `parts` > 1 makes it a Max over 4·parts reads. */
export interface ToyOperator {
	readonly width: Width;
	readonly elements: number;
	readonly outside: number;
	readonly parts: number;
	/** how many times a Max reads its input: each is one operand more in its descriptor */
	readonly operands?: number;
	/** the input that it reads, if that is not the one of its width */
	readonly input?: number;
	/** what it says of the length of its input, if that is not true */
	readonly inputElements?: number;
	/** it reads the input as the first value of a state */
	readonly state?: boolean;
}

/**
 * A program whose operators read out of bounds only: every value is known without operands, so that
 * disputes are settled by the contract's own arbiter without any proof. All else is as in any program.
 */
export class ToyProgram {
	readonly descriptors: readonly Descriptor[];
	readonly header: ProgramHeader;
	readonly root: Hex;
	readonly inputsRoot: Hex = TOY_INPUT_TREE.root;
	readonly steps: number;
	readonly #tree: MerkleTree;
	readonly #openings: DescriptorOpening[] = [];

	constructor(
		operators: readonly ToyOperator[],
		steps: number,
		outputOperator: number,
		lazy = false,
		segment = 0,
	) {
		// the same operator many times over is described and hashed once
		const known = new Map([...new Set(operators)].map((operator) => [operator, toyDescriptor(operator)]));
		this.descriptors = operators.map((operator) => known.get(operator)!);
		const hashes = new Map([...known.values()].map((descriptor) => [descriptor, descriptorHash(descriptor)]));
		this.#tree = MerkleTree.of(
			this.descriptors.map((descriptor) => hashes.get(descriptor)!),
			TAG.descriptors,
		);
		this.steps = steps;
		const output = this.descriptors[outputOperator];
		this.header = {
			operatorsRoot: this.#tree.root,
			constantsRoot: wordHex(0n),
			operatorCount: operators.length,
			constantCount: 0,
			inputCount: TOY_INPUTS.length,
			steps,
			outputOperator,
			outputElements: output.elements,
			outputWidth: output.width,
			lazy,
			segment,
			signature: wordHex(1n),
			outputMantissa: 1,
			outputExponent: 0,
		};
		this.root = programRoot(this.header);
	}

	opening(operator: number): DescriptorOpening {
		this.#openings[operator] ??= {
			descriptor: encodeDescriptor(this.descriptors[operator]),
			path: this.#tree.path(operator),
		};
		return this.#openings[operator];
	}

	/** The right value of every element of an operator. */
	value(operator: number): number {
		const d = this.descriptors[operator];
		return d.kind === KIND.Max ? -(2 ** (d.width - 1)) : d.operands[0].outside;
	}
}

function toyDescriptor({
	width,
	elements,
	outside,
	parts,
	operands = 1,
	input = TOY_INPUTS.findIndex((tensor) => tensor.width === width),
	inputElements,
	state = false,
}: ToyOperator): Descriptor {
	const several = parts > 1;
	const length = inputElements ?? TOY_INPUTS[input].elements.length;
	const never: Coordinate = {
		base: -1,
		coefficients: several ? [0, 0] : [0],
		divisor: 1,
		modulus: 0,
		size: 1,
		stride: 0,
	};
	return {
		kind: several ? KIND.Max : KIND.View,
		width,
		elements,
		outputRadix: [elements],
		reductionRadix: several ? [(4 * parts) / operands] : [],
		operands: new Array<Operand>(operands).fill({
			source: state ? SOURCE.state : SOURCE.input,
			index: state ? 0 : input,
			initial: state ? input : 0,
			width,
			elements: length,
			outside,
			coordinates: [never],
		}),
		constants: [],
		low: -(2 ** (width - 1)),
		high: 2 ** (width - 1) - 1,
		rowsRoot: wordHex(0n),
		rowCount: 0,
		row: { base: 0, coefficients: [], divisor: 1, modulus: 0, size: 0, stride: 0 },
	};
}

/** One wrong element: `by` is added to its value, modulo the width. */
export interface Fault {
	readonly step: number;
	readonly operator: number;
	readonly element: number;
	readonly by: number;
}

/** A trace of a toy program, right but for the given faults. */
export class ToyTrace implements TraceView {
	readonly program: ToyProgram;
	readonly tensors: readonly (readonly TensorCommitment[])[];
	readonly stepTrees: readonly MerkleTree[];
	/** by segment: the tree of its steps; one of all steps if the program has no segments */
	readonly segmentTrees: readonly MerkleTree[];
	/** what a claim carries: the tree of checkpoints, or that of all steps */
	readonly tree: MerkleTree;

	constructor(program: ToyProgram, faults: readonly Fault[] = []) {
		this.program = program;
		const right = new Map<Descriptor, TensorCommitment>();
		this.tensors = Array.from({ length: program.steps }, (_, step) =>
			program.descriptors.map((descriptor, operator) => {
				const own = faults.filter((fault) => fault.step === step && fault.operator === operator);
				const known = own.length === 0 ? right.get(descriptor) : undefined;
				if (known !== undefined) return known;
				const { width, elements } = descriptor;
				const data = emptyElements(width, elements).fill(program.value(operator));
				for (const fault of own) data[fault.element] += fault.by;
				const tensor = commitTensorWith(poseidon, data, width);
				if (own.length === 0) right.set(descriptor, tensor);
				return tensor;
			}),
		);
		this.stepTrees = this.tensors.map((tensors) =>
			MerkleTree.of(
				tensors.map(({ root }) => root),
				TAG.operators,
			),
		);
		const { header } = program;
		const roots = this.stepTrees.map(({ root }) => root);
		this.segmentTrees = Array.from({ length: segmentCount(header) }, (_, segment) => {
			const first = segment * segmentLength(header);
			return MerkleTree.of(roots.slice(first, first + stepsFrom(header, first)), TAG.steps);
		});
		this.tree = header.segment === 0 ? this.segmentTrees[0] : this.#checkpoints();
	}

	get root(): Hex {
		return this.tree.root;
	}

	children(at: Position, childLevel: number): readonly Hex[] {
		return this.#treeAt(at).descendants(at.start, at.level, childLevel);
	}

	words(step: number, operator: number, leaf: number): readonly bigint[] {
		return this.tensors[step][operator].words(leaf);
	}

	descriptor(operator: number): DescriptorOpening {
		return this.program.opening(operator);
	}

	row(): typeof NO_ROW {
		return NO_ROW;
	}

	partCount(operator: number, element: number): number {
		return partCount(this.program.descriptors[operator], element);
	}

	/** Right up to the last, which leads to the value that the trace states. */
	partials(step: number, operator: number, element: number): readonly bigint[] {
		const partials = new Array<bigint>(this.partCount(operator, element));
		partials.fill(BigInt(this.program.value(operator)));
		return partials.with(-1, BigInt(this.tensors[step][operator].elements[element]));
	}

	binding(segment = 0) {
		const { header } = this.program;
		const first = segment * segmentLength(header);
		const last = stepsFrom(header, first) - 1;
		const tree = this.segmentTrees[segment];
		const step = this.stepTrees[first + last];
		return {
			segment,
			traceRoot: tree.root,
			lastStep: step.root,
			stepPath: tree.path(last),
			claimPath: header.lazy ? step.path(header.outputOperator) : this.tree.path(segment),
		};
	}

	/** The path of a step to the root of its segment. */
	stepPath(step: number): readonly Hex[] {
		const { header } = this.program;
		return this.segmentTrees[segmentOf(header, step)].path(step % segmentLength(header));
	}

	/** What a claim of this trace states: of a lazy program the output alone. */
	claim(): Pick<ClaimMove, "traceRoot" | "opening"> {
		const opening = this.output();
		if (!this.program.header.lazy) return { traceRoot: this.root, opening };
		return { traceRoot: wordHex(0n), opening: { ...opening, operatorPath: [], stepPath: [] } };
	}

	/** Opens the output under the trace root. */
	output(): OutputOpening {
		const { outputOperator } = this.program.header;
		const last = this.program.steps - 1;
		const tensor = this.tensors[last][outputOperator];
		return {
			root: tensor.root,
			operatorPath: this.stepTrees[last].path(outputOperator),
			stepPath: this.tree.path(this.tree.count - 1),
			words: tensor.leafCount === 1 ? tensor.words(0) : [0n, 0n, 0n, 0n, 0n],
		};
	}

	/** The last steps of all segments. */
	#checkpoints(): MerkleTree {
		const { header } = this.program;
		const lasts = this.segmentTrees.map((_, segment) => {
			const first = segment * segmentLength(header);
			return this.stepTrees[first + stepsFrom(header, first) - 1].root;
		});
		return MerkleTree.of(lasts, TAG.checkpoints);
	}

	#treeAt(at: Position): MerkleTree {
		if (at.tree === TAG.checkpoints) return this.tree;
		if (at.tree === TAG.steps) return this.segmentTrees[segmentOf(this.program.header, at.step)];
		return at.tree === TAG.operators ? this.stepTrees[at.step] : this.tensors[at.step][at.operator].tree;
	}
}

/** Of a part without reads. */
export const NO_EVIDENCE: PartEvidence = { leaves: [], values: [], proof: new Array<bigint>(8).fill(0n) };

/** A settlement of an element without reads: nothing is opened, nothing is proved. */
export function settlementOf(
	operator: DescriptorOpening,
	words: readonly bigint[],
	element: number,
	part: number,
	partials: readonly bigint[],
	parts = 1,
): Settlement {
	return {
		operator,
		words,
		element,
		part,
		row: NO_ROW,
		partials,
		tensors: [],
		evidence: Array.from({ length: parts }, () => NO_EVIDENCE),
	};
}

/** The right answer to a demand for a chunk of the toy inputs. */
export function toyAnswer(demand: number, d: InputDemand): AnswerInputMove {
	const view = { inputs: TOY_INPUTS, inputTree: TOY_INPUT_TREE };
	return inputAnswer(demand, d, view);
}
