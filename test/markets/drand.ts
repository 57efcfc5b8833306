import { bn254 } from "@noble/curves/bn254.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hex } from "@umpire/commitment/constants.ts";
import { hasherOf } from "@umpire/markets/bls.ts";
import { concat, hexToBytes, numberToHex, sha256 } from "viem";

/**
 * drand on BN254, without any of the contracts under test: the curve and the hashing to its field are noble's, the map is
 * RFC 9380's section 6.6.1 as it is written there, with ordinary inverses and roots.
 */
const hasher = hasherOf("BLS_SIG_BN254G1_XMD:KECCAK-256_SVDW_RO_NUL_");

/** The point that drand signs for a round. */
export function roundPoint(round: bigint) {
	return hasher.hashToCurve(keccak_256(hexToBytes(numberToHex(round, { size: 8 }))));
}

export type Signature = readonly [bigint, bigint];

/** A network with a key of the test's own. */
export class Network {
	readonly #secret: bigint;

	constructor(secret: bigint) {
		this.#secret = secret;
	}

	/** Imaginary parts first, as drand writes keys. */
	get key(): readonly [bigint, bigint, bigint, bigint] {
		const { x, y } = bn254.G2.Point.BASE.multiply(this.#secret).toAffine();
		return [x.c1, x.c0, y.c1, y.c0];
	}

	sign(round: bigint): Signature {
		const { x, y } = roundPoint(round).multiply(this.#secret).toAffine();
		return [x, y];
	}
}

/** What drand calls the randomness of a round. */
export function randomnessOf([x, y]: Signature): Hex {
	return sha256(concat([numberToHex(x, { size: 32 }), numberToHex(y, { size: 32 })]));
}

/**
 * drand's evmnet: its key and three of its rounds, as everybody can ask it for at
 * https://api.drand.sh/v2/beacons/evmnet/info and …/rounds/N.
 */
export const EVMNET = {
	genesis: 1727521075n,
	period: 3n,
	key: [
		0x07e1d1d335df83fa98462005690372c643340060d205306a9aa8106b6bd0b382n,
		0x0557ec32c2ad488e4d4f6008f89a346f18492092ccc0d594610de2732c8b808fn,
		0x0095685ae3a85ba243747b1b2f426049010f6b73a0cf1d389351d5aaaa1047f6n,
		0x297d3a4f9749b33eb2d904c9d9ebf17224150ddd7abd7567a9bec6c74480ee0bn,
	],
	rounds: [
		[
			1n,
			[
				0x11f812d738a36b2210dc88c2d635ad8039588205f42445d6de09e6530165c346n,
				0x2a23aca348c84badcf8df5321ac24577b7963d5b0d780bc4626baedb45cde373n,
			],
		],
		[
			1000n,
			[
				0x06fd5996329504d3a56b482d9222bf7205857d0a9559ddd216ca31a286f6a8ccn,
				0x0a120f021aac2f13553fb164f62bc3a5ca32c76dea88a777b39bcf3cac5fdbd6n,
			],
		],
		[
			10_000_000n,
			[
				0x2c7b65b5acfe55256910ca71cf0a0fa71ac34c2a1167f86a22930a03e70ebec0n,
				0x0f7a530796e7ee38600b06da0390634a9b154e3eebc3b323dde2111e1c8ebdf3n,
			],
		],
	],
	/** of round 1000, as drand publishes it */
	randomness: "0x0e6745667465a6f9dce5d5f994656955080be14c469ff17fc4fc588c925a8504",
} as const;
