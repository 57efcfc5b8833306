import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import type { Action } from "@umpire/game/move.ts";
import type { GameState } from "@umpire/game/state.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { zeroAddress } from "viem";
import type { JUNK } from "./moves.ts";

/** Roots that somebody may mistake for "nothing", and others. */
const rootOf = (number: number): Hex => wordHex(number % 4 === 3 ? 2n ** 256n - 1n : BigInt(number % 4));

/** A move that means nothing; undefined if there is nothing to make it on. */
export function junkAction(
	state: GameState,
	kind: (typeof JUNK)[number],
	number: number,
	time: number,
): Action | undefined {
	const words = [BigInt(number % 3), 0n, 0n, 0n, 0n];
	const of = (count: number) => 1 + (number % Math.max(count, 1));
	switch (kind) {
		case "register":
			return { type: "register", header: junkHeader(number) };
		case "request": {
			const program = [...state.programs.keys()].at(-1);
			if (program === undefined) return undefined;
			const hasInputs = state.programs.get(program)!.inputCount > 0;
			const inputsRoot = hasInputs ? rootOf(1 + (number % 3)) : wordHex(0n);
			const deadline = number % 2 === 0 ? time + 60 : 4_294_967_295;
			return { type: "request", value: 0n, program, inputsRoot, deadline, consumer: zeroAddress };
		}
		case "claim": {
			const value = state.parameters.submitterBond;
			const opening = { root: rootOf(number), operatorPath: [], stepPath: [], words: [0n, 0n, 0n, 0n, 0n] };
			const traceRoot = number % 2 === 0 ? wordHex(0n) : rootOf(number);
			// The newest requests are the likeliest to be open, and to be of junk.
			const request = Math.max(1, state.requests.length - (number % 3));
			return { type: "claim", value, request, traceRoot, opening };
		}
		case "bind": {
			const claim = of(state.claims.length);
			const traceRoot = rootOf(number);
			const rest = { segment: number % 2, lastStep: traceRoot, stepPath: [], claimPath: [] };
			return { type: "bindTrace", claim, traceRoot, ...rest };
		}
		case "open": {
			const children = Array.from({ length: [2, 3, 64][number % 3] }, (_, i) => wordHex(BigInt(i % 2)));
			return { type: "open", tree: [1, 2, 3, 8][number % 4], childLevel: 0, children };
		}
		case "publish":
			return { type: "publishLeaf", width: 8, count: 1 + (number % 3), words };
	}
}

/** A program that nobody has: its descriptors and constants are zeros. */
function junkHeader(number: number): ProgramHeader {
	return {
		operatorsRoot: wordHex(BigInt(number)),
		constantsRoot: wordHex(0n),
		operatorCount: 1,
		constantCount: 0,
		inputCount: number % 2,
		steps: 1 + (number % 3),
		outputOperator: 0,
		outputElements: [1, 1000, 2 ** 40][number % 3],
		outputWidth: 8,
		lazy: number % 4 < 2,
		segment: number % 4 === 2 ? 2 : 0,
		signature: wordHex(0n),
		outputMantissa: 0,
		outputExponent: 0,
	};
}
