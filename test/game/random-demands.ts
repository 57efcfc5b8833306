import { wordHex } from "@umpire/commitment/hex.ts";
import { answeredAt } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import type { GameState } from "@umpire/game/state.ts";
import { toyAnswer } from "@umpire/testing/game/toy-program.ts";
import type { Traces, Turn } from "./random-turn.ts";

/** BN254's scalar field: a word and its sum with this have one digest. */
const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** A demand for one of a few chunks, so that some are demanded twice and of several claims. */
export function demandOf({ a, b, bad }: Turn, state: GameState, { right: { program } }: Traces): Action {
	const operator = a % program.descriptors.length;
	const { index } = program.descriptors[operator].operands[0];
	return {
		type: "demandInput",
		value: state.parameters.demandBond + (bad && b % 5 === 1 ? 1n : 0n),
		claim: bad && b % 5 === 2 ? a % 9 : 1 + (b % (state.claims.length || 1)),
		input: bad && b % 5 === 3 ? index + 1 : index,
		chunk: bad && b % 5 === 4 ? a : a % 4 === 0 ? 1 : 0,
		operator: bad && b % 5 === 0 ? operator + 1 : operator,
		opening: program.opening(operator),
	};
}

/** The number of a demand: mostly of an open one, to collect of one that was answered for another claim. */
export function demandIn({ kind, a, bad }: Turn, state: GameState): number | undefined {
	const { inputDemands } = state;
	const fits = inputDemands.flatMap((d, i) => (d.open ? [i + 1] : []));
	const answered = fits.filter((id) => answeredAt(state, inputDemands[id - 1]) !== 0);
	const chosen = kind === "collectAnswered" && answered.length > 0 ? answered : fits;
	if (bad) return a % (inputDemands.length + 2);
	return chosen.length === 0 ? undefined : chosen[a % chosen.length];
}

/** An answer to a demand, wrong in some way if the turn is bad. */
export function answerOf(turn: Turn, state: GameState): Action | undefined {
	const { b, bad } = turn;
	const demand = demandIn(turn, state);
	if (demand === undefined) return undefined;
	const d = state.inputDemands[demand - 1];
	if (d === undefined) return { type: "answerInput", demand, words: [], path: [], inputPath: [] };
	const right = toyAnswer(demand, d);
	if (!bad) return right;
	const { words, path, inputPath } = right;
	switch (b % 5) {
		case 0:
			return { ...right, words: words.slice(1) };
		case 1:
			return { ...right, words: words.with(0, words[0].with(0, words[0][0] ^ 1n)) };
		case 2:
			return { ...right, words: words.with(0, words[0].with(0, words[0][0] + FIELD)) };
		case 3:
			return { ...right, path: [...path, wordHex(0n)] };
		default:
			return { ...right, inputPath: inputPath.slice(1) };
	}
}

/** A move about a demand, if there is one. */
export function onDemand(
	type: "collectAnswered" | "timeoutInput" | "reclaimInput",
	demand: number | undefined,
): Action | undefined {
	return demand === undefined ? undefined : { type, demand };
}
