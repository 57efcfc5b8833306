import { float, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { type Activation, activationsOf } from "./activations.ts";
import { Algebra } from "./algebra.ts";
import { type Reach, reachesOf } from "./lengths.ts";
import { declareSharedRanges, type Step } from "./shared-ranges.ts";

/** A state [1, batch, hidden]; undefined while it is zero. */
export type State = string | undefined;

/** One direction of a recurrent operator, ready to take its steps. */
export interface Cell {
	/** X·Wᵀ and what is added to it in every step, for all steps at once: [steps, batch, gates·hidden]. */
	readonly projected: string;
	/** The states after a step; `x` is its part of `projected`, [1, batch, gates·hidden]. */
	step(x: string, states: readonly State[]): string[];
}

/** What a cell is made from; the weights are those of one direction, without the direction's axis. */
export interface CellParts {
	readonly algebra: Algebra;
	readonly hidden: number;
	/** [input, gates·hidden] */
	readonly w: string;
	/** [hidden, gates·hidden] */
	readonly r: string;
	/** [gates·hidden] each, or undefined without bias. */
	readonly biases: readonly [string, string] | undefined;
	/** LSTM's peepholes [3·hidden]. */
	readonly peepholes: string | undefined;
	readonly activations: readonly Activation[];
	/** X·w [steps, batch, gates·hidden] */
	readonly product: string;
	/** Clips what goes into an activation. */
	clip(x: string): string;
}

export interface Recurrence {
	readonly gates: number;
	readonly defaults: readonly string[];
	/** Number of states: 2 for LSTM (hidden, cell). */
	readonly states: number;
	readonly cell: (node: Node, parts: CellParts) => Cell;
}

/**
 * Unrolls a recurrent operator with the sequence first (X [steps, batch, input]). The products
 * with the inputs of all steps are one MatMul. A sequence that is shorter than the longest keeps
 * its state in the steps beyond its end, whichever the direction, and its Y is zero there.
 */
export function unroll(node: Node, context: DecomposeContext, recurrence: Recurrence): void {
	const [x, w, r, b, lengths, initialHidden, initialCell, p] = node.inputs;
	const algebra = new Algebra(context, context.type(x));
	const [steps, batch] = context.shape(x);
	const [directions, , hidden] = context.shape(r);
	const size = recurrence.gates * hidden;
	const direction = string(node, "direction", "forward");
	const reaches = reachesOf(algebra, lengths, steps, batch);
	const activations = activationsOf(node, algebra, directions, recurrence.defaults);
	const row = (name: string, d: number): string =>
		directions === 1 ? name : algebra.slice(name, [d], [d + 1], [0]);
	const limit = float(node, "clip", 0);
	const initial = [initialHidden, initialCell].slice(0, recurrence.states);
	const results = activations.map((own, d) => {
		const input = context.shape(x)[2];
		const bias = (from: number): string =>
			algebra.reshape(algebra.slice(b, [d, from], [d + 1, from + size], [0, 1]), [size]);
		const transposed = (name: string, width: number): string =>
			algebra.transpose(algebra.reshape(row(name, d), [size, width]), [1, 0]);
		const wide = transposed(w, input);
		const cell = recurrence.cell(node, {
			algebra,
			hidden,
			w: wide,
			r: transposed(r, hidden),
			biases: b ? [bias(0), bias(size)] : undefined,
			peepholes: p ? algebra.reshape(row(p, d), [3 * hidden]) : undefined,
			activations: own,
			product: algebra.matmul(x, wide),
			clip: (value) => (limit > 0 ? clipped(algebra, value, limit) : value),
		});
		const backwards = direction === "reverse" || d === 1;
		const states = initial.map((name) => (isZero(context, name) ? undefined : row(name, d)));
		return run(algebra, cell, reaches, states, backwards, [1, batch, hidden]);
	});
	const [y, ...last] = node.outputs;
	const shape = [steps, batch, hidden];
	if (y) {
		const sides = results.map(({ all }) =>
			algebra.reshape(algebra.concat(all, 0), [steps, 1, batch, hidden]),
		);
		define(algebra, sides, 1, y);
	}
	for (const [k, output] of last.entries()) {
		if (!output) continue;
		const sides = results.map(({ states }) => states[k] ?? algebra.zeros([1, ...shape.slice(1)]));
		define(algebra, sides, 0, output);
	}
}

function define(algebra: Algebra, sides: readonly string[], axis: number, output: string): void {
	if (sides.length === 1) algebra.context.emit("Identity", sides, {}, [output]);
	else algebra.context.emit("Concat", sides, { axis }, [output]);
}

function clipped(algebra: Algebra, x: string, limit: number): string {
	const { context } = algebra;
	return context.emit("Clip", [
		x,
		scalarOf(context, algebra.type, -limit),
		scalarOf(context, algebra.type, limit),
	]);
}

/** Omitted, or a constant of zeros, as exporters write it. */
function isZero(context: DecomposeContext, name: string | undefined): boolean {
	if (!name) return true;
	return context.constant(name)?.data.every((value) => Number(value) === 0) ?? false;
}

/** Takes all steps. `all` holds the hidden state after each (zero where the sequence has ended), in the order of X. */
function run(
	algebra: Algebra,
	cell: Cell,
	reaches: readonly Reach[],
	initial: readonly State[],
	backwards: boolean,
	shape: readonly number[],
): { all: string[]; states: State[] } {
	const steps = reaches.length;
	const zeros = (): string => algebra.zeros(shape);
	const all = new Array<string>(steps).fill("");
	let states = [...initial];
	const taken: Step[] = [];
	algebra.taken();
	for (let k = 0; k < steps; k++) {
		const t = backwards ? steps - 1 - k : k;
		const reach = reaches[t];
		if (reach === "none") {
			all[t] = zeros();
			continue;
		}
		const x = steps === 1 ? cell.projected : algebra.slice(cell.projected, [t], [t + 1], [0]);
		const next = cell.step(x, states);
		taken.push({ emitted: algebra.taken(), states: next });
		if (reach === "all") {
			states = next;
			all[t] = next[0];
			continue;
		}
		all[t] = algebra.where(reach.mask, next[0], zeros());
		states = next.map((state, i) => algebra.where(reach.mask, state, states[i] ?? zeros()));
	}
	declareSharedRanges(algebra, taken);
	return { all, states };
}

/** Columns from·hidden … to·hidden − 1 of [1, batch, gates·hidden] (or of a vector). */
export function gatesOf(parts: CellParts, x: string, from: number, to = from + 1, axis = 2): string {
	const { hidden } = parts;
	return parts.algebra.slice(x, [from * hidden], [to * hidden], [axis]);
}
