import { readFile } from "node:fs/promises";
import { addressesContract, ensureAddresses } from "@umpire/chain/addresses.ts";
import type { ChainEvent } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { BlockStore } from "@umpire/content/block-store.ts";
import type { CID } from "@umpire/content/cid.ts";
import { putContent } from "@umpire/content/content.ts";
import { Spread } from "@umpire/content/spread.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { openSession, type ProgramSession } from "@umpire/runtime/executable.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { bytesToHex } from "viem";
import type { Actor } from "../actor.ts";
import { lossOf } from "../claim-loss.ts";
import { type LoadedProgram, loadRegistered } from "../loaded-program.ts";
import { sameAccount } from "../money.ts";
import { submitter } from "../submitter.ts";
import { Troubles } from "../troubles.ts";
import { act, landAll, type World } from "../world.ts";
import { type ClaimRecord, recordName } from "./audit-record.ts";
import { isAnnounced, publish, putKept } from "./publish.ts";

/** What programs cost, in ether: by number or root, and of all others. */
export interface PriceList {
	readonly of: ReadonlyMap<string, string>;
	readonly otherwise: string | undefined;
}

const AMOUNT = /^\d+(\.\d{1,18})?$/;

/**
 * Reads a price list, a JSON object such as `{ "1": "0.002", "0x…": "0.5" }`.
 *
 * @throws UmpireError if it is none
 */
export async function readPrices(
	file: string | undefined,
	otherwise: string | undefined,
): Promise<PriceList> {
	if (file === undefined) return { of: new Map(), otherwise };
	const refuse = (why: string): never => {
		throw new UmpireError("OPTION", `${file} is no price list: ${why}`, {
			advice: 'write ether by program, as in { "1": "0.002" }.',
		});
	};
	const text = await readFile(file, "utf8");
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return refuse("it is no JSON");
	}
	if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("it is no object");
	const of = new Map<string, string>();
	for (const [program, price] of Object.entries(value)) {
		if (!/^(\d{1,9}|0x[0-9a-f]{64})$/i.test(program)) refuse(`"${program}" is neither a number nor a root`);
		if (typeof price !== "string" || !AMOUNT.test(price))
			refuse(`${program} has no amount of ether as a text`);
		of.set(program.toLowerCase(), price as string);
	}
	return { of, otherwise };
}

export interface ProviderOptions {
	readonly programs: readonly string[];
	readonly prices: PriceList;
	readonly mostBonds?: string | undefined;
	readonly progress: (line: string) => void;
	/** Falsifies one number of each claim, to see a dispute. */
	readonly defect?: string | undefined;
}

/**
 * A provider: a submitter of each of its programs, which takes no fee below its price, and puts what it serves into its
 * stores: programs and inputs, and of each decided claim a record of its artefacts.
 *
 * @throws UmpireError if no program or no store is named, one cannot be served, or one has no price
 */
export async function provider(world: World, options: ProviderOptions): Promise<Actor> {
	const { prices, progress, mostBonds, defect } = options;
	const stores = world.located?.pool.stores ?? [];
	// Says what is missing before anything is sent.
	new Spread(stores);
	const named = options.programs.length > 0 ? options.programs : [...prices.of.keys()];
	if (named.length === 0) {
		throw new UmpireError("OPTION", "No program is named", {
			advice: "give its number, or a price list with --prices.",
		});
	}
	const serving: Actor[] = [];
	const loaded = new Map<Hex, LoadedProgram>();
	for (const id of named) {
		const program = await loadRegistered(world, id);
		if (loaded.has(program.root)) continue;
		const price = prices.of.get(program.root) ?? prices.of.get(String(program.number)) ?? prices.otherwise;
		if (price === undefined) {
			throw new UmpireError("OPTION", `Program ${program.number} has no price`, {
				advice: "give one with --price or in the list of --prices.",
			});
		}
		loaded.set(program.root, program);
		progress(`Program ${program.number} costs ${price} ETH.`);
		serving.push(await submitter(world, program.root, { leastFee: price, mostBonds, defect, progress }));
	}
	await ensureAddresses(world.signer);
	const what = [...loaded.keys()].map((root) => ({ kind: "programs" as const, root }));
	for (const { root, cid } of await publish(world, what, stores, progress)) {
		progress(`Program ${loaded.get(root)!.number} is ${cid}.`);
	}
	return new Provider(world, serving, loaded, stores, progress);
}

class Provider implements Actor {
	readonly name = "provider";
	readonly #world: World;
	readonly #serving: readonly Actor[];
	readonly #loaded: ReadonlyMap<Hex, LoadedProgram>;
	readonly #stores: readonly BlockStore[];
	readonly #say: (line: string) => void;
	readonly #troubles: Troubles;
	readonly #sessions = new Map<Hex, ProgramSession>();
	/** Claims whose records are on the chain. */
	readonly #recorded = new Set<number>();

	constructor(
		world: World,
		serving: readonly Actor[],
		loaded: ReadonlyMap<Hex, LoadedProgram>,
		stores: readonly BlockStore[],
		say: (line: string) => void,
	) {
		this.#world = world;
		this.#serving = serving;
		this.#loaded = loaded;
		this.#stores = stores;
		this.#say = say;
		this.#troubles = new Troubles(say);
	}

	async tick(): Promise<boolean> {
		let acted = false;
		for (const actor of this.#serving) if (await actor.tick()) acted = true;
		const { events } = this.#world.feed;
		for (const event of events) {
			if (event.name !== "Claimed") continue;
			const id = Number(event.args.claim);
			if (this.#recorded.has(id)) continue;
			const { address } = this.#world.signer.account;
			const status = statusOf(events, id, event.args.claim);
			if (status === "live" || !sameAccount(event.args.submitter, address)) continue;
			const subject = { request: Number(event.args.request), claim: id };
			const record = () => this.#record(event, status);
			if (await this.#troubles.attempt(`record of claim ${id}`, record, subject)) acted = true;
		}
		await landAll(this.#world, this.#say);
		return acted;
	}

	/** Puts the artefacts of a decided claim, and says on the chain where they are. */
	async #record(
		claimed: Extract<ChainEvent, { name: "Claimed" }>,
		status: "final" | "rejected",
	): Promise<boolean> {
		const { contracts, feed, home } = this.#world;
		const { claim, request, submitter: by, traceRoot, outputRoot } = claimed.args;
		const id = Number(claim);
		const asked = feed.events.find(({ name, args }) => name === "Requested" && args.request === request);
		const loaded = asked?.name === "Requested" ? this.#loaded.get(asked.args.program) : undefined;
		if (asked?.name !== "Requested" || loaded === undefined) {
			this.#recorded.add(id);
			return false;
		}
		const { program } = loaded;
		const { inputsRoot } = asked.args;
		const inputs = await getInputs(home.content, program, inputsRoot);
		if (inputs === null) throw new UmpireError("NOT_FOUND", `The inputs ${inputsRoot} are gone`);
		const session = this.#sessions.get(loaded.root) ?? (await openSession(program, { record: "outputs" }));
		this.#sessions.set(loaded.root, session);
		const { outputs } = await session.run(inputs);
		const loss = lossOf(feed.events, id, program);
		const chainId = contracts.connection.chain.id;
		const programCid = (await putKept(home, "programs", loaded.root, this.#stores)).cid;
		const inputsCid =
			inputs.length === 0 ? undefined : (await putKept(home, "inputs", inputsRoot, this.#stores)).cid;
		const record: ClaimRecord = {
			format: "umpire-record-1",
			chainId,
			market: contracts.market.address,
			request: Number(request),
			claim: id,
			submitter: by,
			transaction: claimed.transaction,
			program: { root: loaded.root, cid: `${programCid}` },
			inputs: { root: inputsRoot, cid: inputsCid === undefined ? null : `${inputsCid}` },
			traceRoot,
			outputRoot,
			output: [...outputs[0]],
			verdict: {
				status,
				winner: loss?.winner ?? null,
				proof: loss?.why === "wrong number" ? loss.transaction : null,
			},
		};
		const spread = new Spread(this.#stores);
		const { cid } = await putContent(new TextEncoder().encode(`${JSON.stringify(record)}\n`), spread.keep);
		for (const { store, error } of await spread.finish(cid)) {
			if (error !== null) this.#troubles.tell(`store ${store}`, `${store} did not take ${cid}: ${error}`);
		}
		const name = recordName(chainId, contracts.market.address, id);
		const said: { root: Hex; cid: CID }[] = [{ root: name, cid }];
		if (inputsCid !== undefined) said.push({ root: inputsRoot, cid: inputsCid });
		const fresh: { root: Hex; cid: Hex }[] = [];
		for (const one of said) {
			const bytes = bytesToHex(one.cid.bytes);
			if (!(await isAnnounced(this.#world, one.root, bytes))) fresh.push({ root: one.root, cid: bytes });
		}
		if (fresh.length === 0) {
			this.#recorded.add(id);
			this.#say(`The record of claim ${id} is ${cid}.`);
			return false;
		}
		const contract = await addressesContract();
		const sent = await act(this.#world, `announce:${cid}`, {
			contract,
			functionName: "announce",
			args: [fresh],
		});
		return sent !== undefined;
	}
}

function statusOf(events: readonly ChainEvent[], id: number, claim: bigint): "live" | "final" | "rejected" {
	if (lossOf(events, id) !== undefined) return "rejected";
	return events.some(({ name, args }) => name === "Finalised" && args.claim === claim) ? "final" : "live";
}
