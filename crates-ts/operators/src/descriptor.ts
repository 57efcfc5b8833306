import type { Hex } from "@umpire/commitment/constants.ts";
import { fromHex, toHex, wordHex } from "@umpire/commitment/hex.ts";
import { keccak256 } from "@umpire/commitment/keccak.ts";
import { type AbiParameter, encodeAbiParameters } from "viem";
import { mapsOf } from "./maps.ts";
import { type Coordinate, type Descriptor, KIND, type Operand, type Program, SOURCE } from "./program.ts";
import { rowTree } from "./rescale.ts";
import { elementCount, tensorOf } from "./tensors.ts";

/** The descriptor of one operator: what the contract knows of it. */
export function descriptorOf(program: Program, operatorIndex: number): Descriptor {
	const operator = program.operators[operatorIndex];
	if (operator === undefined) throw new RangeError(`The program has no operator ${operatorIndex}`);
	const specs = operator.operands.map((ref) => tensorOf(program, ref));
	const maps = mapsOf(operator, specs);
	const rows = operator.rescale?.rows ?? [];
	return {
		kind: KIND[operator.kind],
		width: operator.width,
		elements: elementCount(operator.shape),
		outputRadix: maps.outputRadix,
		reductionRadix: maps.reductionRadix,
		operands: operator.operands.map(
			(ref, k): Operand => ({
				source: SOURCE[ref.source],
				index: ref.index,
				initial: ref.source === "state" ? ref.initial : 0,
				width: specs[k].width,
				elements: elementCount(specs[k].shape),
				...maps.operands[k],
			}),
		),
		constants: maps.constants,
		low: operator.low,
		high: operator.high,
		rowsRoot: rows.length === 0 ? wordHex(0n) : rowTree(rows).root,
		rowCount: rows.length,
		row: maps.row,
	};
}

const COORDINATE: readonly AbiParameter[] = [
	{ name: "base", type: "int64" },
	{ name: "coefficients", type: "int64[]" },
	{ name: "divisor", type: "uint64" },
	{ name: "modulus", type: "uint64" },
	{ name: "size", type: "uint64" },
	{ name: "stride", type: "uint64" },
];

const OPERAND: readonly AbiParameter[] = [
	{ name: "source", type: "uint8" },
	{ name: "index", type: "uint32" },
	{ name: "initial", type: "uint32" },
	{ name: "width", type: "uint8" },
	{ name: "elements", type: "uint64" },
	{ name: "outside", type: "int64" },
	{ name: "coordinates", type: "tuple[]", components: COORDINATE },
];

/** The Solidity struct Descriptor, field by field (protocol section 2). */
export const DESCRIPTOR_ABI: AbiParameter & { readonly components: readonly AbiParameter[] } = {
	name: "descriptor",
	type: "tuple",
	components: [
		{ name: "kind", type: "uint8" },
		{ name: "width", type: "uint8" },
		{ name: "elements", type: "uint64" },
		{ name: "outputRadix", type: "uint32[]" },
		{ name: "reductionRadix", type: "uint32[]" },
		{ name: "operands", type: "tuple[]", components: OPERAND },
		{ name: "constants", type: "int64[]" },
		{ name: "low", type: "int64" },
		{ name: "high", type: "int64" },
		{ name: "rowsRoot", type: "bytes32" },
		{ name: "rowCount", type: "uint64" },
		{ name: "row", type: "tuple", components: COORDINATE },
	],
};

/** abi.encode(Descriptor). */
export function encodeDescriptor(descriptor: Descriptor): Hex {
	return encodeAbiParameters([DESCRIPTOR_ABI], [toAbi(descriptor)]);
}

/** keccak256(abi.encode(Descriptor)): the descriptor's leaf under the operatorsRoot. */
export function descriptorHash(descriptor: Descriptor): Hex {
	return toHex(keccak256(fromHex(encodeDescriptor(descriptor))));
}

/** The descriptor as viem takes it: integers above 48 bits are BigInts. */
export function toAbi(descriptor: Descriptor): unknown {
	return {
		...descriptor,
		elements: BigInt(descriptor.elements),
		operands: descriptor.operands.map((operand) => ({
			...operand,
			elements: BigInt(operand.elements),
			outside: BigInt(operand.outside),
			coordinates: operand.coordinates.map(coordinateToAbi),
		})),
		constants: descriptor.constants.map(BigInt),
		low: BigInt(descriptor.low),
		high: BigInt(descriptor.high),
		rowCount: BigInt(descriptor.rowCount),
		row: coordinateToAbi(descriptor.row),
	};
}

function coordinateToAbi(coordinate: Coordinate): unknown {
	return {
		base: BigInt(coordinate.base),
		coefficients: coordinate.coefficients.map(BigInt),
		divisor: BigInt(coordinate.divisor),
		modulus: BigInt(coordinate.modulus),
		size: BigInt(coordinate.size),
		stride: BigInt(coordinate.stride),
	};
}
