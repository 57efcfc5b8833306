import { numbersOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import type { Algebra } from "./algebra.ts";

/** Which sequences of the batch reach a time step: all, none, or those of a mask [1, batch, 1]. */
export type Reach = "all" | "none" | { readonly mask: string };

/** Per time step, which sequences have that many elements. */
export function reachesOf(
	algebra: Algebra,
	lengths: string | undefined,
	steps: number,
	batch: number,
): Reach[] {
	if (!lengths) return new Array<Reach>(steps).fill("all");
	const { context } = algebra;
	const constant = context.constant(lengths);
	if (constant) {
		const sizes = Array.from(constant.data, Number);
		return Array.from({ length: steps }, (_, t) => {
			if (sizes.every((size) => t < size)) return "all";
			if (sizes.every((size) => t >= size)) return "none";
			return {
				mask: numbersOf(
					context,
					"bool",
					[1, batch, 1],
					sizes.map((size) => Number(t < size)),
				),
			};
		});
	}
	const column = algebra.reshape(lengths, [1, batch, 1]);
	return Array.from({ length: steps }, (_, t) => ({ mask: later(context, column, lengths, t) }));
}

function later(context: DecomposeContext, column: string, lengths: string, t: number): string {
	return context.emit("Greater", [column, numbersOf(context, context.type(lengths), [], [t])]);
}
