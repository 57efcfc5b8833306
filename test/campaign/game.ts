import { setTimeout as sleep } from "node:timers/promises";
import { sameAccount } from "@umpire/actors/money.ts";
import { openMonitor } from "@umpire/actors/monitor.ts";
import type { MonitorReport } from "@umpire/actors/monitor-report.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CLAIM_STATUS, type GameState, PHASE } from "@umpire/game/state.ts";
import { openHome } from "@umpire/store/home.ts";
import { Adversary } from "./adversary.ts";
import { SimulatedChain } from "./chain.ts";
import { emptyFigures, type Figures } from "./figures.ts";
import { type Fixture, setUpFixture } from "./fixture.ts";
import { chainMoney } from "./money.ts";
import type { CampaignMove } from "./moves.ts";
import { Party, type Seat } from "./party.ts";
import { judgeGame } from "./verdict.ts";

export interface GameOptions {
	/** Seconds between two blocks. */
	readonly seconds: number;
	/** Parties that never look at the chain, by seat and program: to show that the invariants notice. */
	readonly absent?: (seat: Seat, program: number) => boolean;
}

/** What a game was, and which invariants it broke; none if all held. */
export interface Played {
	readonly figures: Figures;
	readonly broken: readonly string[];
}

/** Milliseconds between two looks at whether parties wait for a block. */
const LOOK = 15;
/** Slots between two things that befall one party, or the chain: an honest party answers within its increment. */
const APART = 10;
/** Seconds that pass at once while only the adversary is to move. */
const PATIENCE = 30;
/** The same when the adversary has made all its moves. */
const END_PATIENCE = 120;
/** Slots after the last move within which all must be decided. */
const MOST_SLOTS = 300;
/** Slots between two looks of the monitor. */
const MONITOR_EVERY = 5;

/** Plays drawn moves against real actors until everything is decided. */
export async function playGame(moves: readonly CampaignMove[], options: GameOptions): Promise<Played> {
	const chain = await SimulatedChain.open(options.seconds);
	let fixture: Fixture | undefined;
	try {
		fixture = await setUpFixture(chain);
		const game = new Game(chain, fixture, options);
		return await game.play(moves);
	} finally {
		await chain.close();
		await fixture?.close();
	}
}

class Game {
	readonly #chain: SimulatedChain;
	readonly #fixture: Fixture;
	readonly #adversary: Adversary;
	readonly #parties: readonly Party[];
	readonly #figures = emptyFigures();
	readonly #broken: string[] = [];
	#slot = 0;
	/** Slot of the last reorganisation. */
	#undoneAt = Number.NEGATIVE_INFINITY;
	#faults: { readonly party: Party; readonly until: number }[] = [];
	#toKill: Party | undefined;
	#look: (() => Promise<MonitorReport>) | undefined;

	constructor(chain: SimulatedChain, fixture: Fixture, { absent = () => false }: GameOptions) {
		this.#chain = chain;
		this.#fixture = fixture;
		this.#adversary = new Adversary(fixture, chain);
		this.#parties = fixture.guarded.flatMap(({ number }) =>
			(["submitter", "verifier"] as const)
				.filter((seat) => !absent(seat, number))
				.map((seat) => new Party(fixture, chain, seat, number)),
		);
	}

	async play(moves: readonly CampaignMove[]): Promise<Played> {
		await this.#chain.start();
		const accounts = this.#parties.map(({ address }) => address);
		const before = await chainMoney(this.#chain, this.#fixture, accounts);
		for (const move of moves) await this.#slotOf(move);
		const undecided = await this.#untilDecided();
		const look = await this.#monitored();
		const verdict = await judgeGame(this.#chain, this.#fixture, this.#parties, before, this.#figures);
		const figures = this.#figures;
		figures.games = 1;
		figures.slots = this.#slot;
		figures.blocks = this.#chain.blocks;
		figures.undone = this.#chain.undone;
		figures.adversary = Object.fromEntries(this.#adversary.made);
		if (undecided !== undefined) this.#broken.push(undecided);
		if (look !== undefined && look.money.surplus !== 0n)
			this.#broken.push(`the contracts' surplus is ${look.money.surplus}`);
		const failures = this.#parties.flatMap((party) => party.failures);
		return { figures, broken: [...new Set([...this.#broken, ...failures, ...verdict])] };
	}

	async #slotOf(move: CampaignMove): Promise<void> {
		for (let slots = move.type === "wait" ? move.slots : 1; slots > 0; slots--) {
			await this.#befall(move);
			const state = await this.#adversary.state();
			if (state !== undefined) {
				await this.#adversary.make(state, move);
				await this.#adversary.play(state);
			}
			await this.#finishSlot(state, PATIENCE);
		}
	}

	/** What happens to honest parties and to the chain, as far as they are left time to recover. */
	async #befall(move: CampaignMove): Promise<void> {
		const figures = this.#figures;
		if (move.type === "reorganise" && this.#slot - this.#undoneAt >= APART) {
			if (await this.#chain.undo(move.depth)) {
				this.#undoneAt = this.#slot;
				figures.reorganisations++;
			}
		}
		if (move.type !== "node" && move.type !== "restart") return;
		const party = this.#parties[move.party % this.#parties.length];
		if (this.#slot - party.hitAt < APART) return;
		party.hitAt = this.#slot;
		if (move.type === "node") {
			await party.node.fail(move.fault);
			this.#faults.push({ party, until: this.#slot + move.slots });
			figures.faults++;
		} else {
			figures.restarts++;
			if (move.midTick) this.#toKill = party;
			else party.kill();
		}
	}

	/** Lets everybody look at the chain, and mines. Chain time passes only when those who look wait for a block. */
	async #finishSlot(state: GameState | undefined, patience: number): Promise<void> {
		let looking = true;
		const turns = this.#parties.map((party) => party.begin());
		const all = async (): Promise<void> => {
			await Promise.all(turns);
			looking = false;
		};
		const ended = all();
		while (looking) {
			const waited = new AbortController();
			await Promise.race([ended, sleep(LOOK, undefined, { signal: waited.signal }).catch(() => {})]);
			waited.abort();
			if (this.#toKill !== undefined) {
				const party = this.#toKill;
				this.#toKill = undefined;
				party.kill();
				turns[this.#parties.indexOf(party)] = Promise.resolve();
				// Its first look after the restart belongs to the next slot.
				await Promise.all(turns.map((turn, i) => (this.#parties[i].isBusy ? undefined : turn)));
			}
			const busy = this.#parties.filter(({ isBusy }) => isBusy);
			if (busy.length === 0) break;
			const waiting = await Promise.all(busy.map((party) => party.isWaiting()));
			if (looking && waiting.every((waits) => waits)) await this.#chain.mine();
		}
		await this.#watch();
		const quick = await this.#mayPass(state);
		await this.#chain.mine(quick ? Math.max(patience, this.#chain.seconds) : this.#chain.seconds);
		this.#slot++;
		for (const { party, until } of this.#faults) if (this.#slot >= until) await party.node.fail(undefined);
		this.#faults = this.#faults.filter(({ until }) => this.#slot < until);
	}

	/** Whether no honest party has anything to do before something else happens. */
	async #mayPass(state: GameState | undefined): Promise<boolean> {
		if (this.#adversary.hasMoved() || state === undefined || this.#faults.length > 0) return false;
		if (!this.#parties.every(({ isIdle }) => isIdle)) return false;
		for (const party of this.#parties) if (await party.isWaiting()) return false;
		const fresh = await this.#adversary.state();
		if (fresh === undefined) return false;
		const isOurs = (account: string | undefined) =>
			account !== undefined && this.#parties.some(({ address }) => sameAccount(address, account));
		for (const index of fresh.disputes.keys()) {
			if (isOurs(this.#adversary.toMove(fresh, index + 1))) return false;
		}
		return !fresh.inputDemands.some(
			({ open, claim, demander }) => open && (isOurs(fresh.claims[claim - 1].submitter) || isOurs(demander)),
		);
	}

	/** Lets time pass until no claim of a guarded program is live and nothing is left to do; says what is left if it does not end. */
	async #untilDecided(): Promise<string | undefined> {
		// What one look decides may bring the next one something to do.
		let quiet = 0;
		for (let slot = 0; slot < MOST_SLOTS; slot++) {
			const before = await this.#adversary.state();
			if (before !== undefined) await this.#adversary.play(before);
			await this.#finishSlot(before, END_PATIENCE);
			const state = await this.#adversary.state();
			const isQuiet = state !== undefined && this.#openItems(state).length === 0;
			quiet = isQuiet && this.#parties.every(({ isIdle }) => isIdle) ? quiet + 1 : 0;
			if (quiet === 2) return undefined;
		}
		const state = await this.#adversary.state();
		return `Not decided: ${state === undefined ? "the chain cannot be read" : this.#openItems(state).join(", ")}`;
	}

	#openItems(state: GameState): string[] {
		const isGuarded = (claim: number) => {
			const { program } = state.requests[state.claims[claim - 1].request - 1];
			return this.#fixture.guarded.some(({ root }) => root === program);
		};
		const claims = [...state.claims.keys()].filter(
			(index) => state.claims[index].status === CLAIM_STATUS.live && isGuarded(index + 1),
		);
		const own = [...state.disputes.keys()].filter((index) => {
			const { challenger, phase } = state.disputes[index];
			return phase !== PHASE.closed && this.#parties.some(({ address }) => sameAccount(address, challenger));
		});
		return [...claims.map((index) => `claim ${index + 1}`), ...own.map((index) => `dispute ${index + 1}`)];
	}

	async #watch(): Promise<void> {
		if (this.#slot % MONITOR_EVERY === 0) await this.#monitored();
	}

	/** The monitor's look: it must not fail, and must name false claims that it can recompute. */
	async #monitored(): Promise<MonitorReport | undefined> {
		const { contracts, home } = this.#fixture;
		try {
			this.#look ??= await openMonitor(
				{ home: openHome(home.folder), contracts, feed: eventFeed(contracts) },
				{ warn: (line) => this.#monitorSays(line) },
			);
			const report = await this.#look();
			this.#figures.looks++;
			if (report.money.surplus !== 0n)
				this.#broken.push(`the monitor finds a surplus of ${report.money.surplus}`);
			for (const { claim, status, execution, openDisputes } of report.claims) {
				if (execution !== "disagrees" || status === "rejected") continue;
				const named = report.problems.some(({ text }) => text.includes(`claim ${claim} `));
				if (!named && openDisputes === 0)
					this.#broken.push(`the monitor does not name the false claim ${claim}`);
			}
			return report;
		} catch (error) {
			if (error instanceof UmpireError && error.retryable) return undefined;
			this.#broken.push(`the monitor threw ${error instanceof Error ? error.stack : String(error)}`);
			return undefined;
		}
	}

	#monitorSays(line: string): void {
		if (line.includes("a defect of this program")) this.#broken.push(`the monitor says: ${line}`);
	}
}
