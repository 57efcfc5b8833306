import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { toHex, writeUnsigned } from "@umpire/commitment/hex.ts";
import { keccak256 } from "@umpire/commitment/keccak.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { Row } from "./operator.ts";

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** B = ⌈(max(|low|, |high|) + 1)·2^s / m⌉: beyond it nothing changes φ. */
export function innerBound(row: Row, low: number, high: number): bigint {
	const reach = BigInt(Math.max(Math.abs(low), Math.abs(high)) + 1);
	const multiplier = BigInt(row.multiplier);
	return ((reach << BigInt(row.shift)) + multiplier - 1n) / multiplier;
}

/** φ(a) = clip(⌊(clip(a + bias, −B, B)·m + 2^(s−1)) / 2^s⌋, low, high); protocol section 2. */
export function applyRescale(raw: bigint, row: Row, low: number, high: number): number {
	const bound = innerBound(row, low, high);
	const sum = raw + row.bias;
	const clipped = abs(sum) > bound ? (sum < 0n ? -bound : bound) : sum;
	const shift = BigInt(row.shift);
	// >> of a BigInt is floor division by a power of two, for negative numbers too
	const rounded = (clipped * BigInt(row.multiplier) + (1n << (shift - 1n))) >> shift;
	if (rounded < BigInt(low)) return low;
	if (rounded > BigInt(high)) return high;
	return Number(rounded);
}

/** keccak256(uint8 7 ‖ int64 bias ‖ uint32 multiplier ‖ uint8 shift). */
export function rowNode(row: Row): Hex {
	const preimage = new Uint8Array(14);
	preimage[0] = TAG.rows;
	writeUnsigned(preimage, 1, 8, BigInt.asUintN(64, row.bias));
	writeUnsigned(preimage, 9, 4, BigInt(row.multiplier));
	preimage[13] = row.shift;
	return toHex(keccak256(preimage));
}

/** The tree over the rescale rows of an operator. */
export function rowTree(rows: readonly Row[]): MerkleTree {
	return MerkleTree.of(rows.map(rowNode), TAG.rows);
}
