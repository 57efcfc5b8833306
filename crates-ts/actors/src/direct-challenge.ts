import type { Hex } from "@umpire/commitment/constants.ts";
import type { SettleDirectlyMove } from "@umpire/game/move.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type { ClaimedTrace } from "./claimed-trace.ts";
import { ownPaths } from "./claimed-trees.ts";
import type { Evidence, Spot } from "./evidence.ts";
import { leafOf, type Prepared, prepareSettlement } from "./settlement.ts";

/** Gas of a direct settlement: the first part with the openings of the disputed leaf, and every further part. */
const FIRST_PART = 610_000;
const FURTHER_PART = 395_000;
/** What a challenger pays for a dispute, by and large. */
const DISPUTE = 1_000_000;
/** A transaction takes at most 2^24 gas. */
const TRANSACTION = 2 ** 24;

/** A wrong element (physical index), and the parts of its cone. */
export interface WrongElement extends Spot {
	readonly element: number;
	readonly parts: number;
}

/** The first element in which a claimed trace differs from one's own; undefined if none does. */
export function firstDifference(own: Evidence, claimed: ClaimedTrace): WrongElement | undefined {
	for (const [step, tensors] of own.trace.operators.entries()) {
		for (const [operator, { root, elements }] of tensors.entries()) {
			const theirs = claimed.operators[step][operator];
			if (theirs.root === root) continue;
			const element = elements.findIndex((value, i) => value !== theirs.elements[i]);
			const parts = partCount(own.commitment.descriptors[operator], element);
			return { step, operator, element, parts };
		}
	}
	return undefined;
}

/** Whether settling directly costs the challenger less than a dispute, and fits into a transaction at all. */
export const isCheaper = ({ parts }: WrongElement): boolean => gasOfParts(parts) <= DISPUTE;
export const fitsTransaction = ({ parts }: WrongElement): boolean => gasOfParts(parts) <= TRANSACTION;
export const gasOfParts = (parts: number): number => FIRST_PART + FURTHER_PART * (parts - 1);

/** What settles a wrong element without a dispute, but for the proofs. */
export async function prepareDirect(
	own: Evidence,
	claimed: ClaimedTrace,
	{ step, operator, element }: WrongElement,
	beneficiary: Hex,
): Promise<Prepared & Pick<SettleDirectlyMove, "location">> {
	const tensor = claimed.operators[step][operator];
	const leaf = leafOf(own, operator, element);
	const paths = ownPaths(claimed);
	const matter = { step, operator, element, part: 0, words: tensor.words(leaf), partials: [] };
	const location = {
		step,
		operator,
		leaf,
		leafPath: tensor.path(leaf),
		operatorPath: paths.operator(step, operator),
		stepPath: paths.step(step),
	};
	return { ...(await prepareSettlement(own, matter, beneficiary, paths)), location };
}
