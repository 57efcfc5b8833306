import { rangeOf as widthRange } from "@umpire/commitment/elements.ts";
import { definitionOf } from "./forms.ts";
import type { Operator, Program, TensorRef } from "./program.ts";
import { hull, type Range } from "./range.ts";
import { tensorOf } from "./tensors.ts";

/** Ranges that were asked for, and those of the operators before `next`. */
interface Known {
	readonly ranges: Map<string, Range>;
	next: number;
}

const cache = new WeakMap<Program, Known>();

/**
 * The values that the tensor behind `ref` can take, whatever the inputs are. Nothing declared is
 * believed unless the operator enforces it: inputs count with all that their width represents,
 * constants with what they hold, rescaled operators with their clip, the others with what
 * their operands give them.
 */
export function rangeOf(program: Program, ref: TensorRef): Range {
	let known = cache.get(program);
	if (known === undefined) {
		known = { ranges: new Map(), next: 0 };
		cache.set(program, known);
	}
	const { ranges } = known;
	const key = `${ref.source}:${ref.index}`;
	const cached = ranges.get(key);
	if (cached !== undefined) return cached;
	if (ref.source === "operator") {
		// In order and once, so that a chain of thousands of views takes neither stack nor time.
		while (known.next < ref.index) {
			const index = known.next++;
			ranges.set(`operator:${index}`, operatorRange(program, program.operators[index]));
		}
	}
	const range = sourceRange(program, ref);
	ranges.set(key, range);
	return range;
}

function sourceRange(program: Program, ref: TensorRef): Range {
	const spec = tensorOf(program, ref);
	switch (ref.source) {
		case "constant":
			return dataRange(program.constants[ref.index].data);
		case "operator":
			return operatorRange(program, program.operators[ref.index]);
		default:
			return widthRange(spec.width);
	}
}

function operatorRange(program: Program, operator: Operator): Range {
	if (operator.rescale !== undefined) return { low: operator.low, high: operator.high };
	const ranges = operator.operands.map((ref) => rangeOf(program, ref));
	const specs = operator.operands.map((ref) => tensorOf(program, ref));
	return definitionOf(operator.form).range?.(operator, ranges, specs) ?? hull(ranges);
}

function dataRange(data: ArrayLike<number>): Range {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < data.length; i++) {
		if (data[i] < low) low = data[i];
		if (data[i] > high) high = data[i];
	}
	return { low, high };
}
