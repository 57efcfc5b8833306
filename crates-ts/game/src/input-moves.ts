import { type Hex, TAG, type Width } from "@umpire/commitment/constants.ts";
import { elementsInLeaf } from "@umpire/commitment/leaf.ts";
import type { Arbiter } from "./arbiter.ts";
import { GameError } from "./errors.ts";
import {
	answeredAt,
	answerKey,
	answerTime,
	CHUNK_LEVEL,
	chunkCount,
	chunkLeaves,
	openDemands,
	questionOf,
	requireDemand,
	requireOpenDemand,
} from "./input-demands.ts";
import type {
	AnswerInputMove,
	CollectAnsweredMove,
	DemandInputMove,
	ReclaimInputMove,
	TimeoutInputMove,
} from "./move.ts";
import { credit, forfeit, receive, reject, requireBond, requireLive } from "./patch.ts";
import { follow, gather } from "./paths.ts";
import { CLAIM_STATUS, type GameState, type InputDemand } from "./state.ts";

type Sent<T> = T & { readonly sender: Hex };
const MOST_ELEMENTS = 2 ** 48 - 1;
const MOST_CROWDING = 2 ** 31 - 1;

export function demandInput(
	state: GameState,
	move: Sent<DemandInputMove>,
	now: number,
	arbiter: Arbiter,
): GameState {
	const c = requireLive(state, move.claim);
	const { challengePeriod, demandBond, crowding } = state.parameters;
	const end = c.claimedAt + challengePeriod;
	if (now >= end) throw new GameError("ChallengePeriodOver", move.claim, now, end);
	requireBond(move.value, demandBond);
	const { header } = questionOf(state, move.claim);
	const { input, chunk } = move;
	const { elements, width } = arbiter.inputShape(header, move.operator, move.opening, input);
	if (elements === 0 || elements > MOST_ELEMENTS) {
		throw new GameError("TensorTooLarge", elements, MOST_ELEMENTS);
	}
	const chunks = chunkCount(elements, width as Width);
	if (chunk >= chunks) throw new GameError("ChunkOutOfRange", chunk, chunks);
	const added: InputDemand = {
		demander: move.sender,
		claim: move.claim,
		demandedAt: now,
		crowding: Math.min(crowding * openDemands(state, move.claim), MOST_CROWDING),
		input,
		elements,
		width,
		chunk,
		open: true,
	};
	const answered = answeredAt(state, added);
	if (answered !== 0) throw new GameError("AlreadyAnswered", input, chunk, answered);
	const key = answerKey(state, added);
	if (state.inputDemands.some((d) => d.claim === move.claim && answerKey(state, d) === key)) {
		throw new GameError("AlreadyDemanded", move.claim, input, chunk);
	}
	return receive({ ...state, inputDemands: [...state.inputDemands, added] }, "court", move.value);
}

export function answerInput(
	state: GameState,
	move: AnswerInputMove,
	now: number,
	arbiter: Arbiter,
): GameState {
	const d = requireDemand(state, move.demand);
	requireUnanswered(state, d);
	const { header, inputsRoot } = questionOf(state, d.claim);
	const tensor = tensorRoot(d, move, arbiter);
	const root = follow(tensor, d.input, header.inputCount, move.inputPath, TAG.inputs);
	if (root !== inputsRoot) throw new GameError("WrongInputs", root, inputsRoot);
	const answer = { time: now, words: move.words };
	const inputAnswers = new Map(state.inputAnswers).set(answerKey(state, d), answer);
	return paySubmitter({ ...state, inputAnswers }, move.demand);
}

export function collectAnswered(state: GameState, move: CollectAnsweredMove): GameState {
	const d = requireDemand(state, move.demand);
	if (answeredAt(state, d) === 0) throw new GameError("NotAnswered", move.demand);
	return paySubmitter(state, move.demand);
}

export function timeoutInput(state: GameState, move: TimeoutInputMove, now: number): GameState {
	const d = requireDemand(state, move.demand);
	requireUnanswered(state, d);
	const used = now - d.demandedAt;
	const allowed = answerTime(state, d);
	if (used <= allowed) throw new GameError("DemandNotTimedOut", move.demand, used, allowed);
	const { demandBond } = state.parameters;
	const paid = credit(close(state, move.demand), "court", d.demander, demandBond);
	return reject(paid, d.claim, d.demander, now);
}

export function reclaimInput(state: GameState, move: ReclaimInputMove): GameState {
	const d = requireOpenDemand(state, move.demand);
	const { status } = state.claims[d.claim - 1];
	if (status !== CLAIM_STATUS.rejected) {
		throw new GameError("WrongClaimStatus", d.claim, status, CLAIM_STATUS.rejected);
	}
	return credit(close(state, move.demand), "court", d.demander, state.parameters.demandBond);
}

function requireUnanswered(state: GameState, d: InputDemand): void {
	const answered = answeredAt(state, d);
	if (answered !== 0) throw new GameError("AlreadyAnswered", d.input, d.chunk, answered);
}

/** The chunk is known: the bond is the submitter's, less the burned part. */
function paySubmitter(state: GameState, id: number): GameState {
	const { submitter } = state.claims[state.inputDemands[id - 1].claim - 1];
	return forfeit(close(state, id), "court", state.parameters.demandBond, submitter);
}

function close(state: GameState, id: number): GameState {
	const { inputDemands } = state;
	return { ...state, inputDemands: inputDemands.with(id - 1, { ...inputDemands[id - 1], open: false }) };
}

/** The root of the input's tensor that a chunk and its path lead to. */
function tensorRoot(d: InputDemand, { words, path }: AnswerInputMove, arbiter: Arbiter): Hex {
	const width = d.width as Width;
	const { start, size } = chunkLeaves(d);
	if (words.length !== size) throw new GameError("WrongChunk", words.length, size);
	const nodes = words.map((leaf, i) =>
		arbiter.leafNode(width, elementsInLeaf(start + i, d.elements, width), leaf),
	);
	const node = gather(nodes, 0, TAG.tensor);
	return follow(node, d.chunk, chunkCount(d.elements, width), path, TAG.tensor, CHUNK_LEVEL);
}
