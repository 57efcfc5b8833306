import { callOf } from "@umpire/chain/action-call.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { inputAnswer } from "@umpire/game/input-answer.ts";
import { answeredAt, answerKey, lastSecondToAnswer, questionOf } from "@umpire/game/input-demands.ts";
import { CLAIM_STATUS, type GameState, type InputDemand } from "@umpire/game/state.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import { Attempts } from "./actor.ts";
import { Cache } from "./cache.ts";
import type { InputFinder, LoadedProgram } from "./loaded-program.ts";
import { sameAccount } from "./money.ts";
import { act, type World } from "./world.ts";

/** Inputs of this many claims are kept committed, so that each look at what is demanded of them costs nothing. */
const MOST_OPEN = 4;

interface Parts {
	readonly world: World;
	readonly loaded: LoadedProgram;
	readonly findInputs: InputFinder;
	readonly say: (line: string) => void;
}

/** Answers demands for inputs of an account's live claims of a program. */
export class DemandAnswers {
	readonly #parts: Parts;
	/** By inputs root: committing takes as long as there are many, whatever part of them is demanded. */
	readonly #open = new Cache<Hex, OpenInputs>(MOST_OPEN);

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/**
	 * Publishes the chunks that are demanded, and collects the bonds of demands that others' answers have served.
	 *
	 * @returns whether anything was sent
	 */
	async send(state: GameState): Promise<boolean> {
		const { world, loaded } = this.#parts;
		const attempts = new Attempts();
		const mine = [...state.inputDemands.entries()]
			.filter(([, demand]) => {
				const claim = state.claims[demand.claim - 1];
				const isMine = sameAccount(claim.submitter, world.signer.account.address);
				const isOwn = state.requests[claim.request - 1].program === loaded.root;
				return demand.open && isMine && isOwn && claim.status === CLAIM_STATUS.live;
			})
			.toSorted(([, a], [, b]) => lastSecondToAnswer(state, a) - lastSecondToAnswer(state, b));
		/** Chunks that are answered at this look: others' demands for them are served by that. */
		const answered = new Set<string>();
		for (const [index, demand] of mine) {
			const chunk = answerKey(state, demand);
			await attempts.make(async () => {
				if (answeredAt(state, demand) !== 0) return this.#collect(index + 1);
				if (answered.has(chunk)) return false;
				answered.add(chunk);
				return this.#answer(state, index + 1, demand);
			});
		}
		return attempts.outcome();
	}

	async #collect(id: number): Promise<boolean> {
		const { world } = this.#parts;
		const call = callOf(world.contracts, { type: "collectAnswered", demand: id });
		return (await act(world, `collectAnswered:${id}`, call)) !== undefined;
	}

	async #answer(state: GameState, id: number, demand: InputDemand): Promise<boolean> {
		const { world, say } = this.#parts;
		const opened = await this.#opened(questionOf(state, demand.claim).inputsRoot);
		if (opened === undefined) return false;
		const call = callOf(world.contracts, inputAnswer(id, demand, opened));
		const sent = await act(world, `answerInput:${id}`, call, lastSecondToAnswer(state, demand));
		if (sent !== undefined) {
			say(`Claim ${demand.claim}: publishes chunk ${demand.chunk} of input ${demand.input}.`);
		}
		return sent !== undefined;
	}

	/** Undefined if the inputs are not to be had, which is told. */
	async #opened(inputsRoot: Hex): Promise<OpenInputs | undefined> {
		const known = this.#open.peek(inputsRoot);
		if (known !== undefined) return known;
		const { loaded, findInputs } = this.#parts;
		const found = await findInputs(inputsRoot);
		if (found === undefined) return undefined;
		const inputs = await commitInputs(loaded.program, found);
		const opened = { inputs, inputTree: inputTreeOf(inputs) };
		this.#open.set(inputsRoot, opened);
		return opened;
	}
}

type OpenInputs = Parameters<typeof inputAnswer>[2];
