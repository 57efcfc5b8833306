import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { blake2b } from "@noble/hashes/blake2.js";
import { curves } from "snarkjs";

/** A snarkjs of the cheaters': contributions with secrets of their choice, which are right in every other way. */

interface Group {
	readonly g: Uint8Array;
	readonly F: { readonly n8: number };
	fromRng(rng: object): Uint8Array;
	timesFr(point: Uint8Array, factor: Uint8Array): Uint8Array;
	toAffine(point: Uint8Array): Uint8Array;
	fromRprLEM(bytes: Uint8Array, at: number): Uint8Array;
	toRprLEM(bytes: Uint8Array, at: number, point: Uint8Array): void;
	toRprUncompressed(bytes: Uint8Array, at: number, point: Uint8Array): void;
	batchApplyKey(points: Uint8Array, first: Uint8Array, increment: Uint8Array): Promise<Uint8Array>;
}
interface Curve {
	readonly G1: Group;
	readonly G2: Group;
	readonly Fr: { e(value: bigint): Uint8Array; inv(value: Uint8Array): Uint8Array };
}
const { ChaCha } = createRequire(createRequire(import.meta.url).resolve("snarkjs"))("ffjavascript") as {
	ChaCha: new (seed: readonly number[]) => object;
};

/** Where the sections of a key lie. */
export function sectionsOf(key: Uint8Array): Map<number, { readonly at: number; readonly size: number }> {
	const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
	const sections = new Map<number, { at: number; size: number }>();
	for (let at = 12; at < key.length; ) {
		const size = Number(view.getBigUint64(at + 4, true));
		sections.set(view.getUint32(at, true), { at: at + 12, size });
		at += 12 + size;
	}
	return sections;
}

/** The section of contributions is the last of a key. */
export function contributionsOf(key: Uint8Array): Uint8Array {
	const { at, size } = sectionsOf(key).get(10)!;
	return key.slice(at, at + size);
}

/** A key with other contributions. */
export function withContributions(key: Uint8Array, contributions: Uint8Array): Uint8Array {
	const { at } = sectionsOf(key).get(10)!;
	const changed = Buffer.concat([key.subarray(0, at), contributions]);
	changed.writeBigUInt64LE(BigInt(contributions.length), at - 8);
	return changed;
}

/** Bytes of a contribution whose name has `nameBytes` bytes: points, transcript, type, length of the parameters, those. */
export const sizeOf = (name: string): number => 3 * 64 + 128 + 64 + 4 + 4 + 2 + Buffer.byteLength(name);

const made = new Map<string, Promise<Uint8Array>>();

/** Contributes `secret` under a name; the same each time. */
export async function contributeSecret(key: Uint8Array, name: string, secret: bigint): Promise<Uint8Array> {
	const call = `${createHash("sha256").update(key).digest("hex")} ${name} ${secret}`;
	const making = made.get(call) ?? contributeAnew(key, name, secret);
	made.set(call, making);
	return Buffer.from(await making);
}

async function contributeAnew(key: Uint8Array, name: string, secret: bigint): Promise<Uint8Array> {
	const curve = (await curves.getCurveFromName("bn128")) as Curve;
	const { G1, G2, Fr } = curve;
	const made = Buffer.from(key);
	const sections = sectionsOf(made);
	const factor = Fr.e(secret);
	const scale = (group: Group, at: number): Uint8Array => {
		const point = group.toAffine(group.timesFr(group.fromRprLEM(made, at), factor));
		group.toRprLEM(made, at, point);
		return point;
	};
	const header = sections.get(2)!;
	const deltaAt = header.at + 4 + 32 + 4 + 32 + 12 + 64 + 64 + 128 + 128;
	const deltaAfter = scale(G1, deltaAt);
	scale(G2, deltaAt + 64);
	for (const number of [8, 9]) {
		const { at, size } = sections.get(number)!;
		made.set(await G1.batchApplyKey(made.slice(at, at + size), Fr.inv(factor), Fr.e(1n)), at);
	}
	const plain = (group: Group, point: Uint8Array): Uint8Array => {
		const bytes = new Uint8Array(2 * group.F.n8);
		group.toRprUncompressed(bytes, 0, point);
		return bytes;
	};
	const s = G1.toAffine(G1.fromRng(new ChaCha([1, 2, 3, 4, 5, 6, 7, 8])));
	const sx = G1.toAffine(G1.timesFr(s, factor));
	const hasher = blake2b.create({ dkLen: 64 });
	const before = Buffer.from(contributionsOf(key));
	hasher.update(before.subarray(0, 64));
	let at = 68;
	for (let left = before.readUInt32LE(64); left > 0; left--) {
		for (const offset of [0, 64, 128]) hasher.update(plain(G1, G1.fromRprLEM(before, at + offset)));
		hasher.update(plain(G2, G2.fromRprLEM(before, at + 192)));
		hasher.update(before.subarray(at + 320, at + 384));
		at += 392 + before.readUInt32LE(at + 388);
	}
	const transcript = hasher.update(plain(G1, s)).update(plain(G1, sx)).digest();
	const seed = Array.from({ length: 8 }, (_, i) => Buffer.from(transcript).readUInt32BE(4 * i));
	const spx = G2.toAffine(G2.timesFr(G2.fromRng(new ChaCha(seed)), factor));
	const own = Buffer.alloc(sizeOf(name));
	for (const [i, point] of [deltaAfter, s, sx].entries()) G1.toRprLEM(own, 64 * i, point);
	G2.toRprLEM(own, 192, spx);
	own.set(transcript, 320);
	own.writeUInt32LE(2 + Buffer.byteLength(name), 388);
	own.set([1, Buffer.byteLength(name), ...Buffer.from(name)], 392);
	before.writeUInt32LE(before.readUInt32LE(64) + 1, 64);
	return withContributions(made, Buffer.concat([before, own]));
}
