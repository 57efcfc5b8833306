import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Hex } from "./constants.ts";

/** Bytes as 0x-prefixed lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): Hex {
	return `0x${bytesToHex(bytes)}`;
}

/** The bytes of a 0x-prefixed string. Throws if it is malformed. */
export function fromHex(hex: Hex): Uint8Array {
	return hexToBytes(hex.slice(2));
}

/** Writes `value` big-endian into `length` bytes at `offset`. */
export function writeUnsigned(target: Uint8Array, offset: number, length: number, value: bigint): void {
	let rest = value;
	for (let i = offset + length - 1; i >= offset; i--) {
		target[i] = Number(rest & 255n);
		rest >>= 8n;
	}
}

/** A 32-byte big-endian value as a 0x-prefixed string. */
export function wordHex(value: bigint): Hex {
	return `0x${value.toString(16).padStart(64, "0")}`;
}
