import type { Hex } from "@umpire/commitment/constants.ts";
import { LEAF_ELEMENTS } from "@umpire/commitment/constants.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { type LeafOpening, NO_ROW, type Settlement } from "@umpire/game/move.ts";
import type { DotPart } from "@umpire/operators/dot-parts.ts";
import { type ElementsPart, partsOf } from "@umpire/operators/parts.ts";
import { dotPartSum, indexValueOf, partialsOf } from "@umpire/operators/values.ts";
import type { CircuitInput, CircuitName } from "@umpire/prover/circuits.ts";
import { dotInput, elementsInput } from "@umpire/prover/openings.ts";
import { prove } from "@umpire/prover/prove.ts";
import { ownPaths, type TracePaths } from "./claimed-trees.ts";
import {
	type Evidence,
	fetchOf,
	NO_PROOF,
	openDescriptor,
	openOperand,
	openRow,
	operandTensor,
	proofWords,
	type TracePosition,
} from "./evidence.ts";
import type { SharedProofs } from "./farm/shared-proofs.ts";

/** What a proof is made from; undefined for a part without a read in bounds: there is nothing to prove. */
export type Witness = { readonly circuit: CircuitName; readonly input: CircuitInput } | undefined;

/** An element, opened: a settlement without its proofs, and what these are made from, part by part. */
export interface Prepared {
	readonly settlement: Settlement;
	readonly witnesses: readonly Witness[];
}

/** What is disputed: one element (physical index), or one of its partial results, and what was published of them. */
export interface DisputedElement extends TracePosition {
	readonly element: number;
	readonly part: number;
	/** The words of the disputed leaf, as published. */
	readonly words: readonly bigint[];
	/** S₁ … Sₙ as published: `part` alone is proved. Empty: all parts are, and `part` is 0. */
	readonly partials: readonly bigint[];
}

/**
 * Opens an element's cone, or one part of it, from a trace that agrees with the disputed one on everything
 * before the element.
 *
 * @param beneficiary who is paid; the proof holds for this account only
 * @param paths in the disputed trace; the evidence's own by default
 */
export async function prepareSettlement(
	evidence: Evidence,
	disputed: DisputedElement,
	beneficiary: Hex,
	paths: TracePaths = ownPaths(evidence.commitment.header, evidence.trace),
): Promise<Prepared> {
	const { element, operator } = disputed;
	const descriptor = evidence.commitment.descriptors[operator];
	const parts = partsOf(descriptor, element, indexValueOf(descriptor, element, fetchOf(evidence, disputed)));
	const inParts = disputed.partials.length > 0;
	const opened: Opened[] = [];
	for (const part of inParts ? [parts[disputed.part]] : parts) {
		opened.push(
			part.circuit === "dot"
				? await openDot(evidence, disputed, part, beneficiary)
				: await openElements(evidence, disputed, part, beneficiary),
		);
	}
	const operands = [...new Set(opened.flatMap(({ leaves }) => leaves.map(({ operand }) => operand)))];
	const openLeaf = ({ operand, leaf }: Opened["leaves"][number]): LeafOpening => {
		const tensor = operandTensor(evidence, disputed, operand);
		return { tensor: operands.indexOf(operand), digest: tensor.digest(leaf), path: tensor.path(leaf) };
	};
	const settlement: Settlement = {
		operator: openDescriptor(evidence, operator),
		words: disputed.words,
		element,
		part: disputed.part,
		row: inParts ? NO_ROW : openRow(evidence, operator, element),
		partials: disputed.partials,
		tensors: operands.map((operand) => openOperand(evidence, disputed, operand, paths)),
		evidence: opened.map(({ leaves, values }) => ({ leaves: leaves.map(openLeaf), values, proof: NO_PROOF })),
	};
	return { settlement, witnesses: opened.map(({ witness }) => witness) };
}

/** How the proofs of a settlement are made where a farm helps. */
export interface Sharing {
	readonly proofs: SharedProofs;
	/** Seconds: when they are needed. */
	readonly until: number;
}

/** A settlement with its proofs (one to two seconds each). */
export async function proveSettlement(prepared: Prepared, sharing?: Sharing): Promise<Settlement> {
	if (sharing === undefined)
		return withProofs(prepared, async ({ circuit, input }) =>
			proofWords((await prove(circuit, input)).proof),
		);
	const witnesses = prepared.witnesses.filter((witness) => witness !== undefined);
	const proofs = await sharing.proofs.prove(witnesses, sharing.until);
	return withProofs(prepared, async (witness) => proofWords(proofs[witnesses.indexOf(witness)]));
}

/** A settlement with the proofs that `proofOf` makes, one after the other. */
export async function withProofs(
	{ settlement, witnesses }: Prepared,
	proofOf: (witness: NonNullable<Witness>) => Promise<bigint[]>,
): Promise<Settlement> {
	const evidence = [...settlement.evidence];
	for (const [i, witness] of witnesses.entries()) {
		if (witness !== undefined) evidence[i] = { ...evidence[i], proof: await proofOf(witness) };
	}
	return { ...settlement, evidence };
}

/** S₁ … Sₙ of an element whose cone has several parts; empty for one part. */
export function partialResults(evidence: Evidence, position: TracePosition, element: number): bigint[] {
	const descriptor = evidence.commitment.descriptors[position.operator];
	const partials = partialsOf(descriptor, element, fetchOf(evidence, position)).slice(1);
	return partials.length === 1 ? [] : partials;
}

interface Opened {
	/** In the order of the settlement. */
	readonly leaves: readonly { readonly operand: number; readonly leaf: number }[];
	readonly values: readonly bigint[];
	readonly witness: Witness;
}

async function openDot(
	evidence: Evidence,
	disputed: DisputedElement,
	part: DotPart,
	beneficiary: Hex,
): Promise<Opened> {
	if (part.slots.length === 0) return { leaves: [], values: [], witness: undefined };
	const descriptor = evidence.commitment.descriptors[disputed.operator];
	const [x, w] = [0, 1].map((operand) => operandTensor(evidence, disputed, operand));
	const opening = {
		xWidth: x.width,
		wWidth: w.width,
		xLeaves: part.xLeaves.map((leaf) => x.words(leaf)),
		wLeaves: part.wLeaves.map((leaf) => w.words(leaf)),
		slots: part.slots,
		beneficiary,
	};
	const poseidon = await loadPoseidon();
	return {
		leaves: [
			...part.xLeaves.map((leaf) => ({ operand: 0, leaf })),
			...part.wLeaves.map((leaf) => ({ operand: 1, leaf })),
		],
		values: [dotPartSum(descriptor, part, fetchOf(evidence, disputed))],
		witness: {
			circuit: "dot",
			input: dotInput(opening, (words) => poseidon.poseidon5([...words])),
		},
	};
}

async function openElements(
	evidence: Evidence,
	disputed: DisputedElement,
	part: ElementsPart,
	beneficiary: Hex,
): Promise<Opened> {
	if (part.reads.length === 0) return { leaves: [], values: [], witness: undefined };
	const fetch = fetchOf(evidence, disputed);
	const reads = part.reads.map(({ operand, leaf, word, lane }) => {
		const tensor = operandTensor(evidence, disputed, operand);
		return { width: tensor.width, words: tensor.words(leaf), word, lane };
	});
	const poseidon = await loadPoseidon();
	return {
		leaves: part.reads.map(({ operand, leaf }) => ({ operand, leaf })),
		values: part.reads.map(({ operand, index }) => BigInt(fetch(operand, index))),
		witness: {
			circuit: "elements",
			input: elementsInput({ reads, beneficiary }, (words) => poseidon.poseidon5([...words])),
		},
	};
}

/** The leaf that an element lies in. */
export function leafOf(evidence: Evidence, operator: number, element: number): number {
	return Math.floor(element / LEAF_ELEMENTS[evidence.program.operators[operator].width]);
}
