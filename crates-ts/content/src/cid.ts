import { timingSafeEqual } from "node:crypto";
import * as dagPb from "@ipld/dag-pb";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { identity } from "multiformats/hashes/identity";
import { sha256 } from "multiformats/hashes/sha2";

export type { CID } from "multiformats/cid";

/** Characters of the longest text that is read as a content identifier. */
const LONGEST = 100;

/**
 * Reads a content identifier: SHA-256 of raw bytes or of a UnixFS node (dag-pb), as version 1. One that holds its
 * bytes itself (identity) is taken, too.
 *
 * @throws UmpireError if it is none, or of another kind
 */
export function parseCid(text: string): CID {
	const advice =
		"give one as umpire store put prints it (bafk… or bafy…, SHA-256 of raw bytes or a UnixFS node).";
	const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
	let cid: CID;
	try {
		if (text.length > LONGEST) throw new Error("too long");
		cid = CID.parse(text).toV1();
	} catch (cause) {
		throw new UmpireError("OPTION", `${short} is no content identifier`, { advice, cause });
	}
	if (!isKnown(cid))
		throw new UmpireError("OPTION", `${short} is of a kind that is not read here`, { advice });
	return cid;
}

/** The same for the bytes of one, as a contract tells them; undefined if they are none. */
export function cidOfBytes(bytes: Uint8Array): CID | undefined {
	try {
		const cid = CID.decode(bytes).toV1();
		return isKnown(cid) ? cid : undefined;
	} catch {
		return undefined;
	}
}

/** Whether an identifier is of a kind that is read here. */
export function isKnown({ code, multihash }: CID): boolean {
	if (multihash.code === identity.code) return code === raw.code;
	return (
		(code === raw.code || code === dagPb.code) && multihash.code === sha256.code && multihash.size === 32
	);
}

/** The bytes that an identifier holds itself; undefined for all others. */
export const inlineBytes = ({ multihash }: CID): Uint8Array | undefined =>
	multihash.code === identity.code ? multihash.digest : undefined;

/** Whether bytes are those that an identifier names. */
export async function isNamed(cid: CID, bytes: Uint8Array): Promise<boolean> {
	const { digest } = await sha256.digest(bytes);
	return digest.length === cid.multihash.digest.length && timingSafeEqual(digest, cid.multihash.digest);
}

/** Whether an identifier names bytes as they are, and not a node. */
export const isRaw = ({ code }: CID): boolean => code === raw.code;

/** The SHA-256 that a block is named by, in hexadecimal digits. */
export const sha256Of = ({ multihash }: CID): string => Buffer.from(multihash.digest).toString("hex");

/** The identifier of one block of raw bytes. */
export async function cidOfRaw(bytes: Uint8Array): Promise<CID> {
	return CID.createV1(raw.code, await sha256.digest(bytes));
}

/** The identifiers that a block leads to, in order; none of raw bytes. @throws Error if it is no node */
export function linksOf(cid: CID, bytes: Uint8Array): CID[] {
	if (cid.code === raw.code) return [];
	return dagPb.decode(bytes).Links.map(({ Hash }) => Hash.toV1());
}

/** The links of a node with their names, as a folder has them. @throws Error if it is no node */
export function namedLinksOf(bytes: Uint8Array): { name: string; cid: CID }[] {
	return dagPb.decode(bytes).Links.map(({ Hash, Name = "" }) => ({ name: Name, cid: Hash.toV1() }));
}
