import type { Elements } from "@umpire/commitment/elements.ts";
import { type TensorCommitment, toLogical } from "@umpire/commitment/tensor.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { segmentCount, segmentLength, stepsFrom } from "@umpire/operators/segments.ts";
import type { ProgramSession, Start } from "./executable.ts";
import { commitInputs, commitSteps, inputTreeOf, type Trace } from "./trace.ts";
import { checkpointTrees, segmentTrees } from "./trace-trees.ts";

/** Two sessions of one program: a quick one, and one that records every operator. */
export interface SessionPair {
	readonly quick: Pick<ProgramSession, "program" | "steps">;
	readonly recording: Pick<ProgramSession, "steps">;
}

/**
 * Runs a program in segments and commits the last step of each: what a claim carries. The trace has no other steps, so
 * that its memory grows with the segments, not with the steps; `recordSegment` adds those of a segment.
 *
 * @param inputs in logical order
 */
export async function recordCheckpoints(
	sessions: SessionPair,
	commitment: ProgramCommitment,
	inputs: readonly Elements[],
): Promise<Trace> {
	const { program } = sessions.quick;
	return checkpointTrace(program, commitment, inputs, lastSteps(sessions, commitment, inputs));
}

/**
 * The same from what every operator computed in the last steps of all segments, in logical order.
 *
 * @throws RangeError if there are more or fewer of them
 */
export async function checkpointTrace(
	program: Program,
	commitment: ProgramCommitment,
	inputs: readonly Elements[],
	recorded: AsyncIterable<readonly Elements[]> | Iterable<readonly Elements[]>,
): Promise<Trace> {
	const { header } = commitment;
	const committed = await commitInputs(program, inputs);
	const operators = new Array<TensorCommitment[]>(program.steps);
	let last: readonly Elements[] = [];
	let count = 0;
	for await (last of recorded) {
		const step = Math.min(++count * segmentLength(header), program.steps) - 1;
		[operators[step]] = await commitSteps(program, commitment, committed, [last]);
	}
	if (count !== segmentCount(header)) throw new RangeError(`There are ${count} checkpoints`);
	const inputTree = inputTreeOf(committed);
	return {
		inputs: committed,
		inputTree,
		inputsRoot: inputTree.root,
		operators,
		...checkpointTrees(header, operators),
		outputs: program.outputs.map(({ operator }) => last[operator]),
	};
}

async function* lastSteps(
	{ quick, recording }: SessionPair,
	{ header }: ProgramCommitment,
	inputs: readonly Elements[],
): AsyncGenerator<readonly Elements[]> {
	const { program } = quick;
	let from: Start | undefined;
	for (let first = 0; first < header.steps; first += segmentLength(header)) {
		const last = first + stepsFrom(header, first) - 1;
		if (last > first) from = await advance(quick, inputs, from, last - first);
		for await (const { operators = notRecorded() } of recording.steps(inputs, from)) {
			yield operators;
			from = { step: last + 1, states: statesOf(program, (operator) => operators[operator]) };
			break;
		}
	}
}

/**
 * The same trace with all steps of one segment, computed anew from the checkpoint before it.
 *
 * @throws RangeError if they do not lead to the segment's checkpoint: the session is not the one that recorded it
 */
export async function recordSegment(
	{ quick: { program }, recording }: SessionPair,
	commitment: ProgramCommitment,
	inputs: readonly Elements[],
	trace: Trace,
	segment: number,
): Promise<Trace> {
	const { header } = commitment;
	const first = segment * segmentLength(header);
	const count = stepsFrom(header, first);
	const before = trace.operators[first - 1];
	const states = (operator: number): Elements => {
		const { shape, layout } = program.operators[operator];
		return toLogical(before[operator].elements, shape, layout);
	};
	const from = first === 0 ? undefined : { step: first, states: statesOf(program, states) };
	const recorded: Elements[][] = [];
	for await (const { operators = notRecorded() } of recording.steps(inputs, from)) {
		recorded.push(operators);
		if (recorded.length === count) break;
	}
	const steps = await commitSteps(program, commitment, trace.inputs, recorded, before);
	const operators = [...trace.operators];
	for (const [i, tensors] of steps.entries()) operators[first + i] = tensors;
	const trees = segmentTrees(header, trace, operators, segment);
	if (trees.stepRoots[first + count - 1] !== trace.stepRoots[first + count - 1]) {
		throw new RangeError(`The steps of segment ${segment} do not lead to its checkpoint`);
	}
	return { ...trace, operators, ...trees };
}

/** Runs `count` steps and keeps what they leave. */
async function advance(
	session: SessionPair["quick"],
	inputs: readonly Elements[],
	from: Start | undefined,
	count: number,
): Promise<Start> {
	let done = 0;
	for await (const { state } of session.steps(inputs, from)) {
		if (++done < count) continue;
		return { step: (from?.step ?? 0) + count, states: statesOf(session.program, state) };
	}
	throw new RangeError(`The program has no ${count} steps more`);
}

/** What the carried operators computed. */
function statesOf(program: Program, of: (operator: number) => Elements): ReadonlyMap<number, Elements> {
	const carried = program.operators.flatMap(({ operands }) =>
		operands.flatMap((ref) => (ref.source === "state" ? [ref.index] : [])),
	);
	return new Map([...new Set(carried)].map((operator) => [operator, of(operator)]));
}

function notRecorded(): never {
	throw new Error('open the session with record: "trace" to record a trace');
}
