import type { Hex } from "@umpire/commitment/constants.ts";
import { isUnbound } from "@umpire/game/dispute.ts";
import type { SettleDirectlyMove } from "@umpire/game/move.ts";
import type { Claim } from "@umpire/game/state.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type { ContentStore } from "@umpire/store/content-store.ts";
import { type ClaimedTrace, claimedTrace } from "./claimed-trace.ts";
import { ownPaths } from "./claimed-trees.ts";
import type { Evidence, TracePosition } from "./evidence.ts";
import { describeFinding, type Finding, findingOf } from "./finding.ts";
import type { StatedOutput } from "./output-agreement.ts";
import { leafOf, type Prepared, prepareSettlement, proveSettlement, type Sharing } from "./settlement.ts";

/** Gas of a direct settlement: the first part with the openings of the disputed leaf, and every further part. */
const FIRST_PART = 610_000;
const FURTHER_PART = 395_000;
/** What a challenger pays for a dispute, by and large. */
const DISPUTE = 1_000_000;
/** A transaction takes at most 2^24 gas. */
const TRANSACTION = 2 ** 24;

/** How a wrong claim is brought down: by a dispute, without one, or as costs less. */
export type Mode = "auto" | "direct" | "bisect";

/** What settles a wrong claim without a dispute, or why nothing does. */
export type Direct =
	| { readonly move: SettleDirectlyMove; readonly finding: Finding; readonly provingSeconds: number }
	| { readonly move?: undefined; readonly reason: string };

/** Who settles what. */
export interface DirectChallenge {
	readonly id: number;
	readonly claim: Claim;
	/** The output as the claim's event states it. */
	readonly stated: StatedOutput | undefined;
	/** Where the submitter may have published its trace. */
	readonly store: ContentStore;
	readonly beneficiary: Hex;
	readonly mode: Mode;
	/** How a farm helps to prove. */
	readonly sharing?: Sharing | undefined;
	readonly say: (line: string) => void;
}

/**
 * The one transaction that rejects a wrong claim, or why there is none: its trace is not to be had, or a dispute costs
 * less.
 *
 * @param own a right trace of the claimed program and inputs
 */
export async function proveDirectly(own: Evidence, challenge: DirectChallenge): Promise<Direct> {
	const { id, mode, say, beneficiary } = challenge;
	const not = (reason: string): Direct => ({ reason });
	if (mode === "bisect") return not("a dispute is asked for");
	const plan = await planOf(own, challenge);
	if (typeof plan === "string") return not(plan);
	const { claimed, place } = plan;
	const { step, operator, element, parts } = place;
	if (mode === "auto" && !isCheaper(place)) return not(`a dispute costs less than ${parts} proofs`);
	if (!fitsTransaction(place)) return not(`${parts} parts do not fit into a transaction`);
	const right = own.trace.operators[step][operator].elements[element];
	const stated = claimed.operators[step][operator].elements[element];
	const finding = findingOf(own.program, place, element, stated, right);
	const started = performance.now();
	const prepared = await prepareDirect(own, claimed, place, beneficiary);
	if (prepared.witnesses.every((witness) => witness === undefined)) {
		return not("its value needs no proof, so that anybody could copy the settlement");
	}
	say(`Claim ${id}: ${describeFinding(finding)}; proving ${parts === 1 ? "it" : `${parts} parts`}...`);
	const settlement = await proveSettlement(prepared, challenge.sharing);
	const provingSeconds = (performance.now() - started) / 1000;
	const { location } = prepared;
	const move: SettleDirectlyMove = { type: "settleDirectly", claim: id, beneficiary, location, settlement };
	return { move, finding, provingSeconds };
}

/** The wrong element and the trace that it stands in, or why there is none. */
async function planOf(
	own: Evidence,
	{ claim, stated, store }: DirectChallenge,
): Promise<{ claimed: ClaimedTrace; place: WrongElement } | string> {
	const { header } = own.commitment;
	if (isUnbound(claim, header)) return "its trace is not bound yet";
	if (header.segment !== 0) return "only a search leads from checkpoints to a number";
	const claimed = stated && (await claimedTrace(own, claim.traceRoot, stated, store));
	if (claimed === undefined) return `its trace is not in ${store.place}`;
	const place = firstDifference(own, claimed);
	if (place === undefined) return "its trace is mine";
	return { claimed, place };
}

/** A wrong element (physical index), and the parts of its cone. */
interface WrongElement extends TracePosition {
	readonly element: number;
	readonly parts: number;
}

/** The first element in which a claimed trace differs from one's own; undefined if none does. */
function firstDifference(own: Evidence, claimed: ClaimedTrace): WrongElement | undefined {
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
const isCheaper = ({ parts }: WrongElement): boolean => gasOfParts(parts) <= DISPUTE;
const fitsTransaction = ({ parts }: WrongElement): boolean => gasOfParts(parts) <= TRANSACTION;
const gasOfParts = (parts: number): number => FIRST_PART + FURTHER_PART * (parts - 1);

/** What settles a wrong element without a dispute, but for the proofs. */
async function prepareDirect(
	own: Evidence,
	claimed: ClaimedTrace,
	{ step, operator, element }: WrongElement,
	beneficiary: Hex,
): Promise<Prepared & Pick<SettleDirectlyMove, "location">> {
	const tensor = claimed.operators[step][operator];
	const leaf = leafOf(own, operator, element);
	const paths = ownPaths(own.commitment.header, claimed);
	const disputed = { step, operator, element, part: 0, words: tensor.words(leaf), partials: [] };
	const location = {
		step,
		operator,
		leaf,
		leafPath: tensor.path(leaf),
		operatorPath: paths.operator(step, operator),
		stepPath: paths.step(step),
	};
	return { ...(await prepareSettlement(own, disputed, beneficiary, paths)), location };
}
