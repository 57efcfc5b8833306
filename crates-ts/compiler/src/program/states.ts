import type { Range } from "@umpire/graph/ranges.ts";
import { type RangeTable, union } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import type { InputTensor, Program, TensorRef } from "@umpire/operators/program.ts";
import type { Carried } from "../import/steps.ts";
import type { Context, Value } from "../lower/context.ts";
import { emitLinear } from "../lower/emit.ts";

/** An input that from the second step on is an operator of the step before. */
export interface State {
	readonly input: number;
	readonly operator: number;
}

/** The value on the input's grid and within its range: the value itself where it is so already. */
export function requantised(context: Context, value: Value, input: InputTensor): Value {
	const { scale, width, low, high } = input;
	const { spec } = value;
	if (spec.scale === scale && spec.width === width && spec.low >= low && spec.high <= high) return value;
	return emitLinear(context, [value], [1], spec.shape, { scale, width, low, high });
}

/** A state that grows by its own grid has a coarser one each time: after so many times it is rounded to the one it has. */
const MOST_ROUNDS = 4;

/**
 * Whole numbers that are carried may leave what calibration has shown: an index can become any that ArgMax yields.
 * And numbers that a float run cancels to nearly nothing get a grid no finer than what they are computed from, on
 * which they are carried too. Gives the ranges with room for both; undefined if there is room.
 */
export function widenCarriedRanges(
	carried: readonly Carried[],
	context: Context,
	inputs: readonly InputTensor[],
	round: number,
): ReadonlyMap<string, Range> | undefined {
	let changed = false;
	const ranges: RangeTable = new Map(context.facts.ranges);
	for (const { output, input } of carried) {
		const { width, scale } = inputs.find(({ name }) => name === input)!;
		const { spec } = context.value(output);
		if (isFloat(context.type(input))) {
			const factor = spec.scale / scale;
			if (!context.precision.pins || factor <= 1 || round >= MOST_ROUNDS) continue;
			changed = true;
			const { low, high } = ranges.get(input)!;
			const wider = { low: low * factor, high: high * factor };
			for (const name of [output, input]) ranges.set(name, wider);
			continue;
		}
		if (spec.width <= width) continue;
		changed = true;
		for (const name of [output, input]) ranges.set(name, union(ranges.get(name) ?? spec, spec));
	}
	return changed ? ranges : undefined;
}

/** The program that reads, wherever it reads an input with a state, that state. */
export function withStates(program: Program, states: readonly State[]): Program {
	const carried = new Map(states.map(({ input, operator }) => [input, operator]));
	const move = (ref: TensorRef): TensorRef => {
		const operator = ref.source === "input" ? carried.get(ref.index) : undefined;
		return operator === undefined ? ref : { source: "state", index: operator, initial: ref.index };
	};
	return {
		...program,
		operators: program.operators.map((operator) => ({ ...operator, operands: operator.operands.map(move) })),
	};
}
