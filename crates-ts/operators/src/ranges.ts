import { rangeOf as widthRange } from "@umpire/commitment/elements.ts";
import { axesOf, hasEmptyWindow } from "./pool/windows.ts";
import type { Operator, Program, TensorRef } from "./program.ts";
import { tensorOf } from "./tensors.ts";

/** Integers low … high, both included. */
export interface Range {
	readonly low: number;
	readonly high: number;
}

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
	const operands = operator.operands.map((ref) => rangeOf(program, ref));
	switch (operator.form.type) {
		case "lookup":
		case "gather":
		case "gatherElements":
			return operands[1];
		case "quotient":
			return { low: operator.low, high: operator.high };
		case "select":
			return hull(operands.slice(1));
		case "argmax":
			return { low: 0, high: tensorOf(program, operator.operands[0]).shape[operator.form.axis] - 1 };
		case "reduce":
			return operands[0];
		case "elementwise":
			return {
				low: Math.max(...operands.map((range) => range.low)),
				high: Math.max(...operands.map((range) => range.high)),
			};
		case "pool":
			return poolRange(program, operator, operands[0]);
		case "pad":
			return hull([operands[0], { low: operator.form.value, high: operator.form.value }]);
		case "dilate":
			return hull([operands[0], { low: 0, high: 0 }]);
		default:
			return hull(operands);
	}
}

function poolRange(program: Program, operator: Operator, operand: Range): Range {
	const { form } = operator;
	if (form.type !== "pool") return operand;
	const { shape } = tensorOf(program, operator.operands[0]);
	const empty = axesOf(form, form.kernel, shape.slice(2), operator.shape.slice(2)).some(hasEmptyWindow);
	return empty ? { low: widthRange(operator.width).low, high: operand.high } : operand;
}

function hull(ranges: readonly Range[]): Range {
	return {
		low: Math.min(...ranges.map((range) => range.low)),
		high: Math.max(...ranges.map((range) => range.high)),
	};
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
