import { writeFile } from "node:fs/promises";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { ContentKind, ContentStore } from "./content-store.ts";
import { fileOf } from "./folder-store.ts";

/** Milliseconds after which a server that says nothing more has failed. */
const TIMEOUT = 60_000;
/** The same for gigabytes. */
const TIMEOUT_OF_DATA = 3_600_000;

/** A content store that is read over HTTP. */
export interface HttpStore extends ContentStore {
	/**
	 * Writes what is kept beside some content, ROOT.onnx.data of a large program, to a file; false if there is nothing.
	 *
	 * @throws UmpireError if the server stops in the middle, or sends more than it may
	 */
	fetchData(kind: ContentKind, root: Hex, path: string): Promise<boolean>;
}

/**
 * A content store to read from that is served over HTTP, as any server of static files does it: `programs/ROOT.onnx` and
 * `inputs/ROOT.bin` below an address. Like every store it is not trusted.
 *
 * @param most bytes of a file, whatever the server says
 * @param headers sent along, for servers that want to know who asks
 */
export function httpStore(
	address: string,
	most: number,
	headers: Readonly<Record<string, string>> = {},
): HttpStore {
	const base = address.endsWith("/") ? address : `${address}/`;
	const ask = async (
		method: "GET" | "HEAD",
		kind: ContentKind,
		root: Hex,
		suffix = "",
		timeout = TIMEOUT,
	): Promise<Response | null> => {
		const url = new URL(`${kind}/${fileOf(kind, root)}${suffix}`, base);
		// A server must not send whoever reads from it to places inside his network, nor get his headers sent there.
		const init = { method, headers, signal: AbortSignal.timeout(timeout), redirect: "manual" } as const;
		const response = await fetch(url, init).catch((cause) => {
			throw failure(`${base} does not answer`, cause);
		});
		if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
			throw new UmpireError("STORED", `${base} sends on to another place when it is asked for ${kind}`, {
				advice: "name that one.",
			});
		}
		if (response.status === 404) return null;
		if (!response.ok) throw failure(`${base} answers ${response.status} when it is asked for ${kind}`);
		return response;
	};
	return {
		place: base,
		async stamp(kind, root) {
			const response = await ask("HEAD", kind, root);
			if (response === null) return null;
			const { headers } = response;
			return { size: Number(headers.get("content-length") ?? 0), version: headers.get("etag") ?? "there" };
		},
		async read(kind, root, size = most) {
			const response = await ask("GET", kind, root);
			return response?.body ? bounded(response.body, Math.min(size, most), base) : null;
		},
		async fetchData(kind, root, path) {
			const response = await ask("GET", kind, root, ".data", TIMEOUT_OF_DATA);
			if (!response?.body) return false;
			await writeFile(path, pieces(response.body, most, base));
			return true;
		},
		async write() {
			throw failure(`${base} is only read from`);
		},
		async list() {
			return [];
		},
	};
}

async function bounded(body: ReadableStream<Uint8Array>, most: number, base: string): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	for await (const part of pieces(body, most, base)) parts.push(part);
	return Buffer.concat(parts);
}

/** @throws UmpireError as soon as more bytes come than there may be */
async function* pieces(
	body: ReadableStream<Uint8Array>,
	most: number,
	base: string,
): AsyncGenerator<Uint8Array> {
	let size = 0;
	try {
		for await (const part of body) {
			size += part.length;
			if (size > most) throw failure(`${base} sends more than ${most} bytes`);
			yield part;
		}
	} catch (error) {
		throw error instanceof UmpireError ? error : failure(`${base} stopped in the middle of a file`, error);
	}
}

const failure = (found: string, cause?: unknown): UmpireError =>
	new UmpireError("STORED", found, { retryable: true, cause });
