import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { exporter } from "ipfs-unixfs-exporter";
import { importer } from "ipfs-unixfs-importer";
import { type CID, inlineBytes, isKnown, isRaw, linksOf, namedLinksOf } from "./cid.ts";
import type { Pool } from "./pool.ts";

/** Blocks that are read or written at a time: each is a megabyte of memory. */
const AT_ONCE = 4;
/** Nodes on the way from a root to its leaves; one of 1,024 links a node needs 3 for a terabyte. */
const DEEPEST = 16;
/** Blocks that a file has at most: so many, and one more for so many bytes. Usual blocks are a hundred times as large. */
const MOST_BLOCKS = { few: 1024, bytesEach: 1024 } as const;

/** What an identifier names is not what it has to be; other than a block that no store gives. */
export class UnusableContent extends UmpireError {
	override readonly name = "UnusableContent";
}

/** Keeps one block; called for every block of what is put, for some more than once. */
export type Keep = (cid: CID, bytes: Uint8Array) => Promise<void>;

/** A file of a folder that is put. */
export interface NamedFile {
	readonly path: string;
	readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Cuts content into blocks (profile unixfs-v1-2025: raw leaves of 1 MiB, 1,024 links a node, CID version 1) and keeps
 * each; up to 1 MiB it is one block of its raw bytes.
 */
export async function putContent(
	content: AsyncIterable<Uint8Array> | Uint8Array,
	keep: Keep,
): Promise<{ readonly cid: CID; readonly size: number }> {
	return put([{ content: content instanceof Uint8Array ? once(content) : content }], keep, false);
}

/** The same for several files, which become a folder. */
export async function putFolder(files: readonly NamedFile[], keep: Keep): Promise<{ readonly cid: CID }> {
	return put(files, keep, true);
}

async function put(
	files: readonly { readonly path?: string; readonly content: AsyncIterable<Uint8Array> }[],
	keep: Keep,
	wrapWithDirectory: boolean,
): Promise<{ cid: CID; size: number }> {
	let size = 0;
	const counted = async function* (content: AsyncIterable<Uint8Array>) {
		for await (const piece of content) {
			size += piece.length;
			yield piece;
		}
	};
	const blocks = {
		async put(cid: CID, bytes: unknown) {
			await keep(cid, bytes as Uint8Array);
			return cid;
		},
	};
	let last: CID | undefined;
	const candidates = files.map((file) => ({ ...file, content: counted(file.content) }));
	const options = {
		profile: "unixfs-v1-2025",
		blockWriteConcurrency: AT_ONCE,
		fileImportConcurrency: 1,
	} as const;
	for await (const { cid } of importer(candidates, blocks, { ...options, wrapWithDirectory })) last = cid;
	if (last === undefined) throw new Error("Nothing was put.");
	return { cid: last, size };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	yield bytes;
}

/**
 * Reads content by its identifier, as a stream: every block is hashed before its bytes are given.
 *
 * @param most bytes of the content; more are refused, where it says so before anything is read
 * @throws UmpireError if a block is missing or false in all stores, if it is no file, or has more bytes
 */
export async function* getContent(pool: Pool, cid: CID, most: number): AsyncGenerator<Uint8Array> {
	const entry = await open(pool, cid);
	const inline = inlineBytes(cid);
	if (inline !== undefined) {
		yield inline;
		return;
	}
	if (entry.type !== "file" && entry.type !== "raw") throw noFile(cid);
	yield* bounded(pool, cid, entry, most);
}

/** The files of a folder, by name: those that are asked for and there. */
export async function folderOf(
	pool: Pool,
	cid: CID,
	names: readonly string[],
): Promise<ReadonlyMap<string, (most: number) => AsyncGenerator<Uint8Array>>> {
	const entry = await open(pool, cid);
	const found = new Map<string, (most: number) => AsyncGenerator<Uint8Array>>();
	if (entry.type !== "directory") return found;
	for (const link of linksWithNames(cid, await pool.get(cid))) {
		if (!names.includes(link.name) || found.has(link.name)) continue;
		found.set(link.name, (most) => getContent(pool, link.cid, most));
	}
	return found;
}

/** Whether an identifier names a folder. */
export async function isFolder(pool: Pool, cid: CID): Promise<boolean> {
	return (await open(pool, cid)).type === "directory";
}

/** All blocks under a root, depth first, a block that occurs twice twice. */
export async function* blocksOf(
	pool: Pick<Pool, "get">,
	cid: CID,
	depth = 0,
): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
	if (depth > DEEPEST) throw unusable(cid, `nodes are nested more than ${DEEPEST} deep`);
	const bytes = await pool.get(cid);
	yield { cid, bytes };
	for (const link of linksFrom(cid, bytes)) yield* blocksOf(pool, link, depth + 1);
}

/** The same without repetition: identifiers are remembered, 1,024 for a gigabyte. */
export async function* distinctBlocksOf(
	pool: Pick<Pool, "get">,
	root: CID,
): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
	const seen = new Set<string>();
	const waiting: { readonly cid: CID; readonly depth: number }[] = [{ cid: root, depth: 0 }];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		const { cid, depth } = next;
		if (depth > DEEPEST) throw unusable(root, `nodes are nested more than ${DEEPEST} deep`);
		if (seen.has(`${cid}`)) continue;
		seen.add(`${cid}`);
		const bytes = await pool.get(cid);
		yield { cid, bytes };
		for (const link of linksFrom(cid, bytes).reverse()) waiting.push({ cid: link, depth: depth + 1 });
	}
}

function linksFrom(cid: CID, bytes: Uint8Array): CID[] {
	let links: CID[];
	try {
		links = linksOf(cid, bytes);
	} catch (cause) {
		throw unusable(cid, "it is no UnixFS node", cause);
	}
	// What is hashed otherwise would be taken for a store's lie.
	const stray = links.find((link) => !isKnown(link));
	if (stray !== undefined)
		throw unusable(cid, `it leads to ${stray}, which is of a kind that is not read here`);
	return links;
}

function linksWithNames(cid: CID, bytes: Uint8Array): { name: string; cid: CID }[] {
	try {
		return namedLinksOf(bytes);
	} catch (cause) {
		throw unusable(cid, "it is no UnixFS node", cause);
	}
}

type Entry = Awaited<ReturnType<typeof exporter>>;
type FileEntry = Extract<Entry, { type: "file" | "raw" }>;

async function open(pool: Pool, cid: CID): Promise<Entry> {
	const blocks = {
		async *get(of: CID) {
			yield await pool.get(of.toV1());
		},
	};
	try {
		return await exporter(cid, blocks);
	} catch (cause) {
		throw cause instanceof UmpireError ? cause : unusable(cid, (cause as Error).message, cause);
	}
}

async function* bounded(
	pool: Pool,
	cid: CID,
	{ size: stated }: FileEntry,
	most: number,
): AsyncGenerator<Uint8Array> {
	if (stated > BigInt(most)) throw unusable(cid, `it has more than ${most} bytes`);
	let size = 0n;
	// The same empty block may be linked to any number of times, so that bytes alone bound nothing.
	let left = MOST_BLOCKS.few + Number(stated) / MOST_BLOCKS.bytesEach;
	const count = () => {
		if (left-- < 1) throw unusable(cid, `it has too many blocks for ${stated} bytes`);
	};
	for await (const piece of piecesOf(pool, cid, await pool.get(cid), 0, count)) {
		size += BigInt(piece.length);
		if (size > stated) break;
		yield piece;
	}
	if (size !== stated) throw unusable(cid, "it has another size than it says");
}

/** The bytes under a node in order; a few blocks are read ahead, so that memory does not grow with the content. */
async function* piecesOf(
	pool: Pool,
	cid: CID,
	bytes: Uint8Array,
	depth: number,
	count: () => void,
): AsyncGenerator<Uint8Array> {
	count();
	if (depth > DEEPEST) throw unusable(cid, `nodes are nested more than ${DEEPEST} deep`);
	const links = linksFrom(cid, bytes);
	if (links.length === 0) {
		yield* isRaw(cid) ? [bytes] : wrapped(pool, cid);
		return;
	}
	const ahead: Promise<Uint8Array>[] = [];
	const read = (link: CID) => {
		const found = pool.get(link);
		// Its failure is thrown when it is its turn.
		found.catch(() => {});
		ahead.push(found);
	};
	for (const link of links.slice(0, AT_ONCE)) read(link);
	for (const [index, link] of links.entries()) {
		const block = await ahead.shift()!;
		if (index + AT_ONCE < links.length) read(links[index + AT_ONCE]);
		yield* piecesOf(pool, link, block, depth + 1, count);
	}
}

/** The bytes of a leaf that is a UnixFS node itself, as other profiles make them. */
async function* wrapped(pool: Pool, cid: CID): AsyncGenerator<Uint8Array> {
	const entry = await open(pool, cid);
	if (entry.type !== "file") throw noFile(cid);
	for await (const piece of entry.content()) yield piece as Uint8Array;
}

const noFile = (cid: CID): UnusableContent => unusable(cid, "it is no file");

const unusable = (cid: CID, why: string, cause?: unknown): UnusableContent =>
	new UnusableContent("STORED", `The content ${cid} cannot be used: ${why}`, { cause });
