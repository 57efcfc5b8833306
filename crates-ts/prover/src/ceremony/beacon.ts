import { createHash } from "node:crypto";
import { bn254 } from "@noble/curves/bn254.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { hasherOf } from "@umpire/markets/bls.ts";
import { describeBeacon } from "./beacon-source.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { fromDigits } from "./hex.ts";
import type { BeaconSource } from "./records.ts";

/** What a source gave: of drand the network's signature, of a chain the hash of the block. Hexadecimal without 0x. */
export type BeaconEvidence = { readonly signature: string } | { readonly blockHash: string };

/** Asks a chain for the hash of a block that is final, hexadecimal without 0x. */
export type FinalBlockHash = (chainId: number, number: number) => Promise<string>;

/** drand's evmnet: https://api.drand.sh/v2/beacons/evmnet/info */
const EVMNET = {
	/** imaginary parts first */
	key: [
		0x07e1d1d335df83fa98462005690372c643340060d205306a9aa8106b6bd0b382n,
		0x0557ec32c2ad488e4d4f6008f89a346f18492092ccc0d594610de2732c8b808fn,
		0x0095685ae3a85ba243747b1b2f426049010f6b73a0cf1d389351d5aaaa1047f6n,
		0x297d3a4f9749b33eb2d904c9d9ebf17224150ddd7abd7567a9bec6c74480ee0bn,
	],
	tag: "BLS_SIG_BN254G1_XMD:KECCAK-256_SVDW_RO_NUL_",
} as const;

/**
 * The random value of a source: of drand, sha256 of the signature, as drand says; of a chain, the hash.
 *
 * @param finalBlockHash asked for the hash of a block; without it a block's hash is believed
 * @returns hexadecimal without 0x
 * @throws CeremonyError if this is not what the source gave
 */
export async function beaconValue(
	source: BeaconSource,
	evidence: BeaconEvidence,
	finalBlockHash?: FinalBlockHash,
): Promise<string> {
	if (source.kind === "drand") {
		if (!("signature" in evidence) || !isSignature(source.round, evidence.signature)) {
			throw new CeremonyError(`This is not the signature of ${describeBeacon(source)}, which was announced`, {
				advice: `take the signature from https://api.drand.sh/v2/beacons/evmnet/rounds/${source.round}`,
			});
		}
		return createHash("sha256").update(fromDigits(evidence.signature)).digest("hex");
	}
	if (!("blockHash" in evidence) || !/^[0-9a-f]{64}$/.test(evidence.blockHash)) {
		throw new CeremonyError(`This is not the hash of ${describeBeacon(source)}, which was announced`);
	}
	const expected = await finalBlockHash?.(source.chainId, source.number);
	if (expected !== undefined && expected !== evidence.blockHash) {
		throw new CeremonyError(`${describeBeacon(source)} has another hash: ${expected}`);
	}
	return evidence.blockHash;
}

/** Whether evmnet signed a round so: e(signature, -g₂) · e(H(round), key) = 1. */
function isSignature(round: number, digits: string): boolean {
	if (!/^[0-9a-f]{128}$/.test(digits)) return false;
	const message = new Uint8Array(8);
	new DataView(message.buffer).setBigUint64(0, BigInt(round));
	const [x1, x0, y1, y0] = EVMNET.key;
	const { Fp2, Fp12 } = bn254.fields;
	try {
		const signature = bn254.G1.Point.fromAffine({
			x: BigInt(`0x${digits.slice(0, 64)}`),
			y: BigInt(`0x${digits.slice(64)}`),
		});
		signature.assertValidity();
		const key = bn254.G2.Point.fromAffine({ x: Fp2.fromBigTuple([x0, x1]), y: Fp2.fromBigTuple([y0, y1]) });
		const hash = hasherOf(EVMNET.tag).hashToCurve(keccak_256(message));
		const product = bn254.pairingBatch([
			{ g1: signature, g2: bn254.G2.Point.BASE.negate() },
			{ g1: bn254.G1.Point.fromAffine(hash.toAffine()), g2: key },
		]);
		return Fp12.eql(product, Fp12.ONE);
	} catch {
		// A point that is on no curve is no signature.
		return false;
	}
}
