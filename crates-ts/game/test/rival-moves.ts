import { type Hex, LEAF_ELEMENTS, type Tag, type Width } from "@umpire/commitment/constants.ts";
import { elementsInLeaf } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { arbiter, OTHER, SUBMITTER } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, type ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { entryAt } from "../src/challenger.ts";
import type { Action } from "../src/move.ts";
import { gather } from "../src/paths.ts";
import {
	childPosition,
	demanded,
	isCheckpoint,
	isLeaf,
	passSingles,
	rootPosition,
	segmentPosition,
} from "../src/search.ts";
import { type Dispute, type GameState, openingKey, PHASE, type Position } from "../src/state.ts";
import { challengeEntry, isBoundIn, type Scenario, traceOf, viewOf } from "./scenario.ts";

export interface RivalMove {
	readonly sender: Hex;
	readonly action: Action;
}

/**
 * All that the dishonest side can do in a state. Anything else is refused or publishes what nobody asks for:
 * a node has one preimage, a leaf one list of words. Of partial results it may bend each by one, and it may
 * name every child, every element of a leaf that differs in a way (its first two), and settle every part.
 */
export function rivalMoves(scenario: Scenario, state: GameState): RivalMove[] {
	const { honest, rivals } = scenario;
	const claimed = traceOf(scenario, state);
	const moves: RivalMove[] = [];
	for (const { action, isIn } of publications(scenario, claimed, state)) {
		if (!isIn(state)) moves.push({ sender: OTHER, action });
	}
	const mine = state.disputes.filter(({ challenger }) => challenger === OTHER).length;
	if (mine < rivals) {
		const value = state.parameters.challengerBond;
		moves.push({
			sender: OTHER,
			action: { type: "challenge", value, claim: 1, entry: challengeEntry(state, claimed) },
		});
	}
	for (let chunk = 0; chunk < scenario.demands; chunk++) {
		const opening = claimed.descriptor(0);
		const value = state.parameters.demandBond;
		const action: Action = { type: "demandInput", value, claim: 1, input: 0, chunk, operator: 0, opening };
		moves.push({ sender: OTHER, action });
	}
	for (const demand of state.inputDemands.keys()) {
		moves.push({ sender: OTHER, action: { type: "timeoutInput", demand: demand + 1 } });
	}
	moves.push({ sender: OTHER, action: { type: "finalise", claim: 1 } });
	if (honest === "challenger") moves.push(...bindings(scenario, state));
	for (const [index, d] of state.disputes.entries()) {
		if (d.phase === PHASE.closed) continue;
		const id = index + 1;
		moves.push({ sender: OTHER, action: { type: "timeout", dispute: id } });
		if (honest === "challenger" && d.phase === PHASE.partials && d.partialsAt === 0) {
			moves.push(...partialsOf(claimed, d, id));
		}
		if (d.challenger !== OTHER || viewOf(state, id, claimed).publishedAt === 0) continue;
		for (const action of challengerMoves(claimed, state, d, id)) moves.push({ sender: OTHER, action });
	}
	return moves;
}

interface Publication {
	readonly action: Action;
	readonly isIn: (state: GameState) => boolean;
}

const known = new WeakMap<ToyTrace, Map<string, readonly Publication[]>>();

/** The traces that a dishonest submitter may bind its claim to; what leads to another claim is refused. */
function bindings({ bindings: traces = [], right }: Scenario, state: GameState): RivalMove[] {
	if (traces.length === 0) return [];
	const isBound = isBoundIn(state, right);
	return right.segmentTrees.flatMap((_, segment): RivalMove[] => {
		if (isBound(segment)) return [];
		return [...traces, right].map((trace) => ({
			sender: SUBMITTER,
			action: { type: "bindTrace", claim: 1, ...trace.binding(segment) },
		}));
	});
}

/** Everything of the claimed trace that a dispute can demand; once published, it is published. */
function publications({ honest }: Scenario, claimed: ToyTrace, state: GameState): readonly Publication[] {
	if (honest === "submitter") return [];
	const { depth, window } = state.parameters;
	const key = `${depth} ${window}`;
	const cached = known.get(claimed) ?? new Map<string, readonly Publication[]>();
	known.set(claimed, cached);
	const found = cached.get(key) ?? publicationsBelow(claimed, { depth, window });
	cached.set(key, found);
	return found;
}

function publicationsBelow(claimed: ToyTrace, levels: { depth: number; window: number }): Publication[] {
	const { header } = claimed.program;
	const found: Publication[] = [];
	const visit = (from: Position): void => {
		const below = isCheckpoint(from) ? segmentPosition(header, from.start) : from;
		const at = passSingles(below, header, (operator) => claimed.program.descriptors[operator]);
		if (isLeaf(at)) {
			const width = at.width as Width;
			const count = elementsInLeaf(at.start, at.elements, width);
			const words = claimed.words(at.step, at.operator, at.start);
			const node = arbiter.leafNode(width, count, words);
			found.push({
				action: { type: "publishLeaf", width, count, words },
				isIn: ({ leaves }) => leaves.has(node),
			});
			return;
		}
		const { childLevel, children } = demanded(at, header, levels);
		const nodes = claimed.children(at, childLevel);
		const key = openingKey(gather(nodes, childLevel, at.tree), at.tree, childLevel, children);
		found.push({
			action: { type: "open", tree: at.tree, childLevel, children: nodes },
			isIn: ({ openings }) => openings.has(key),
		});
		for (let i = 0; i < children; i++) visit(childPosition(at, i, header, levels));
	};
	visit(rootPosition(header));
	return found;
}

function partialsOf(claimed: ToyTrace, d: Dispute, id: number): RivalMove[] {
	const right = claimed.partials(d.step, d.operator, d.element);
	const words = claimed.words(d.step, d.operator, d.start);
	const bent = [right, ...right.slice(0, -1).map((value, i) => right.with(i, value + 1n))];
	return bent.map((partials) => ({
		sender: SUBMITTER,
		action: {
			type: "publishPartials",
			dispute: id,
			partials,
			operator: claimed.descriptor(d.operator),
			row: claimed.row(),
			words,
		},
	}));
}

function challengerMoves(claimed: ToyTrace, state: GameState, d: Dispute, id: number): Action[] {
	const { header } = claimed.program;
	const view = { header, isBound: isBoundIn(state, claimed) };
	if (d.phase === PHASE.root) return [{ type: "enter", dispute: id, entry: entryAt(d, view, claimed) }];
	const operator = claimed.descriptor(d.operator);
	if (d.phase === PHASE.search) {
		const { childLevel, children } = demanded(d, header, state.parameters);
		const nodes = claimed.children(d, childLevel);
		return Array.from({ length: children }, (_, index): Action => {
			const entry = entryAt(childPosition(d, index, header, state.parameters), view, claimed);
			const path = MerkleTree.of(nodes, d.tree as Tag, childLevel).path(index);
			return { type: "descend", dispute: id, index, child: nodes[index], path, entry };
		});
	}
	const first = d.start * LEAF_ELEMENTS[d.width as Width];
	const words = claimed.words(d.step, d.operator, d.start);
	if (d.phase === PHASE.partials) {
		return d.partials.map((_, part) => {
			const settlement = settlementOf(operator, words, d.element, part, d.partials);
			return { type: "settle", dispute: id, settlement };
		});
	}
	const count = Math.min(2, elementsInLeaf(d.start, d.elements, d.width as Width));
	return Array.from({ length: count }, (_, i) => first + i).flatMap((element): Action[] => {
		const parts = claimed.partCount(d.operator, element);
		const settlement = settlementOf(operator, words, element, 0, [], parts);
		const settle: Action = { type: "settle", dispute: id, settlement };
		return parts === 1 ? [settle] : [settle, { type: "name", dispute: id, element, operator }];
	});
}
