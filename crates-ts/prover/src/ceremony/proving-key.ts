import { bn254 } from "@noble/curves/bn254.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { CeremonyError } from "./ceremony-error.ts";
import { toDigits } from "./hex.ts";

/**
 * What a ceremony's checks need of a proving key in snarkjs's format (.zkey, version 1, Groth16). Read here once more,
 * without snarkjs: it takes points that are on no curve, and says what is wrong on the console only. Runs in browsers.
 */
export interface ProvingKey {
	/** Points of the verification key that ceremonies change, or are compared with. */
	readonly alpha1: CurvePoint;
	readonly gamma2: TwistPoint;
	readonly delta1: CurvePoint;
	readonly delta2: TwistPoint;
	/** BLAKE2b-512 of circuit and phase 1, hexadecimal: what all keys of a circuit's ceremony share */
	readonly circuitHash: string;
	readonly contributions: readonly KeyContribution[];
}

/** One contribution, as all later keys keep it. */
export interface KeyContribution {
	/** BLAKE2b-512 of the contribution's public part, hexadecimal, as snarkjs prints it */
	readonly hash: string;
	/** the hash of all before that the contribution answers, hexadecimal */
	readonly transcript: string;
	/** what `transcript` must be for a contribution at this place with these points */
	readonly expectedTranscript: string;
	/** δ₁ after it */
	readonly deltaAfter: CurvePoint;
	readonly name: string;
	/** of a public random value, which everybody can recompute; undefined for what a person contributes */
	readonly beacon: { readonly value: string; readonly iterationsExponent: number } | undefined;
}

export type CurvePoint = { readonly x: bigint; readonly y: bigint };
export type TwistPoint = {
	readonly x: { readonly c0: bigint; readonly c1: bigint };
	readonly y: { readonly c0: bigint; readonly c1: bigint };
};

const { Fp } = bn254.fields;
/** Coordinates are stored times 2^256. */
const UNMONTGOMERY = Fp.inv(Fp.create(1n << 256n));
const COORDINATE = 32;

/**
 * Reads a proving key.
 *
 * @throws CeremonyError if it is none, or a point is not on its curve or not in its group
 */
export function readProvingKey(bytes: Uint8Array): ProvingKey {
	const sections = sectionsOf(bytes);
	const header = new Reader(sectionOf(sections, 2));
	const prime = (): bigint => (header.u32() === COORDINATE ? header.integer() : 0n);
	if (prime() !== Fp.ORDER || prime() !== bn254.fields.Fr.ORDER) throw wrong("it is not over BN254");
	header.skip(3 * 4);
	const alpha1 = header.point();
	header.skip(64 + 128);
	const gamma2 = header.twistPoint();
	const delta1 = header.point();
	const delta2 = header.twistPoint();
	header.end();
	const { circuitHash, contributions } = readContributions(new Reader(sectionOf(sections, 10)));
	return { alpha1, gamma2, delta1, delta2, circuitHash, contributions };
}

/** Whether δ is the group's generator, which is γ: then anyone can forge proofs. */
export function isWithoutSecret({ gamma2, delta1, delta2 }: ProvingKey): boolean {
	return (
		samePoint(delta1, bn254.G1.Point.BASE.toAffine()) ||
		sameTwistPoint(delta2, bn254.G2.Point.BASE.toAffine()) ||
		sameTwistPoint(delta2, gamma2)
	);
}

export function samePoint(a: CurvePoint, b: CurvePoint): boolean {
	return a.x === b.x && a.y === b.y;
}

export function sameTwistPoint(a: TwistPoint, b: TwistPoint): boolean {
	return [a.x.c0 === b.x.c0, a.x.c1 === b.x.c1, a.y.c0 === b.y.c0, a.y.c1 === b.y.c1].every(Boolean);
}

function readContributions(reader: Reader): Pick<ProvingKey, "circuitHash" | "contributions"> {
	const circuit = reader.bytes(64);
	const contributions: KeyContribution[] = [];
	const soFar = blake2b.create({ dkLen: 64 }).update(circuit);
	for (let left = reader.u32(); left > 0; left--) {
		const [deltaAfter, s, sx] = [reader.point(), reader.point(), reader.point()];
		const spx = reader.twistPoint();
		const transcript = reader.bytes(64);
		const expected = soFar.clone().update(uncompressed(s)).update(uncompressed(sx)).digest();
		const said = [
			uncompressed(deltaAfter),
			uncompressed(s),
			uncompressed(sx),
			uncompressedTwist(spx),
			transcript,
		];
		const own = blake2b.create({ dkLen: 64 });
		for (const part of said) {
			own.update(part);
			soFar.update(part);
		}
		const type = reader.u32();
		if (type > 1) throw wrong(`a contribution is of an unknown type ${type}`);
		const isBeacon = type === 1;
		const { name, value, iterationsExponent } = readParameters(new Reader(reader.bytes(reader.u32())));
		if (isBeacon !== (value !== undefined && iterationsExponent !== undefined)) {
			throw wrong("a contribution is half a beacon's");
		}
		contributions.push({
			hash: toDigits(own.digest()),
			transcript: toDigits(transcript),
			expectedTranscript: toDigits(expected),
			deltaAfter,
			name,
			beacon: isBeacon ? { value: value ?? "", iterationsExponent: iterationsExponent ?? 0 } : undefined,
		});
	}
	reader.end();
	return { circuitHash: toDigits(circuit), contributions };
}

function readParameters(reader: Reader): { name: string; value?: string; iterationsExponent?: number } {
	const found: { name: string; value?: string; iterationsExponent?: number } = { name: "" };
	for (let last = 0; reader.left > 0; ) {
		const type = reader.bytes(1)[0];
		if (type <= last) throw wrong("the parameters of a contribution are out of order");
		last = type;
		if (type === 1) found.name = new TextDecoder().decode(reader.bytes(reader.bytes(1)[0]));
		else if (type === 2) found.iterationsExponent = reader.bytes(1)[0];
		else if (type === 3) found.value = toDigits(reader.bytes(reader.bytes(1)[0]));
		else throw wrong(`a contribution has a parameter of unknown type ${type}`);
	}
	return found;
}

/** What a key of Groth16 has. */
const SECTIONS = 10;

/** Sections by their numbers. Each is there once: snarkjs and this file must not read different ones. */
function sectionsOf(bytes: Uint8Array): Map<number, Uint8Array> {
	const reader = new Reader(bytes);
	if (new TextDecoder("latin1").decode(reader.bytes(4)) !== "zkey") throw wrong("it does not begin as one");
	if (reader.u32() !== 1) throw wrong("its version is not 1");
	const sections = new Map<number, Uint8Array>();
	for (let left = reader.u32(); left > 0; left--) {
		const number = reader.u32();
		const size = reader.u64();
		if (sections.has(number)) throw wrong(`section ${number} is there twice`);
		if (number > SECTIONS) throw wrong(`it has a section ${number}, which no key has`);
		sections.set(number, reader.bytes(size));
	}
	reader.end();
	const protocol = new Reader(sectionOf(sections, 1)).u32();
	if (protocol !== 1) throw wrong("it is not one of Groth16");
	return sections;
}

function sectionOf(sections: ReadonlyMap<number, Uint8Array>, number: number): Uint8Array {
	const section = sections.get(number);
	if (section === undefined) throw wrong(`section ${number} is missing`);
	return section;
}

function wrong(why: string): CeremonyError {
	return new CeremonyError(`This is no proving key: ${why}`);
}

function big(value: bigint): Uint8Array {
	const digits = value.toString(16).padStart(64, "0");
	return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

function joined(...values: readonly bigint[]): Uint8Array {
	const bytes = new Uint8Array(32 * values.length);
	for (const [i, value] of values.entries()) bytes.set(big(value), 32 * i);
	return bytes;
}

const uncompressed = ({ x, y }: CurvePoint): Uint8Array => joined(x, y);
/** Imaginary parts first. */
const uncompressedTwist = ({ x, y }: TwistPoint): Uint8Array => joined(x.c1, x.c0, y.c1, y.c0);

/** Reads from the beginning of bytes to their end. */
class Reader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	get left(): number {
		return this.#bytes.length - this.#at;
	}

	skip(length: number): void {
		if (length > this.left) throw wrong("it ends too early");
		this.#at += length;
	}

	bytes(length: number): Uint8Array {
		const from = this.#at;
		this.skip(length);
		return this.#bytes.subarray(from, this.#at);
	}

	u32(): number {
		const from = this.#at;
		this.skip(4);
		return this.#view.getUint32(from, true);
	}

	u64(): number {
		const from = this.#at;
		this.skip(8);
		return Number(this.#view.getBigUint64(from, true));
	}

	integer(): bigint {
		const from = this.#at;
		this.skip(COORDINATE);
		let value = 0n;
		for (let i = 3; i >= 0; i--) value = (value << 64n) | this.#view.getBigUint64(from + 8 * i, true);
		return value;
	}

	/** A coordinate has one encoding only, so that equal points are equal bytes. */
	#coordinate(): bigint {
		const stored = this.integer();
		if (stored >= Fp.ORDER) throw wrong("a coordinate is beyond the field");
		return Fp.mul(stored, UNMONTGOMERY);
	}

	point(): CurvePoint {
		const point = { x: this.#coordinate(), y: this.#coordinate() };
		requireValid(bn254.G1.Point.fromAffine(point));
		return point;
	}

	twistPoint(): TwistPoint {
		const pair = () => ({ c0: this.#coordinate(), c1: this.#coordinate() });
		const point = { x: pair(), y: pair() };
		requireValid(bn254.G2.Point.fromAffine(point));
		return point;
	}

	end(): void {
		if (this.left > 0) throw wrong("it is longer than what it holds");
	}
}

/** Neither at infinity, which the library calls valid, nor off the curve, nor outside the group. */
function requireValid(point: { is0(): boolean; assertValidity(): void }): void {
	try {
		point.assertValidity();
		if (point.is0()) throw new Error("the point at infinity");
	} catch (cause) {
		throw new CeremonyError("This is no proving key: a point is not of its group", { cause });
	}
}
