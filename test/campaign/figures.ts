/** What was played, counted. */
export interface Figures {
	games: number;
	slots: number;
	blocks: number;
	/** Moves that were mined or sent, by kind. */
	adversary: Record<string, number>;
	honest: Record<string, number>;
	falseRejected: number;
	trueFinal: number;
	disputesWon: number;
	disputesLost: number;
	faults: number;
	restarts: number;
	reorganisations: number;
	/** Blocks that they undid. */
	undone: number;
	/** Of the monitor. */
	looks: number;
	/** Wei that an honest account lost at most, all in all. */
	largestFall: bigint;
}

export function emptyFigures(): Figures {
	return {
		games: 0,
		slots: 0,
		blocks: 0,
		adversary: {},
		honest: {},
		falseRejected: 0,
		trueFinal: 0,
		disputesWon: 0,
		disputesLost: 0,
		faults: 0,
		restarts: 0,
		reorganisations: 0,
		undone: 0,
		looks: 0,
		largestFall: 0n,
	};
}

/** The sum of two games' figures. */
export function sumOf(one: Figures, other: Figures): Figures {
	const add = (a: Record<string, number>, b: Record<string, number>) => {
		const sum = { ...a };
		for (const [key, count] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + count;
		return sum;
	};
	return {
		games: one.games + other.games,
		slots: one.slots + other.slots,
		blocks: one.blocks + other.blocks,
		adversary: add(one.adversary, other.adversary),
		honest: add(one.honest, other.honest),
		falseRejected: one.falseRejected + other.falseRejected,
		trueFinal: one.trueFinal + other.trueFinal,
		disputesWon: one.disputesWon + other.disputesWon,
		disputesLost: one.disputesLost + other.disputesLost,
		faults: one.faults + other.faults,
		restarts: one.restarts + other.restarts,
		reorganisations: one.reorganisations + other.reorganisations,
		undone: one.undone + other.undone,
		looks: one.looks + other.looks,
		largestFall: larger(one.largestFall, other.largestFall),
	};
}

function larger(one: bigint, other: bigint): bigint {
	// Math.max does not take bigints.
	if (one > other) return one;
	return other;
}
