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
	type Spot,
} from "./evidence.ts";

/** One part of an element, opened: a settlement without its proof, and what the proof is made from. */
export interface Prepared {
	readonly settlement: Settlement;
	/** Undefined if no read is in bounds: nothing is to be proved. */
	readonly witness: { readonly circuit: CircuitName; readonly input: CircuitInput } | undefined;
}

/** What is disputed: one element (physical index), one of its parts, and what was published about them. */
export interface Matter extends Spot {
	readonly element: number;
	readonly part: number;
	/** The words of the disputed leaf, as published. */
	readonly words: readonly bigint[];
	/** S₁ … Sₙ as published; empty for a cone of one part. */
	readonly partials: readonly bigint[];
}

/**
 * Opens one part of an element's cone from a trace that agrees with the disputed one on everything
 * before the element.
 *
 * @param beneficiary who is paid; the proof holds for this account only
 * @param paths in the disputed trace; the evidence's own by default
 */
export async function prepareSettlement(
	evidence: Evidence,
	matter: Matter,
	beneficiary: Hex,
	paths: TracePaths = ownPaths(evidence.trace),
): Promise<Prepared> {
	const { element, operator } = matter;
	const descriptor = evidence.commitment.descriptors[operator];
	const parts = partsOf(descriptor, element, indexValueOf(descriptor, element, fetchOf(evidence, matter)));
	const part = parts[matter.part];
	const opened =
		part.circuit === "dot"
			? await openDot(evidence, matter, part, beneficiary)
			: await openElements(evidence, matter, part, beneficiary);
	const operands = [...new Set(opened.leaves.map(({ operand }) => operand))];
	const settlement: Settlement = {
		operator: openDescriptor(evidence, operator),
		words: matter.words,
		element,
		part: matter.part,
		row: parts.length === 1 ? openRow(evidence, operator, element) : NO_ROW,
		partials: matter.partials,
		tensors: operands.map((operand) => openOperand(evidence, matter, operand, paths)),
		leaves: opened.leaves.map(({ operand, leaf }): LeafOpening => {
			const tensor = operandTensor(evidence, matter, operand);
			return { tensor: operands.indexOf(operand), digest: tensor.digest(leaf), path: tensor.path(leaf) };
		}),
		values: opened.values,
		proof: NO_PROOF,
	};
	return { settlement, witness: opened.witness };
}

/** A settlement with its proof (one to two seconds). */
export async function proveSettlement({ settlement, witness }: Prepared): Promise<Settlement> {
	if (witness === undefined) return settlement;
	const { proof } = await prove(witness.circuit, witness.input);
	return { ...settlement, proof: proofWords(proof) };
}

/** S₁ … Sₙ of an element whose cone has several parts; empty for one part. */
export function partialResults(evidence: Evidence, spot: Spot, element: number): bigint[] {
	const descriptor = evidence.commitment.descriptors[spot.operator];
	const partials = partialsOf(descriptor, element, fetchOf(evidence, spot)).slice(1);
	return partials.length === 1 ? [] : partials;
}

interface Opened {
	/** In the order of the settlement. */
	readonly leaves: readonly { readonly operand: number; readonly leaf: number }[];
	readonly values: readonly bigint[];
	readonly witness: Prepared["witness"];
}

async function openDot(evidence: Evidence, matter: Matter, part: DotPart, beneficiary: Hex): Promise<Opened> {
	if (part.slots.length === 0) return { leaves: [], values: [], witness: undefined };
	const descriptor = evidence.commitment.descriptors[matter.operator];
	const [x, w] = [0, 1].map((operand) => operandTensor(evidence, matter, operand));
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
		values: [dotPartSum(descriptor, part, fetchOf(evidence, matter))],
		witness: {
			circuit: "dot",
			input: dotInput(opening, (words) => poseidon.poseidon5([...words])),
		},
	};
}

async function openElements(
	evidence: Evidence,
	matter: Matter,
	part: ElementsPart,
	beneficiary: Hex,
): Promise<Opened> {
	if (part.reads.length === 0) return { leaves: [], values: [], witness: undefined };
	const fetch = fetchOf(evidence, matter);
	const reads = part.reads.map(({ operand, leaf, word, lane }) => {
		const tensor = operandTensor(evidence, matter, operand);
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
