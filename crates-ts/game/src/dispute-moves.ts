import { type Hex, LEAF_ELEMENTS, MAX_PARTS, TAG, type Width } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { elementsInLeaf } from "@umpire/commitment/leaf.ts";
import type { Arbiter } from "./arbiter.ts";
import { charge } from "./clock.ts";
import { boundTrace, crowdingNow, headerOf, requirePhase, requireTurn, requireWords } from "./dispute.ts";
import { GameError } from "./errors.ts";
import { challengeEnd } from "./input-demands.ts";
import type {
	ChallengeMove,
	DescendMove,
	DescriptorOpening,
	EnterMove,
	NameMove,
	OpenMove,
	PublishLeafMove,
	PublishPartialsMove,
} from "./move.ts";
import { receive, requireBond, requireLive, withClaim, withDispute } from "./patch.ts";
import { follow, gather } from "./paths.ts";
import {
	childPosition,
	demanded,
	isCheckpoint,
	isLeaf,
	passSingles,
	rootPosition,
	segmentPosition,
} from "./search.ts";
import { type Dispute, type GameState, openingKey, PHASE, type Position, SIDE } from "./state.ts";

type Sent<T> = T & { readonly sender: Hex };
const MOST_ELEMENTS = 2 ** 48 - 1;
/** Where a dispute stands before its search begins: its fields are all 0. */
const NOWHERE: Position = { tree: 0, step: 0, operator: 0, start: 0, level: 0, elements: 0, width: 0 };
const NO_NODE = wordHex(0n);

export function challenge(
	state: GameState,
	move: Sent<ChallengeMove>,
	now: number,
	arbiter: Arbiter,
): GameState {
	const c = requireLive(state, move.claim);
	const end = challengeEnd(state, move.claim);
	if (now >= end) throw new GameError("ChallengePeriodOver", move.claim, now, end);
	requireBond(move.value, state.parameters.challengerBond);
	let next = withClaim(state, move.claim, { openDisputes: c.openDisputes + 1 });
	const { reserve } = state.parameters;
	const added: Dispute = {
		...NOWHERE,
		challenger: move.sender,
		claim: move.claim,
		phase: PHASE.search,
		demandedAt: now,
		node: NO_NODE,
		submitterReserve: reserve,
		challengerReserve: reserve,
		crowding: 0,
		element: 0,
		parts: 0,
		partialsAt: 0,
		partials: [],
	};
	next = receive({ ...next, disputes: [...state.disputes, added] }, "court", move.value);
	const at = rootPosition(headerOf(state, move.claim));
	return demand(next, next.disputes.length, at, c.traceRoot, move.entry, now, arbiter);
}

export function enter(state: GameState, move: Sent<EnterMove>, now: number, arbiter: Arbiter): GameState {
	const d = requirePhase(state, move.dispute, PHASE.root);
	const published = requireTurn(state, move.dispute, d, move.sender);
	const charged = withDispute(state, move.dispute, charge(d, published, now, state.parameters));
	return demand(charged, move.dispute, position(d), d.node, move.entry, now, arbiter);
}

export function open(state: GameState, move: OpenMove, now: number): GameState {
	const isTrace = move.tree >= TAG.tensor && move.tree <= TAG.steps;
	if (!isTrace && move.tree !== TAG.checkpoints) throw new GameError("WrongTree", move.tree);
	if (move.childLevel > 63) throw new GameError("LevelTooHigh", move.childLevel, 63);
	const most = 2 ** Math.max(state.parameters.depth, state.parameters.window);
	const count = move.children.length;
	if (count < 2 || count > most) throw new GameError("WrongChildCount", count, most);
	const node = gather(move.children, move.childLevel, move.tree);
	const key = openingKey(node, move.tree, move.childLevel, count);
	if (state.openings.has(key)) return state;
	return { ...state, openings: new Map(state.openings).set(key, now) };
}

export function descend(state: GameState, move: Sent<DescendMove>, now: number, arbiter: Arbiter): GameState {
	const d = requirePhase(state, move.dispute, PHASE.search);
	const published = requireTurn(state, move.dispute, d, move.sender);
	const header = headerOf(state, d.claim);
	const { childLevel, children } = demanded(d, header, state.parameters);
	if (move.index >= children) throw new GameError("ChildOutOfRange", move.index, children);
	const node = follow(move.child, move.index, children, move.path, d.tree, childLevel);
	if (node !== d.node) throw new GameError("WrongChild", node, d.node);
	const at = childPosition(position(d), move.index, header, state.parameters);
	const charged = withDispute(state, move.dispute, charge(d, published, now, state.parameters));
	return demand(charged, move.dispute, at, move.child, move.entry, now, arbiter);
}

export function publishLeaf(
	state: GameState,
	move: PublishLeafMove,
	now: number,
	arbiter: Arbiter,
): GameState {
	const node = arbiter.leafNode(move.width, move.count, move.words);
	if (state.leaves.has(node)) return state;
	const { width, count, words } = move;
	return { ...state, leaves: new Map(state.leaves).set(node, { time: now, width, count, words }) };
}

export function name(state: GameState, move: Sent<NameMove>, now: number, arbiter: Arbiter): GameState {
	const d = requirePhase(state, move.dispute, PHASE.leaf);
	const published = requireTurn(state, move.dispute, d, move.sender);
	const first = firstElement(d);
	const end = first + elementsInLeaf(d.start, d.elements, d.width as Width);
	if (move.element < first || move.element >= end) {
		throw new GameError("ElementOutOfLeaf", move.element, first, end);
	}
	const parts = arbiter.partCount(headerOf(state, d.claim), d.operator, move.operator, move.element);
	if (parts === 1) throw new GameError("OnePart", move.element);
	if (parts > MAX_PARTS) throw new GameError("TooManyParts", parts, MAX_PARTS);
	return withDispute(state, move.dispute, {
		...charge(d, published, now, state.parameters),
		phase: PHASE.partials,
		demandedAt: now,
		crowding: crowdingNow(state, d.claim),
		element: move.element,
		parts,
	});
}

export function publishPartials(
	state: GameState,
	move: Sent<PublishPartialsMove>,
	now: number,
	arbiter: Arbiter,
): GameState {
	const d = requirePhase(state, move.dispute, PHASE.partials);
	const { submitter } = requireLive(state, d.claim);
	if (move.sender !== submitter) throw new GameError("NotTheSubmitter", move.sender, submitter);
	if (d.partialsAt !== 0) throw new GameError("WrongTurn", move.dispute, SIDE.challenger, SIDE.submitter);
	if (move.partials.length !== d.parts) {
		throw new GameError("WrongPartialsCount", move.partials.length, d.parts);
	}
	requireWords(state, d, move.words);
	arbiter.checkPartials({
		header: headerOf(state, d.claim),
		operator: d.operator,
		opening: move.operator,
		row: move.row,
		words: move.words,
		first: firstElement(d),
		element: d.element,
		partials: move.partials,
	});
	return withDispute(state, move.dispute, { partialsAt: now, partials: move.partials });
}

/**
 * Demands what is below the subtree `from` with root `node`. Below a checkpoint is the trace that its segment was
 * bound to, or it is demanded that it be bound.
 */
function demand(
	state: GameState,
	id: number,
	from: Position,
	node: Hex,
	entry: DescriptorOpening,
	now: number,
	arbiter: Arbiter,
): GameState {
	const d = state.disputes[id - 1];
	const header = headerOf(state, d.claim);
	const bound = isCheckpoint(from) ? boundTrace(state.claims[d.claim - 1], header, from.start) : undefined;
	let enters = false;
	const below = bound === undefined ? from : segmentPosition(header, from.start);
	const at = passSingles(below, header, (operator) => {
		enters = true;
		const shape = arbiter.shape(header, operator, entry);
		if (shape.elements === 0 || shape.elements > MOST_ELEMENTS) {
			throw new GameError("TensorTooLarge", shape.elements, MOST_ELEMENTS);
		}
		return shape;
	});
	if (!enters && entry.descriptor !== "0x") throw new GameError("DescriptorNotNeeded");
	return withDispute(state, id, {
		...at,
		phase: isLeaf(at) ? PHASE.leaf : isCheckpoint(at) ? PHASE.root : PHASE.search,
		demandedAt: now,
		node: bound?.traceRoot ?? node,
		crowding: crowdingNow(state, d.claim),
	});
}

function position(d: Dispute): Position {
	const { tree, step, operator, start, level, elements, width } = d;
	return { tree, step, operator, start, level, elements, width };
}

function firstElement(d: Dispute): number {
	return d.start * LEAF_ELEMENTS[d.width as Width];
}
