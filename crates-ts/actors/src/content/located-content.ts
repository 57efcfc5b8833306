import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locationsOf, senderOf } from "@umpire/chain/addresses.ts";
import type { Contracts } from "@umpire/chain/contracts.ts";
import type { ChainEvent, EventFeed } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { BlockStore } from "@umpire/content/block-store.ts";
import { type CID, cidOfBytes } from "@umpire/content/cid.ts";
import { folderOf, getContent } from "@umpire/content/content.ts";
import { Pool } from "@umpire/content/pool.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { dataFileOf } from "@umpire/onnx/write-file.ts";
import { DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { encodedSize } from "@umpire/runtime/tensors-codec.ts";
import { fileOf, folderStore } from "@umpire/store/folder-store.ts";
import type { Home } from "@umpire/store/home.ts";
import { getInputs, putInputs } from "@umpire/store/inputs.ts";
import { getProgram, putProgram } from "@umpire/store/programs.ts";
import { hexToBytes } from "viem";

/** Hints that are tried of the account that should know, the newest first, and of everybody else, the oldest first. */
const TRIED = { ofOwner: 8, ofOthers: 16 } as const;
/** Milliseconds until what was not found is looked for again: at first, and at most. */
const AGAIN = { first: 1_000, most: 60_000 } as const;

/**
 * Programs and inputs from the stores of `--store`, by what was said on the chain of where they are. Hints come from
 * anybody: few are tried, those of whoever registered the program or made the request first, and what is found is
 * checked against its root before it is kept.
 */
export class LocatedContent {
	readonly pool: Pool;
	readonly #contracts: Contracts;
	readonly #feed: EventFeed;
	readonly #waits = new Map<Hex, { readonly until: number; readonly wait: number }>();

	constructor(
		contracts: Contracts,
		feed: EventFeed,
		stores: readonly BlockStore[],
		tell: (line: string) => void = () => {},
	) {
		this.#contracts = contracts;
		this.#feed = feed;
		this.pool = new Pool(stores, tell);
	}

	/** The identifiers under which the content of a root is said to be, in the order in which they are tried. */
	async hints(root: Hex): Promise<CID[]> {
		const owner = await this.#ownerOf(root);
		const own = owner === undefined ? [] : await locationsOf(this.#contracts, root, 1024, owner);
		const others = await locationsOf(this.#contracts, root, TRIED.ofOthers);
		const distinct = new Map<string, CID>();
		for (const { cid } of [...own.toReversed().slice(0, TRIED.ofOwner), ...others]) {
			const parsed = cidOfBytes(hexToBytes(cid));
			if (parsed !== undefined) distinct.set(`${parsed}`, parsed);
		}
		return [...distinct.values()];
	}

	/**
	 * Gets a program and keeps it in the home folder.
	 *
	 * @returns whether it was found
	 * @throws UmpireError if it is somewhere and cannot be used
	 */
	async keepProgram(home: Home, root: Hex, limits: Limits = DEFAULT_LIMITS): Promise<boolean> {
		const found = await this.#first(root, (cid) =>
			withFolder(async (folder) => {
				await mkdir(join(folder, "programs"));
				const path = join(folder, "programs", fileOf("programs", root));
				const name = fileOf("programs", root);
				const files = await folderOf(this.pool, cid, [name, `${name}.data`]);
				const single = files.get(name) ?? ((most: number) => getContent(this.pool, cid, most));
				const data = files.get(`${name}.data`);
				if (data !== undefined) await save(dataFileOf(path), data(limits.fileBytes));
				await save(path, single(limits.fileBytes));
				const { program, commitment } = await getProgram(folderStore(folder), root, limits);
				await putProgram(home.content, program, commitment);
				return true;
			}),
		);
		return found === true;
	}

	/** Gets inputs likewise; undefined if they are nowhere. */
	async keepInputs(home: Home, program: Program, root: Hex): Promise<Elements[] | undefined> {
		const size = encodedSize(
			program.inputs.map(({ shape, width }) => ({ width, elements: elementCount(shape) })),
		);
		return this.#first(root, (cid) =>
			withFolder(async (folder) => {
				await mkdir(join(folder, "inputs"));
				await save(join(folder, "inputs", fileOf("inputs", root)), getContent(this.pool, cid, size));
				const inputs = await getInputs(folderStore(folder), program, root);
				if (inputs !== null) await putInputs(home.content, program, inputs);
				return inputs ?? undefined;
			}),
		);
	}

	/** What the first hint gives that leads to something; what the others lead to is thrown if none does. */
	async #first<T>(root: Hex, use: (cid: CID) => Promise<T | undefined>): Promise<T | undefined> {
		if (this.pool.stores.length === 0) return undefined;
		const { until = 0, wait = 0 } = this.#waits.get(root) ?? {};
		if (performance.now() < until) return undefined;
		let failure: UmpireError | undefined;
		for (const cid of await this.hints(root)) {
			try {
				const found = await use(cid);
				if (found === undefined) continue;
				this.#waits.delete(root);
				return found;
			} catch (error) {
				if (!(error instanceof UmpireError)) throw error;
				// That a false hint leads nowhere is nothing to tell.
				if (error.code !== "NOT_FOUND") failure ??= error;
			}
		}
		const next = Math.min(Math.max(2 * wait, AGAIN.first), AGAIN.most);
		this.#waits.set(root, { until: performance.now() + next, wait: next });
		if (failure !== undefined) throw failure;
		return undefined;
	}

	/** Who should know where something is: whoever registered the program, or made the request on the inputs. */
	async #ownerOf(root: Hex): Promise<Hex | undefined> {
		if (this.#feed.head === undefined) await this.#feed.poll();
		const event = this.#feed.events.find((one) => introduces(one, root));
		if (event?.name === "Requested") return event.args.requester;
		return event && senderOf(this.#contracts.connection, event.transaction);
	}
}

function introduces({ name, args }: ChainEvent, root: Hex): boolean {
	if (name === "Registered") return args.program === root;
	return name === "Requested" && args.inputsRoot === root;
}

/** Runs with a folder that is gone afterwards. */
async function withFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-content-"));
	try {
		return await run(folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Writes a stream to a file, piece by piece. */
export async function save(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
	const file = await open(path, "w");
	try {
		for await (const piece of content) await file.writeFile(piece);
	} finally {
		await file.close();
	}
}
