import type { Hex } from "@umpire/commitment/constants.ts";
import { encodeAbiParameters, keccak256 } from "viem";

/** States of a seed leaf: one for each lane of 32 bits. */
export const SEED_LANES = 35;
/** Of Lehmer's generator x' = 48271·x mod (2^31 − 1). */
export const SEED_MODULUS = 2 ** 31 - 1;

const VALUE_AND_LANE = [{ type: "bytes32" }, { type: "uint256" }] as const;

/** The states from which a program draws its data, of a beacon's value (contracts/libraries/Seed.sol). */
export function seedStates(value: Hex): Int32Array {
	return Int32Array.from({ length: SEED_LANES }, (_, lane) => {
		const hash = BigInt(keccak256(encodeAbiParameters(VALUE_AND_LANE, [value, BigInt(lane)])));
		return 1 + Number(hash % BigInt(SEED_MODULUS - 1));
	});
}
