import type { Hex } from "@umpire/commitment/constants.ts";
import type { SnarkjsProof } from "./snarkjs.ts";

const WORD_DIGITS = 64;

/**
 * A proof as 256 bytes: the uint256[8] a0, a1, b00, b01, b10, b11, c0, c1 that a
 * verifier takes (Solidity's pairing wants the coordinates of b in the other order than snarkjs).
 */
export function encodeProof({ pi_a, pi_b, pi_c }: SnarkjsProof): Hex {
	const [b0, b1] = pi_b;
	const words = [pi_a[0], pi_a[1], b0[1], b0[0], b1[1], b1[0], pi_c[0], pi_c[1]];
	return `0x${words.map((word) => BigInt(word).toString(16).padStart(WORD_DIGITS, "0")).join("")}`;
}

/** The inverse of `encodeProof`. Throws RangeError unless there are 256 bytes. */
export function decodeProof(proof: Hex): SnarkjsProof {
	if (!/^0x[0-9a-fA-F]{512}$/.test(proof)) {
		throw new RangeError(`A proof has 256 bytes, found ${(proof.length - 2) / 2}`);
	}
	const word = (i: number): string =>
		BigInt(`0x${proof.slice(2 + WORD_DIGITS * i, 2 + WORD_DIGITS * (i + 1))}`).toString();
	return {
		pi_a: [word(0), word(1), "1"],
		pi_b: [
			[word(3), word(2)],
			[word(5), word(4)],
			["1", "0"],
		],
		pi_c: [word(6), word(7), "1"],
		protocol: "groth16",
		curve: "bn128",
	};
}
