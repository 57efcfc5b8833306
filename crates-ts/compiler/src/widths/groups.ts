import { costOf } from "./costs.ts";
import type { OptionName, Unit, Units } from "./units.ts";

/** Units that take one option together: neighbours. */
export interface Group {
	readonly units: readonly number[];
	readonly options: readonly OptionName[];
}

/** Every option of every group is run: more groups make better plans, and a longer search. */
const MOST_GROUPS = 24;

/** After so many halvings what a group may save is known well enough. */
const BISECTIONS = 20;

/** Finer options come first. */
const ORDER: readonly OptionName[] = ["A16W14", "A16W7", "float32", "A8W14", "A8W7", "A8W7 for all"];

/**
 * Neighbours in at most 24 groups, of which none saves more than it has to: a unit that much depends on is by itself, and
 * those on which little depends are together.
 */
export function groupsOf(all: Units): readonly Group[] {
	const { units } = all;
	const finest = units.map(() => 0);
	const before = costOf(all, finest);
	const cheapest = units.map(({ options }) => options.length - 1);
	// A unit may save nothing unless its neighbours are as narrow: what it costs to leave it out counts as well.
	const after = costOf(all, cheapest);
	const savings = units.map((_, unit) => {
		const alone = before - costOf(all, finest.with(unit, cheapest[unit]));
		const missed = costOf(all, cheapest.with(unit, 0)) - after;
		return Math.max(0, alone, missed);
	});
	if (units.length <= MOST_GROUPS) return units.map((_, unit) => groupOf(units, [unit]));
	let [low, high] = [0, savings.reduce((a, b) => a + b, 0)];
	for (let k = 0; k < BISECTIONS; k++) {
		const middle = (low + high) / 2;
		if (packed(savings, middle).length <= MOST_GROUPS) high = middle;
		else low = middle;
	}
	return packed(savings, high).map((members) => groupOf(units, members));
}

const groupOf = (units: readonly Unit[], members: readonly number[]): Group => {
	const names = new Set(members.flatMap((unit) => units[unit].options));
	return { units: members, options: ORDER.filter((name) => names.has(name)) };
};

/** Neighbours that save at most so much together; what saves more is by itself. */
function packed(savings: readonly number[], most: number): number[][] {
	const groups: number[][] = [];
	let sum = Number.POSITIVE_INFINITY;
	for (const [unit, saving] of savings.entries()) {
		sum += saving;
		if (sum <= most) groups[groups.length - 1].push(unit);
		else {
			groups.push([unit]);
			sum = saving;
		}
	}
	return groups;
}
