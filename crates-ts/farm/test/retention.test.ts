import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FarmClient } from "../src/client.ts";
import { openPglite } from "../src/database.ts";
import { Queue } from "../src/queue.ts";
import { serveCoordinator } from "../src/serve.ts";
import { openToken, WorkerTokens } from "../src/token.ts";
import { LEAST_LEASE } from "../src/wire.ts";

it("what was uploaded is removed when nobody has asked for it for a week, and kept while somebody does", async () => {
	const folder = await mkdtemp(join(tmpdir(), "umpire-farm-"));
	const warn = () => {};
	const token = await openToken(join(folder, "token"));
	const start = async () => {
		const queue = await Queue.open(await openPglite(join(folder, "queue")), ["none"], LEAST_LEASE, warn);
		const options = {
			queue,
			kinds: [],
			token,
			workerTokens: new WorkerTokens(join(folder, "workers")),
			folder,
			content: [],
			mostBytes: 100,
			warn,
		};
		return serveCoordinator(options, 0, "127.0.0.1");
	};
	let server = await start();
	try {
		const client = new FarmClient(server.url, token);
		const root = `0x${"1".repeat(64)}`;
		const paths: string[] = [];
		const week = 8 * 86_400;
		for (const text of ["used", "unused"]) {
			const name = createHash("sha256").update(text).digest("hex");
			const input = `0x${name}.bin`;
			const file = join(folder, text);
			await writeFile(file, text);
			for (const path of [`/blobs/${name}`, `/content/inputs/${input}`]) {
				await client.putFile(path, file);
				const then = Date.now() / 1000 - week;
				await utimes(join(folder, path), then, then);
				if (text === "used") expect(await client.has(path)).toBe(true);
				paths.push(path);
			}
		}
		expect(await client.has(`/content/programs/${root}.onnx`)).toBe(false);
		await server.close();
		server = await start();
		const left = [
			...(await readdir(join(folder, "blobs"))),
			...(await readdir(join(folder, "content", "inputs"))),
		];
		expect(left.length).toBe(2);
		const again = new FarmClient(server.url, token);
		expect(await Promise.all(paths.map((path) => again.has(path)))).toEqual([true, true, false, false]);
	} finally {
		await server.close();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
});
