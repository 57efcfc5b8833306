import type { Hex } from "@umpire/commitment/constants.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import type { Case, DescriptorOpening, LeafLocation, RowOpening, Settlement } from "./move.ts";

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
	/** @param first the first element of the disputed leaf, whose words these are */
	checkPartials(
		header: ProgramHeader,
		operator: number,
		opening: DescriptorOpening,
		row: RowOpening,
		words: readonly bigint[],
		first: number,
		element: number,
		partials: readonly bigint[],
	): void;
	/** Returns only if the settlement shows that the published value is wrong. */
	judge(what: Case, settlement: Settlement): { claimed: bigint; computed: bigint };
	/** The same for a leaf that no dispute has led to: checks first that its words are in the trace. */
	judgeAt(what: Case, location: LeafLocation, settlement: Settlement): { claimed: bigint; computed: bigint };
}
