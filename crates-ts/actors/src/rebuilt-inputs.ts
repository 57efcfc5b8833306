import type { Hex, Width } from "@umpire/commitment/constants.ts";
import { LEAF_ELEMENTS } from "@umpire/commitment/constants.ts";
import { type Elements, emptyElements } from "@umpire/commitment/elements.ts";
import { elementsInLeaf, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { toLogical } from "@umpire/commitment/tensor.ts";
import { chunkLeaves } from "@umpire/game/input-demands.ts";
import type { Program } from "@umpire/operators/program.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";

/** A chunk of an input: the words of its leaves if they have been published. */
export interface Chunk {
	readonly input: number;
	readonly elements: number;
	readonly width: Width;
	readonly chunk: number;
	readonly words: readonly (readonly bigint[])[] | undefined;
}

/**
 * A program's inputs in logical order, from all their chunks.
 *
 * @returns undefined if a chunk is missing or they are not what `inputsRoot` commits to
 */
export async function rebuiltInputs(
	program: Program,
	chunks: readonly Chunk[],
	inputsRoot: Hex,
): Promise<Elements[] | undefined> {
	const inputs: Elements[] = [];
	for (const [input, { shape, layout }] of program.inputs.entries()) {
		const own = chunks.filter((at) => at.input === input);
		const { elements, width } = own[0];
		const physical = emptyElements(width, elements);
		for (const at of own) {
			const { start } = chunkLeaves(at);
			for (const [i, words] of (at.words ?? []).entries()) {
				const count = elementsInLeaf(start + i, elements, width);
				physical.set(unpackLeaf(words, width, count), (start + i) * LEAF_ELEMENTS[width]);
			}
		}
		inputs.push(toLogical(physical, shape, layout));
	}
	const { root } = inputTreeOf(await commitInputs(program, inputs));
	return root === inputsRoot ? inputs : undefined;
}
