import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { elementsInLeaf } from "@umpire/commitment/leaf.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import type { Action } from "@umpire/game/move.ts";
import { demanded } from "@umpire/game/search.ts";
import { CLAIM_STATUS, PHASE, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { entryOf } from "@umpire/testing/game/game-driver.ts";
import fc from "fast-check";
import { settlementMove } from "./honest-party.ts";
import { moveOf, timeOf } from "./random-moves.ts";
import { arbitraryTurn, type Traces, type Turn } from "./random-turn.ts";

/** What an attacker does next. */
export interface Attack {
	readonly time: number;
	readonly sender: Hex;
	readonly action: Action;
}

/** What attackers know and who they are; nobody else moves in their name. */
export interface Attackers {
	readonly driver: ChainDriver;
	/** the false traces first, as theirs, and the right one among the others */
	readonly traces: Traces;
	/** requester, submitter, and two or more challengers; the honest party's account is not theirs */
	readonly people: readonly Hex[];
	readonly honest: Hex;
	readonly past: readonly { readonly sender: Hex; readonly action: Action }[];
}

type Strategy = (attackers: Attackers, turn: Turn) => Attack | undefined;

/** How dishonest parties play, by name. */
export const STRATEGIES = {
	/** does nothing but wait for the others' clocks */
	silent: ({ driver, people }, turn) => {
		const { disputes } = driver.game.state;
		const dispute = 1 + (turn.a % (disputes.length || 1));
		const time = driver.game.now + turn.wait * 3;
		return { time, sender: people[turn.who], action: { type: "timeout", dispute } };
	},
	random: (attackers, turn) => random(attackers, turn),
	/** plays its false trace, each move in the last second for it */
	"last second": (attackers, turn) => ofTheirs(attackers, turn, lastSecond),
	/** plays its false trace at once */
	"false trace": (attackers, turn) => ofTheirs(attackers, turn, () => attackers.driver.game.now + 1),
	/** tries to end disputes around the last second of whoever is to move */
	"early timeout": ({ driver, people }, turn) => {
		const open = openDisputes(driver);
		if (open.length === 0) return undefined;
		const dispute = open[turn.a % open.length];
		const time = lastSecond(turnIn(driver, dispute)) + (turn.b % 3) - 1;
		return { time, sender: people[turn.who], action: { type: "timeout", dispute } };
	},
	/** opens the demanded nodes as those of other traces, or in another shape */
	"wrong openings": (attackers, turn) => wrongOpening(attackers, turn),
	/** publishes other words where words are demanded, and the right ones as a leaf of another count or width */
	"wrong leaves": (attackers, turn) => wrongLeaf(attackers, turn),
	/** makes moves that were made before once more, also in others' names */
	replay: ({ driver, people, past }, turn) => {
		if (past.length === 0) return undefined;
		const { sender, action } = past[turn.a % past.length];
		const time = driver.game.now + turn.wait;
		return { time, sender: turn.bad || !people.includes(sender) ? people[turn.who] : sender, action };
	},
	/** challenges again and again, from all accounts, also the submitter's own */
	"many identities": ({ driver, people, traces }, turn) => {
		const { claims, parameters } = driver.game.state;
		const sender = people[turn.a % people.length];
		const entry = entryOf(traces.right);
		const claim = 1 + (turn.b % (claims.length || 1));
		const action = { type: "challenge", value: parameters.challengerBond, claim, entry } as const;
		return { time: driver.game.now + 1, sender, action };
	},
} as const satisfies Record<string, Strategy>;

export type StrategyName = keyof typeof STRATEGIES;
export const STRATEGY_NAMES = Object.keys(STRATEGIES) as StrategyName[];

/** What attackers do, one after the other: a strategy and a turn for it. */
export const arbitraryAttacks = fc.subarray(STRATEGY_NAMES, { minLength: 1, maxLength: 4 }).chain((names) =>
	fc.array(fc.record({ strategy: fc.constantFrom(...names), turn: arbitraryTurn }), {
		minLength: 10,
		maxLength: 60,
	}),
);

/** What a strategy does in the game as it is; undefined if there is nothing to do for it. */
export function attackOf(name: StrategyName, attackers: Attackers, turn: Turn): Attack | undefined {
	const attack = STRATEGIES[name](attackers, turn);
	return attack?.sender === attackers.honest ? undefined : attack;
}

function openDisputes({ game: { state } }: ChainDriver): number[] {
	return state.disputes.flatMap(({ phase, claim }, i) =>
		phase !== PHASE.closed && state.claims[claim - 1].status === CLAIM_STATUS.live ? [i + 1] : [],
	);
}

function turnIn({ game: { state } }: ChainDriver, id: number) {
	const dispute = state.disputes[id - 1];
	return turnOf(dispute, publishedAt(state, dispute), state.parameters);
}

function random({ driver, traces, people }: Attackers, turn: Turn): Attack | undefined {
	const time = timeOf(turn, driver.game);
	const move = moveOf(turn, driver.game, traces, people);
	return move === undefined ? undefined : { time, ...move };
}

/** The move of the side that is theirs to make, as if their false trace were right. */
function ofTheirs(
	{ driver, traces, honest }: Attackers,
	turn: Turn,
	when: (turn: ReturnType<typeof turnIn>) => number,
): Attack | undefined {
	const { claims, disputes } = driver.game.state;
	const open = openDisputes(driver);
	if (open.length === 0) return undefined;
	// mostly the oldest, so that some disputes get far
	const id = open[turn.b % 4 === 0 ? turn.a % open.length : 0];
	const { claim, challenger } = disputes[id - 1];
	const clock = turnIn(driver, id);
	const sender = clock.side === SIDE.submitter ? claims[claim - 1].submitter : challenger;
	if (sender === honest) return undefined;
	const { right: theirs } = traces;
	const view = driver.game.view(id);
	const move = honestSubmitter(view, theirs) ?? honestChallenger(view, theirs);
	if (move === null) return undefined;
	const action = move.type === "prove" ? settlementMove(driver, id, theirs, move) : move;
	return { time: when(clock), sender, action };
}

function wrongOpening({ driver, people, traces }: Attackers, turn: Turn): Attack | undefined {
	const { disputes } = driver.game.state;
	const open = openDisputes(driver).filter((id) => disputes[id - 1].phase === PHASE.search);
	if (open.length === 0) return undefined;
	const view = driver.game.view(open[turn.a % open.length]);
	const d = view.dispute;
	const { childLevel } = demanded(d, view.header, view.parameters);
	const theirs = traces.right.children(d, childLevel);
	const children = [theirs, theirs.slice(1), [...theirs, theirs[0]], theirs.toReversed()][turn.b % 4];
	const tree = turn.bad ? 1 + (d.tree % TAG.steps) : d.tree;
	const action = {
		type: "open",
		tree,
		childLevel: turn.bad ? childLevel + 1 : childLevel,
		children,
	} as const;
	return { time: driver.game.now + turn.wait, sender: people[turn.who], action };
}

function wrongLeaf({ driver, people, traces }: Attackers, turn: Turn): Attack | undefined {
	const { disputes } = driver.game.state;
	const open = openDisputes(driver);
	if (open.length === 0) return undefined;
	const found = open.map((id) => disputes[id - 1]).find(({ phase }) => phase === PHASE.leaf);
	// before any leaf is demanded, one of the first operator
	const { step, operator, start } = found ?? { step: 0, operator: 0, start: 0 };
	const { elements, width } = traces.right.program.descriptors[operator];
	const count = elementsInLeaf(start, elements, width);
	const trace = turn.b % 2 === 0 ? traces.right : traces.wrong[0];
	const words = trace.words(step, operator, start);
	const action: Action = {
		type: "publishLeaf",
		width: turn.b % 3 === 1 ? (width === 8 ? 16 : 8) : width,
		count: turn.b % 3 === 2 ? count + 1 : count,
		words: turn.bad ? words.with(0, words[0] ^ 1n) : words,
	};
	return { time: driver.game.now + turn.wait, sender: people[turn.who], action };
}
