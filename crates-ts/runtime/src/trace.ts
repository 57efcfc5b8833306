import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { sameElements, widthOf } from "@umpire/commitment/elements.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { commitTensor, type TensorCommitment, toPhysical } from "@umpire/commitment/tensor.ts";
import type { Elements, Operator, Program, TensorRef, TensorSpec } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import type { ProgramSession } from "./executable.ts";
import { type TraceTrees, traceTrees } from "./trace-trees.ts";

/** A run with the commitments of everything it read and computed (docs/protocol.md section 1). */
export interface Trace extends TraceTrees {
	readonly inputs: readonly TensorCommitment[];
	/** Tree over the inputs' roots (tag 6). */
	readonly inputTree: MerkleTree;
	readonly inputsRoot: Hex;
	/**
	 * operators[step][index], elements in physical order. Of a program in segments there may be the last steps of all
	 * segments only, and single tensors (checkpoints.ts). Then `stepTrees`, `stepRoots` and `segmentTrees` have the last
	 * steps, and whole segments.
	 */
	readonly operators: readonly (readonly TensorCommitment[])[];
	/** The program's outputs after the last step, in logical order. */
	readonly outputs: readonly Elements[];
}

export interface TraceOptions {
	/** Called after each operator with the number of tensors committed and how many there are. */
	readonly progress?: (done: number, total: number) => void;
}

/**
 * Runs a program and commits the output of every operator. Hashing takes about 0.1 ms per leaf
 * (155 elements of 8 bits, 75 of 16), far longer than the run.
 *
 *     const session = await openSession(program, { record: "trace" });
 *     const { traceRoot } = await recordTrace(session, await commitProgram(program), inputs);
 *
 * @param inputs in logical order
 * @throws Error if the session does not record the trace
 */
export async function recordTrace(
	session: Pick<ProgramSession, "program" | "run">,
	commitment: ProgramCommitment,
	inputs: readonly Elements[],
	options: TraceOptions = {},
): Promise<Trace> {
	const { program } = session;
	const { outputs, operators: recorded } = await session.run(inputs);
	if (recorded === undefined) throw new Error('open the session with record: "trace" to record a trace');
	const committedInputs = await commitInputs(program, inputs);
	const count = program.operators.length;
	const perStep = Array.from({ length: program.steps }, (_, step) =>
		recorded.slice(step * count, (step + 1) * count),
	);
	const { progress } = options;
	const steps = await commitSteps(program, commitment, committedInputs, perStep, undefined, progress);
	const inputTree = inputTreeOf(committedInputs);
	return {
		inputs: committedInputs,
		inputTree,
		inputsRoot: inputTree.root,
		operators: steps,
		...traceTrees(commitment.header, steps),
		outputs,
	};
}

/**
 * Commits what every operator computed, step by step.
 *
 * @param recorded consecutive steps, every operator's tensor in logical order
 * @param before the tensors of the step before; without them the first step's states are the inputs, or hashed anew
 */
export async function commitSteps(
	program: Program,
	commitment: ProgramCommitment,
	inputs: readonly TensorCommitment[],
	recorded: readonly (readonly Elements[])[],
	before?: readonly TensorCommitment[],
	progress?: TraceOptions["progress"],
): Promise<TensorCommitment[][]> {
	const all = recorded.flat();
	const leaves = all.reduce((sum, elements) => sum + leafCount(elements.length, widthOf(elements)), 0);
	let done = 0;
	// All at once: while threads hash one tensor, this one packs the next.
	const pending: Promise<TensorCommitment>[][] = [];
	for (const [step, tensorsOfStep] of recorded.entries()) {
		const tensors: Promise<TensorCommitment>[] = [];
		const find = (ref: TensorRef): TensorCommitment | Promise<TensorCommitment> => {
			switch (ref.source) {
				case "constant":
					return commitment.constants[ref.index];
				case "input":
					return inputs[ref.index];
				case "operator":
					return tensors[ref.index];
				case "state":
					return step === 0 ? (before?.[ref.index] ?? inputs[ref.initial]) : pending[step - 1][ref.index];
			}
		};
		const commit = async (operator: Operator, logical: Elements): Promise<TensorCommitment> => {
			const physical = physicalOf(logical, operator);
			const known = await shared(operator, physical, find);
			const tensor = known ?? (await commitTensor(physical, operator.width, leaves));
			progress?.(++done, all.length);
			return tensor;
		};
		for (const [index, operator] of program.operators.entries()) {
			tensors.push(commit(operator, tensorsOfStep[index]));
		}
		pending.push(tensors);
	}
	return Promise.all(pending.map((tensors) => Promise.all(tensors)));
}

/** Commits a program's inputs; `inputsRoot` of a request is the root of `inputTreeOf` these. */
export async function commitInputs(
	program: Program,
	inputs: readonly Elements[],
): Promise<TensorCommitment[]> {
	const result: TensorCommitment[] = [];
	for (const [index, spec] of program.inputs.entries()) {
		result.push(await commitTensor(physicalOf(inputs[index], spec), spec.width));
	}
	return result;
}

/** The tree of inputs (tag 6). */
export const inputTreeOf = (inputs: readonly TensorCommitment[]): MerkleTree =>
	inputs.length === 0
		? NO_INPUTS
		: MerkleTree.of(
				inputs.map(({ root }) => root),
				TAG.inputs,
			);

/** A program without inputs has inputsRoot 0 (protocol section 1). */
const NO_INPUTS = new MerkleTree(new Uint8Array(32), TAG.inputs);

const physicalOf = (logical: Elements, spec: TensorSpec): Elements =>
	toPhysical(logical, spec.shape, spec.layout);

/** A View that keeps its operand's physical order has the same leaves: they are not hashed twice. */
async function shared(
	operator: Operator,
	physical: Elements,
	find: (ref: TensorRef) => TensorCommitment | Promise<TensorCommitment>,
): Promise<TensorCommitment | undefined> {
	if (operator.kind !== "View") return undefined;
	const operands = await Promise.all(operator.operands.map(find));
	return operands.find(({ width, elements }) => {
		return width === operator.width && sameElements(elements, physical);
	});
}
