import { type Hex, LANES, LEAF_ELEMENTS, TAG, type Width } from "@umpire/commitment/constants.ts";
import { checkWords, elementsInLeaf, LeafError, leafNode } from "@umpire/commitment/leaf.ts";
import type { Poseidon } from "@umpire/commitment/poseidon.ts";
import { rowAt } from "@umpire/operators/cone.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type { Descriptor, ProgramHeader } from "@umpire/operators/program.ts";
import { applyRescale, rowNode } from "@umpire/operators/rescale.ts";
import { keccak256 } from "viem";
import type { Arbiter } from "./arbiter.ts";
import { decodeDescriptor } from "./descriptor-codec.ts";
import { GameError } from "./errors.ts";
import { initialPartial, type ProofCheck, provedPartial } from "./evidence.ts";
import type { DescriptorOpening, RowOpening } from "./move.ts";
import { checkTensor } from "./openings.ts";
import { follow } from "./paths.ts";

/** The contract's arbiter (contracts/Arbiter.sol) in TypeScript, check for check. */
export function operatorArbiter(poseidon: Pick<Poseidon, "poseidon5">, proves: ProofCheck): Arbiter {
	return {
		leafNode(width, count, words) {
			try {
				checkWords(words, width as Width, count);
			} catch (error) {
				if (error instanceof LeafError) throw new GameError("WordOutOfRange");
				throw error;
			}
			return leafNode(width as Width, count, poseidon.poseidon5([...words]));
		},
		shape(header, operator, opening) {
			const { elements, width } = descriptorIn(header, operator, opening);
			return { elements, width };
		},
		partCount(header, operator, opening, element) {
			return partCount(descriptorIn(header, operator, opening), element);
		},
		checkPartials(header, operator, opening, row, words, first, element, partials) {
			const d = descriptorIn(header, operator, opening);
			const value = phi(d, partials[partials.length - 1], element, row);
			const expected = elementOf(d, words, element - first);
			if (value !== expected) throw new GameError("WrongPartials", value, expected);
		},
		judge(what, s) {
			const d = descriptorIn(what.header, what.operator, s.operator);
			const first = what.leaf * LEAF_ELEMENTS[d.width];
			const end = first + elementsInLeaf(what.leaf, d.elements, d.width);
			if (s.element < first || s.element >= end) {
				throw new GameError("ElementOutOfLeaf", s.element, first, end);
			}
			const parts = what.inParts ? s.partials.length : 1;
			if (s.part >= parts) throw new GameError("PartOutOfRange", s.part, parts);
			const claimed = what.inParts ? s.partials[s.part] : elementOf(d, s.words, s.element - first);
			const previous = s.part === 0 ? initialPartial(d) : s.partials[s.part - 1];
			for (const tensor of s.tensors) checkTensor(what, d, tensor);
			const count = partCount(d, s.element);
			if (parts !== count) throw new GameError("WrongPartCount", parts, count);
			const next = provedPartial(what, d, s, previous, proves);
			const computed = what.inParts ? next : phi(d, next, s.element, s.row);
			if (computed === claimed) throw new GameError("ValuesAgree", computed);
			return { claimed, computed };
		},
	};
}

function descriptorIn(header: ProgramHeader, operator: number, opening: DescriptorOpening): Descriptor {
	const hash = keccak256(opening.descriptor);
	const root = follow(hash, operator, header.operatorCount, opening.path, TAG.descriptors);
	if (root !== header.operatorsRoot) throw new GameError("WrongDescriptor", root, header.operatorsRoot);
	return decodeDescriptor(opening.descriptor);
}

/** φ of a raw value, after checking the row. */
function phi(d: Descriptor, raw: bigint, element: number, opening: RowOpening): bigint {
	if (d.rowCount === 0) return raw;
	const { bias, multiplier, shift, path } = opening;
	const row = { bias, multiplier, shift };
	const root: Hex = follow(rowNode(row), rowAt(d, element), d.rowCount, path, TAG.rows);
	if (root !== d.rowsRoot) throw new GameError("WrongRow", root, d.rowsRoot);
	return BigInt(applyRescale(raw, row, d.low, d.high));
}

function elementOf(d: Descriptor, words: readonly bigint[], index: number): bigint {
	const lanes = LANES[d.width];
	const lane =
		(words[Math.floor(index / lanes)] >> BigInt(d.width * (index % lanes))) & ((1n << BigInt(d.width)) - 1n);
	return lane - (1n << BigInt(d.width - 1));
}
