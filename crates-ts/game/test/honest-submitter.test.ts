import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { arbitraryLevels, arbitraryProgram } from "@umpire/testing/game/arbitrary.ts";
import {
	CHALLENGER,
	entryOf,
	GameDriver,
	OTHER,
	PARAMETERS,
	SUBMITTER,
} from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entryAt } from "../src/challenger.ts";
import type { Action } from "../src/move.ts";
import { childPosition, demanded, passSingles } from "../src/search.ts";
import { balances, CLAIM_STATUS, liabilities, owedTo, PHASE } from "../src/state.ts";
import { honestSubmitter } from "../src/submitter.ts";

/** What an attacker does next: a kind of move, and numbers to fill it with. */
const attack = fc.record({
	kind: fc.constantFrom(
		"challenge",
		"descend",
		"descend",
		"descend",
		"descend",
		"descend",
		"name",
		"wrong",
		"open",
		"leaf",
		"name",
		"settle",
		"timeout",
		"enter",
		"bind",
		"wait",
	),
	a: fc.nat(),
	b: fc.nat(),
	wait: fc.integer({ min: 0, max: 40 }),
});
type Attack = typeof attack extends fc.Arbitrary<infer T> ? T : never;

const arbitraryGame = fc.record({
	program: arbitraryProgram,
	levels: arbitraryLevels,
	attacks: fc.array(attack, { minLength: 5, maxLength: 60 }),
	/** seconds that the honest submitter takes for each answer */
	pace: fc.integer({ min: 0, max: PARAMETERS.increment }),
});

function actionOf({ kind, a, b }: Attack, game: GameDriver, trace: ToyTrace): Action | undefined {
	const { disputes } = game.state;
	if (kind === "challenge") {
		return { type: "challenge", value: PARAMETERS.challengerBond, claim: 1, entry: entryOf(trace) };
	}
	if (kind === "open") {
		const children = Array.from({ length: 2 + (a % 4) }, (_, i) => wordHex(BigInt(b + i)));
		return { type: "open", tree: 1 + (a % 3), childLevel: b % 4, children };
	}
	if (kind === "wait" || disputes.length === 0) return undefined;
	const id = 1 + (a % disputes.length);
	const view = game.view(id);
	const d = view.dispute;
	const operator = trace.descriptor(d.operator);
	switch (kind) {
		case "descend":
		case "wrong": {
			if (d.phase !== PHASE.search) return undefined;
			const { childLevel, children } = demanded(d, view.header, view.parameters);
			const own = view.children ?? trace.children(d, childLevel);
			const index = b % children;
			let entry = { descriptor: "0x" as Hex, path: [] as readonly Hex[] };
			passSingles(childPosition(d, index, view.header, view.parameters), view.header, (at) => {
				entry = trace.descriptor(at);
				return { elements: 1, width: 8 };
			});
			const path = MerkleTree.of(own, d.tree as 1, childLevel).path(index);
			const child = kind === "wrong" ? wordHex(BigInt(b)) : own[index];
			return { type: "descend", dispute: id, index, child, path, entry };
		}
		case "leaf":
			return { type: "publishLeaf", width: 8, count: 1 + (a % 155), words: [BigInt(b), 0n, 0n, 0n, 0n] };
		case "name": {
			const elements = trace.program.descriptors[d.operator].elements;
			return { type: "name", dispute: id, element: b % elements, operator };
		}
		case "settle": {
			const words = view.words ?? [1n, 2n, 3n, 4n, 5n];
			const parts = d.phase === PHASE.partials ? d.parts : 1;
			const element = d.phase === PHASE.partials ? d.element : b % Math.max(1, d.elements);
			const settlement = settlementOf(operator, words, element, b % parts, d.partials);
			return { type: "settle", dispute: id, settlement };
		}
		case "enter":
			return { type: "enter", dispute: id, entry: entryAt(d, view, trace) };
		case "bind":
			return { type: "bindTrace", claim: 1, ...trace.binding(b % trace.segmentTrees.length) };
		case "timeout":
			return { type: "timeout", dispute: id };
	}
}

describe("an honest submitter that answers within its increment never loses", () => {
	test("whatever challengers do, and the claim becomes final", () => {
		fc.assert(
			fc.property(arbitraryGame, ({ program, levels, attacks, pace }) => {
				const game = new GameDriver(levels);
				const trace = new ToyTrace(program);
				game.claim(trace);
				for (const next of attacks) {
					const action = actionOf(next, game, trace);
					if (action !== undefined) game.try(next.b % 5 === 0 ? OTHER : CHALLENGER, action);
					answerAll(game, trace, pace);
					game.now += next.wait;
					expect(game.state.claims[0].status).toBe(CLAIM_STATUS.live);
				}
				// challengers that are silent lose by time, one move after the other
				game.now += 10_000;
				game.state.disputes.forEach((dispute, i) => {
					if (dispute.phase !== PHASE.closed) game.play(OTHER, { type: "timeout", dispute: i + 1 });
				});
				const lost = BigInt(game.state.disputes.length);
				game.play(OTHER, { type: "finalise", claim: 1 });
				const { submitterBond, challengerBond } = game.state.parameters;
				expect(owedTo(game.state, SUBMITTER)).toBe(
					submitterBond + 50n + (lost * challengerBond * 600n) / 1000n,
				);
				expect(balances(game.state)).toEqual(liabilities(game.state));
			}),
			{ numRuns: 120 },
		);
	});
});

/** The submitter answers everything that is demanded, each demand within its increment. */
function answerAll(game: GameDriver, trace: ToyTrace, pace: number): void {
	game.now += pace;
	for (let id = 1; id <= game.state.disputes.length; id++) {
		if (game.state.disputes[id - 1].phase === PHASE.closed) continue;
		const answer = honestSubmitter(game.view(id), trace);
		if (answer === null) continue;
		game.play(SUBMITTER, answer);
	}
}
