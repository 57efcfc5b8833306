import type { Hex } from "@umpire/commitment/constants.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { demanded } from "@umpire/game/search.ts";
import {
	CLAIM_STATUS,
	type Claim,
	type Dispute,
	type GameState,
	type InputAnswer,
	type InputDemand,
	inputAnswerKey,
	openingKey,
	PHASE,
	type PublishedLeaf,
	SIDE,
} from "@umpire/game/state.ts";
import { Batch } from "./batch.ts";
import { type Contracts, storedDispute } from "./contracts.ts";
import type { EventFeed } from "./events.ts";
import { type Challenge, type Demand, Ledger, MissingError } from "./ledger.ts";

/** What an actor looks at. */
export interface ReaderOptions {
	/** The programs whose disputes, demands and live claims are read; all by default. */
	readonly programs?: ReadonlySet<Hex> | undefined;
	/** Told of items that are left out because events and state disagree about them. */
	readonly warn?: ((line: string) => void) | undefined;
}

/**
 * Reads the chain into the state that the game's strategies decide from. Programs, requests and claims come from
 * events alone; the contracts are asked, in one batch per look, about the live claims, open disputes and demands of
 * the actor's programs. Of other programs disputes and demands stand as closed ones: nobody looks at them here.
 *
 * Times of publications are those that the contract's clocks go by: never before the demand. `claimedAt`,
 * `openDisputes` and every `boundAt` are those of live claims. `burned`, `commitments` and balances are not read, and
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
	/** Demands never change but for being closed. */
	readonly #demands = new Map<number, InputDemand>();
	/** Disputes of decided claims never change but for being closed. */
	readonly #settled = new Map<number, Dispute>();
	/** By demand: when its chunk was published. */
	readonly #answered = new Map<number, number>();
	#turns: ReadonlyMap<number, Turn> = new Map();
	/** Items about which events and state disagree in the state that is being read. */
	readonly #disagreeing = new Set<string>();
	/** Those that did when all was last read again, and those that were told. */
	readonly #suspected = new Set<string>();
	readonly #told = new Set<string>();

	constructor(on: Contracts, feed: EventFeed, account: Hex, options: ReaderOptions) {
		this.#on = on;
		this.#feed = feed;
		this.#account = account;
		this.#options = options;
	}

	readonly read = async (): Promise<GameState> => {
		const feed = this.#feed;
		await feed.poll();
		const at = feed.head?.hash;
		if (this.#last !== undefined && this.#last.at === at) return this.#last.state;
		if (feed.revision !== this.#revision) {
			this.#ledger.clear();
			for (const known of [this.#demands, this.#settled, this.#answered]) known.clear();
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
		const demands = this.#askDemands(batch);
		await batch.run(at);
		for (const [what, known, found] of counts) {
			if (BigInt(known) !== found) throw new MissingError(`${found} ${what}, ${known} of them in events`);
		}
		return this.#checked({
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
		});
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
				const isWrong = this.#disagrees(`claim ${index + 1}`, wrong.has(index));
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
			return this.#disagrees(`dispute ${index + 1}`, !fits) ? closedDispute(this.#ledger.disputes[index]) : d;
		});
	}

	/** The same for demands for inputs, and for the answers to demands of own claims, or for inputs of live ones. */
	#askDemands(batch: Batch): () => Pick<GameState, "inputDemands" | "inputAnswers"> {
		const { market, court } = this.#on;
		const { claims, demands, requests } = this.#ledger;
		const wanted = new Set<number>();
		const roots = new Set<Hex>();
		for (const [index, { claim }] of demands.entries()) {
			if (!this.#isOwn(claim)) continue;
			wanted.add(index + 1);
			// What became of a demand is asked about after its claim is decided, too: its bond may have been lost.
			roots.add(requests[claims[claim - 1].request - 1].inputsRoot);
		}
		for (const [index, { status, request }] of claims.entries()) {
			if (status === CLAIM_STATUS.live && this.#isOwn(index + 1)) roots.add(requests[request - 1].inputsRoot);
		}
		// Chunks that were published for other claims on the same inputs serve these too.
		const answers = [...roots].flatMap((root) => this.#ledger.answers.get(root) ?? []);
		for (const { demand } of answers) wanted.add(Number(demand));
		// Only what an event says was published has a time: `proceedings` shows whether such an event is kept back.
		const published = new Set(
			answers.map(({ inputsRoot, input, chunk }) => `${inputsRoot} ${input} ${chunk}`),
		);
		const timed = new Set(answers.map(({ demand }) => Number(demand)));
		for (const id of wanted) {
			const { claim, input, chunk } = demands[id - 1];
			const { inputsRoot } = requests[claims[claim - 1].request - 1];
			if (published.has(`${inputsRoot} ${input} ${chunk}`)) timed.add(id);
			const known = this.#demands.get(id);
			if (known === undefined) {
				batch.add(court, "getInputDemand", [market.address, BigInt(id)], (demand) => {
					this.#demands.set(id, demand);
				});
			}
			if (this.#answered.has(id) || !timed.has(id)) continue;
			batch.add(court, "answeredAt", [market.address, BigInt(id)], (time) => {
				if (time !== 0n) this.#answered.set(id, Number(time));
			});
		}
		return () => this.#chunks(timed);
	}

	/** @param timed the demands whose times of answers were asked for */
	#chunks(timed: ReadonlySet<number>): Pick<GameState, "inputDemands" | "inputAnswers"> {
		const { answers, claims, demands, programs, requests } = this.#ledger;
		const words = new Map<string, InputAnswer["words"]>();
		const keyOf = (id: number): string => {
			const { program, inputsRoot } = requests[claims[demands[id - 1].claim - 1].request - 1];
			return inputAnswerKey(inputsRoot, programs.get(program)!.inputCount, this.#demands.get(id)!);
		};
		for (const list of answers.values()) {
			for (const answer of list) {
				const id = Number(answer.demand);
				if (this.#demands.has(id)) words.set(keyOf(id), answer.words);
			}
		}
		const inputAnswers = new Map<string, InputAnswer>();
		const inputDemands = demands.map((known, index): InputDemand => {
			const id = index + 1;
			const demand = this.#demands.get(id);
			if (demand === undefined) return closedDemand(known);
			const time = this.#answered.get(id);
			const published = words.get(keyOf(id));
			const differs = timed.has(id) && (time === undefined) !== (published === undefined);
			if (this.#disagrees(`demand ${id}`, differs)) return closedDemand(known);
			if (time !== undefined && published !== undefined)
				inputAnswers.set(keyOf(id), { time, words: published });
			return { ...demand, open: !known.closed };
		});
		return { inputDemands, inputAnswers };
	}

	/** Takes notice of an item about which events and state disagree, or do so no more. */
	#disagrees(item: string, isWrong: boolean): boolean {
		if (isWrong) this.#disagreeing.add(item);
		else {
			this.#suspected.delete(item);
			this.#told.delete(item);
		}
		return isWrong;
	}

	/** Reads all again when an item disagrees for the first time; leaves it out when it still does. */
	#checked(read: GameState): GameState {
		const state = { ...read, disputes: this.#checkedDisputes(read) };
		const items = [...this.#disagreeing];
		this.#disagreeing.clear();
		const fresh = items.filter((item) => !this.#suspected.has(item));
		for (const item of items) this.#suspected.add(item);
		if (fresh.length > 0) throw new MissingError(`what happened to ${fresh.slice(0, 3).join(", ")}`);
		for (const item of items.filter((other) => !this.#told.has(other))) {
			this.#told.add(item);
			const reason = "the node's events and its state disagree about it";
			this.#options.warn?.(`${item} is left out: ${reason}. Ask other nodes (--rpc).`);
		}
		return state;
	}
}

function closedDispute({ claim, challenger }: Challenge): Dispute {
	return {
		claim,
		challenger,
		phase: PHASE.closed,
		tree: 0,
		step: 0,
		operator: 0,
		start: 0,
		level: 0,
		elements: 0,
		width: 0,
		node: NOTHING,
		demandedAt: 0,
		submitterReserve: 0,
		challengerReserve: 0,
		crowding: 0,
		element: 0,
		parts: 0,
		partialsAt: 0,
		partials: [],
	};
}

function closedDemand({ claim, demander, input, chunk }: Demand): InputDemand {
	const unread = { demandedAt: 0, crowding: 0, elements: 0, width: 8 } as const;
	return { claim, demander, input, chunk, ...unread, open: false };
}

const NOTHING: Hex = `0x${"00".repeat(32)}`;

/** The children that were published of a node, by the game's opening key. */
export type Published = (key: string) => readonly Hex[] | undefined;

/** Finds published children among a feed's events. */
export function publishedChildren(feed: EventFeed): Published {
	const known = new Map<string, readonly Hex[]>();
	let taken = 0;
	let revision = 0;
	return (key) => {
		if (feed.revision !== revision) {
			known.clear();
			[taken, revision] = [0, feed.revision];
		}
		for (; taken < feed.events.length; taken++) {
			const event = feed.events[taken];
			if (event.name !== "NodeOpened") continue;
			const { node, tree, childLevel, children } = event.args;
			known.set(openingKey(node, tree, Number(childLevel), children.length), children);
		}
		return known.get(key);
	};
}
