import { setTimeout as sleep } from "node:timers/promises";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { unlessStopped } from "./stopping.ts";

/**
 * One role on one chain. `tick` looks at the chain, makes the moves that are due and says whether there is more to do
 * at once. What it does follows from the chain and the home folder alone, so it can be stopped between any two ticks,
 * and started again. It throws only if the chain cannot be read: what fails otherwise costs its own item, and is told.
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
		const unforeseen = this.#failures.find((failure) => !(failure instanceof UmpireError));
		if (this.#failures.length > 0) throw unforeseen ?? this.#failures[0];
		return this.#acted;
	}
}

/** Longest pause after failures, in milliseconds; clocks of disputes go on meanwhile. */
const LONGEST_PAUSE = 10_000;

/**
 * Lets an actor act until the signal is aborted, and no longer: what it is doing then is left. What fails is told and tried again, ever more seldom: a node that is
 * silent may come back. Nothing ends an actor: a dispute may be running.
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
			acted = (await unlessStopped(signal, actor.tick())) ?? false;
			failures = 0;
		} catch (error) {
			failures++;
			say(`${failureText(error)} Looking again.`);
		}
		if (!acted) {
			const wait = Math.min(pause * 2 ** failures, LONGEST_PAUSE);
			await sleep(wait, undefined, { signal }).catch(() => {});
		}
	}
}

/** A failure in one line. What is not foreseen is a defect: it is told as one, with its stack if UMPIRE_DEBUG is set. */
export function failureText(error: unknown): string {
	if (error instanceof UmpireError) return error.message;
	const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	const stack = process.env.UMPIRE_DEBUG && error instanceof Error ? ` ${error.stack}` : "";
	return `${text.replace(/\.?$/, "")} (a defect of this program: please report it; UMPIRE_DEBUG=1 shows more).${stack}`;
}
