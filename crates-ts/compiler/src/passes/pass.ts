import type { FoldedModel } from "@umpire/graph/facts.ts";
import type { Feeds } from "@umpire/graph/feeds.ts";
import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Graph, Model, Tensor } from "@umpire/onnx/model.ts";
import type { Built } from "../build.ts";
import type { Repetition } from "../import/steps.ts";
import type { CompileOptions } from "../options.ts";
import type { Evening } from "../powers/even.ts";
import type { RangeMethod } from "../quantise/calibration.ts";

/** What passes hand on to one another, by name. */
export interface Compilation {
	/** The model as the passes so far left it. */
	readonly model: Model;
	/** Calibration inputs: sets of tensors in the order of the model's inputs. */
	readonly sets: readonly (readonly Tensor[])[];
	/** Inputs that became constants, because they decide shapes. */
	readonly fixedInputs: ReadonlyMap<string, Tensor>;
	/** Whether the calibration inputs stand in for such as nobody gave. */
	readonly synthetic: boolean;
	/** By input that may hold NaN, the number that stands for it. */
	readonly missing: ReadonlyMap<string, readonly number[]>;
	/** How often the model runs, and what its steps hand on. */
	readonly repetition: Repetition;
	/** What the model reads in every step of every calibration input. */
	readonly feeds: Feeds;
	/** Groups of values that have one range. */
	readonly sharedRanges: readonly (readonly string[])[];
	/** The model in its own operators, with which the program's outputs are compared. */
	readonly float: Model;
	/** How ranges follow from calibration. */
	readonly method: RangeMethod;
	/** The model without what does not depend on its inputs, with what is known of its values. */
	readonly folded: FoldedModel;
	/** What of it is divided by powers of two. */
	readonly evening: Evening;
	/** Values of it from which an offset was subtracted. */
	readonly centred: readonly string[];
	/** The program, proved exact and perhaps measured. */
	readonly built: Built;
}

type Key = keyof Compilation;

/** Told of every change that a pass makes in steps of its own. */
export type Observe = (step: Pick<StepReport, "name" | "summary">, before: Graph, after: Graph) => void;

/** One step of a compilation: what it needs of those before, and what it leaves to those after. */
export interface Pass {
	readonly name: string;
	/** What it does, in one line. */
	readonly summary: string;
	readonly needs: readonly Key[];
	readonly leaves: readonly Key[];
	run(
		have: Compilation,
		options: CompileOptions,
		observe: Observe,
	): Partial<Compilation> | Promise<Partial<Compilation>>;
}

/** A pass that sees what it needs, and must give what it leaves. */
export function pass<N extends Key, L extends Key>(one: {
	readonly name: string;
	readonly summary: string;
	readonly needs: readonly N[];
	readonly leaves: readonly L[];
	run(
		have: Pick<Compilation, N>,
		options: CompileOptions,
		observe: Observe,
	): Pick<Compilation, L> | Promise<Pick<Compilation, L>>;
}): Pass {
	return one;
}

/** How often each operator occurs more, or less, than before. */
export type Counts = Readonly<Record<string, number>>;

/** How a graph changed. */
export interface Change {
	/** Nodes of the model before and after. */
	readonly nodes: readonly [number, number];
	readonly added: Counts;
	readonly removed: Counts;
}

/** What a step of a pass changed. */
export interface StepReport extends Change {
	readonly name: string;
	readonly summary: string;
}

/** What a pass changed. */
export interface PassReport extends StepReport {
	readonly needs: readonly string[];
	readonly leaves: readonly string[];
	/** Kinds of the program's operators, of the pass that leaves it. */
	readonly operators?: Counts;
	/** What steps of its own changed, in order; those that changed nothing are left out. */
	readonly steps: readonly StepReport[];
}

/**
 * Runs passes one after the other.
 * @throws Error if a pass needs what none before it leaves: the list is wrong
 */
export async function runPasses(
	passes: readonly Pass[],
	given: Partial<Compilation>,
	options: CompileOptions,
): Promise<{ readonly state: Compilation; readonly reports: readonly PassReport[] }> {
	let state = given;
	const reports: PassReport[] = [];
	for (const { name, summary, needs, leaves, run } of passes) {
		const missing = needs.find((key) => state[key] === undefined);
		if (missing) throw new Error(`pass ${name} needs ${missing}, which no pass before it leaves`);
		const before = graphOf(state);
		const steps: StepReport[] = [];
		const left = await run(state as Compilation, options, (step, from, to) => {
			steps.push({ ...step, ...difference(from, to) });
		});
		state = { ...state, ...left };
		const kinds = left.built?.lowered.program.operators.map(({ kind }) => kind);
		const operators = kinds ? { operators: Object.fromEntries(countOf(kinds)) } : {};
		const change = difference(before, graphOf(state));
		reports.push({ name, summary, needs, leaves, ...change, ...operators, steps });
	}
	return { state: state as Compilation, reports };
}

function graphOf({ folded, model }: Partial<Compilation>): Graph | undefined {
	return folded?.graph ?? model?.graph;
}

function difference(before: Graph | undefined, after: Graph | undefined): Change {
	const [from, to] = [before, after].map((graph) => countOf((graph?.nodes ?? []).map(qualifiedName)));
	const more = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Counts =>
		Object.fromEntries(
			[...b].flatMap(([name, count]) => {
				const rest = count - (a.get(name) ?? 0);
				return rest > 0 ? [[name, rest]] : [];
			}),
		);
	return {
		nodes: [before?.nodes.length ?? 0, after?.nodes.length ?? 0],
		added: more(from, to),
		removed: more(to, from),
	};
}

function countOf(names: readonly string[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	return counts;
}
