import type { Hex } from "@umpire/commitment/constants.ts";
import {
	CLAIM_STATUS,
	type GameState,
	type InputAnswer,
	type InputDemand,
	inputAnswerKey,
} from "@umpire/game/state.ts";
import type { Batch } from "./batch.ts";
import { closedDemand } from "./closed-items.ts";
import type { Contracts } from "./contracts.ts";
import type { Disagreements } from "./disagreements.ts";
import type { Ledger } from "./ledger.ts";

/** Reads demands for inputs and the answers to them. */
export class DemandReader {
	readonly #on: Contracts;
	readonly #ledger: Ledger;
	readonly #isOwn: (claim: number) => boolean;
	readonly #disagreements: Disagreements;
	/** Demands never change but for being closed. */
	readonly #demands = new Map<number, InputDemand>();
	/** By demand: when its chunk was published. */
	readonly #answered = new Map<number, number>();

	constructor(
		on: Contracts,
		ledger: Ledger,
		isOwn: (claim: number) => boolean,
		disagreements: Disagreements,
	) {
		this.#on = on;
		this.#ledger = ledger;
		this.#isOwn = isOwn;
		this.#disagreements = disagreements;
	}

	/** Forgets what was read: a reorganisation may have changed it. */
	clear(): void {
		this.#demands.clear();
		this.#answered.clear();
	}

	/** Asks about demands for inputs, and the answers to demands of own claims, or for inputs of live ones. */
	ask(batch: Batch): () => Pick<GameState, "inputDemands" | "inputAnswers"> {
		const { market, court } = this.#on;
		const { claims, demands, requests } = this.#ledger;
		const wanted = new Set<number>();
		const roots = new Set<Hex>();
		for (const [index, { claim }] of demands.entries()) {
			if (!this.#isOwn(claim)) continue;
			wanted.add(index + 1);
			// What became of a demand is asked about after its claim is decided, too: its bond may have been lost.
			roots.add(requests[claims[claim - 1].request - 1].inputsRoot);
		}
		for (const [index, { status, request }] of claims.entries()) {
			if (status === CLAIM_STATUS.live && this.#isOwn(index + 1)) roots.add(requests[request - 1].inputsRoot);
		}
		// Chunks that were published for other claims on the same inputs serve these too.
		const answers = [...roots].flatMap((root) => this.#ledger.answers.get(root) ?? []);
		for (const { demand } of answers) wanted.add(Number(demand));
		// Only what an event says was published has a time: `proceedings` shows whether such an event is kept back.
		const published = new Set(
			answers.map(({ inputsRoot, input, chunk }) => `${inputsRoot} ${input} ${chunk}`),
		);
		const timed = new Set(answers.map(({ demand }) => Number(demand)));
		for (const id of wanted) {
			const { claim, input, chunk } = demands[id - 1];
			const { inputsRoot } = requests[claims[claim - 1].request - 1];
			if (published.has(`${inputsRoot} ${input} ${chunk}`)) timed.add(id);
			const known = this.#demands.get(id);
			if (known === undefined) {
				batch.add(court, "getInputDemand", [market.address, BigInt(id)], (demand) => {
					this.#demands.set(id, demand);
				});
			}
			if (this.#answered.has(id) || !timed.has(id)) continue;
			batch.add(court, "answeredAt", [market.address, BigInt(id)], (time) => {
				if (time !== 0n) this.#answered.set(id, Number(time));
			});
		}
		return () => this.#chunks(timed);
	}

	/** @param timed the demands whose times of answers were asked for */
	#chunks(timed: ReadonlySet<number>): Pick<GameState, "inputDemands" | "inputAnswers"> {
		const { answers, claims, demands, programs, requests } = this.#ledger;
		const words = new Map<string, InputAnswer["words"]>();
		const keyOf = (id: number): string => {
			const { program, inputsRoot } = requests[claims[demands[id - 1].claim - 1].request - 1];
			return inputAnswerKey(inputsRoot, programs.get(program)!.inputCount, this.#demands.get(id)!);
		};
		for (const list of answers.values()) {
			for (const answer of list) {
				const id = Number(answer.demand);
				if (this.#demands.has(id)) words.set(keyOf(id), answer.words);
			}
		}
		const inputAnswers = new Map<string, InputAnswer>();
		const inputDemands = demands.map((known, index): InputDemand => {
			const id = index + 1;
			const demand = this.#demands.get(id);
			if (demand === undefined) return closedDemand(known);
			const time = this.#answered.get(id);
			const published = words.get(keyOf(id));
			const differs = timed.has(id) && (time === undefined) !== (published === undefined);
			if (this.#disagreements.notice("demand", id, differs)) return closedDemand(known);
			if (time !== undefined && published !== undefined)
				inputAnswers.set(keyOf(id), { time, words: published });
			return { ...demand, open: !known.closed };
		});
		return { inputDemands, inputAnswers };
	}
}
