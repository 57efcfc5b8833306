import type { WidthPlan } from "./costs.ts";

/** What a plan turned out to be. */
export interface Tried {
	/** The largest error by the budget's measure. */
	readonly largest: number;
	/** The mean squared error of the outputs, relative to their ranges. */
	readonly meanSquare: number;
}

export interface Search {
	/** How many options each unit has; the first is the finest. */
	readonly options: readonly number[];
	/** The largest error that a plan may have. */
	readonly most: number;
	cost(plan: WidthPlan): number;
	/** Builds and runs a plan; undefined if it cannot be built. */
	measure(plan: WidthPlan): Promise<Tried | undefined>;
	/** The same on few inputs, which are enough for mean squared errors; absent where there are only few. */
	readonly measureRoughly?: ((plan: WidthPlan) => Promise<Tried | undefined>) | undefined;
	/** Whether a plan that was measured can be proved exact; asked of those alone that would be taken. */
	proves(plan: WidthPlan): boolean;
	progress(line: string): void;
}

export interface Found {
	readonly plan: WidthPlan;
	readonly cost: number;
	readonly tried: Tried;
	/** Plans that were built and run. */
	readonly runs: number;
	/**
	 * Per unit and option the mean squared error of that alone, or of a coarser option that errs by next to nothing; empty
	 * where the cheapest plan was good enough.
	 */
	readonly errors: readonly (readonly number[])[];
}

/** Plans between the finest and the cheapest that are tried on the way. */
const BISECTIONS = 9;
/** λ lies within 2^±this of the cheapest plan's cost over its error. */
const OCTAVES = 14;
/** Sweeps in which units choose in view of one another: a convolution's kernel wants both its ends narrow. */
const SWEEPS = 4;
/** This share of what may be lost is for units whose coarsest option is taken to be good enough. */
const NEGLIGIBLE = 1 / 2;

/**
 * The cheapest plan whose measured largest error is at most `most`, as far as some 5n runs find it, most of them on few
 * inputs; undefined if not even the finest is. Mean squared errors of units add up, and so does cost but for neighbours: for any λ each unit takes the
 * option of the least cost + λ·error. Which λ is found by bisection; then units of the cheapest plan are made
 * finer until it is within the budget, and single units cheaper while the budget allows it. The same numbers always make the same plan.
 */
export async function searchPlan(search: Search): Promise<Found | undefined> {
	const { options, most, cost, progress } = search;
	const known = new Map<string, Promise<Tried | undefined>>();
	const measure = (plan: WidthPlan): Promise<Tried | undefined> => {
		const key = plan.join();
		const tried = known.get(key) ?? search.measure(plan);
		known.set(key, tried);
		return tried;
	};
	const finest = options.map(() => 0);
	const plain = await measure(finest);
	if (!plain || plain.largest > most) return undefined;
	let best = { plan: finest as WidthPlan, cost: cost(finest), tried: plain };
	const errors: number[][] = options.map((count) => new Array<number>(count).fill(Number.POSITIVE_INFINITY));
	let roughRuns = 0;
	/** Whether the plan is within the budget; it is kept if it is the cheapest of those. */
	const accept = async (plan: WidthPlan): Promise<boolean> => {
		const tried = await measure(plan);
		if (!tried || tried.largest > most || !search.proves(plan)) return false;
		if (cost(plan) < best.cost) best = { plan, cost: cost(plan), tried };
		return true;
	};
	const found = (): Found => ({ ...best, runs: known.size + roughRuns, errors });
	const cheapest = relaxed(options, cost, () => 0, finest);
	if (best.cost <= cost(cheapest) || (await accept(cheapest))) return { ...found(), errors: [] };

	const negligible = (NEGLIGIBLE * mayBeLost(await measure(cheapest), most)) / options.length;
	const { measureRoughly } = search;
	const measureAlone = (plan: WidthPlan): Promise<Tried | undefined> => {
		if (!measureRoughly) return measure(plan);
		roughRuns += 1;
		return measureRoughly(plan);
	};
	const base = (await measureAlone(finest)) ?? plain;
	for (const [unit, count] of options.entries()) {
		errors[unit][0] = 0;
		// The coarsest first: if that loses next to nothing, what is finer has nothing to gain.
		for (let option = count - 1; option > 0; option--) {
			const alone = await measureAlone(finest.with(unit, option));
			if (alone) errors[unit][option] = Math.max(0, alone.meanSquare - base.meanSquare);
			if (option < count - 1 || errors[unit][option] > negligible) continue;
			errors[unit].fill(errors[unit][option], 1);
			break;
		}
		const done = unit + 1;
		if (done % 4 === 0 || done === options.length)
			progress(`Widths: options of ${done} of ${options.length} groups of values measured alone.`);
	}
	const errorOf = (unit: number, option: number): number => errors[unit][option];
	const finite = errors.flat().filter((error) => error > 0 && Number.isFinite(error));
	const sum = finite.reduce((a, b) => a + b, 0);
	if (sum === 0) return found();
	const unitOfLambda = best.cost / sum;
	let [low, high] = [-OCTAVES, OCTAVES];
	for (let k = 0; k < BISECTIONS; k++) {
		const middle = (low + high) / 2;
		const lambda = unitOfLambda * 2 ** middle;
		const plan = relaxed(options, cost, (unit, option) => lambda * errorOf(unit, option), finest);
		if (await accept(plan)) high = middle;
		else low = middle;
	}
	progress(`Widths: a plan of ${percent(best.cost / cost(finest))} of the exact program's time.`);
	await promote(search, cheapest, { most: () => best.cost, accept, errorOf });
	await demote(
		search,
		() => best.plan,
		accept,
		(unit, option, from) => errorOf(unit, option) - errorOf(unit, from),
	);
	return found();
}

/** The mean squared error of a plan whose largest error would be the budget: of one that was measured, errors being of one shape. */
function mayBeLost(cheapest: Tried | undefined, most: number): number {
	if (!cheapest || cheapest.largest === 0) return 0;
	return cheapest.meanSquare * Math.min(1, most / cheapest.largest) ** 2;
}

/**
 * Makes units of the cheapest plan finer one by one, those first whose error falls most for their cost, until one is within
 * the budget or costs `most`. The largest error is no smooth function of the mean: bisection may miss a cheap plan.
 */
async function promote(
	{ options, cost }: Search,
	cheapest: WidthPlan,
	{
		most,
		accept,
		errorOf,
	}: {
		readonly most: () => number;
		readonly accept: (plan: WidthPlan) => Promise<boolean>;
		readonly errorOf: (unit: number, option: number) => number;
	},
): Promise<void> {
	let plan = cheapest;
	for (const _ of options) {
		const before = cost(plan);
		const moves = options.flatMap((count, unit) =>
			Array.from({ length: count }, (_, option) => ({ unit, option })).flatMap(({ option }) => {
				const gain = errorOf(unit, plan[unit]) - errorOf(unit, option);
				const price = cost(plan.with(unit, option)) - before;
				return gain > 0 ? [{ unit, option, worth: gain / Math.max(price, Number.MIN_VALUE) }] : [];
			}),
		);
		const [first] = moves.toSorted((a, b) => b.worth - a.worth || a.unit - b.unit || a.option - b.option);
		if (!first) return;
		plan = plan.with(first.unit, first.option);
		if (cost(plan) >= most() || (await accept(plan))) return;
	}
}

/** Makes units cheaper one by one: at most one try for each option there is. */
async function demote(
	{ options, cost }: Search,
	current: () => WidthPlan,
	accept: (plan: WidthPlan) => Promise<boolean>,
	added: (unit: number, option: number, from: number) => number,
): Promise<void> {
	const refused = new Set<string>();
	for (let tries = options.length; tries > 0; tries--) {
		const plan = current();
		const before = cost(plan);
		const moves = options.flatMap((count, unit) =>
			Array.from({ length: count }, (_, option) => ({ unit, option })).flatMap(({ option }) => {
				if (option === plan[unit] || refused.has(`${unit} ${option}`)) return [];
				const saving = before - cost(plan.with(unit, option));
				const error = added(unit, option, plan[unit]);
				return saving > 0 && Number.isFinite(error)
					? [{ unit, option, gain: saving / Math.max(error, Number.MIN_VALUE) }]
					: [];
			}),
		);
		const [first] = moves.toSorted((a, b) => b.gain - a.gain || a.unit - b.unit || a.option - b.option);
		if (!first) return;
		if (!(await accept(plan.with(first.unit, first.option)))) refused.add(`${first.unit} ${first.option}`);
	}
}

/** The plan of the least cost + penalties, one unit after the other, from the cheaper of two starts. */
function relaxed(
	options: readonly number[],
	cost: (plan: WidthPlan) => number,
	penalty: (unit: number, option: number) => number,
	finest: WidthPlan,
): WidthPlan {
	const worth = (plan: WidthPlan): number =>
		plan.reduce((sum, o, unit) => sum + penalty(unit, o), cost(plan));
	const starts = [finest, options.map((count) => count - 1)];
	const ends = starts.map((start) => {
		let plan: WidthPlan = start;
		for (let sweep = 0, moved = true; moved && sweep < SWEEPS; sweep++) {
			moved = false;
			for (const [unit, count] of options.entries()) {
				const tries = Array.from({ length: count }, (_, option) => plan.with(unit, option));
				const least = tries.reduce((a, b) => (worth(b) < worth(a) ? b : a));
				if (worth(least) < worth(plan)) [plan, moved] = [least, true];
			}
		}
		return plan;
	});
	return ends.reduce((a, b) => (worth(b) < worth(a) ? b : a));
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
