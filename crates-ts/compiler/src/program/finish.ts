import type { Program } from "@umpire/operators/program.ts";
import { shortenCones } from "./cones.ts";
import { chooseLayouts } from "./layouts.ts";
import { prune } from "./prune.ts";
import { type State, withStates } from "./states.ts";

/** A program, and for each of its operators its number before; undefined for one that was added. */
export interface Finished {
	readonly program: Program;
	readonly from: readonly (number | undefined)[];
}

/**
 * The program as everyone gets it: without what nothing needs, with the layouts that its products
 * want and cones that can be settled, reading what the step before handed on.
 *
 * @param whole its last outputs are what a step hands on: they must survive pruning, as outputs do
 * @param carriedInputs the inputs that these become in the next step, in order
 */
export function finishProgram(whole: Program, carriedInputs: readonly number[]): Finished {
	const count = whole.outputs.length - carriedInputs.length;
	const statesOf = ({ outputs }: Program): State[] =>
		outputs.slice(count).map(({ operator }, k) => ({ input: carriedInputs[k], operator }));
	const first = prune(whole);
	const short = shortenCones(chooseLayouts(first.program, statesOf(first.program)));
	// A constant that is read in another layout only is there as its copies.
	const used = prune(short.program);
	const from = used.kept.map((index) => {
		const before = short.from[index];
		return before === undefined ? undefined : first.kept[before];
	});
	const repeated = withStates(used.program, statesOf(used.program));
	return { program: { ...repeated, outputs: repeated.outputs.slice(0, count) }, from };
}
