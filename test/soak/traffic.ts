import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type GameState } from "@umpire/game/state.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import type { Fixture } from "../campaign/fixture.ts";
import type { CampaignMove } from "../campaign/moves.ts";

/** Seeds of the requests of honest requesters, and of baits: the adversary draws smaller ones. */
const FIRST_SEED = 1000;
const FIRST_BAIT = 1_000_000;

/** A request that has to be answered. */
interface Wanted {
	readonly move: Extract<CampaignMove, { type: "request" }>;
	readonly program: Hex;
	readonly inputsRoot: Hex;
	/** Slot at which it was sent last. */
	sentAt: number;
}

/**
 * Requests that pay, one after the other of each program, and baits, which pay nothing: no honest submitter takes them,
 * so that the adversary can lie of them however fast the others are. What a reorganisation loses is made again.
 */
export class Traffic {
	readonly wanted: Wanted[] = [];
	readonly #baits: Wanted[] = [];
	readonly #fixture: Fixture;
	readonly #make: (move: CampaignMove) => Promise<void>;

	/** @param make sends a move */
	constructor(fixture: Fixture, make: (move: CampaignMove) => Promise<void>) {
		this.#fixture = fixture;
		this.#make = make;
	}

	/** Asks the next result. */
	async ask(slot: number): Promise<void> {
		await this.#ask(this.wanted, FIRST_SEED, true, slot);
	}

	/** Makes the next bait. */
	async bait(slot: number): Promise<void> {
		await this.#ask(this.#baits, FIRST_BAIT, false, slot);
	}

	/** Baits of which nothing was claimed yet. */
	untouched(state: GameState): number[] {
		return this.#baits
			.flatMap((one) => numbersOf(state, one))
			.filter((number) => !state.claims.some(({ request }) => request === number));
	}

	async #ask(list: Wanted[], firstSeed: number, pays: boolean, slot: number): Promise<void> {
		const number = list.length;
		const { guarded } = this.#fixture;
		const { root, played } = guarded[number % guarded.length];
		const move = {
			type: "request",
			program: number % guarded.length,
			seed: firstSeed + number,
			inputs: "stored",
			spoil: 0,
			pays,
			soon: false,
			consumer: 0,
		} as const;
		const inputs = played.inputs(2 + move.seed);
		const { root: inputsRoot } = inputTreeOf(await commitInputs(played.program, inputs));
		list.push({ move, program: root, inputsRoot, sentAt: slot });
		await this.#make(move);
	}

	/** Makes requests again that are on no chain any more. */
	async repeat(state: GameState, slot: number): Promise<void> {
		for (const one of [...this.wanted, ...this.#baits]) {
			if (slot - one.sentAt < 5 || numbersOf(state, one).length > 0) continue;
			one.sentAt = slot;
			await this.#make(one.move);
		}
	}

	/** Requests that have no final answer; whether that is right is judged of the claims. */
	unanswered(state: GameState): string[] {
		return this.wanted.flatMap((one) => {
			const numbers = numbersOf(state, one);
			const isFinal = state.claims.some(
				({ request, status }) => status === CLAIM_STATUS.final && numbers.includes(request),
			);
			return isFinal ? [] : [`no answer to request ${numbers.join(", ")} (seed ${one.move.seed}) is final`];
		});
	}
}

function numbersOf({ requests }: GameState, { program, inputsRoot }: Wanted): number[] {
	return [...requests.entries()].flatMap(([index, request]) =>
		request.program === program && request.inputsRoot === inputsRoot ? [index + 1] : [],
	);
}
