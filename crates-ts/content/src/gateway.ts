import { CarWriter } from "@ipld/car";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { BlockStore } from "./block-store.ts";
import { type CID, parseCid } from "./cid.ts";
import { blocksOf } from "./content.ts";
import { Pool } from "./pool.ts";

/** What a gateway gives at most. */
export interface GatewayBounds {
	/** Bytes of one CAR file. */
	readonly mostBytes: number;
	/** CAR files that are sent at a time; who asks for another waits. */
	readonly mostStreams: number;
}

export const GATEWAY_BOUNDS: GatewayBounds = { mostBytes: 16 * 2 ** 30, mostStreams: 16 };

/** Bytes that are handed on at a time. */
const PIECE = 65_536;

const TYPES = {
	raw: "application/vnd.ipld.raw",
	car: "application/vnd.ipld.car; version=1; order=dfs; dups=y",
} as const;
type Format = keyof typeof TYPES;

/**
 * A read-only trustless gateway over stores: `GET` and `HEAD` of `/ipfs/CID?format=raw` (one block) and `?format=car`
 * (all blocks under a root, depth first; with `dag-scope=block` the root's alone). What a store gives is hashed before
 * it is passed on. Whoever mounts it under another path hands over what follows that path.
 */
export function gatewayHandler(
	stores: readonly BlockStore[],
	bounds: GatewayBounds = GATEWAY_BOUNDS,
): (request: Request) => Promise<Response> {
	const pool = new Pool(stores);
	let streams = 0;
	return async (request) => {
		if (request.method !== "GET" && request.method !== "HEAD") {
			return refuse(405, "A gateway is only read from.", { allow: "GET, HEAD" });
		}
		const url = new URL(request.url);
		const [, text] = /^\/ipfs\/([A-Za-z0-9]+)$/.exec(url.pathname) ?? [];
		if (text === undefined) return refuse(404, "Ask for /ipfs/CID?format=raw or /ipfs/CID?format=car.");
		const format = formatOf(request, url);
		if (format === undefined) {
			return refuse(406, "Only format=raw and format=car are served here: what comes is to be checked.");
		}
		const scope = url.searchParams.get("dag-scope") ?? "all";
		if (!["all", "entity", "block"].includes(scope)) return refuse(400, "dag-scope is all, entity or block.");
		let cid: CID;
		try {
			cid = parseCid(text);
		} catch (error) {
			return refuse(400, (error as Error).message);
		}
		const headers = headersOf(cid, format, scope);
		if (request.headers.get("if-none-match")?.includes(headers.etag))
			return new Response(null, { status: 304, headers });
		let root: Uint8Array | null;
		try {
			root = await pool.find(cid);
		} catch (error) {
			if (!(error instanceof UmpireError)) throw error;
			return refuse(502, "The stores behind this gateway do not give this content.");
		}
		if (root === null) return refuse(404, `${cid} is not here.`);
		if (format === "raw") {
			const sized = { ...headers, "content-length": String(root.length) };
			const body = request.method === "HEAD" ? null : streamOf(slices(root), () => {});
			return new Response(body, { headers: sized });
		}
		if (request.method === "HEAD") return new Response(null, { headers });
		if (streams >= bounds.mostStreams) return refuse(503, "Too many at once.", { "retry-after": "5" });
		streams++;
		const blocks = scope === "block" ? once({ cid, bytes: root }) : blocksOf(pool, cid);
		return new Response(
			streamOf(carOf(cid, blocks, bounds.mostBytes), () => streams--),
			{ headers },
		);
	};
}

function formatOf(request: Request, url: URL): Format | undefined {
	const named = url.searchParams.get("format");
	if (named !== null) return named === "raw" || named === "car" ? named : undefined;
	const accepted = request.headers.get("accept") ?? "";
	if (accepted.includes("application/vnd.ipld.raw")) return "raw";
	return accepted.includes("application/vnd.ipld.car") ? "car" : undefined;
}

function headersOf(cid: CID, format: Format, scope: string) {
	const extension = format === "raw" ? "bin" : "car";
	return {
		"content-type": TYPES[format],
		"content-disposition": `attachment; filename="${cid}.${extension}"`,
		etag: `"${cid}.${format}${scope === "block" ? ".block" : ""}"`,
		"cache-control": "public, max-age=29030400, immutable",
		"x-content-type-options": "nosniff",
		"x-ipfs-path": `/ipfs/${cid}`,
		"accept-ranges": "none",
	};
}

function refuse(status: number, why: string, headers: Readonly<Record<string, string>> = {}): Response {
	return Response.json(
		{ error: why },
		{ status, headers: { ...headers, "cache-control": "no-store", "x-content-type-options": "nosniff" } },
	);
}

/** Pieces of a block, which are taken one after the other instead of being copied at once. */
async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

interface Block {
	readonly cid: CID;
	readonly bytes: Uint8Array;
}

async function* once(block: Block): AsyncGenerator<Block> {
	yield block;
}

/** The bytes of a CAR file; it breaks off where a block is missing or too much comes, which its reader sees. */
async function* carOf(root: CID, blocks: AsyncGenerator<Block>, most: number): AsyncGenerator<Uint8Array> {
	const { writer, out } = CarWriter.create([root]);
	const pieces = out[Symbol.asyncIterator]();
	let failure: unknown;
	const written = (async () => {
		let size = 0;
		for await (const block of blocks) {
			// With its identifier: an empty block can be linked to without end.
			size += block.cid.bytes.length + block.bytes.length;
			if (size > most) throw new UmpireError("STORED", `A CAR file of more than ${most} bytes was asked for`);
			// Resolves when it was taken: one block is in memory.
			await writer.put(block);
		}
	})()
		.catch((error: unknown) => {
			failure = error;
		})
		.then(() => writer.close());
	for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) yield piece.value;
	await written;
	if (failure !== undefined) throw failure;
}

/** A body that is made as it is taken; `done` is called once, however it ends. */
function streamOf(pieces: AsyncGenerator<Uint8Array>, done: () => void): ReadableStream<Uint8Array> {
	let open = true;
	const end = () => {
		if (open) done();
		open = false;
	};
	return new ReadableStream(
		{
			async pull(controller) {
				try {
					const { value, done: isOver } = await pieces.next();
					if (value !== undefined) return controller.enqueue(value);
					if (isOver === true) controller.close();
					end();
				} catch (error) {
					end();
					controller.error(error);
				}
			},
			cancel() {
				end();
			},
		},
		{ highWaterMark: 0 },
	);
}
