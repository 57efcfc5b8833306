import { emptyElements } from "@umpire/commitment/elements.ts";
import { leafCount, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { toLogical } from "@umpire/commitment/tensor.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { plainShape } from "./tensor-view.ts";
import { counted, real, shapeText } from "./text.ts";

/** A claimed output, as far as its one leaf on the chain tells it. */
export interface OutputView {
	readonly name: string;
	readonly shape: string;
	readonly count: number;
	readonly scale: number;
	/** Real values, the largest first where there are several; at most 12. */
	readonly top: readonly { readonly index: number; readonly value: number; readonly integer: number }[];
	/** Whether `top` are all values, in their order. */
	readonly isWhole: boolean;
	/** In a few words: a number, or which is the largest. */
	readonly summary: string;
}

const MOST = 12;

/** What a claim states as its output; undefined if it is larger than a leaf, or the program is not here. */
export function outputView(program: Program | undefined, words: readonly bigint[]): OutputView | undefined {
	if (program === undefined || words.every((word) => word === 0n)) return undefined;
	const { name, operator } = program.outputs[0];
	const spec = program.operators[operator];
	const count = elementCount(spec.shape);
	if (leafCount(count, spec.width) !== 1) return undefined;
	const physical = emptyElements(spec.width, count);
	physical.set(unpackLeaf(words, spec.width, count));
	const values = [...toLogical(physical, spec.shape, spec.layout)].map((integer, index) => ({
		index,
		integer,
		value: integer * spec.scale,
	}));
	const isWhole = count <= MOST;
	const sorted = values.toSorted((a, b) => b.integer - a.integer);
	return {
		name,
		shape: shapeText(plainShape(spec.shape)),
		count,
		scale: spec.scale,
		top: isWhole ? values : sorted.slice(0, MOST),
		isWhole,
		summary:
			count === 1
				? real(values[0].value)
				: `${counted(count, "number")}, number ${sorted[0].index} the largest`,
	};
}
