import type { Hex } from "@umpire/commitment/constants.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import type { Case, DescriptorOpening, LeafLocation, RowOpening, Settlement } from "./move.ts";

/** Partial results of an element, and what they are checked with. */
export interface PublishedPartials {
	readonly header: ProgramHeader;
	readonly operator: number;
	readonly opening: DescriptorOpening;
	readonly row: RowOpening;
	/** Of the disputed leaf. */
	readonly words: readonly bigint[];
	/** The first element of that leaf. */
	readonly first: number;
	readonly element: number;
	readonly partials: readonly bigint[];
}

/**
 * What the game asks about operators and leaves (contracts/interfaces/IArbiter.sol). Every function
 * throws GameError with the contract's error name where the contract reverts.
 */
export interface Arbiter {
	leafNode(width: number, count: number, words: readonly bigint[]): Hex;
	shape(
		header: ProgramHeader,
		operator: number,
		opening: DescriptorOpening,
	): { elements: number; width: number };
	/** The shape of an input, by an operator that reads it (contracts/court/Arbiter.sol). */
	inputShape(
		header: ProgramHeader,
		operator: number,
		opening: DescriptorOpening,
		input: number,
	): { elements: number; width: number };
	partCount(header: ProgramHeader, operator: number, opening: DescriptorOpening, element: number): number;
	/** Returns only if the partial results lead to the value that the disputed leaf states for the element. */
	checkPartials(published: PublishedPartials): void;
	/** Returns only if the settlement shows that the published value is wrong. */
	judge(what: Case, settlement: Settlement): { claimed: bigint; computed: bigint };
	/** The same for a leaf that no dispute has led to: checks first that its words are in the trace. */
	judgeAt(what: Case, location: LeafLocation, settlement: Settlement): { claimed: bigint; computed: bigint };
}
