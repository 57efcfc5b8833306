import { rm } from "node:fs/promises";
import { auditRequest } from "@umpire/actors/content/audit.ts";
import { auditPage } from "@umpire/actors/content/audit-page.ts";
import { recordName } from "@umpire/actors/content/audit-record.ts";
import { LocatedContent } from "@umpire/actors/content/located-content.ts";
import { provider } from "@umpire/actors/content/provider.ts";
import { publish } from "@umpire/actors/content/publish.ts";
import { inputFinder, loadRegistered } from "@umpire/actors/loaded-program.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { World } from "@umpire/actors/world.ts";
import { announce, ensureAddresses, locationsOf } from "@umpire/chain/addresses.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { travel } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { BlockStore } from "@umpire/content/block-store.ts";
import { type CID, cidOfBytes, cidOfRaw } from "@umpire/content/cid.ts";
import { putContent } from "@umpire/content/content.ts";
import { openStores } from "@umpire/content/open-store.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { openHome } from "@umpire/store/home.ts";
import { s3Server } from "@umpire/testing/content/servers.ts";
import { bytesToHex, hexToBytes } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, playUntil, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;
let s3: Awaited<ReturnType<typeof s3Server>>;
let stores: BlockStore[];

beforeAll(async () => {
	await setUp(() => {});
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
	s3 = await s3Server("bucket");
	stores = openStores([`s3://bucket/umpire?endpoint=${s3.url}`], s3.keys);
});
afterAll(async () => {
	await s3?.close();
	await fixture?.close();
	await connection?.close();
});

/** A machine with an empty folder, which finds content in stores by what the chain says. */
async function elsewhere<T>(
	role: "verifier" | "submitter",
	from: readonly BlockStore[],
	play: (world: World, told: string[]) => Promise<T>,
): Promise<T> {
	const home = openHome(`${fixture.home.folder}-${role}-elsewhere`);
	const told: string[] = [];
	try {
		const world = await fixture.world(role);
		const located = new LocatedContent(world.contracts, world.feed, from, (line) => told.push(line));
		return await play({ ...world, home, located }, told);
	} finally {
		await rm(home.folder, { recursive: true, force: true });
	}
}

async function asked(): Promise<{ inputsRoot: Hex; program: Hex }> {
	const { feed } = await fixture.world("requester");
	await feed.poll();
	const event = feed.events.find(({ name }) => name === "Requested");
	if (event?.name !== "Requested") throw new Error("Nothing was requested.");
	return event.args;
}

/** Puts bytes under an identifier into the bucket. */
async function put(bytes: Uint8Array): Promise<Hex> {
	const { cid } = await putContent(bytes, (of, block) => stores[0].put(of, block));
	return bytesToHex(cid.bytes);
}

describe("where content is", () => {
	it("is said by a contract that has the same address on every chain, for little gas, and within bounds", async () => {
		const { signer } = await fixture.world("requester");
		await ensureAddresses(signer);
		// A second time nothing is sent.
		const nonce = () => connection.reader.getTransactionCount({ address: signer.account.address });
		const before = await nonce();
		await ensureAddresses(signer);
		expect(await nonce()).toBe(before);
		const root: Hex = `0x${"77".repeat(32)}`;
		const cid = bytesToHex((await cidOfRaw(new Uint8Array([1]))).bytes);
		const { gas } = await announce(signer, [{ root, cid }]);
		expect(Number(gas)).toBeLessThan(30_000);
		const [said] = await locationsOf(fixture.contracts, root, 10);
		expect(said).toMatchObject({
			root,
			cid,
			by: expect.stringMatching(new RegExp(signer.account.address, "i")),
		});
		await expect(announce(signer, [{ root, cid: "0x" }])).rejects.toThrow(/InvalidCid/);
		await expect(announce(signer, [{ root, cid: `0x${"01".repeat(65)}` }])).rejects.toThrow(/InvalidCid/);
	});
});

describe("a machine that has nothing but stores", () => {
	it("finds program and inputs through false hints, false bytes and missing blocks, and keeps what is right alone", async () => {
		const requester = await fixture.world("requester");
		const { inputsRoot, program: root } = await asked();
		await elsewhere("verifier", stores, async (world) => {
			await expect(loadRegistered(world, "1")).rejects.toThrow(/does not have program/);
		});
		// Strangers say first: junk, nothing, another program, what is nowhere, and a bomb of a node.
		const stranger = await fixture.world("second-submitter");
		const junk = await put(new TextEncoder().encode("no program"));
		const large = await put(new Uint8Array(3 * 2 ** 20));
		const nowhere = bytesToHex((await cidOfRaw(new Uint8Array([5]))).bytes);
		await announce(
			stranger.signer,
			[inputsRoot, root].flatMap((of) =>
				[junk, large, nowhere, "0x00" as const].map((cid) => ({ root: of, cid })),
			),
		);
		const what = [
			{ kind: "programs", root },
			{ kind: "inputs", root: inputsRoot },
		] as const;
		const warned: string[] = [];
		const done = await publish(requester, what, stores, (line) => warned.push(line));
		expect(done.map(({ stores: of }) => of.every(({ ok }) => ok))).toEqual([true, true]);
		expect(warned).toEqual([]);
		// Said once.
		await publish(requester, what, stores, () => {});
		expect(await locationsOf(fixture.contracts, root, 100, requester.signer.account.address)).toHaveLength(1);
		const liar: BlockStore = {
			...stores[0],
			place: "gateway:liar",
			async get(cid) {
				const bytes = await stores[0].get(cid);
				return bytes && Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte ^ 1 : byte));
			},
		};
		await elsewhere("verifier", [liar, ...stores], async (world, told) => {
			const loaded = await loadRegistered(world, "1");
			expect(loaded.root).toBe(root);
			expect(told).toEqual([
				expect.stringMatching(/^gateway:liar gives false bytes for baf.*: trying the other/),
			]);
			const find = inputFinder(world, loaded.program, (line) => told.push(line));
			expect(await find(inputsRoot)).toEqual(
				await inputFinder(await fixture.world("verifier"), loaded.program, () => {})(inputsRoot),
			);
			expect(await world.home.content.list("programs")).toEqual([root]);
			expect(await world.home.content.list("inputs")).toEqual([inputsRoot]);
		});
		await elsewhere("verifier", [liar], async (world) => {
			await expect(loadRegistered(world, "1")).rejects.toThrow(/gateway:liar gives false bytes/);
			expect(await world.home.content.list("programs")).toEqual([]);
		});
	});

	it("tries a bounded number of hints, however many are said, and those of the requester first", async () => {
		const stranger = await fixture.world("second-submitter");
		const { inputsRoot } = await asked();
		const flood = await Promise.all(
			Array.from({ length: 300 }, (_, i) => cidOfRaw(new Uint8Array([i & 255, i >> 8, 9]))),
		);
		const locations = flood.map((cid) => ({ root: inputsRoot, cid: bytesToHex(cid.bytes) }));
		for (let i = 0; i < 300; i += 100) await announce(stranger.signer, locations.slice(i, i + 100));
		const world = await fixture.world("verifier");
		const hints = await new LocatedContent(world.contracts, world.feed, stores).hints(inputsRoot);
		expect(hints.length).toBeLessThanOrEqual(24);
		const requester = await fixture.world("requester");
		const [own] = await locationsOf(world.contracts, inputsRoot, 1, requester.signer.account.address);
		expect(bytesToHex(hints[0].bytes)).toBe(own.cid);
	});
});

describe("a provider", () => {
	it("takes no fee below its price, serves from an empty folder, and leaves an audit trail that holds", async () => {
		await elsewhere("submitter", stores, async (world) => {
			const told: string[] = [];
			const options = { programs: ["1"], progress: (line: string) => told.push(line) };
			const dear = await provider(world, { ...options, prices: { of: new Map(), otherwise: "0.02" } });
			await dear.tick();
			expect(told.join("\n")).toMatch(/Request 1 pays 0.01 ETH: the least fee is 0.02 ETH/);
			await expect(
				provider(world, { ...options, prices: { of: new Map(), otherwise: undefined } }),
			).rejects.toThrow(/Program 1 has no price/);
			const { program: root } = await asked();
			// The list's price of this program, not that of the others.
			const prices = { of: new Map([[root as string, "0.005"]]), otherwise: "1" };
			const actor = await provider(world, { ...options, prices });
			await playUntil(fixture, [actor], 1n, CLAIM_STATUS.live);
			await travel(connection, 3700n);
			await playUntil(fixture, [actor], 1n, CLAIM_STATUS.final);
			for (let i = 0; i < 20 && !/The record of claim 1 is/.test(told.join("\n")); i++) await actor.tick();
			expect(told.join("\n")).toMatch(/The record of claim 1 is baf/);
		});
		await elsewhere("verifier", stores, async (view) => {
			const found = await auditRequest(view, 1, () => {});
			expect(found).toMatchObject({ request: 1, status: "final", ok: true, findings: [] });
			expect(found.claims).toMatchObject([
				{ right: true, status: "final", proof: null, records: [{ differences: [] }] },
			]);
			expect(found.money).toMatchObject({ balanced: true, burned: 0n });
			expect(found.computed.output.length).toBeGreaterThan(0);
			// It leaves nothing in the home folder, and needs nothing there.
			expect(await view.home.content.list("programs")).toEqual([]);
			const page = auditPage({
				...found,
				program: { ...found.program, name: '<script>alert("1")</script>\u202e' },
			});
			expect(page).not.toMatch(/<script/i);
			expect(page).toContain("&lt;script&gt;");
			expect(page).not.toContain("\u202e");
		});
	});

	it("cannot put a false record: it is found, and so are lies of stores", async () => {
		const world = await fixture.world("submitter");
		const { connection: on, market } = world.contracts;
		const name = recordName(on.chain.id, market.address, 1);
		const [honest] = await locationsOf(world.contracts, name, 1, world.signer.account.address);
		const bytes = await stores[0].get(cidOfBytes(hexToBytes(honest.cid))!);
		const record = JSON.parse(new TextDecoder().decode(bytes!)) as { output: number[] };
		record.output[0]++;
		const lie = await put(new TextEncoder().encode(JSON.stringify(record)));
		await announce(world.signer, [{ root: name, cid: lie }]);
		// A stranger's lie about somebody else's claim is nobody's fault.
		const stranger = await fixture.world("second-submitter");
		await announce(stranger.signer, [{ root: name, cid: await put(new TextEncoder().encode("{}")) }]);
		await elsewhere("verifier", stores, async (view) => {
			const found = await auditRequest(view, 1, () => {});
			expect(found.ok).toBe(false);
			expect(found.findings).toEqual([expect.stringMatching(/Record baf.* of claim 1 is false: output is /)]);
			expect(found.claims[0].records).toHaveLength(2);
		});
		// Nor is what a store gives falsely the fault of whoever announced it.
		const said = await locationsOf(world.contracts, name, 2, world.signer.account.address);
		const records = new Set(said.map(({ cid }) => `${cidOfBytes(hexToBytes(cid))}`));
		const lying = stores.map((store) => ({
			...store,
			get: async (cid: CID) => (records.has(`${cid}`) ? new Uint8Array([1]) : store.get(cid)),
		}));
		await elsewhere("verifier", lying, async (view) => {
			const found = await auditRequest(view, 1, () => {});
			expect(found.findings).toEqual([]);
			expect(found.claims[0].records).toEqual([]);
		});
	});

	it("that lies is disputed from an empty folder, and the audit judges the settlement again", async () => {
		const requester = await fixture.world("requester");
		const loaded = await loadRegistered(requester, "1");
		const { inputsRoot } = await asked();
		const inputs = (await inputFinder(requester, loaded.program, () => {})(inputsRoot))!;
		const { request } = await postRequest(requester, loaded, inputs, { fee: "0.01", within: 86_400 });
		await elsewhere("submitter", stores, (liarWorld) =>
			elsewhere("verifier", stores, async (guardWorld) => {
				const prices = { of: new Map(), otherwise: "0.01" };
				const quiet = () => {};
				const liar = await provider(liarWorld, { programs: ["1"], prices, defect: "0:3", progress: quiet });
				const guard = await verifier(guardWorld, "1", { compare: "trace", progress: quiet });
				await playUntil(fixture, [liar, guard], 2n, CLAIM_STATUS.rejected);
				for (let i = 0; i < 5; i++) await liar.tick();
			}),
		);
		await elsewhere("verifier", stores, async (view) => {
			const found = await auditRequest(view, request, () => {});
			expect(found.findings).toEqual([]);
			expect(found.claims).toMatchObject([
				{
					right: false,
					status: "rejected",
					proof: { valid: true, why: null },
					records: [{ differences: [] }],
				},
			]);
			expect(found.claims[0].proof!.proofs).toBeGreaterThan(0);
			expect(found.money.balanced).toBe(true);
			expect(found.money.burned).toBeGreaterThan(0n);
			expect(auditPage(found)).toMatch(/something else \(output root/);
			// A node that shows other numbers in the settlement than those that were judged is noticed.
			const lying = lyingAbout(view, found.claims[0].proof!.transaction);
			const doubted = await auditRequest(lying, request, () => {});
			expect(doubted.findings.join()).toMatch(/The settlement of claim 2 does not hold: /);
		});
	});
});

/** A view whose node changes the last word of a transaction: part of its last proof. */
function lyingAbout(view: World, transaction: Hex): World {
	const { reader } = view.contracts.connection;
	const lying = Object.assign(Object.create(reader) as typeof reader, {
		getTransaction: async (asked: { hash: Hex }) => {
			const found = await reader.getTransaction(asked);
			if (asked.hash !== transaction) return found;
			const last = (BigInt(`0x${found.input.slice(-2)}`) ^ 1n).toString(16).padStart(2, "0");
			return { ...found, input: `${found.input.slice(0, -2)}${last}` };
		},
	});
	const connection = { ...view.contracts.connection, reader: lying };
	return { ...view, contracts: { ...view.contracts, connection } };
}
