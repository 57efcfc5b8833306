import { setTimeout as sleep } from "node:timers/promises";
import { RevertError, UserError } from "@umpire/chain/errors.ts";

/**
 * One role on one chain. `tick` looks at the chain once, makes the moves that are due and says
 * whether it made any. What it does follows from the chain and the home folder alone, so it can
 * be stopped between any two ticks, and started again.
 */
export interface Actor {
	readonly name: string;
	tick(): Promise<boolean>;
}

/** A move that is refused this often in a row is wrong, not late. */
const MOST_REFUSALS = 5;
/** Longest pause after failures, in milliseconds. */
const LONGEST_PAUSE = 30_000;

/**
 * Lets an actor act until the signal is aborted. A node that stops answering is tried again.
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
	let refusals = 0;
	while (!signal.aborted) {
		let acted = false;
		try {
			acted = await actor.tick();
			failures = 0;
			refusals = 0;
		} catch (error) {
			// Somebody else was faster: the next look at the chain shows what is left to do.
			const isRefusal = error instanceof RevertError && ++refusals < MOST_REFUSALS;
			if (!isRefusal && !(error instanceof UserError && error.retry)) throw error;
			failures++;
			say(`${error.message} Looking again.`);
		}
		if (!acted) {
			const wait = Math.min(pause * 2 ** failures, LONGEST_PAUSE);
			await sleep(wait, undefined, { signal }).catch(() => {});
		}
	}
}
