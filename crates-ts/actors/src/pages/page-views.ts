import { getTurn } from "@umpire/chain/contracts.ts";
import type { ChainEvent } from "@umpire/chain/events.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { SIDE } from "@umpire/game/state.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { CommittedProgram } from "@umpire/runtime/program-bytes.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { disputeView } from "@umpire/views/build-dispute.ts";
import { type ClaimView, claimView } from "@umpire/views/claim-view.ts";
import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { type MarketFacts, nameOfProgram } from "@umpire/views/market-facts.ts";
import { type OverviewView, overviewView } from "@umpire/views/overview-view.ts";
import { type ProgramView, programView } from "@umpire/views/program-view.ts";
import { type JudgedSettlement, judgeSettlement } from "../content/audit-proof.ts";
import { disputeFacts, type KnownTraces } from "../dispute-facts.ts";
import { fetchProgram } from "../fetch-content.ts";
import { trustedKeys } from "../trusted-keys.ts";
import type { View } from "../world.ts";
import { sharedFeed } from "./shared-feed.ts";

/** Events whose times are read beside those of claims: the newest ones, which pages list. */
const TIMED_EVENTS = 60;
/** Claims whose times are read. */
const TIMED_CLAIMS = 1000;
/** Programs that are kept loaded. */
const MOST_PROGRAMS = 32;

/** A registered program as pages call it. */
export interface KnownProgram {
	readonly number: number;
	readonly name: string;
	/** Null where the program is not here. */
	readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[] | null;
}

/** Proofs of a settlement, and where they are on the chain. */
export interface SettlementProofs extends JudgedSettlement {
	readonly transaction: Hex;
	readonly block: number;
}

/** What pages show, from a chain and a home folder; each is made once for each block. */
export class PageViews {
	readonly #view: View;
	readonly #times = new Map<Hex, number>();
	readonly #programs = new Map<Hex, CommittedProgram>();
	/** Programs that could not be loaded, with the version of the file that failed. */
	readonly #broken = new Map<Hex, string>();
	readonly #traces: KnownTraces = new Map();
	#facts: { readonly at: Hex | undefined; readonly promise: Promise<MarketFacts> } | undefined;
	readonly #disputes = new Map<
		number,
		{ readonly at: Hex | undefined; readonly view: Promise<DisputeView> }
	>();

	/** @param view its feed must be read by nobody else */
	constructor(view: View) {
		this.#view = { ...view, feed: sharedFeed(view.feed) };
	}

	/** Reads what is new, and gives the block up to which everything is known. */
	async head(): Promise<{ readonly number: number; readonly hash: string; readonly time: number }> {
		const { feed } = this.#view;
		await feed.poll();
		const { number, hash, timestamp } = feed.head!;
		return { number: Number(number), hash, time: Number(timestamp) };
	}

	async overview(): Promise<OverviewView> {
		return overviewView(await this.#current());
	}

	/** How programs are called, and what they take, by their roots. */
	async programs(): Promise<ReadonlyMap<string, KnownProgram>> {
		const facts = await this.#current();
		return new Map(
			facts.events.flatMap(({ name, args }) => {
				if (name !== "Registered") return [];
				const inputs = facts.programs.get(args.program)?.inputs ?? null;
				const known = { number: Number(args.number), name: nameOfProgram(facts, args.program), inputs };
				return [[args.program, known] as const];
			}),
		);
	}

	/**
	 * The proofs that a dispute was settled by, with the signals that the rules derive for them.
	 *
	 * @returns undefined if it was not settled, or its program is not here
	 */
	async settlement(dispute: number): Promise<SettlementProofs | undefined> {
		const { events } = await this.#current();
		const settled = events.find(({ name, args }) => name === "Settled" && Number(args.dispute) === dispute);
		if (settled?.name !== "Settled") return undefined;
		const claimed = events.find(({ name, args }) => name === "Claimed" && args.claim === settled.args.claim);
		if (claimed?.name !== "Claimed") return undefined;
		const asked = events.find(
			({ name, args }) => name === "Requested" && args.request === claimed.args.request,
		);
		if (asked?.name !== "Requested") return undefined;
		const loaded = this.#programs.get(asked.args.program);
		if (loaded === undefined) return undefined;
		const { contracts, feed } = this.#view;
		const judged = await judgeSettlement(
			{ contracts, feed },
			loaded,
			asked.args.inputsRoot,
			claimed,
			settled,
		);
		return { ...judged, transaction: settled.transaction, block: Number(settled.block) };
	}

	/** @returns undefined if there is no such claim */
	async claim(claim: number): Promise<ClaimView | undefined> {
		const facts = await this.#current();
		const made = facts.events.find(({ name, args }) => name === "Claimed" && Number(args.claim) === claim);
		if (made?.name !== "Claimed") return undefined;
		const asked = facts.events.find(
			({ name, args }) => name === "Requested" && args.request === made.args.request,
		);
		const program = asked?.name === "Requested" ? facts.programs.get(asked.args.program) : undefined;
		const inputs =
			asked?.name === "Requested" && program !== undefined
				? await getInputs(this.#view.home.content, program, asked.args.inputsRoot).catch(() => null)
				: null;
		return claimView(facts, claim, inputs ?? undefined);
	}

	/** @returns undefined if there is no such program */
	async program(number: number): Promise<ProgramView | undefined> {
		const facts = await this.#current();
		const registered = facts.events.find(
			({ name, args }) => name === "Registered" && Number(args.number) === number,
		);
		if (registered?.name !== "Registered") return undefined;
		const loaded = this.#programs.get(registered.args.program);
		return programView(facts, number, loaded?.commitment.descriptors);
	}

	/** @throws UmpireError (NOT_FOUND) if there is no such dispute */
	async dispute(dispute: number): Promise<DisputeView> {
		await this.#view.feed.poll();
		const at = this.#view.feed.head?.hash;
		const known = this.#disputes.get(dispute);
		if (known?.at === at && known !== undefined) return known.view;
		const view = disputeFacts(this.#view, dispute, { known: this.#traces }).then(
			(facts) => disputeView(facts)!,
		);
		this.#disputes.set(dispute, { at, view });
		view.catch(() => this.#disputes.delete(dispute));
		return view;
	}

	/** One reading for each block, however many pages ask. */
	async #current(): Promise<MarketFacts> {
		const { feed } = this.#view;
		await feed.poll();
		const at = feed.head?.hash;
		if (this.#facts?.at !== at || this.#facts === undefined) {
			const promise = this.#read([...feed.events]);
			this.#facts = { at, promise };
			promise.catch(() => {
				this.#facts = undefined;
			});
		}
		return this.#facts.promise;
	}

	async #read(events: readonly ChainEvent[]): Promise<MarketFacts> {
		const { contracts, feed } = this.#view;
		const { connection, deployment } = contracts;
		const { head } = feed;
		const claims = events.filter(({ name }) => name === "Claimed").slice(-TIMED_CLAIMS);
		const ends = events
			.filter(({ name }) => name === "Finalised" || name === "Rejected" || name === "Requested")
			.slice(-TIMED_CLAIMS);
		await this.#readTimes([...claims, ...ends, ...events.slice(-TIMED_EVENTS)]);
		const turns = new Map<number, { side: "submitter" | "challenger"; until: number }>();
		for (const dispute of openDisputes(events)) {
			const turn = await getTurn(contracts, dispute, head?.hash);
			if (turn.side === SIDE.nobody) continue;
			const side = turn.side === SIDE.submitter ? "submitter" : "challenger";
			turns.set(Number(dispute), { side, until: Number(turn.until) });
		}
		await this.#loadPrograms(events);
		return {
			events,
			chainId: deployment.chainId,
			market: deployment.market,
			court: deployment.court,
			parameters: deployment.parameters,
			block: Number(head?.number ?? 0n),
			time: Number(await chainTime(connection, head)),
			times: this.#times,
			turns,
			programs: new Map<Hex, Program>([...this.#programs].map(([root, { program }]) => [root, program])),
			endpoints: connection.health().map(({ name, trouble }) => ({ name, trouble: trouble ?? null })),
			isDevelopment: (await trustedKeys()) !== "ceremony",
		};
	}

	async #readTimes(events: readonly ChainEvent[]): Promise<void> {
		const { reader } = this.#view.contracts.connection;
		for (const { blockHash } of events) {
			if (this.#times.has(blockHash)) continue;
			const { timestamp } = await reader.getBlock({ blockHash }).catch((error: unknown) => {
				throw explainReading(error, "a block");
			});
			this.#times.set(blockHash, Number(timestamp));
		}
	}

	/** Whoever put a program into the folder is not trusted: one that cannot be loaded is as good as none. */
	async #loadPrograms(events: readonly ChainEvent[]): Promise<void> {
		const { home, limits } = this.#view;
		const roots = events.flatMap(({ name, args }) => (name === "Registered" ? [args.program] : []));
		for (const root of roots.slice(-MOST_PROGRAMS)) {
			if (this.#programs.has(root)) continue;
			await fetchProgram(this.#view, root).catch(() => {});
			const stamp = await home.content.stamp("programs", root);
			if (stamp === null || this.#broken.get(root) === stamp.version) continue;
			try {
				this.#programs.set(root, await getProgram(home.content, root, limits));
			} catch {
				this.#broken.set(root, stamp.version);
			}
		}
	}
}

function openDisputes(events: readonly ChainEvent[]): Set<bigint> {
	const open = new Set<bigint>();
	for (const { name, args } of events) {
		if (name === "Challenged") open.add(args.dispute);
		if (name === "Settled" || name === "TimedOut" || name === "Reclaimed") open.delete(args.dispute);
	}
	return open;
}
