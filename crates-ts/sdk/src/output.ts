import type { Elements } from "@umpire/commitment/elements.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { leafCount, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { toLogical } from "@umpire/commitment/tensor.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { dequantise } from "@umpire/runtime/quantise.ts";
import type { LoadedProgram } from "./program.ts";

/** An output as real numbers. */
export interface Decoded {
	readonly name: string;
	readonly shape: readonly number[];
	/** In row-major order. */
	readonly values: Float64Array;
	/** With the names of classes: each with its value, the greatest first; of equal ones the first. */
	readonly ranking: readonly { readonly name: string; readonly value: number }[] | undefined;
}

/** @param elements the primary output's integers in row-major order, as a run of the program gives them */
export function decodeElements(
	{ output, classes }: Pick<LoadedProgram, "output" | "classes">,
	elements: Elements,
): Decoded {
	const values = dequantise(elements, output);
	const ranking = classes
		?.map((name, i) => ({ name, value: values[i] }))
		.sort((one, other) => other.value - one.value);
	return { name: output.name, shape: output.shape, values, ranking };
}

/**
 * Decodes what a claim states of an output of one leaf.
 *
 * @param words as the market gives them (`Claimed`, `onFinal`, `output`)
 * @returns undefined if the output has several leaves: then a claim states its root only (`verifyClaim` computes it)
 */
export function decodeWords(
	program: Pick<LoadedProgram, "output" | "classes">,
	words: readonly bigint[],
): Decoded | undefined {
	const { shape, layout, width } = program.output;
	const count = elementCount(shape);
	if (leafCount(count, width) > 1) return undefined;
	const physical = emptyElements(width, count);
	physical.set(unpackLeaf(words, width, count));
	return decodeElements(program, toLogical(physical, shape, layout));
}
