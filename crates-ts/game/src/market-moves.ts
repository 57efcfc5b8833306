import { type Hex, TAG, type Width } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import type { Arbiter } from "./arbiter.ts";
import { isUnbound } from "./dispute.ts";
import { GameError } from "./errors.ts";
import { challengeEnd, NEVER } from "./input-demands.ts";
import type {
	BindTraceMove,
	ClaimMove,
	FinaliseMove,
	OutputOpening,
	RefundMove,
	RegisterMove,
	RequestMove,
} from "./move.ts";
import { credit, requireBond, requireLive, requireRequest, withClaim, withRequest } from "./patch.ts";
import { follow } from "./paths.ts";
import { CLAIM_STATUS, type GameState } from "./state.ts";

type Sent<T> = T & { readonly sender: Hex };
const LATEST = 2 ** 32 - 1;
const MOST_FEE = 2n ** 96n - 1n;
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
	if (move.deadline <= now || move.deadline > LATEST) {
		throw new GameError("InvalidDeadline", move.deadline, now + 1, LATEST);
	}
	if (move.value > MOST_FEE) throw new GameError("FeeTooLarge", move.value, MOST_FEE);
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
		consumer: move.consumer,
		fee: move.value,
	};
	return { ...state, requests: [...state.requests, added], balance: state.balance + move.value };
}

export function claim(state: GameState, move: Sent<ClaimMove>, now: number, arbiter: Arbiter): GameState {
	const r = requireRequest(state, move.request);
	requireUnanswered(r, move.request);
	if (now > r.deadline) throw new GameError("RequestExpired", move.request, now, r.deadline);
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
	};
	const claims = [...state.claims, added];
	const next = { ...state, claims, balance: state.balance + move.value };
	return withRequest(next, move.request, { liveClaim: claims.length });
}

export function bindTrace(state: GameState, move: Sent<BindTraceMove>, now: number): GameState {
	const c = requireLive(state, move.claim);
	if (move.sender !== c.submitter) throw new GameError("NotTheSubmitter", move.sender, c.submitter);
	const header = state.programs.get(state.requests[c.request - 1].program)!;
	if (!isUnbound(c, header)) throw new GameError("TraceKnown", move.claim, c.traceRoot);
	requireOutput(header, c.outputRoot, move, move.traceRoot);
	return withClaim(state, move.claim, { traceRoot: move.traceRoot, boundAt: now });
}

export function finalise(state: GameState, move: FinaliseMove, now: number): GameState {
	const c = requireLive(state, move.claim);
	const end = challengeEnd(state, move.claim);
	if (end === NEVER) throw new GameError("DemandsOpen", move.claim);
	if (now < end) throw new GameError("ChallengePeriodOpen", move.claim, now, end);
	if (c.openDisputes !== 0) throw new GameError("DisputesOpen", move.claim, c.openDisputes);
	const { fee } = state.requests[c.request - 1];
	let next = withClaim(state, move.claim, { status: CLAIM_STATUS.final });
	next = withRequest(next, c.request, { closed: true });
	return credit(next, c.submitter, fee + state.parameters.submitterBond);
}

export function refund(state: GameState, move: RefundMove, now: number): GameState {
	const r = requireRequest(state, move.request);
	requireUnanswered(r, move.request);
	if (now <= r.deadline) throw new GameError("RequestNotExpired", move.request, now, r.deadline);
	return credit(withRequest(state, move.request, { closed: true }), r.requester, r.fee);
}

export function withdraw(state: GameState, sender: Hex): GameState {
	const amount = state.owed.get(sender) ?? 0n;
	if (amount === 0n) throw new GameError("NothingToWithdraw", sender);
	return { ...state, owed: new Map(state.owed).set(sender, 0n), balance: state.balance - amount };
}

type OutputPaths = Pick<OutputOpening, "operatorPath" | "stepPath">;

const hasPaths = ({ operatorPath, stepPath }: OutputPaths): boolean =>
	operatorPath.length + stepPath.length !== 0;

/** Checks that the output's tensor root lies under the trace root. */
function requireOutput(
	{ outputOperator, operatorCount, steps }: ProgramHeader,
	output: Hex,
	{ operatorPath, stepPath }: OutputPaths,
	traceRoot: Hex,
): void {
	const step = follow(output, outputOperator, operatorCount, operatorPath, TAG.operators);
	const root = follow(step, steps - 1, steps, stepPath, TAG.steps);
	if (root !== traceRoot) throw new GameError("WrongTraceRoot", root, traceRoot);
}

function requireUnanswered(r: GameState["requests"][number], id: number): void {
	if (r.closed) throw new GameError("RequestClosed", id);
	if (r.liveClaim !== 0) throw new GameError("AlreadyClaimed", id, r.liveClaim);
}
