import { mkdtempSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";

/** A server that runs, and how it is stopped. */
export interface Running {
	readonly url: string;
	close(): Promise<void>;
}

/** Serves HTTP on loopback. */
export async function serve(listener: RequestListener): Promise<Running> {
	const server = createServer(listener);
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const close = () =>
		new Promise<void>((resolve) => {
			server.closeAllConnections();
			server.close(() => resolve());
		});
	return { url, close };
}

/** A real S3 server with one bucket, and the credentials that it takes. */
export async function s3Server(bucket: string): Promise<Running & { readonly keys: Record<string, string> }> {
	const directory = mkdtempSync(join(tmpdir(), "umpire-s3-"));
	const options = { port: 0, address: "127.0.0.1", silent: true, directory, resetOnClose: true };
	const server = new S3rver({ ...options, configureBuckets: [{ name: bucket, configs: [] }] });
	const { port } = (await server.run()) as AddressInfo;
	const keys = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" };
	return { url: `http://127.0.0.1:${port}`, keys, close: () => server.close() };
}

/** What a node does wrongly: what it answers instead of a block, or undefined to be honest. */
export type Lie = (cid: string, bytes: Uint8Array) => Uint8Array;

/** Speaks the part of Kubo's RPC that is used here, over blocks in memory. */
export async function kuboServer(
	lie?: Lie,
): Promise<Running & { readonly blocks: Map<string, Uint8Array>; readonly pinned: Set<string> }> {
	const blocks = new Map<string, Uint8Array>();
	const pinned = new Set<string>();
	const running = await serve(async (request, response) => {
		const url = new URL(request.url ?? "/", "http://kubo");
		const arg = url.searchParams.get("arg") ?? "";
		const fail = (message: string) =>
			response
				.writeHead(500, { "content-type": "application/json" })
				.end(JSON.stringify({ Message: message, Code: 0, Type: "error" }));
		if (request.method !== "POST") return void response.writeHead(405).end();
		const body = await bodyOf(request);
		const found = blocks.get(arg);
		switch (url.pathname) {
			case "/api/v0/block/put": {
				const type = request.headers["content-type"] ?? "";
				const form = await new Response(new Uint8Array(body), {
					headers: { "content-type": type },
				}).formData();
				const bytes = new Uint8Array(await (form.get("data") as File).arrayBuffer());
				if (bytes.length > 1024 * 1024) return void fail("produced block is over 1MiB");
				const code = url.searchParams.get("cid-codec") === "raw" ? raw.code : 0x70;
				const cid = `${CID.createV1(code, await sha256.digest(bytes))}`;
				blocks.set(cid, bytes);
				return void response.end(JSON.stringify({ Key: cid, Size: bytes.length }));
			}
			case "/api/v0/block/stat":
				if (found === undefined)
					return void fail(`block was not found locally (offline): ipld: could not find ${arg}`);
				return void response.end(JSON.stringify({ Key: arg, Size: found.length }));
			case "/api/v0/block/get":
				if (found === undefined) return void fail("context deadline exceeded");
				return void response.end(lie?.(arg, found) ?? found);
			case "/api/v0/pin/add":
				if (found === undefined) return void fail(`pin: ipld: could not find ${arg}`);
				pinned.add(arg);
				return void response.end(JSON.stringify({ Pins: [arg] }));
			default:
				return void response.writeHead(404).end();
		}
	});
	return { ...running, blocks, pinned };
}

/** Serves a handler of requests as a gateway, over HTTP. */
export async function gatewayServer(
	handler: (request: Request) => Promise<Response>,
	lie?: Lie,
): Promise<Running> {
	return serve(async (request, response) => {
		const answer = await handler(
			new Request(new URL(request.url ?? "/", "http://gateway"), { method: request.method ?? "GET" }),
		);
		const headers = Object.fromEntries(answer.headers);
		if (lie !== undefined && answer.ok && request.method === "GET") {
			const bytes = lie(request.url ?? "", new Uint8Array(await answer.arrayBuffer()));
			response.writeHead(answer.status, { ...headers, "content-length": bytes.length });
			return void response.end(bytes);
		}
		response.writeHead(answer.status, headers);
		try {
			for await (const part of answer.body ?? []) {
				if (!response.write(part)) await new Promise((resolve) => response.once("drain", resolve));
			}
			response.end();
		} catch {
			response.destroy();
		}
	});
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part as Buffer);
	return Buffer.concat(parts);
}
