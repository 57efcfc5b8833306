import { createHasher } from "@noble/curves/abstract/hash-to-curve.js";
import { bn254 } from "@noble/curves/bn254.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hex } from "@umpire/commitment/constants.ts";
import { fromHex } from "@umpire/commitment/hex.ts";
import type { Aggregate, Point, TwistPoint } from "./attester-state.ts";

/**
 * BLS signatures on BN254 as contracts/libraries/Bls.sol takes them: signatures in G1, keys in G2, each with a twin in G1
 * (the same multiple of the generator).
 */
const { Fp, Fr } = bn254.fields;
const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
const P = Fp.ORDER;

const SIGNATURE_TAG = "UMPIRE_ATTESTATION_BN254G1_XMD:KECCAK-256_SVDW_RO_SIG_";
const PROOF_TAG = "UMPIRE_ATTESTATION_BN254G1_XMD:KECCAK-256_SVDW_RO_POP_";

const g = (x: bigint): bigint => Fp.add(Fp.mul(Fp.sqr(x), x), 3n);
const isSquare = (a: bigint): boolean => a === 0n || Fp.eql(Fp.pow(a, (P - 1n) / 2n), 1n);
const inverse = (a: bigint): bigint => (a === 0n ? 0n : Fp.inv(a));

/** The point of the curve that a field element is mapped to: RFC 9380 section 6.6.1 with Z = 1, A = 0, B = 3. */
export function mapToPoint(u: bigint): { x: bigint; y: bigint } {
	const z = 1n;
	const threeZ2 = Fp.mul(3n, Fp.sqr(z));
	const c1 = g(z);
	const c2 = Fp.div(Fp.neg(z), 2n);
	let c3 = Fp.sqrt(Fp.mul(Fp.neg(c1), threeZ2));
	if (c3 % 2n === 1n) c3 = Fp.neg(c3);
	const c4 = Fp.div(Fp.mul(4n, Fp.neg(c1)), threeZ2);
	const tv1 = Fp.mul(Fp.sqr(u), c1);
	const tv2 = Fp.add(1n, tv1);
	const tv3 = inverse(Fp.mul(Fp.sub(1n, tv1), tv2));
	const tv4 = Fp.mul(Fp.mul(Fp.mul(u, Fp.sub(1n, tv1)), tv3), c3);
	const candidates = [
		Fp.sub(c2, tv4),
		Fp.add(c2, tv4),
		Fp.add(z, Fp.mul(c4, Fp.sqr(Fp.mul(Fp.sqr(tv2), tv3)))),
	];
	const x = candidates.find((candidate) => isSquare(g(candidate)))!;
	const y = Fp.sqrt(g(x));
	return { x, y: u % 2n === y % 2n ? y : Fp.neg(y) };
}

/** Hashes messages to G1 under a tag. */
export function hasherOf(tag: string) {
	return createHasher(G1, ([u]: bigint[]) => mapToPoint(u), {
		...{ DST: tag, encodeDST: tag, p: P, m: 1, k: 128, expand: "xmd" },
		hash: keccak_256,
	});
}

const signed = hasherOf(SIGNATURE_TAG);
const proved = hasherOf(PROOF_TAG);

const pointOf = ({ x, y }: { readonly x: bigint; readonly y: bigint }): Point => [x, y];
const g1 = ([x, y]: Point) => (x === 0n && y === 0n ? G1.ZERO : G1.fromAffine({ x, y }));
const g2 = ([x1, x0, y1, y0]: TwistPoint) => {
	const { Fp2 } = bn254.fields;
	return G2.fromAffine({ x: Fp2.fromBigTuple([x0, x1]), y: Fp2.fromBigTuple([y0, y1]) });
};
const twistOf = (point: ReturnType<typeof g2>): TwistPoint => {
	const { x, y } = point.toAffine();
	return [x.c1, x.c0, y.c1, y.c0];
};

/** A key pair: what signs, and what others check with. */
export interface BlsKey {
	readonly twin: Point;
	readonly key: TwistPoint;
	/** Signs what an operator signs of a statement (contracts: `messageOf`). */
	readonly sign: (message: Hex) => Point;
	/** Proves possession of the key (contracts: `proofOf`). */
	readonly prove: (message: Hex) => Point;
}

/**
 * The key pair of a secret.
 *
 * @param secret from 1 to the order of the group, exclusive
 * @throws RangeError if it is not
 */
export function blsKey(secret: bigint): BlsKey {
	if (secret < 1n || secret >= Fr.ORDER) throw new RangeError("A BLS secret is from 1 to the group's order.");
	const sign = (hasher: typeof signed) => (message: Hex) =>
		pointOf(hasher.hashToCurve(fromHex(message)).multiply(secret).toAffine());
	return {
		twin: pointOf(G1.BASE.multiply(secret).toAffine()),
		key: twistOf(G2.BASE.multiply(secret)),
		sign: sign(signed),
		prove: sign(proved),
	};
}

/** The secret that a seed of 32 bytes stands for: 48 bytes of its hashes modulo the order, so that none is likelier. */
export function secretOf(seed: Uint8Array): bigint {
	const bytes = [0, 1].flatMap((part) => [...keccak_256(Uint8Array.from([...seed, part]))]);
	const wide = bytes.slice(0, 48).reduce((sum, byte) => 256n * sum + BigInt(byte), 0n);
	return 1n + (wide % (Fr.ORDER - 1n));
}

/** The sum of signatures and keys: the signature of all, under the key of all. */
export function aggregated(parts: readonly Aggregate[]): Aggregate {
	const signature = parts.reduce((sum, part) => sum.add(g1(part.signature)), G1.ZERO);
	const key = parts.reduce((sum, part) => sum.add(g2(part.key)), G2.ZERO);
	return {
		signature: signature.is0() ? [0n, 0n] : pointOf(signature.toAffine()),
		key: key.is0() ? [0n, 0n, 0n, 0n] : twistOf(key),
	};
}

/** Whether a signature is that of a message under a key, and the key has this twin; false for what are no points. */
export function isSigned({ signature, key }: Aggregate, twin: Point, message: Hex): boolean {
	try {
		const [sum, own, double] = [g1(signature), g2(key), g1(twin)];
		for (const point of [sum, double]) point.assertValidity();
		own.assertValidity();
		if (sum.is0() || double.is0()) return false;
		const hash = signed.hashToCurve(fromHex(message));
		const one = bn254.fields.Fp12.ONE;
		const isOwn = bn254.pairingBatch([
			{ g1: double, g2: G2.BASE.negate() },
			{ g1: G1.BASE, g2: own },
		]);
		const isRight = bn254.pairingBatch([
			{ g1: sum, g2: G2.BASE.negate() },
			{ g1: hash, g2: own },
		]);
		return bn254.fields.Fp12.eql(isOwn, one) && bn254.fields.Fp12.eql(isRight, one);
	} catch {
		return false;
	}
}
