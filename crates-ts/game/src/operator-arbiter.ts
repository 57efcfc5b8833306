import {
	type Hex,
	LANES,
	LEAF_ELEMENTS,
	TAG,
	type Width,
	WORDS_PER_LEAF,
} from "@umpire/commitment/constants.ts";
import { elementsInLeaf, leafCount, leafNode } from "@umpire/commitment/leaf.ts";
import type { Poseidon } from "@umpire/commitment/poseidon.ts";
import { rowAt } from "@umpire/operators/cone.ts";
import { start, value } from "@umpire/operators/kinds.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type { Descriptor, ProgramHeader } from "@umpire/operators/program.ts";
import { rowNode } from "@umpire/operators/rescale.ts";
import { keccak256 } from "viem";
import type { Arbiter } from "./arbiter.ts";
import { decodeDescriptor } from "./descriptor-codec.ts";
import { GameError } from "./errors.ts";
import { type PendingProof, type ProofCheck, provedPartial, requireProofs } from "./evidence.ts";
import type { Case, DescriptorOpening, RowOpening, Settlement } from "./move.ts";
import { checkTensor, readsInput, segmentRoot } from "./openings.ts";
import { follow } from "./paths.ts";

/** The contract's arbiter (contracts/court/Arbiter.sol) in TypeScript, check for check. */
export function operatorArbiter(poseidon: Pick<Poseidon, "poseidon5">, proves: ProofCheck): Arbiter {
	const nodeOf = (width: number, count: number, words: readonly bigint[]): Hex => {
		requireWellFormed(width, count, words);
		return leafNode(width as Width, count, poseidon.poseidon5([...words]));
	};
	return {
		leafNode: nodeOf,
		shape(header, operator, opening) {
			const { elements, width } = descriptorIn(header, operator, opening);
			return { elements, width };
		},
		inputShape(header, operator, opening, input) {
			const { operands } = descriptorIn(header, operator, opening);
			const found = operands.find((operand) => readsInput(operand, input));
			if (found === undefined) throw new GameError("InputNotRead", operator, input);
			return { elements: found.elements, width: found.width };
		},
		partCount(header, operator, opening, element) {
			return partCount(descriptorIn(header, operator, opening), element);
		},
		checkPartials({ header, operator, opening, row, words, first, element, partials }) {
			const d = descriptorIn(header, operator, opening);
			const value = phi(d, partials[partials.length - 1], element, row);
			const expected = elementOf(d, words, element - first);
			if (value !== expected) throw new GameError("WrongPartials", value, expected);
		},
		judge(what, settlement) {
			const d = descriptorIn(what.header, what.operator, settlement.operator);
			return decide(what, d, settlement, proves);
		},
		judgeAt(what, paths, settlement) {
			if (settlement.evidence.every(({ leaves }) => leaves.length === 0)) throw new GameError("ProofNeeded");
			const { header, step, operator, leaf } = what;
			if (step >= header.steps) throw new GameError("OutOfTrace", step, header.steps);
			if (operator >= header.operatorCount) {
				throw new GameError("OutOfTrace", operator, header.operatorCount);
			}
			const d = descriptorIn(header, operator, settlement.operator);
			const leaves = leafCount(d.elements, d.width);
			if (leaf >= leaves) throw new GameError("OutOfTrace", leaf, leaves);
			let node = nodeOf(d.width, elementsInLeaf(leaf, d.elements, d.width), settlement.words);
			node = follow(node, leaf, leaves, paths.leafPath, TAG.tensor);
			node = follow(node, operator, header.operatorCount, paths.operatorPath, TAG.operators);
			node = segmentRoot(header, node, step, paths.stepPath);
			if (node !== what.traceRoot) throw new GameError("WrongLocation", node, what.traceRoot);
			return decide(what, d, settlement, proves);
		},
	};
}

function decide(
	what: Case,
	d: Descriptor,
	s: Settlement,
	proves: ProofCheck,
): { claimed: bigint; computed: bigint } {
	const first = what.leaf * LEAF_ELEMENTS[d.width];
	const end = first + elementsInLeaf(what.leaf, d.elements, d.width);
	if (s.element < first || s.element >= end) throw new GameError("ElementOutOfLeaf", s.element, first, end);
	for (const tensor of s.tensors) checkTensor(what, d, tensor);
	const parts = what.inParts ? s.partials.length : 1;
	if (s.part >= parts) throw new GameError("PartOutOfRange", s.part, parts);
	const claimed = what.inParts ? s.partials[s.part] : elementOf(d, s.words, s.element - first);
	const computed = what.inParts
		? partialResult(what, d, s, proves)
		: phi(d, wholeResult(what, d, s, proves), s.element, s.row);
	if (computed === claimed) throw new GameError("ValuesAgree", computed);
	return { claimed, computed };
}

/** What the judged partial result should be: it follows from the one before it and one part. */
function partialResult(what: Case, d: Descriptor, s: Settlement, proves: ProofCheck): bigint {
	if (s.evidence.length !== 1) throw new GameError("WrongEvidenceCount", s.evidence.length, 1);
	requireCount(s.partials.length, partCount(d, s.element));
	const previous = s.part === 0 ? start(d) : s.partials[s.part - 1];
	const pending: PendingProof[] = [];
	const next = provedPartial(what, d, s, { evidence: s.evidence[0], number: s.part, previous }, pending);
	requireProofs(pending, proves);
	return next;
}

/** The result of all parts, each proved. */
function wholeResult(what: Case, d: Descriptor, s: Settlement, proves: ProofCheck): bigint {
	const { length } = s.evidence;
	const count = partCount(d, s.element);
	if (length === 0) throw new GameError("WrongPartCount", 0, count);
	const pending: PendingProof[] = [];
	const result = s.evidence.reduce((previous, evidence, part) => {
		// the contract's walk over a Dot's parts counts them only if it goes to the last
		if (part + 1 === length) requireCount(length, count);
		if (part >= count) throw new GameError("WrongPartCount", length, count);
		return provedPartial(what, d, s, { evidence, number: part, previous }, pending);
	}, start(d));
	requireProofs(pending, proves);
	return result;
}

function requireCount(parts: number, count: number): void {
	if (parts !== count) throw new GameError("WrongPartCount", parts, count);
}

/** The contract's checks of published words, by its error names. */
function requireWellFormed(width: number, count: number, words: readonly bigint[]): void {
	const lanes = LANES[width as Width];
	if (lanes === undefined) throw new GameError("WrongWidth", width);
	const most = WORDS_PER_LEAF * lanes;
	if (count === 0 || count > most) throw new GameError("WrongCount", count, most);
	words.forEach((word, i) => {
		const bits = width * Math.max(0, Math.min(lanes, count - i * lanes));
		if (word >> BigInt(bits) !== 0n) throw new GameError("WordOutOfRange", i, word, bits);
	});
}

function descriptorIn(header: ProgramHeader, operator: number, opening: DescriptorOpening): Descriptor {
	const hash = keccak256(opening.descriptor);
	const root = follow(hash, operator, header.operatorCount, opening.path, TAG.descriptors);
	if (root !== header.operatorsRoot) throw new GameError("WrongDescriptor", root, header.operatorsRoot);
	return decodeDescriptor(opening.descriptor);
}

/** φ of a raw value, after checking the row. */
function phi(d: Descriptor, raw: bigint, element: number, opening: RowOpening): bigint {
	if (d.rowCount === 0) return value(d, raw, undefined);
	const { bias, multiplier, shift, path } = opening;
	const row = { bias, multiplier, shift };
	const root: Hex = follow(rowNode(row), rowAt(d, element), d.rowCount, path, TAG.rows);
	if (root !== d.rowsRoot) throw new GameError("WrongRow", root, d.rowsRoot);
	return value(d, raw, row);
}

function elementOf(d: Descriptor, words: readonly bigint[], index: number): bigint {
	const width = BigInt(d.width);
	const lanes = LANES[d.width];
	const word = words[Math.floor(index / lanes)];
	const lane = BigInt.asUintN(d.width, word >> (width * BigInt(index % lanes)));
	return lane - (1n << (width - 1n));
}
