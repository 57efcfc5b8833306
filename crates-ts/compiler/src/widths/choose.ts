import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import type { Graph } from "@umpire/onnx/model.ts";
import type { Proved } from "../fidelity/budget.ts";
import { fuse } from "../lower/fuse.ts";
import type { Lowered } from "../lower/lower.ts";
import { withoutFinerSteps } from "../quantise/assign.ts";
import { type Precision, SMALL_WEIGHTS } from "../quantise/scales.ts";
import { costOf, isWhole, optionOf, unitCosts, type WidthPlan } from "./costs.ts";
import { type Group, groupsOf } from "./groups.ts";
import type { Moments } from "./moments.ts";
import { roundingBy } from "./nearest-plane.ts";
import { searchPlan, type Tried } from "./search.ts";
import { type OptionName, type Unit, type Units, unitsOf } from "./units.ts";
import { bytesOf, factorsOf, singleOf, type Widths } from "./widths.ts";

/** Which widths were chosen, and what that is worth. */
export interface WidthReport {
	/** The expected time, as a share of that of the program without the search. */
	readonly cost: number;
	/** The largest error that the search allowed, and the one that it measured. */
	readonly most: number;
	readonly largest: number;
	/** Programs that were built and run. */
	readonly runs: number;
	/** What the search chose for each value, and the root of the mean squared error which that alone makes (or less, where a coarser option was measured that loses next to nothing). */
	readonly units: readonly UnitReport[];
}

/** What one value got. */
export interface UnitReport {
	readonly value: string;
	readonly option: OptionName;
	/** The share of the expected time that its products and passes take. */
	readonly share: number;
	readonly error?: number;
}

export interface ChooseOptions {
	readonly graph: Graph;
	readonly facts: Facts;
	readonly sharedRanges: readonly (readonly string[])[];
	/** Values that keep their grids: what is carried from step to step. */
	readonly fixed: ReadonlySet<string>;
	/** The program without the search. */
	readonly plain: Proved;
	readonly most: number;
	/** @throws CompileError if the program cannot be lowered */
	lower(widths: Widths): Lowered;
	/** @throws CompileError if the program cannot be proved exact */
	prove(lowered: Lowered): Proved;
	measure(lowered: Lowered): Promise<Tried>;
	/** The same on few inputs; absent where there are only few. */
	readonly measureRoughly?: ((lowered: Lowered) => Promise<Tried>) | undefined;
	/** What products of the plain program read. */
	moments(): Promise<ReadonlyMap<string, Moments>>;
	progress(line: string): void;
}

/** What a unit takes instead of an option that it does not have. */
const INSTEAD: Readonly<Record<OptionName, readonly OptionName[]>> = {
	A16W14: [],
	A16W7: [],
	float32: [],
	A8W14: [],
	A8W7: ["A8W7 for all"],
	"A8W7 for all": ["A8W7"],
};

/**
 * Chooses widths by measured loss: the program that is expected to be the quickest of those that are proved exact and
 * within `most`; undefined if that is the plain one, or there is none.
 */
export async function chooseWidths(
	options: ChooseOptions,
): Promise<{ proved: Proved; report: WidthReport } | undefined> {
	const { graph, facts, sharedRanges, fixed, plain, most, lower, prove, measure, progress } = options;
	const { measureRoughly } = options;
	const assignment = withoutFinerSteps(plain.lowered.assignment, facts);
	const all = unitsOf(graph, fuse(graph, facts, true), facts, { assignment, sharedRanges, fixed });
	if (all.units.length === 0) return undefined;
	const groups = groupsOf(all);
	const roundings = new Map(
		[...(await options.moments())].map(([name, moments]) => [name, roundingBy(moments, SMALL_WEIGHTS)]),
	);
	const whole = (plan: WidthPlan): WidthPlan => planOfUnits(all.units, groups, plan);
	const lowerPlan = (plan: WidthPlan): Lowered | undefined =>
		attempt(() => lower({ ...widthsOf(all, whole(plan), facts, graph), roundings }));
	const lowered = new Map<string, Lowered>();
	const proved = new Map<string, Proved>();
	const found = await searchPlan({
		options: groups.map(({ options }) => options.length),
		most,
		cost: (plan) => costOf(all, whole(plan)),
		measure: async (plan) => {
			const one = lowerPlan(plan);
			if (!one) return undefined;
			lowered.set(plan.join(), one);
			return measure(one);
		},
		measureRoughly:
			measureRoughly &&
			(async (plan) => {
				const one = lowerPlan(plan);
				return one && measureRoughly(one);
			}),
		proves: (plan) => {
			const key = plan.join();
			const one = proved.get(key) ?? attempt(() => prove(lowered.get(key)!));
			if (one) proved.set(key, one);
			return one !== undefined;
		},
		progress,
	});
	if (!found) return undefined;
	const plan = whole(found.plan);
	const costs = unitCosts(all, plan);
	const groupOf = all.units.map((_, unit) => groups.findIndex(({ units }) => units.includes(unit)));
	return {
		proved: proved.get(found.plan.join())!,
		report: {
			cost:
				found.cost /
				costOf(
					all,
					plan.map(() => 0),
				),
			most,
			largest: found.tried.largest,
			runs: found.runs,
			units: all.units.map(({ name }, unit) => {
				const square = found.errors[groupOf[unit]]?.[found.plan[groupOf[unit]]];
				const error = square !== undefined && Number.isFinite(square) ? { error: Math.sqrt(square) } : {};
				const share = (costs[unit] ?? 0) / found.cost;
				return { value: name, option: optionOf(all, plan, unit), share, ...error };
			}),
		},
	};
}

/** What cannot be lowered or proved is no option. */
function attempt<T>(run: () => T): T | undefined {
	try {
		return run();
	} catch (error) {
		if (error instanceof CompileError) return undefined;
		throw error;
	}
}

function planOfUnits(units: readonly Unit[], groups: readonly Group[], plan: WidthPlan): WidthPlan {
	const whole = units.map(() => 0);
	for (const [k, group] of groups.entries()) {
		const name = group.options[plan[k]];
		for (const unit of group.units) {
			const { factors, wantsBytes, options } = units[unit];
			// What no product reads is a byte for the sake of the kernel that gives it.
			const instead = factors.length > 0 || wantsBytes ? INSTEAD[name] : [];
			const places = [name, ...instead].map((one) => options.indexOf(one));
			whole[unit] = places.find((place) => place >= 0) ?? 0;
		}
	}
	return whole;
}

/** What a plan says of values. */
function widthsOf(all: Units, plan: WidthPlan, { ranges }: Facts, graph: Graph): Omit<Widths, "roundings"> {
	const tensors = new Map<string, Precision>();
	const copies = new Map<string, Precision>();
	const small = new Set<string>();
	const single = new Set<string>();
	const inputs = new Set(graph.inputs.map(({ name }) => name));
	for (const [k, unit] of all.units.entries()) {
		const option = optionOf(all, plan, k);
		if (option === "A16W7" || option.startsWith("A8W7")) for (const name of unit.factors) small.add(name);
		if (option === "float32") for (const name of unit.factors) single.add(name);
		else if (!option.startsWith("A8")) continue;
		const [names, isWholeUnit] = isWhole(unit, option) ? [unit.roots, true] : [unit.factors, false];
		for (const name of names) {
			const range = ranges.get(name);
			if (!range) continue;
			const isInput = isWholeUnit && inputs.has(name);
			const byte = (): Precision =>
				unit.sums > 0 && !isInput ? factorsOf(range, unit.sums) : bytesOf(range, isInput);
			(isWholeUnit ? tensors : copies).set(name, option === "float32" ? singleOf(range, unit.terms) : byte());
		}
	}
	return { tensors, copies, small, single, dividends: all.dividends };
}
