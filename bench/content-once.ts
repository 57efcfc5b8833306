/**
 * Streams content through a store and a gateway over HTTP, each in a process of its own, and says what memory they took.
 *
 *     node bench/content-once.ts [MEGABYTES]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { parseCid } from "@umpire/content/cid.ts";
import { getContent, putContent } from "@umpire/content/content.ts";
import { gatewayHandler } from "@umpire/content/gateway.ts";
import { openStores } from "@umpire/content/open-store.ts";
import { Pool } from "@umpire/content/pool.ts";
import { Spread } from "@umpire/content/spread.ts";

const [, , role = "1024", ...rest] = process.argv;

/** The most that this process had in memory, in megabytes. */
const peak = () => Math.round(process.resourceUsage().maxRSS / 1024);

async function* pieces(megabytes: number): AsyncGenerator<Uint8Array> {
	for (let i = 0; i < megabytes; i++) yield new Uint8Array(2 ** 20).fill(i & 255).fill(i >> 8, 0, 9);
}

switch (role) {
	case "put": {
		const spread = new Spread(openStores([rest[0]], {}));
		const { cid, size } = await putContent(pieces(Number(rest[1])), spread.keep);
		await spread.finish(cid);
		console.log(JSON.stringify({ cid: `${cid}`, size, peak: peak() }));
		break;
	}
	case "get": {
		let size = 0;
		for await (const part of getContent(new Pool(openStores([rest[0]], {})), parseCid(rest[1]), 2 ** 50)) {
			size += part.length;
		}
		console.log(JSON.stringify({ size, peak: peak() }));
		break;
	}
	case "car": {
		let size = 0;
		const answer = await fetch(`${rest[0]}/ipfs/${rest[1]}?format=car`);
		for await (const part of answer.body!) size += part.length;
		console.log(JSON.stringify({ size, peak: peak() }));
		break;
	}
	case "gateway": {
		const handler = gatewayHandler(openStores([rest[0]], {}));
		const server = createServer(async (request, response) => {
			if (request.url === "/peak") return void response.end(String(peak()));
			const answer = await handler(
				new Request(new URL(request.url!, "http://gateway"), { method: request.method! }),
			);
			response.writeHead(answer.status, Object.fromEntries(answer.headers));
			if (answer.body === null) return void response.end();
			Readable.fromWeb(answer.body as never).pipe(response);
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as { port: number }).port}` }));
		break;
	}
	default:
		await measure(Number(role));
}

async function measure(megabytes: number): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-bench-"));
	const store = `folder:${folder}`;
	const run = async <T>(...words: string[]): Promise<T> => {
		const child = spawn(process.execPath, [import.meta.filename, ...words], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const [line] = (await once(child.stdout, "data")) as [Buffer];
		return JSON.parse(`${line}`) as T;
	};
	try {
		const put = await run<{ cid: string; peak: number }>("put", store, String(megabytes));
		const gateway = spawn(process.execPath, [import.meta.filename, "gateway", store], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const [line] = (await once(gateway.stdout, "data")) as [Buffer];
		const { url } = JSON.parse(`${line}`) as { url: string };
		const got = await run<{ size: number; peak: number }>("get", `gateway:${url}`, put.cid);
		const car = await run<{ size: number; peak: number }>("car", url, put.cid);
		const served = Number(await (await fetch(`${url}/peak`)).text());
		gateway.kill();
		console.log(
			JSON.stringify({
				megabytes,
				put: put.peak,
				get: got.peak,
				gateway: served,
				car: car.peak,
				bytes: [got.size, car.size],
			}),
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
