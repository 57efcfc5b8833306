import { join } from "node:path";
import type { Hono } from "hono";
import { refused, stream } from "./answers.ts";
import { markUsed, receive, send } from "./files.ts";

/** Whose token a request carries: that of a worker; undefined for the farm's own. */
export interface FarmEnv {
	readonly Variables: { worker?: string };
}

const CONTENT = /^0x[0-9a-f]{64}\.(onnx|onnx\.data|bin)$/;
export const HASH = /^[0-9a-f]{64}$/;

/** Where content is kept. */
interface Places {
	readonly folder: string;
	readonly content: readonly string[];
	readonly mostBytes: number;
}

/** What jobs are about: programs and inputs by root, files by SHA-256. Whoever reads them hashes them. */
export function addContent(app: Hono<FarmEnv>, { folder, content, mostBytes }: Places): void {
	const own = join(folder, "content");
	for (const kind of ["programs", "inputs"] as const) {
		const address = `/content/${kind}/:file` as const;
		app.on(["GET", "HEAD"], address, async (c) => {
			const { file } = c.req.param();
			if (!CONTENT.test(file)) throw refused(400, "Name a program as 0x….onnx and inputs as 0x….bin.");
			await markUsed(join(own, kind, file));
			for (const place of [...content, own]) {
				const found = await send(join(place, kind, file));
				if (found !== undefined) return stream(c, found);
			}
			return stream(c, undefined);
		});
		app.put(address, async (c) => {
			const { file } = c.req.param();
			if (!CONTENT.test(file)) throw refused(400, "Name a program as 0x….onnx and inputs as 0x….bin.");
			return c.json(await receive(c.req.raw.body, join(own, kind, file), mostBytes));
		});
	}
	app.on(["GET", "HEAD"], "/blobs/:hash", async (c) => {
		const { hash } = c.req.param();
		if (!HASH.test(hash)) throw refused(400, "Name a file by its SHA-256, 64 hexadecimal digits.");
		await markUsed(join(folder, "blobs", hash));
		return stream(c, await send(join(folder, "blobs", hash)));
	});
	app.put("/blobs/:hash", async (c) => {
		const { hash } = c.req.param();
		if (!HASH.test(hash)) throw refused(400, "Name a file by its SHA-256, 64 hexadecimal digits.");
		return c.json(await receive(c.req.raw.body, join(folder, "blobs", hash), mostBytes, hash));
	});
}
