import type { Published } from "@umpire/chain/published-children.ts";
import { hasRunOut, lastSecond, turnOf } from "@umpire/game/clock.ts";
import { boundTrace, publishedAt } from "@umpire/game/dispute.ts";
import { demanded } from "@umpire/game/search.ts";
import { CLAIM_STATUS, type GameState, openingKey, PHASE, type Side } from "@umpire/game/state.ts";
import type { DisputeView } from "@umpire/game/trace-view.ts";

/** An open dispute of a live claim: what the strategies see, and whose turn it is. */
export interface OpenDispute {
	readonly view: DisputeView;
	readonly side: Side;
	/** Whether the side to move can be timed out. */
	readonly expired: boolean;
	/** The last second at which it cannot. */
	readonly until: number;
	/** Names the demand; what answers it is sent once. */
	readonly key: string;
}

/**
 * The dispute with a number; undefined if it is over or its claim decided.
 *
 * @param now the chain's time in seconds
 */
export function openDispute(
	state: GameState,
	id: number,
	now: bigint,
	published: Published,
): OpenDispute | undefined {
	const dispute = state.disputes[id - 1];
	const claim = state.claims[dispute.claim - 1];
	if (dispute.phase === PHASE.closed || claim?.status !== CLAIM_STATUS.live) return undefined;
	const header = state.programs.get(state.requests[claim.request - 1].program)!;
	const since = publishedAt(state, dispute);
	const turn = turnOf(dispute, since, state.parameters);
	const isBound = (segment: number): boolean => boundTrace(claim, header, segment) !== undefined;
	const base = { id, dispute, header, parameters: state.parameters, publishedAt: since, isBound };
	const { phase, node, demandedAt } = dispute;
	let children: DisputeView["children"];
	if (phase === PHASE.search) {
		const asked = demanded(dispute, header, state.parameters);
		children = published(openingKey(node, dispute.tree, asked.childLevel, asked.children));
	}
	const words = state.leaves.get(node)?.words;
	return {
		view: {
			...base,
			...(children === undefined ? {} : { children }),
			...(words === undefined ? {} : { words }),
		},
		side: turn.side,
		expired: hasRunOut(turn, Number(now)),
		until: lastSecond(turn),
		key: `${id}:${phase}:${node}:${demandedAt}`,
	};
}
