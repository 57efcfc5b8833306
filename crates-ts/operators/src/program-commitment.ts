import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { fromHex, toHex, wordHex } from "@umpire/commitment/hex.ts";
import { keccak256 } from "@umpire/commitment/keccak.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { commitTensor, type TensorCommitment, toPhysical } from "@umpire/commitment/tensor.ts";
import { fileRangeOf, isLazy, withData } from "@umpire/onnx/lazy-data.ts";
import { type AbiParameter, encodeAbiParameters } from "viem";
import { descriptorHash, descriptorOf } from "./descriptor.ts";
import type { ConstantTensor, Descriptor, Program, ProgramHeader } from "./program.ts";
import { rowTree } from "./rescale.ts";
import { binaryScale, signatureHash } from "./signature.ts";
import { elementCount } from "./tensors.ts";

/** A program's root and everything that opens it. */
export interface ProgramCommitment {
	readonly root: Hex;
	readonly header: ProgramHeader;
	readonly operatorsRoot: Hex;
	readonly constantsRoot: Hex;
	readonly descriptors: readonly Descriptor[];
	readonly descriptorHashes: readonly Hex[];
	/** Tree over the descriptor hashes (tag 4). */
	readonly descriptorTree: MerkleTree;
	/** Constants in physical order. */
	readonly constants: readonly TensorCommitment[];
	/** Tree over the constants' roots (tag 5); undefined if there are none. */
	readonly constantTree: MerkleTree | undefined;
}

/** Elements of constants that are hashed at the same time, unless a single one has more. */
const TOGETHER = 2 ** 24;

/** Commits a program (protocol section 2). Hashing the constants takes about 0.06 ms per leaf and core. */
export async function commitProgram(program: Program): Promise<ProgramCommitment> {
	const leaves = program.constants.reduce(
		(sum, { shape, width }) => sum + leafCount(elementCount(shape), width),
		0,
	);
	const constants: TensorCommitment[] = [];
	for (const some of batches(program.constants)) {
		constants.push(...(await Promise.all(some.map((constant) => commitConstant(constant, leaves)))));
	}
	const constantTree =
		constants.length === 0
			? undefined
			: MerkleTree.of(
					constants.map(({ root }) => root),
					TAG.constants,
				);
	const descriptors = program.operators.map((_, index) => descriptorOf(program, index));
	const descriptorHashes = descriptors.map(descriptorHash);
	const descriptorTree = MerkleTree.of(descriptorHashes, TAG.descriptors);
	const output = program.operators[program.outputs[0].operator];
	const outputScale = binaryScale(output.scale);
	const header: ProgramHeader = {
		operatorsRoot: descriptorTree.root,
		constantsRoot: constantTree?.root ?? wordHex(0n),
		operatorCount: program.operators.length,
		constantCount: program.constants.length,
		inputCount: program.inputs.length,
		steps: program.steps,
		outputOperator: program.outputs[0].operator,
		outputElements: elementCount(output.shape),
		outputWidth: output.width,
		lazy: program.lazy ?? false,
		segment: program.segment ?? 0,
		signature: signatureHash(program),
		outputMantissa: outputScale.mantissa,
		outputExponent: outputScale.exponent,
	};
	return {
		root: programRoot(header),
		header,
		operatorsRoot: header.operatorsRoot,
		constantsRoot: header.constantsRoot,
		descriptors,
		descriptorHashes,
		descriptorTree,
		constants,
		constantTree,
	};
}

/** Constants in order, a few at a time. */
function* batches(constants: readonly ConstantTensor[]): Generator<readonly ConstantTensor[]> {
	let batch: ConstantTensor[] = [];
	let elements = 0;
	for (const constant of constants) {
		const count = elementCount(constant.shape);
		if (batch.length > 0 && elements + count > TOGETHER) {
			yield batch;
			batch = [];
			elements = 0;
		}
		batch.push(constant);
		elements += count;
	}
	if (batch.length > 0) yield batch;
}

/**
 * Commitments of constants in files, by the bytes that they are and how they are laid out: who loads a program for a
 * second actor hashes it once. They are forgotten with the last program that has them.
 */
const known = new Map<string, WeakRef<TensorCommitment>>();

/** What says that two constants are the same bytes of the same file, unchanged; undefined if nothing does. */
function keyOf(constant: ConstantTensor): string | undefined {
	const range = fileRangeOf(constant);
	if (range?.stamp === undefined) return undefined;
	const { path, stamp, offset, length } = range;
	const { shape, layout, width } = constant;
	return JSON.stringify([path, stamp, offset, length, shape, layout, width]);
}

/** Of a constant that is not in memory the elements are not kept either: they are read again when they are opened. */
async function commitConstant(constant: ConstantTensor, leaves: number): Promise<TensorCommitment> {
	const key = keyOf(constant);
	const before = key === undefined ? undefined : known.get(key)?.deref();
	if (before !== undefined) {
		// A file that was changed is not what was hashed: whoever reads it is told.
		void constant.data;
		return before;
	}
	const { shape, layout, width } = constant;
	const physical = () => toPhysical(constant.data, shape, layout);
	const committed = await commitTensor(physical(), width, leaves);
	if (!isLazy(constant)) return committed;
	const again = withData({}, physical);
	const lean = committed.withElements(() => again.data);
	if (key !== undefined) known.set(key, new WeakRef(lean));
	return lean;
}

const HEADER: readonly AbiParameter[] = [
	{ name: "operatorsRoot", type: "bytes32" },
	{ name: "constantsRoot", type: "bytes32" },
	{ name: "operatorCount", type: "uint32" },
	{ name: "constantCount", type: "uint32" },
	{ name: "inputCount", type: "uint32" },
	{ name: "steps", type: "uint32" },
	{ name: "outputOperator", type: "uint32" },
	{ name: "outputElements", type: "uint64" },
	{ name: "outputWidth", type: "uint8" },
	{ name: "commitment", type: "uint24" },
];
const MEANING: readonly AbiParameter[] = [
	{ name: "signature", type: "bytes32" },
	{ name: "outputMantissa", type: "uint64" },
	{ name: "outputExponent", type: "int16" },
];

/** The Solidity structs ProgramHeader and Meaning, field by field (protocol section 2). */
export const PROGRAM_ABI: readonly AbiParameter[] = [
	{ name: "header", type: "tuple", components: HEADER },
	{ name: "meaning", type: "tuple", components: MEANING },
];

/** keccak256(abi.encode(ProgramHeader, Meaning)). */
export function programRoot(header: ProgramHeader): Hex {
	const { header: fields, meaning } = headerToAbi(header);
	return toHex(keccak256(fromHex(encodeAbiParameters(PROGRAM_ABI, [fields, meaning]))));
}

/** A header as the contracts have it: in two structs, with integers above 48 bits as BigInts. */
export interface AbiHeader {
	readonly header: Omit<ProgramHeader, keyof AbiMeaning | "outputElements" | "lazy" | "segment"> & {
		readonly outputElements: bigint;
		/** 0 for eager programs, 1 for lazy ones, otherwise the steps of a segment. */
		readonly commitment: number;
	};
	readonly meaning: AbiMeaning;
}
interface AbiMeaning {
	readonly signature: Hex;
	readonly outputMantissa: bigint;
	readonly outputExponent: number;
}

export function headerToAbi(header: ProgramHeader): AbiHeader {
	const { signature, outputMantissa, outputExponent, lazy, segment, ...rest } = header;
	return {
		header: { ...rest, outputElements: BigInt(rest.outputElements), commitment: lazy ? 1 : segment },
		meaning: { signature, outputMantissa: BigInt(outputMantissa), outputExponent },
	};
}

/** A header from the chain. Beyond 2^53 (no program has such) numbers lose their last digits. */
export function headerFromAbi({ header, meaning }: AbiHeader): ProgramHeader {
	const { commitment, ...rest } = header;
	return {
		...rest,
		...meaning,
		lazy: commitment === 1,
		segment: commitment > 1 ? commitment : 0,
		outputElements: Number(header.outputElements),
		outputMantissa: Number(meaning.outputMantissa),
	};
}

/** Siblings of a rescale row under its descriptor's rowsRoot. */
export function rowPath(program: Program, operator: number, row: number): Hex[] {
	const rows = program.operators[operator].rescale?.rows ?? [];
	return rowTree(rows).path(row);
}
