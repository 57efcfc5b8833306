import type { Subject } from "./subject.ts";
import type { Troubles } from "./troubles.ts";
import type { Workbench } from "./workbench.ts";
import { landAll, type World } from "./world.ts";

/** A move that may be due. */
export interface Due {
	/** What it is about, for messages, as in `dispute 3`. */
	readonly item: string;
	/** The same as the numbers that lines about it carry. */
	readonly subject?: Subject | undefined;
	/** The last second (chain time) at which it helps; infinite if nothing is lost by waiting. */
	readonly until: number;
	/** Makes it if it is due; whether anything was sent. */
	readonly make: () => Promise<boolean>;
}

/** Makes what is due, the earliest deadline first. One that fails keeps no other back. */
export async function makeInOrder(due: readonly Due[], troubles: Troubles): Promise<boolean> {
	let acted = false;
	for (const { item, make, subject } of due.toSorted((a, b) => compare(a.until, b.until))) {
		if (await troubles.attempt(item, make, subject)) acted = true;
	}
	return acted;
}

/** Infinite ones have no difference. */
function compare(one: number, other: number): number {
	if (one === other) return 0;
	return one < other ? -1 : 1;
}

/**
 * Plays rounds until there is a move or nothing is left to compute. As long as something is computed it waits for that,
 * but no longer than to the next block, which may bring a move that is due.
 *
 * @param round looks at the chain, makes moves and asks the bench for results; whether it made any
 * @returns whether there is more to do at once
 */
export async function playRounds(
	bench: Workbench,
	world: World,
	say: (line: string) => void,
	round: () => Promise<boolean>,
): Promise<boolean> {
	const { feed } = world;
	const { connection } = world.contracts;
	for (;;) {
		bench.begin();
		const acted = await round();
		bench.end();
		await landAll(world, say);
		if (acted) return true;
		const seen = feed.head?.hash;
		const isNewBlock = async () => {
			const head = await connection.head().catch(() => undefined);
			return head === undefined || head.hash !== seen;
		};
		if (!(await bench.rest(connection.pollingInterval, isNewBlock))) return false;
		if (await isNewBlock()) return true;
	}
}
