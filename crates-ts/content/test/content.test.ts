import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { request as forward } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CarReader } from "@ipld/car";
import * as dagPb from "@ipld/dag-pb";
import {
	gatewayServer,
	kuboServer,
	type Lie,
	type Running,
	s3Server,
	serve,
} from "@umpire/testing/content/servers.ts";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256, sha512 } from "multiformats/hashes/sha2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BlockStore } from "../src/block-store.ts";
import { cidOfRaw, isNamed, linksOf, parseCid } from "../src/cid.ts";
import { folderOf, getContent, putContent, putFolder } from "../src/content.ts";
import { gatewayHandler } from "../src/gateway.ts";
import { openStores } from "../src/open-store.ts";
import { Pool } from "../src/pool.ts";
import { pinContent, Spread, verifyContent } from "../src/spread.ts";

const MEGABYTE = 2 ** 20;
const MOST = 2 ** 40;
let folder: string;
let s3: Awaited<ReturnType<typeof s3Server>>;
const running: Running[] = [];
const kept = async <T extends Running>(server: Promise<T>): Promise<T> => {
	running.push(await server);
	return server;
};

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-content-"));
	s3 = await kept(s3Server("bucket"));
});
afterAll(async () => {
	for (const server of running) await server.close();
	await rm(folder, { recursive: true, force: true });
});

let folders = 0;
const path = () => join(folder, String(folders++));
const open = (...names: string[]): BlockStore[] => openStores(names, s3.keys);
const bucket = (prefix: string) => `s3://bucket/${prefix}?endpoint=${encodeURIComponent(s3.url)}`;

/** Bytes that are nowhere alike. */
function bytesOf(size: number, seed = 1): Uint8Array {
	const words = new Uint32Array(Math.ceil(size / 4));
	let state = seed;
	for (let i = 0; i < words.length; i++) {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		words[i] = state;
	}
	return new Uint8Array(words.buffer, 0, size);
}

async function putAll(stores: readonly BlockStore[], content: Uint8Array): Promise<CID> {
	const spread = new Spread(stores);
	const { cid } = await putContent(content, spread.keep);
	expect((await spread.finish(cid)).filter(({ ok }) => !ok)).toEqual([]);
	return cid;
}

async function read(
	stores: readonly BlockStore[],
	cid: CID,
	tell?: (line: string) => void,
): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	for await (const part of getContent(new Pool(stores, tell), cid, MOST)) parts.push(part);
	return Buffer.concat(parts);
}

const flipped: Lie = (_, bytes) => {
	const other = Uint8Array.from(bytes);
	other[other.length >> 1] ^= 1;
	return other;
};

describe("content addresses", () => {
	it("are those of the profile unixfs-v1-2025", async () => {
		// Of an empty file, of "hello world\n" as every IPFS node with raw leaves names it, and of two blocks.
		const known = async (content: Uint8Array) => `${(await putContent(content, async () => {})).cid}`;
		expect(await known(new Uint8Array())).toBe("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
		expect(await known(new TextEncoder().encode("hello world\n"))).toBe(
			"bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4",
		);
		expect(await known(new Uint8Array(MEGABYTE))).toMatch(/^bafk/);
		expect(await known(new Uint8Array(MEGABYTE + 1))).toMatch(/^bafy/);
	});

	it("are refused with a reason if they are none, or of other kinds", () => {
		for (const text of ["", "hello", "bafk", "x".repeat(10_000), "../../etc/passwd"]) {
			expect(() => parseCid(text)).toThrow(/is no content identifier: give one as umpire store put/);
		}
		// dag-json
		expect(() => parseCid("baguqeeradnk3ld7ysobelytwzdr2kojwmsdlbeemoorhbcoobdqjxt6jqemq")).toThrow(/kind/);
	});
});

describe("every kind of store", () => {
	it("gives what was put, of one block and of several, pins it, and says what it has", async () => {
		const kubo = await kept(kuboServer());
		const stores = open(`folder:${path()}`, bucket("every"), `kubo:${kubo.url}`);
		const gateway = await kept(gatewayServer(gatewayHandler([stores[1]])));
		const all = [...stores, ...open(`gateway:${gateway.url}`)];
		for (const size of [0, 5, MEGABYTE, 3 * MEGABYTE + 7]) {
			const content = bytesOf(size, size + 3);
			const cid = await putAll(all, content);
			for (const store of all) {
				expect(Buffer.compare(await read([store], cid), content)).toBe(0);
				expect(await store.has(cid)).toBe(true);
			}
			expect(kubo.pinned.has(`${cid}`)).toBe(true);
			const verified = await verifyContent(new Pool(all), cid);
			expect(verified.map(({ ok }) => ok)).toEqual([true, true, true, true]);
		}
		const nowhere = await cidOfRaw(new Uint8Array([1, 2, 3]));
		for (const store of all) {
			expect(await store.has(nowhere)).toBe(false);
			expect(await store.get(nowhere)).toBeNull();
		}
		await expect(read(all, nowhere)).rejects.toThrow(
			/is not in folder:.*, s3:\/\/bucket\/every, kubo:http.*gateway:/,
		);
	});

	it("fills an empty one by pin, from wherever blocks are", async () => {
		const [one, other, third] = open(`folder:${path()}`, bucket("fill"), `folder:${path()}`);
		const content = bytesOf(2 * MEGABYTE + 1, 9);
		const cid = await putAll([one], content);
		const done = await pinContent(new Pool([one]), cid, [other, third]);
		expect(done).toMatchObject({ blocks: 4, stores: [{ ok: true }, { ok: true }] });
		expect(Buffer.compare(await read([third], cid), content)).toBe(0);
		expect(Buffer.compare(await read([other], cid), content)).toBe(0);
	});

	it("keeps folders, of which only the files that are asked for are read", async () => {
		const [store] = open(`folder:${path()}`);
		const of = async function* (text: string) {
			yield new TextEncoder().encode(text);
		};
		const spread = new Spread([store]);
		const files = [
			{ path: "a.onnx", content: of("one") },
			{ path: "b", content: of("two") },
		];
		const { cid } = await putFolder(files, spread.keep);
		const found = await folderOf(new Pool([store]), cid, ["a.onnx", "c"]);
		expect([...found.keys()]).toEqual(["a.onnx"]);
		for await (const part of found.get("a.onnx")!(10)) expect(new TextDecoder().decode(part)).toBe("one");
		await expect(read([store], cid)).rejects.toThrow(/is no file/);
	});
});

describe("a false byte", () => {
	it("is noticed wherever it is, another source is tried, and the message says which lied", async () => {
		const content = bytesOf(3 * MEGABYTE, 5);
		const disk = path();
		const [honest, damaged, s3Store] = open(`folder:${path()}`, `folder:${disk}`, bucket("lies"));
		const kubo = await kept(kuboServer(flipped));
		const [kuboStore] = open(`kubo:${kubo.url}`);
		const cid = await putAll([honest, damaged, kuboStore, s3Store], content);
		const lyingGateway = await kept(gatewayServer(gatewayHandler([honest]), flipped));
		const longGateway = await kept(
			gatewayServer(gatewayHandler([honest]), () => new Uint8Array(5 * MEGABYTE)),
		);
		const silentGateway = await kept(serve((request) => void request.socket.destroy()));
		const wrongCar = await kept(gatewayServer(async () => new Response("<html>not found, but 200</html>")));
		// The disk loses the end of a block, and of another one changes a byte.
		for (const [index, name] of (await blockFiles(disk)).entries()) {
			if (index === 0) await truncate(name, 10);
			else await writeFile(name, flipped("", await readFile(name)));
		}
		const liars: [BlockStore, RegExp][] = [
			[damaged, /folder:.* gives false bytes for baf/],
			[kuboStore, /kubo:http:\/\/127.0.0.1:\d+ gives false bytes for baf/],
			[open(`gateway:${lyingGateway.url}`)[0], /gateway:http:\/\/127.0.0.1:\d+ gives false bytes for baf/],
			[open(`gateway:${longGateway.url}`)[0], /sends more than 2097152 bytes for a block/],
			[open(`gateway:${silentGateway.url}`)[0], /does not answer/],
			[open(`gateway:${wrongCar.url}`)[0], /gives false bytes/],
		];
		for (const [liar, message] of liars) {
			await expect(read([liar], cid)).rejects.toThrow(message);
			const told: string[] = [];
			expect(Buffer.compare(await read([liar, honest], cid, (line) => told.push(line)), content)).toBe(0);
			// Once: from then on the honest one is asked first.
			expect(told).toHaveLength(1);
			expect(told[0]).toMatch(message);
			const [verdict, right] = await verifyContent(new Pool([liar, honest]), cid);
			expect([verdict.ok, right.ok]).toEqual([false, true]);
			expect(verdict.false).toBeGreaterThan(0);
		}
		// Half of the blocks in each of two stores are enough.
		await expect(
			read(
				liars.map(([liar]) => liar),
				cid,
			),
		).rejects.toThrow(/folder:.*; kubo:.*; gateway:/);
		// What is put again over damaged blocks is whole.
		await putAll([damaged], content);
		expect(Buffer.compare(await read([damaged], cid), content)).toBe(0);
	});

	it("in a node that names other nodes is noticed before these are read; bombs are refused by their size", async () => {
		const [store] = open(`folder:${path()}`);
		const cid = await putAll([store], bytesOf(2 * MEGABYTE, 6));
		const node = (await store.get(cid))!;
		expect(linksOf(cid, node)).toHaveLength(2);
		// A node of junk under its right name.
		const junk = parseCid(`${cid}`);
		const lying = { ...store, get: async () => flipped("", node) };
		await expect(read([lying], junk)).rejects.toThrow(/false bytes/);
		const pool = new Pool([store]);
		await expect(getContent(pool, cid, 2 * MEGABYTE - 1).next()).rejects.toThrow(
			/has more than 2097151 bytes/,
		);
	});
});

describe("what whoever announces content can make of it", () => {
	const keep = async (store: BlockStore, code: number, bytes: Uint8Array) => {
		const cid = CID.createV1(code, await sha256.digest(bytes));
		await store.put(cid, bytes);
		return cid;
	};
	const node = (store: BlockStore, link: CID, links: number) => {
		// UnixFS' protobuf: a file of 0 bytes in blocks of 0 bytes.
		const Data = Uint8Array.from([
			0x08,
			2,
			0x18,
			0,
			...Array.from({ length: links }, () => [0x20, 0]).flat(),
		]);
		const Links = Array.from({ length: links }, () => ({ Hash: link, Name: "", Tsize: 0 }));
		return keep(store, dagPb.code, dagPb.encode({ Data, Links }));
	};

	it("is no file of nothing in blocks without end: neither who reads it nor a gateway goes on", async () => {
		const [store] = open(`folder:${path()}`);
		// 50^9 empty blocks, said in ten.
		let cid = await keep(store, raw.code, new Uint8Array());
		for (let depth = 0; depth < 9; depth++) cid = await node(store, cid, 50);
		await expect(read([store], cid)).rejects.toThrow(/has too many blocks for 0 bytes/);
		const handler = gatewayHandler([store], { mostBytes: 100_000, mostStreams: 1 });
		const car = await handler(new Request(`http://gateway/ipfs/${cid}?format=car`));
		await expect(car.arrayBuffer()).rejects.toThrow(/more than 100000 bytes/);
		// Empty blocks have identifiers, which are bytes of a CAR file as well.
		const flat = await node(store, await keep(store, raw.code, new Uint8Array()), 1500);
		expect((await store.get(flat))!.length).toBeLessThan(90_000);
		const wide = await handler(new Request(`http://gateway/ipfs/${flat}?format=car`));
		await expect(wide.arrayBuffer()).rejects.toThrow(/more than 100000 bytes/);
	});

	it("is no file of other bytes than it says", async () => {
		const [store] = open(`folder:${path()}`);
		const cid = await node(store, await keep(store, raw.code, new Uint8Array(5)), 1);
		await expect(read([store], cid)).rejects.toThrow(/has another size than it says/);
	});

	it("is no block that is hashed in a way that is not read here: no store is blamed for it", async () => {
		const [store] = open(`folder:${path()}`);
		const digest = await sha512.digest(new Uint8Array([1]));
		const cid = await node(store, CID.createV1(raw.code, digest), 1);
		const told: string[] = [];
		await expect(read([store], cid, (line) => told.push(line))).rejects.toThrow(/leads to .* of a kind/);
		expect(told).toEqual([]);
	});
});

describe("a store that drips", () => {
	it("is asked last after the first block that took long", async () => {
		const [honest] = open(`folder:${path()}`);
		const content = bytesOf(3 * MEGABYTE, 31);
		const cid = await putAll([honest], content);
		let time = 0;
		let asked = 0;
		const slow: BlockStore = {
			...honest,
			place: "gateway:slow",
			get: (of) => {
				time += 59_000;
				asked++;
				return honest.get(of);
			},
		};
		const told: string[] = [];
		const pool = new Pool(
			[slow, honest],
			(line) => told.push(line),
			() => time,
		);
		const parts: Uint8Array[] = [];
		for await (const part of getContent(pool, cid, MOST)) parts.push(part);
		expect(Buffer.compare(Buffer.concat(parts), content)).toBe(0);
		expect(asked).toBe(1);
		expect(told).toEqual(["gateway:slow takes long for a block: trying the other stores."]);
	});
});

describe("a server that sends on", () => {
	it("is followed to its own hosts alone, and sends nobody into a network of his", async () => {
		const asked: string[] = [];
		const inside = await kept(
			serve((request, response) => {
				asked.push(`${request.method} ${request.url}`);
				response.end("secret");
			}),
		);
		const [honest] = open(`folder:${path()}`);
		const content = bytesOf(2 * MEGABYTE, 21);
		const cid = await putAll([honest], content);
		for (const to of [`${inside.url}/latest/meta-data`, "file:///etc/passwd", "//[bad"]) {
			const evil = await kept(
				serve((request, response) => {
					request.resume();
					response.writeHead(307, { location: to }).end();
				}),
			);
			const endpoint = encodeURIComponent(evil.url);
			for (const store of open(
				`gateway:${evil.url}`,
				`kubo:${evil.url}`,
				`s3://bucket/x?endpoint=${endpoint}`,
			)) {
				await expect(store.get(cid)).rejects.toThrow(/answers 307 .*: it sends on to another place/);
				await expect(store.has(cid)).rejects.toThrow(/answers 307/);
				expect(Buffer.compare(await read([store, honest], cid), content)).toBe(0);
			}
		}
		expect(asked).toEqual([]);
		const gateway = gatewayHandler([honest]);
		const kind = await kept(
			gatewayServer(async (request) =>
				request.url.includes("/moved/")
					? gateway(new Request(request.url.replace("/moved", "")))
					: new Response(null, {
							status: 301,
							headers: { location: `/moved${new URL(request.url).pathname}?format=raw` },
						}),
			),
		);
		expect(Buffer.compare(await read(open(`gateway:${kind.url}`), cid), content)).toBe(0);
		const endless = await kept(serve((_, response) => response.writeHead(302, { location: "/again" }).end()));
		await expect(read(open(`gateway:${endless.url}`), cid)).rejects.toThrow(/answers 302/);
	});
});

async function blockFiles(store: string): Promise<string[]> {
	const names = await readdir(join(store, "blocks"), { recursive: true });
	return names.filter((name) => /baf/.test(name)).map((name) => join(store, "blocks", name));
}

describe("an upload", () => {
	it("that fails in one store goes on in the others, and goes on where it was when it is put again", async () => {
		const content = bytesOf(6 * MEGABYTE, 7);
		let puts = 0;
		let broken = true;
		const [honest] = open(`folder:${path()}`);
		const [real] = open(bucket("resume"));
		// The bucket's server ends connections after three blocks, as a proxy that is restarted does.
		const proxy = await kept(
			serve((request, response) => {
				if (request.method === "PUT" && broken && puts === 3) return void request.socket.destroy();
				if (request.method === "PUT") puts++;
				// With the headers as they are: the host is signed, too.
				const { method, headers, url } = request;
				const onward = forward(`${s3.url}${url}`, { method, headers }, (answer) => {
					response.writeHead(answer.statusCode!, answer.headers);
					answer.pipe(response);
				});
				request.pipe(onward);
			}),
		);
		const through = openStores([`s3://bucket/resume?endpoint=${proxy.url}`], {});
		expect(through[0].writable).toBe(false);
		const [flaky] = open(`s3://bucket/resume?endpoint=${proxy.url}`);
		const spread = new Spread([honest, flaky]);
		const { cid } = await putContent(content, spread.keep);
		const outcomes = await spread.finish(cid);
		expect(outcomes).toMatchObject([
			{ ok: true },
			{ ok: false, error: expect.stringMatching(/does not answer/) },
		]);
		expect(Buffer.compare(await read([honest], cid), content)).toBe(0);
		await expect(read([real], cid)).rejects.toThrow(/is not in s3:/);
		broken = false;
		puts = 0;
		expect(await putAll([flaky], content)).toEqual(cid);
		// Three blocks were there already.
		expect(puts).toBe(7 - 3);
		expect(Buffer.compare(await read([real], cid), content)).toBe(0);
	});

	it("whose process is killed in the middle leaves whole blocks only, and is finished by the next", async () => {
		const store = path();
		const file = join(folder, "large");
		const content = bytesOf(24 * MEGABYTE, 8);
		await writeFile(file, content);
		const script = `
			import { createReadStream } from "node:fs";
			import { putContent } from ${JSON.stringify(join(import.meta.dirname, "../src/content.ts"))};
			import { openStores } from ${JSON.stringify(join(import.meta.dirname, "../src/open-store.ts"))};
			import { Spread } from ${JSON.stringify(join(import.meta.dirname, "../src/spread.ts"))};
			const spread = new Spread(openStores(["folder:${store}"], {}));
			await putContent(createReadStream(${JSON.stringify(file)}), async (cid, bytes) => {
				await spread.keep(cid, bytes);
				console.log(String(cid));
			});`;
		const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const acknowledged: string[] = [];
		const ended = new Promise((resolve) => child.once("exit", resolve));
		child.stdout.on("data", (data: Buffer) => {
			acknowledged.push(...`${data}`.trim().split("\n"));
			if (acknowledged.length > 5) child.kill("SIGKILL");
		});
		await ended;
		expect(acknowledged.length).toBeGreaterThan(5);
		const [blocks] = open(`folder:${store}`);
		for (const cid of acknowledged.map(parseCid))
			expect(await isNamed(cid, (await blocks.get(cid))!)).toBe(true);
		const cid = await putAll([blocks], content);
		expect(Buffer.compare(await read([blocks], cid), content)).toBe(0);
	});

	const mount = join(tmpdir(), `umpire-full-${process.pid}`);
	it.skipIf(!canMount(mount))("on a full disk loses nothing that was acknowledged", async () => {
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=5m", "tmpfs", mount]);
		try {
			const [store] = open(`folder:${mount}/store`);
			const small = bytesOf(MEGABYTE, 10);
			const first = await putAll([store], small);
			const spread = new Spread([store]);
			await expect(putContent(bytesOf(9 * MEGABYTE, 11), spread.keep)).rejects.toThrow(
				/No space left for .*: free some and put it again: what is there is kept/,
			);
			expect(Buffer.compare(await read([store], first), small)).toBe(0);
			expect(
				(await readdir(join(mount, "store"), { recursive: true })).filter((name) => /tmp$/.test(name)),
			).toEqual([]);
		} finally {
			execFileSync("umount", [mount]);
		}
	});
});

/** Whether this machine lets a small disk be mounted: only root may. */
function canMount(place: string): boolean {
	try {
		execFileSync("mkdir", ["-p", place]);
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", place], { stdio: "ignore" });
		execFileSync("umount", [place]);
		return true;
	} catch {
		return false;
	}
}

describe("the names of stores", () => {
	it("are refused in one line that says what helps, without secrets", () => {
		const refused: [string, RegExp][] = [
			["", /--store {2}is no store: give one of folder:PATH, s3:/],
			["folder:", /names no folder/],
			["gateway:ftp://x", /names no address/],
			["kubo:127.0.0.1:5001", /names no address/],
			["s3://", /names no bucket/],
			["s3://Bad_Bucket", /names no bucket/],
			["s3://bucket/../other", /prefix/],
			["s3://bucket?endpont=x", /unknown option endpont/],
			["s3://bucket?endpoint=x", /endpoint that is no address/],
			["filecoin:x", /is no store/],
		];
		for (const [name, message] of refused) expect(() => openStores([name], {})).toThrow(message);
		expect(() => openStores(["kubos:http://me:secret@host"], {})).toThrow(/^(?!.*secret)/);
		expect(openStores(undefined, { UMPIRE_STORE: "folder:a  folder:b" })).toHaveLength(2);
		expect(openStores(undefined, {})).toEqual([]);
		expect(openStores(["akave:bucket/x"], {})[0].place).toBe("akave:bucket/x");
		expect(() => new Spread(openStores(["s3://bucket"], {}))).toThrow(/can only be read from/);
		expect(() => new Spread([])).toThrow(/No store is named/);
	});

	it("that lead to no bucket, or are signed wrongly, are told apart from missing blocks", async () => {
		const cid = await cidOfRaw(new Uint8Array([9]));
		const [none] = open(`s3://nobucket?endpoint=${s3.url}`);
		await expect(none.get(cid)).rejects.toThrow(/s3:\/\/nobucket answers 404 \(NoSuchBucket\)/);
		await expect(none.put(cid, new Uint8Array([9]))).rejects.toThrow(/NoSuchBucket/);
		const wrong = openStores([bucket("x")], { ...s3.keys, AWS_SECRET_ACCESS_KEY: "wrong" });
		await expect(wrong[0].put(cid, new Uint8Array([9]))).rejects.toThrow(/403 .*check the credentials/);
	});
});

describe("the gateway", () => {
	it("gives blocks and CAR files whose bytes are those that the identifier names", async () => {
		const [store] = open(`folder:${path()}`);
		const content = bytesOf(2 * MEGABYTE + 5, 12);
		const cid = await putAll([store], content);
		const handler = gatewayHandler([store]);
		const ask = (rest: string, init?: RequestInit) =>
			handler(new Request(`http://gateway/ipfs/${rest}`, init));
		const raw = await ask(`${cid}?format=raw`);
		expect(raw.headers.get("content-type")).toBe("application/vnd.ipld.raw");
		expect(await isNamed(cid, new Uint8Array(await raw.arrayBuffer()))).toBe(true);
		const car = await CarReader.fromBytes(
			new Uint8Array(
				await (await ask(`${cid}`, { headers: { accept: "application/vnd.ipld.car" } })).arrayBuffer(),
			),
		);
		expect((await car.getRoots()).map(String)).toEqual([`${cid}`]);
		const order: string[] = [];
		for await (const block of car.blocks()) {
			expect(await isNamed(block.cid as CID, block.bytes)).toBe(true);
			order.push(`${block.cid}`);
		}
		expect(order).toEqual([`${cid}`, ...linksOf(cid, (await store.get(cid))!).map(String)]);
		const root = await CarReader.fromBytes(
			new Uint8Array(await (await ask(`${cid}?format=car&dag-scope=block`)).arrayBuffer()),
		);
		let count = 0;
		for await (const _ of root.blocks()) count++;
		expect(count).toBe(1);
		const head = await ask(`${cid}?format=raw`, { method: "HEAD" });
		expect([head.status, await head.text()]).toEqual([200, ""]);
		expect(Number(head.headers.get("content-length"))).toBe((await store.get(cid))!.length);
		const etag = head.headers.get("etag")!;
		expect((await ask(`${cid}?format=raw`, { headers: { "if-none-match": etag } })).status).toBe(304);
		// The block that says that a gateway is there, which holds its bytes itself.
		expect((await ask("bafkqaaa?format=raw")).status).toBe(200);
	});

	it("refuses what it does not serve, passes no false bytes on, and is bounded", async () => {
		const [store] = open(`folder:${path()}`);
		const cid = await putAll([store], bytesOf(3 * MEGABYTE, 13));
		const handler = gatewayHandler([store], { mostBytes: 2 * MEGABYTE, mostStreams: 1 });
		const status = async (rest: string, init?: RequestInit) =>
			(await handler(new Request(`http://gateway${rest}`, init))).status;
		expect(await status(`/ipfs/${cid}`)).toBe(406);
		expect(await status(`/ipfs/${cid}?format=tar`)).toBe(406);
		expect(await status(`/ipfs/${cid}?format=car&dag-scope=x`)).toBe(400);
		expect(await status("/ipfs/junk?format=raw")).toBe(400);
		expect(await status("/ipfs/..%2f..%2fetc%2fpasswd?format=raw")).toBe(404);
		expect(await status("/etc/passwd")).toBe(404);
		expect(await status(`/ipfs/${cid}/x?format=raw`)).toBe(404);
		expect(await status(`/ipfs/${cid}?format=raw`, { method: "POST", body: "x" })).toBe(405);
		expect(await status(`/ipfs/${await cidOfRaw(new Uint8Array([7]))}?format=raw`)).toBe(404);
		const first = await handler(new Request(`http://gateway/ipfs/${cid}?format=car`));
		expect(await status(`/ipfs/${cid}?format=car`)).toBe(503);
		await expect(first.arrayBuffer()).rejects.toThrow(/more than 2097152 bytes/);
		const again = await handler(new Request(`http://gateway/ipfs/${cid}?format=car`));
		expect(again.status).toBe(200);
		await again.body!.cancel();
		expect(await status(`/ipfs/${cid}?format=car`)).toBe(200);
		const lying = { ...store, get: async (of: CID) => flipped("", (await store.get(of))!) };
		const answer = await gatewayHandler([lying])(new Request(`http://gateway/ipfs/${cid}?format=raw`));
		expect(answer.status).toBe(502);
	});
});
