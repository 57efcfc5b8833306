import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { demanded } from "@umpire/game/search.ts";
import {
	CLAIM_STATUS,
	type Claim,
	type Dispute,
	type GameState,
	openingKey,
	PHASE,
	type PublishedLeaf,
	SIDE,
} from "@umpire/game/state.ts";
import { Batch } from "./batch.ts";
import { closedDispute } from "./closed-items.ts";
import { type Contracts, storedDispute } from "./contracts.ts";
import { DemandReader } from "./demand-reader.ts";
import { Disagreements, type LeftOut } from "./disagreements.ts";
import type { EventFeed } from "./events.ts";
import { Ledger, MissingError } from "./ledger.ts";

/** What an actor looks at. */
export interface ReaderOptions {
	/** The programs whose disputes, demands and live claims are read; all by default. */
	readonly programs?: ReadonlySet<Hex> | undefined;
	/** Told of items that are left out because events and state disagree about them. */
	readonly warn?: ((line: string, item: LeftOut) => void) | undefined;
}

/**
 * Reads the chain into the state that the game's strategies decide from. Programs, requests and claims come from
 * events alone; the contracts are asked, in one batch per look, about the live claims, open disputes and demands of
 * the actor's programs. Of other programs disputes and demands stand as closed ones: nobody looks at them here.
 *
 * Times of publications are those that the contract's clocks go by: never before the demand. `claimedAt`,
 * `openDisputes` and every `boundAt` are those of live claims. `burned`, `commitments`, stops of requests and balances are not read, and
 * ledgers hold the given account only: no strategy looks at them.
 *
 * An item about which events and state still disagree after all events were read again is left out, with a warning:
 * it must not keep the others back.
 */
export function gameReader(
	on: Contracts,
	feed: EventFeed,
	account: Hex,
	options: ReaderOptions = {},
): () => Promise<GameState> {
	return new Reader(on, feed, account, options).read;
}

/** Whose move it is, and since when. */
interface Turn {
	readonly side: number;
	readonly since: number;
}

class Reader {
	readonly #on: Contracts;
	readonly #feed: EventFeed;
	readonly #account: Hex;
	readonly #options: ReaderOptions;
	readonly #ledger = new Ledger();
	#taken = 0;
	#revision = 0;
	#last: { readonly at: Hex | undefined; readonly state: GameState } | undefined;
	readonly #demands: DemandReader;
	/** Disputes of decided claims never change but for being closed. */
	readonly #settled = new Map<number, Dispute>();
	#turns: ReadonlyMap<number, Turn> = new Map();
	readonly #disagreements: Disagreements;

	constructor(on: Contracts, feed: EventFeed, account: Hex, options: ReaderOptions) {
		this.#on = on;
		this.#feed = feed;
		this.#account = account;
		this.#options = options;
		this.#disagreements = new Disagreements(options.warn ?? (() => {}));
		this.#demands = new DemandReader(on, this.#ledger, (claim) => this.#isOwn(claim), this.#disagreements);
	}

	readonly read = async (): Promise<GameState> => {
		const feed = this.#feed;
		await feed.poll();
		const at = feed.head?.hash;
		if (this.#last !== undefined && this.#last.at === at) return this.#last.state;
		if (feed.revision !== this.#revision) {
			this.#ledger.clear();
			this.#settled.clear();
			this.#demands.clear();
			[this.#taken, this.#revision] = [0, feed.revision];
		}
		try {
			for (; this.#taken < feed.events.length; this.#taken++) this.#ledger.take(feed.events[this.#taken]);
			const state = await this.#stateAt(at);
			this.#last = { at, state };
			return state;
		} catch (error) {
			// Whatever was noticed, what is missing may be there when it is read again.
			if (error instanceof MissingError) feed.reread();
			throw error;
		}
	};

	#isOwn(claim: number): boolean {
		const { programs } = this.#options;
		return programs === undefined || programs.has(this.#ledger.programOf(claim));
	}

	async #stateAt(at: Hex | undefined): Promise<GameState> {
		const { registry, market, court, deployment } = this.#on;
		const ledger = this.#ledger;
		const counts: [string, number, bigint][] = [];
		const batch = new Batch(this.#on);
		const count = (what: string, known: number) => (found: bigint) => {
			counts.push([what, known, found]);
		};
		const { requests, claims: made, disputes: brought, demands: asked } = ledger;
		batch.add(registry, "count", [], count("programs", ledger.programs.size));
		batch.add(market, "requestCount", [], count("requests", requests.length));
		batch.add(market, "claimCount", [], count("claims", made.length));
		batch.add(court, "disputeCount", [market.address], count("disputes", brought.length));
		batch.add(court, "inputDemandCount", [market.address], count("demands", asked.length));
		const owed = { market: 0n, court: 0n };
		batch.add(market, "owed", [this.#account], (amount) => {
			owed.market = amount;
		});
		batch.add(court, "owed", [this.#account], (amount) => {
			owed.court = amount;
		});
		const claims = this.#askClaims(batch);
		const disputes = this.#askDisputes(batch);
		const demands = this.#demands.ask(batch);
		await batch.run(at);
		for (const [what, known, found] of counts) {
			if (BigInt(known) !== found) throw new MissingError(`${found} ${what}, ${known} of them in events`);
		}
		const read: GameState = {
			parameters: deployment.parameters,
			programs: ledger.programs,
			requests: ledger.requests,
			claims: claims(),
			...disputes(),
			...demands(),
			commitments: new Map(),
			ledgers: {
				market: { owed: new Map([[this.#account, owed.market]]), balance: 0n },
				court: { owed: new Map([[this.#account, owed.court]]), balance: 0n },
			},
			burned: 0n,
			domain: { chainId: deployment.chainId, market: market.address },
			guardian: NOBODY,
			stoppedUntil: 0,
		};
		const state = { ...read, disputes: this.#checkedDisputes(read) };
		this.#disagreements.settle();
		return state;
	}

	/** Asks about live claims of own programs; the function it returns gives all claims. */
	#askClaims(batch: Batch): () => Claim[] {
		const { market, court } = this.#on;
		const { claims, programs } = this.#ledger;
		const found = new Map<number, Claim>();
		const wrong = new Set<number>();
		const demanded = new Map<number, number>();
		for (const { claim, closed } of this.#ledger.demands) {
			if (!closed) demanded.set(claim, (demanded.get(claim) ?? 0) + 1);
		}
		for (const [index, known] of claims.entries()) {
			const id = index + 1;
			if (known.status !== CLAIM_STATUS.live || !this.#isOwn(id)) continue;
			const { lazy } = programs.get(this.#ledger.programOf(id))!;
			batch.add(market, "getClaim", [BigInt(id)], (stored) => {
				found.set(index, { ...known, claimedAt: Number(stored.since) });
				const isSame = stored.status === known.status && (lazy || stored.traceRoot === known.traceRoot);
				if (!isSame) wrong.add(index);
			});
			batch.add(court, "proceedings", [market.address, BigInt(id)], (p) => {
				found.set(index, { ...found.get(index)!, openDisputes: p.openDisputes });
				if (p.openDemands !== (demanded.get(id) ?? 0)) wrong.add(index);
			});
			if (lazy) {
				batch.add(court, "boundTrace", [market.address, BigInt(id), 0n], ([time, traceRoot]) => {
					const boundAt = Number(time);
					found.set(index, { ...found.get(index)!, boundAt });
					if (traceRoot !== known.traceRoot) wrong.add(index);
				});
			}
			// A segment whose event is kept back shows in its disputes: it is the challenger's turn in phase Root.
			for (const [segment, { traceRoot }] of known.segments) {
				batch.add(court, "boundTrace", [market.address, BigInt(id), BigInt(segment)], ([time, stored]) => {
					const claim = found.get(index)!;
					const segments = new Map(claim.segments).set(segment, { boundAt: Number(time), traceRoot });
					found.set(index, { ...claim, segments });
					if (time === 0n || stored !== traceRoot) wrong.add(index);
				});
			}
		}
		return () =>
			claims.map((known, index) => {
				const isWrong = this.#disagreements.notice("claim", index + 1, wrong.has(index));
				return isWrong ? { ...known, status: CLAIM_STATUS.none } : (found.get(index) ?? { ...known });
			});
	}

	/** The same for disputes, with what was published in answer to their demands. */
	#askDisputes(batch: Batch): () => Pick<GameState, "disputes" | "openings" | "leaves"> {
		const { market, court } = this.#on;
		const { claims, disputes, partials } = this.#ledger;
		const found = new Map<number, Dispute>();
		const turns = new Map<number, Turn>();
		for (const [index, known] of disputes.entries()) {
			const id = index + 1;
			if (known.closed || !this.#isOwn(known.claim)) continue;
			const settled = this.#settled.get(id);
			if (settled !== undefined) {
				found.set(index, settled);
				continue;
			}
			const isLive = claims[known.claim - 1].status === CLAIM_STATUS.live;
			batch.add(court, "getDispute", [market.address, BigInt(id)], (stored) => {
				const dispute = { ...storedDispute(stored), partials: partials.get(id) ?? [] };
				found.set(index, dispute);
				if (!isLive) this.#settled.set(id, dispute);
			});
			if (!isLive) continue;
			batch.add(court, "turn", [market.address, BigInt(id)], ([side, since]) => {
				turns.set(index, { side, since: Number(since) });
			});
		}
		return () => this.#published(found, turns);
	}

	/** What the events say was published, at the times that the contract's clocks go by. */
	#published(
		found: ReadonlyMap<number, Dispute>,
		turns: ReadonlyMap<number, Turn>,
	): Pick<GameState, "disputes" | "openings" | "leaves"> {
		const ledger = this.#ledger;
		const openings = new Map<string, number>();
		const leaves = new Map<Hex, PublishedLeaf>();
		for (const [index, { since }] of turns) {
			const d = found.get(index)!;
			if (d.phase === PHASE.search) {
				const header = ledger.programs.get(ledger.programOf(d.claim))!;
				const { childLevel, children } = demanded(d, header, this.#on.deployment.parameters);
				const key = openingKey(d.node, d.tree, childLevel, children);
				if (ledger.openings.has(key)) openings.set(key, since);
			}
			// Partial results are of an element of the disputed leaf: its words are still needed.
			const atLeaf = d.phase === PHASE.leaf || d.phase === PHASE.partials;
			const leaf = atLeaf ? ledger.leaves.get(d.node) : undefined;
			if (leaf !== undefined) leaves.set(d.node, { ...leaf, count: Number(leaf.count), time: since });
		}
		this.#turns = turns;
		const disputes = ledger.disputes.map((known, index) => found.get(index) ?? closedDispute(known));
		return { disputes, openings, leaves };
	}

	/** A dispute is left out if events and state disagree about whose turn it is or what was published. */
	#checkedDisputes(state: GameState): Dispute[] {
		return state.disputes.map((d, index) => {
			const turn = this.#turns.get(index);
			if (turn === undefined) return d;
			const isOver = turn.side === SIDE.nobody || d.phase === PHASE.closed;
			const answered = !isOver && publishedAt(state, d) !== 0;
			const known = d.phase !== PHASE.partials || !answered || this.#ledger.partials.has(index + 1);
			const fits = !isOver && known && answered === (turn.side === SIDE.challenger);
			return this.#disagreements.notice("dispute", index + 1, !fits)
				? closedDispute(this.#ledger.disputes[index])
				: d;
		});
	}
}
