/**
 * How often a random walk is taken: `few` times, or as often as `UMPIRE_RUNS` says if that is more. More walks are worth
 * something only with other seeds (`UMPIRE_SEED=random`).
 */
export function runsOr(few: number): number {
	const asked = process.env.UMPIRE_RUNS ?? "1";
	if (/^[1-9][0-9]{0,6}$/.test(asked)) return Math.max(few, Number(asked));
	throw new Error(`UMPIRE_RUNS is ${JSON.stringify(asked)}: give a number of runs from 1 to 9999999`);
}
