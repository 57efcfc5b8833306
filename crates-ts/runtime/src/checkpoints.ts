import type { Elements } from "@umpire/commitment/elements.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import { commitTensor, type TensorCommitment, toLogical, toPhysical } from "@umpire/commitment/tensor.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { segmentCount, segmentLength, stepsFrom } from "@umpire/operators/segments.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import type { ProgramSession, Start } from "./executable.ts";
import { commitInputs, commitSteps, inputTreeOf, type Trace } from "./trace.ts";
import { checkpointTrees, segmentTrees, stepTreeOf } from "./trace-trees.ts";

/** Two sessions of one program: a quick one, and one that records every operator. */
export interface SessionPair {
	readonly quick: Pick<ProgramSession, "program" | "steps">;
	readonly recording: Pick<ProgramSession, "steps">;
}

/**
 * Runs a program in segments and commits the last step of each: what a claim carries. The trace has no other steps, so
 * that its memory grows with the segments, not with the steps; `recordSegment` and `recordTensor` add what a dispute is about.
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

/** Leaves that are hashed together: enough for all threads, and what steps hold is let go of soon. */
const BATCH_LEAVES = 4096;

/**
 * The same trace with the trees of all steps of one segment, computed anew from the checkpoint before it. The tensors
 * of its steps are hashed and forgotten, so that the memory is not the segment's; `recordTensor` adds one of them.
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
	const from = startOf(program, trace, first);
	const leavesOfStep = program.operators.reduce(
		(sum, { shape, width }) => sum + leafCount(elementCount(shape), width),
		0,
	);
	const most = Math.max(1, Math.floor(BATCH_LEAVES / leavesOfStep));
	const stepTrees = [...trace.stepTrees];
	let before = trace.operators[first - 1];
	let step = first;
	let recorded: Elements[][] = [];
	for await (const { operators = notRecorded() } of recording.steps(inputs, from)) {
		recorded.push(operators);
		const isLast = step + recorded.length === first + count;
		if (recorded.length < most && !isLast) continue;
		const steps = await commitSteps(program, commitment, trace.inputs, recorded, before);
		for (const tensors of steps) stepTrees[step++] = stepTreeOf(tensors);
		before = steps[steps.length - 1];
		recorded = [];
		if (isLast) break;
	}
	if (stepTrees[step - 1].root !== trace.stepRoots[first + count - 1]) {
		throw new RangeError(`The steps of segment ${segment} do not lead to its checkpoint`);
	}
	return { ...trace, ...segmentTrees(header, trace, stepTrees, segment) };
}

/** One operator's tensor of one step. */
export interface TensorPlace {
	readonly step: number;
	readonly operator: number;
}

/**
 * The same trace with one tensor and those that it is computed from, computed anew from the last step before them whose
 * tensors there are. Nothing else is hashed or kept, so that it takes little more than the run of at most a segment.
 *
 * @param trace with the trees of the tensor's segment (`recordSegment`), unless it is of a checkpoint
 * @throws RangeError if a tensor is not the one that the trace's trees are of
 */
export async function recordTensor(
	{ quick, recording }: SessionPair,
	inputs: readonly Elements[],
	trace: Trace,
	{ step, operator }: TensorPlace,
): Promise<Trace> {
	const { program } = quick;
	const wanted = readBy(program, { step, operator }).filter((at) => !isThere(trace, at));
	if (wanted.length === 0) return trace;
	const first = Math.min(...wanted.map((at) => at.step));
	let known = first - 1;
	while (known >= 0 && !isWhole(program, trace, known)) known -= 1;
	let from = startOf(program, trace, known + 1);
	if (first > known + 1) from = await advance(quick, inputs, from, first - known - 1);
	const operators = [...trace.operators];
	let at = first;
	for await (const { operators: recorded = notRecorded() } of recording.steps(inputs, from)) {
		const tensors = [...(operators[at] ?? [])];
		for (const { operator: index } of wanted.filter((one) => one.step === at)) {
			const { shape, layout, width, node } = program.operators[index];
			tensors[index] = await commitTensor(toPhysical(recorded[index], shape, layout), width);
			if (tensors[index].root !== trace.stepTrees[at]?.node(0, index)) {
				throw new RangeError(`Operator ${index} (${node}) of step ${at} is not the one that the trace has`);
			}
		}
		operators[at] = tensors;
		if (++at > step) break;
	}
	return { ...trace, operators };
}

/** A tensor, and what of this step and of the one before it is computed from. */
function readBy(program: Program, place: TensorPlace): TensorPlace[] {
	const { step } = place;
	const operands = program.operators[place.operator].operands.flatMap(({ source, index }): TensorPlace[] => {
		if (source === "operator") return [{ step, operator: index }];
		return source === "state" && step > 0 ? [{ step: step - 1, operator: index }] : [];
	});
	return [place, ...operands];
}

const isThere = ({ operators }: Trace, { step, operator }: TensorPlace): boolean =>
	operators[step]?.[operator] !== undefined;

const isWhole = (program: Program, { operators }: Trace, step: number): boolean =>
	program.operators.every((_, index) => operators[step]?.[index] !== undefined);

/** Where a run goes on after a step whose tensors there are; from the beginning if `step` is the first. */
function startOf(program: Program, trace: Trace, step: number): Start | undefined {
	if (step === 0) return undefined;
	const tensors = trace.operators[step - 1];
	const states = statesOf(program, (operator) => {
		const { shape, layout } = program.operators[operator];
		return toLogical(tensors[operator].elements, shape, layout);
	});
	return { step, states };
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
