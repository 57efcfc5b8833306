import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "@umpire/chain/errors.ts";

/**
 * One role on one chain. `tick` looks at the chain once, makes the moves that are due and says
 * whether it made any. What it does follows from the chain and the home folder alone, so it can
 * be stopped between any two ticks, and started again.
 */
export interface Actor {
	readonly name: string;
	tick(): Promise<boolean>;
}

/** Makes moves one after the other: one that fails does not keep the others back. */
export class Attempts {
	#acted = false;
	readonly #failures: unknown[] = [];

	async make(move: () => Promise<boolean>): Promise<void> {
		try {
			if (await move()) this.#acted = true;
		} catch (error) {
			this.#failures.push(error);
		}
	}

	/** Whether any move was made; throws the first failure, if there was one. */
	outcome(): boolean {
		const unforeseen = this.#failures.find((failure) => !(failure instanceof UserError));
		if (this.#failures.length > 0) throw unforeseen ?? this.#failures[0];
		return this.#acted;
	}
}

/** Longest pause after failures, in milliseconds; clocks of disputes go on meanwhile. */
const LONGEST_PAUSE = 10_000;

/**
 * Lets an actor act until the signal is aborted. What fails is told and tried again, ever more
 * seldom: a node that is silent may come back, an account may be funded, and where the contract
 * refuses a move because somebody else was faster, the next look at the chain shows what is left to do.
 *
 * @param pause milliseconds between looks at the chain
 * @param say takes lines of progress
 */
export async function runActor(
	actor: Actor,
	pause: number,
	signal: AbortSignal,
	say: (line: string) => void,
): Promise<void> {
	let failures = 0;
	while (!signal.aborted) {
		let acted = false;
		try {
			acted = await actor.tick();
			failures = 0;
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			failures++;
			say(`${error.message} Looking again.`);
		}
		if (!acted) {
			const wait = Math.min(pause * 2 ** failures, LONGEST_PAUSE);
			await sleep(wait, undefined, { signal }).catch(() => {});
		}
	}
}
