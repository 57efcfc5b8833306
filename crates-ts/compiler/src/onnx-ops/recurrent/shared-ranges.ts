import { traitsOf } from "@umpire/graph/traits.ts";
import type { Algebra, Emitted } from "./algebra.ts";

/** What the steps of one direction emitted, and the states after each of them. */
export interface Step {
	readonly emitted: readonly Emitted[];
	readonly states: readonly string[];
}

/**
 * States which values of the steps play one part: the same place in steps of the same form, one
 * kind of activation, one state. Then no step is calibrated by itself, where few inputs show
 * little, and the steps share their weights and tables.
 */
export function declareSharedRanges({ context }: Algebra, steps: readonly Step[]): void {
	const groups = new Map<string, Set<string>>();
	const add = (key: string, name: string): void => {
		const group = groups.get(key);
		if (group) group.add(name);
		else groups.set(key, new Set([name]));
	};
	for (const { emitted, states } of steps) {
		const form = emitted.map(({ opType }) => opType).join();
		for (const [k, { opType, name }] of emitted.entries()) {
			add(`place ${form} ${k}`, name);
			// What is no activation has a range for each place in the step.
			if (!traitsOf(opType).has("recurrentStep")) add(`activation ${opType}`, name);
		}
		for (const [k, name] of states.entries()) add(`state ${k}`, name);
	}
	for (const group of groups.values()) if (group.size > 1) context.shareRange([...group]);
}
