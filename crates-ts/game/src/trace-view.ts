import type { Hex } from "@umpire/commitment/constants.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import type { BindTraceMove, DescriptorOpening, RowOpening } from "./move.ts";
import type { Dispute, Parameters, Position } from "./state.ts";

/** What a party knows who has run the program itself: its own trace and the program. */
export interface TraceView {
	/** Own nodes of level `childLevel` under a subtree, left to right. */
	children(at: Position, childLevel: number): readonly Hex[];
	/** Own words of a leaf of an operator's tensor. */
	words(step: number, operator: number, leaf: number): readonly bigint[];
	/** Own trace root of a segment (0 if the program has none), with its last step between it and the claim. */
	binding(segment: number): Omit<BindTraceMove, "type" | "claim" | "segment">;
	/** An operator's descriptor under the program root. */
	descriptor(operator: number): DescriptorOpening;
	/** The rescale row of an element; NO_ROW for kinds without one. */
	row(operator: number, element: number): RowOpening;
	/** How many parts the cone of an element has. */
	partCount(operator: number, element: number): number;
	/** Own partial results S₁ … Sₙ of an element, by its operands in the own trace. */
	partials(step: number, operator: number, element: number): readonly bigint[];
}

/** What a party sees of a dispute on chain. */
export interface DisputeView {
	readonly id: number;
	readonly dispute: Dispute;
	readonly header: ProgramHeader;
	readonly parameters: Parameters;
	/** When what is demanded was published, 0 if it was not. */
	readonly publishedAt: number;
	/** Whether the trace of a segment of the claim, or of a lazy claim (segment 0), is bound. */
	readonly isBound: (segment: number) => boolean;
	/** The published children of the demanded node (phase Search). */
	readonly children?: readonly Hex[];
	/** The published words of the leaf (phases Leaf and Partials). */
	readonly words?: readonly bigint[];
}
