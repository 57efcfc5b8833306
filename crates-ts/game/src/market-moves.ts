import { type Hex, TAG, type Width } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { segmentCount, segmentLength, stepsFrom } from "@umpire/operators/segments.ts";
import type { Arbiter } from "./arbiter.ts";
import { claimCommitment, NOBODY } from "./commitment.ts";
import { boundTrace } from "./dispute.ts";
import { GameError } from "./errors.ts";
import { challengeEnd, NEVER } from "./input-demands.ts";
import type {
	BindTraceMove,
	ClaimMove,
	CommitClaimMove,
	DeliverMove,
	FinaliseMove,
	OutputOpening,
	RefundMove,
	RegisterMove,
	RequestMove,
	StopRequestsMove,
} from "./move.ts";
import {
	credit,
	giveBack,
	receive,
	requireBond,
	requireLive,
	requireRequest,
	withClaim,
	withRequest,
} from "./patch.ts";
import { follow } from "./paths.ts";
import { CLAIM_STATUS, type GameState } from "./state.ts";

type Sent<T> = T & { readonly sender: Hex };
const LATEST = 2 ** 32 - 1;
const MOST_FEE = 2n ** 96n - 1n;
/** Seconds that a stop of requests lasts at most, and from its end to the next one at the least. */
export const LONGEST_STOP = 7 * 86_400;
export const REST_AFTER_STOP = 28 * 86_400;
const NO_TRACE = wordHex(0n);

export function register(state: GameState, move: RegisterMove, root: Hex): GameState {
	if (state.programs.has(root)) return state;
	const h = move.header;
	if (h.operatorCount === 0 || h.steps === 0 || h.outputElements === 0) {
		throw new GameError("EmptyProgram", h.operatorCount, h.steps, h.outputElements);
	}
	if (h.outputOperator >= h.operatorCount) {
		throw new GameError("OutputOutOfRange", h.outputOperator, h.operatorCount);
	}
	if (![8, 16, 32].includes(h.outputWidth)) throw new GameError("InvalidWidth", h.outputWidth);
	if ((h.constantCount === 0) !== /^0x0+$/.test(h.constantsRoot)) {
		throw new GameError("ConstantsMismatch", h.constantCount, h.constantsRoot);
	}
	return { ...state, programs: new Map(state.programs).set(root, h) };
}

export function request(state: GameState, move: Sent<RequestMove>, now: number): GameState {
	if (now < state.stoppedUntil) throw new GameError("Stopped", now, state.stoppedUntil);
	if (move.deadline <= now || move.deadline > LATEST) {
		throw new GameError("InvalidDeadline", move.deadline, now + 1, LATEST);
	}
	if (move.value > MOST_FEE) throw new GameError("FeeTooLarge", move.value, MOST_FEE);
	const { submitter = NOBODY, exclusiveUntil = 0, isSealed = false } = move;
	if (submitter !== NOBODY) {
		if (exclusiveUntil < now || exclusiveUntil > move.deadline) {
			throw new GameError("InvalidExclusivity", submitter, exclusiveUntil, now, move.deadline);
		}
		if (isSealed) throw new GameError("SealedExclusive");
	} else if (exclusiveUntil !== 0) {
		throw new GameError("InvalidExclusivity", NOBODY, exclusiveUntil, 0, 0);
	}
	const header = state.programs.get(move.program);
	if (header === undefined) throw new GameError("UnknownProgram", move.program);
	if ((header.inputCount === 0) !== (BigInt(move.inputsRoot) === 0n)) {
		throw new GameError("InputsMismatch", header.inputCount, move.inputsRoot);
	}
	const added = {
		program: move.program,
		inputsRoot: move.inputsRoot,
		requester: move.sender,
		deadline: move.deadline,
		liveClaim: 0,
		closed: false,
		isSealed,
		consumer: move.consumer,
		fee: move.value,
		submitter,
		exclusiveUntil,
	};
	return receive({ ...state, requests: [...state.requests, added] }, "market", move.value);
}

export function stopRequests(state: GameState, move: Sent<StopRequestsMove>, now: number): GameState {
	const { duration, sender } = move;
	if (sender !== state.guardian) throw new GameError("NotTheGuardian", sender, state.guardian);
	if (duration === 0 || duration > LONGEST_STOP) throw new GameError("InvalidStop", duration, LONGEST_STOP);
	const earliest = state.stoppedUntil === 0 ? 0 : state.stoppedUntil + REST_AFTER_STOP;
	if (now < earliest) throw new GameError("StoppedLately", now, earliest);
	return { ...state, stoppedUntil: now + duration };
}

export function commitClaim(state: GameState, { commitment }: CommitClaimMove, now: number): GameState {
	const before = state.commitments.get(commitment);
	if (before !== undefined && now <= before + state.parameters.challengePeriod) {
		throw new GameError("AlreadyCommitted", commitment);
	}
	return { ...state, commitments: new Map(state.commitments).set(commitment, now) };
}

export function claim(state: GameState, move: Sent<ClaimMove>, now: number, arbiter: Arbiter): GameState {
	const r = requireRequest(state, move.request);
	requireUnanswered(r, move.request);
	if (move.salt === undefined) {
		if (r.isSealed) throw new GameError("SealedRequest", move.request);
	} else requireCommitment(state, { ...move, salt: move.salt }, now);
	if (now > r.deadline) throw new GameError("RequestExpired", move.request, now, r.deadline);
	if (r.submitter !== NOBODY && move.sender !== r.submitter && now <= r.exclusiveUntil) {
		throw new GameError("ExclusiveRequest", move.request, move.sender, r.submitter, r.exclusiveUntil);
	}
	requireBond(move.value, state.parameters.submitterBond);
	const header = state.programs.get(r.program)!;
	const { root, words } = move.opening;
	if (!header.lazy) requireOutput(header, root, move.opening, move.traceRoot);
	else if (move.traceRoot !== NO_TRACE || hasPaths(move.opening)) throw new GameError("TraceNotNeeded");
	if (leafCount(header.outputElements, header.outputWidth as Width) === 1) {
		const node = arbiter.leafNode(header.outputWidth, header.outputElements, words);
		if (node !== root) throw new GameError("WrongLeaf", node, root);
	}
	const added = {
		traceRoot: move.traceRoot,
		outputRoot: root,
		submitter: move.sender,
		request: move.request,
		claimedAt: now,
		openDisputes: 0,
		status: CLAIM_STATUS.live,
		boundAt: 0,
		segments: new Map(),
		winner: NOBODY,
		endedAt: 0,
		delivered: false,
	};
	const claims = [...state.claims, added];
	const next = receive({ ...state, claims }, "market", move.value);
	return withRequest(next, move.request, { liveClaim: claims.length });
}

export function bindTrace(state: GameState, move: Sent<BindTraceMove>, now: number): GameState {
	const c = requireLive(state, move.claim);
	if (move.sender !== c.submitter) throw new GameError("NotTheSubmitter", move.sender, c.submitter);
	const header = state.programs.get(state.requests[c.request - 1].program)!;
	const { segment, lastStep, stepPath, claimPath, traceRoot } = move;
	if (!header.lazy && header.segment === 0) throw new GameError("TraceKnown", move.claim, c.traceRoot);
	const count = segmentCount(header);
	if (segment >= count) throw new GameError("SegmentOutOfRange", segment, count);
	const bound = boundTrace(c, header, segment);
	if (bound !== undefined) throw new GameError("TraceKnown", move.claim, bound.traceRoot);
	const steps = stepsFrom(header, segment * segmentLength(header));
	requireRoot(follow(lastStep, steps - 1, steps, stepPath, TAG.steps), traceRoot);
	// the other side of the last step: without it an honest trace could defend a false claim
	if (header.lazy) {
		const { outputOperator, operatorCount } = header;
		requireRoot(follow(c.outputRoot, outputOperator, operatorCount, claimPath, TAG.operators), lastStep);
		return withClaim(state, move.claim, { traceRoot, boundAt: now });
	}
	requireRoot(follow(lastStep, segment, count, claimPath, TAG.checkpoints), c.traceRoot);
	const segments = new Map(c.segments).set(segment, { boundAt: now, traceRoot });
	return withClaim(state, move.claim, { segments });
}

export function finalise(state: GameState, move: FinaliseMove, now: number): GameState {
	const c = requireLive(state, move.claim);
	const end = challengeEnd(state, move.claim);
	if (end === NEVER) throw new GameError("DemandsOpen", move.claim);
	if (now < end) throw new GameError("ChallengePeriodOpen", move.claim, now, end);
	if (c.openDisputes !== 0) throw new GameError("DisputesOpen", move.claim, c.openDisputes);
	const { fee } = state.requests[c.request - 1];
	let next = withClaim(state, move.claim, { status: CLAIM_STATUS.final, endedAt: now });
	next = withRequest(next, c.request, { closed: true });
	return credit(next, "market", c.submitter, fee + state.parameters.submitterBond);
}

export function refund(state: GameState, move: RefundMove, now: number): GameState {
	const r = requireRequest(state, move.request);
	requireUnanswered(r, move.request);
	if (now <= r.deadline) throw new GameError("RequestNotExpired", move.request, now, r.deadline);
	return giveBack(state, move.request);
}

export function deliver(state: GameState, move: DeliverMove): GameState {
	const c = state.claims[move.claim - 1];
	const status = c?.status ?? CLAIM_STATUS.none;
	if (c === undefined || status !== CLAIM_STATUS.rejected) {
		throw new GameError("WrongClaimStatus", move.claim, status, CLAIM_STATUS.rejected);
	}
	if (state.requests[c.request - 1].consumer === NOBODY) throw new GameError("NoConsumer", c.request);
	if (c.delivered) throw new GameError("AlreadyDelivered", move.claim);
	return withClaim(state, move.claim, { delivered: true });
}

type OutputPaths = Pick<OutputOpening, "operatorPath" | "stepPath">;

const hasPaths = ({ operatorPath, stepPath }: OutputPaths): boolean =>
	operatorPath.length + stepPath.length !== 0;

/** Checks that the output's tensor root lies under the claim's root: that of all steps, or of the checkpoints. */
function requireOutput(
	header: ProgramHeader,
	output: Hex,
	{ operatorPath, stepPath }: OutputPaths,
	traceRoot: Hex,
): void {
	const { outputOperator, operatorCount, steps } = header;
	const step = follow(output, outputOperator, operatorCount, operatorPath, TAG.operators);
	const count = header.segment === 0 ? steps : segmentCount(header);
	const tag = header.segment === 0 ? TAG.steps : TAG.checkpoints;
	requireRoot(follow(step, count - 1, count, stepPath, tag), traceRoot);
}

function requireRoot(root: Hex, expected: Hex): void {
	if (root !== expected) throw new GameError("WrongTraceRoot", root, expected);
}

function requireUnanswered(r: GameState["requests"][number], id: number): void {
	if (r.closed) throw new GameError("RequestClosed", id);
	if (r.liveClaim !== 0) throw new GameError("AlreadyClaimed", id, r.liveClaim);
}

/** The sender has committed to this claim, before this second and at most a challenge period ago. */
function requireCommitment(
	state: GameState,
	{ request: id, traceRoot, opening, sender, salt }: Sent<ClaimMove> & { readonly salt: Hex },
	now: number,
): void {
	const content = { request: id, traceRoot, outputRoot: opening.root, sender, salt };
	const commitment = claimCommitment(state.domain, content);
	const committedAt = state.commitments.get(commitment) ?? 0;
	const earliest = now - state.parameters.challengePeriod;
	if (committedAt === 0 || committedAt < earliest || committedAt >= now) {
		throw new GameError("WrongCommitment", commitment, committedAt, earliest);
	}
}
