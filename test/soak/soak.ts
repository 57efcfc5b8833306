import { setTimeout as sleep } from "node:timers/promises";
import { sameAccount } from "@umpire/actors/money.ts";
import { openMonitor } from "@umpire/actors/monitor.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { type LocalNode, startNode } from "@umpire/chain/node.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type Claim, type GameState, PHASE } from "@umpire/game/state.ts";
import { writeDeployment } from "@umpire/store/deployments.ts";
import fc from "fast-check";
import { accountAt, SEATS } from "../campaign/accounts.ts";
import { Adversary } from "../campaign/adversary.ts";
import { SimulatedChain } from "../campaign/chain.ts";
import { emptyFigures, type Figures } from "../campaign/figures.ts";
import { type Fixture, type Guarded, PARAMETERS, setUpFixture } from "../campaign/fixture.ts";
import { chainMoney } from "../campaign/money.ts";
import { type CampaignMove, campaignMoves } from "../campaign/moves.ts";
import { DEMANDS, type Seat } from "../campaign/party.ts";
import { isRightClaim, type Judged, judgeGame } from "../campaign/verdict.ts";
import { FAULTS, FaultyRpc } from "../operations/faulty-rpc.ts";
import { freePort } from "../operations/free-port.ts";
import { Daemon } from "./daemon.ts";
import { type Neighbouring, Neighbours } from "./neighbours.ts";
import { Traffic } from "./traffic.ts";

export interface SoakOptions {
	/** Of the chain's time, in which requests are made and attacks begin. */
	readonly hours: number;
	readonly seed: number;
	readonly say: (line: string) => void;
}

/** What a soak test was, and which invariants it broke; none if all held. */
export interface Soaked {
	readonly figures: Figures;
	/** Requests of honest requesters. */
	readonly requests: number;
	readonly beside: Neighbouring;
	/** Of the chain's time, all in all. */
	readonly simulatedSeconds: number;
	readonly realSeconds: number;
	readonly broken: readonly string[];
}

/** An honest party: the account that a daemon acts for. */
interface Party extends Judged {
	readonly daemon: Daemon;
	readonly program: number;
}

/** Seconds of the chain between two blocks while nothing of honest parties is due, and while something is. */
const FAST = 300;
const SLOW = 2;
/** While inputs that a verifier has asked for can be published, on which it goes on. */
const WAITING = 30;
/** Milliseconds between two blocks at least. */
const SLOT = 500;
/** Moves of the adversary and faults, requests of honest requesters, and jobs of a client, in an hour: while a worker is busy time passes slowly. */
const MOVES_PER_HOUR = 8;
const REQUESTS_PER_HOUR = 2;
const JOBS_PER_HOUR = 1 / 3;
/** Slots between two things that befall one party, or the chain. */
const APART = 10;
/** Slots that a verifier has for asking for the inputs of a claim that nobody has. */
const ASKING = 80;
/** Slots after the last move within which all must be decided. */
const MOST_SLOTS = 2500;
/** Slots for which one of the three nodes goes wrong in one way. */
const FAULT_SLOTS = 12;

/** Times in which a process can be killed and started again on a busy machine. */
const TIMES = {
	...PARAMETERS,
	challengePeriod: 3600,
	increment: 600,
	reserve: 1200,
	provingAllowance: 600,
	commitAllowance: 1200,
	computeAllowance: 1200,
};

/** Runs real processes on a local chain against drawn moves and faults for hours of the chain's time. */
export async function soak(options: SoakOptions): Promise<Soaked> {
	const node = await startNode({ port: await freePort() });
	let test: SoakTest | undefined;
	// Whoever interrupts it leaves no process behind.
	const end = () => {
		test?.kill();
		node.process.kill();
	};
	process.once("exit", end);
	try {
		test = await SoakTest.open(node, options);
		return await test.run();
	} finally {
		await test?.close();
		node.process.kill();
		process.off("exit", end);
	}
}

class SoakTest {
	readonly #options: SoakOptions;
	readonly #chain: SimulatedChain;
	readonly #fixture: Fixture;
	readonly #rpcs: readonly FaultyRpc[];
	readonly #adversary: Adversary;
	readonly #traffic: Traffic;
	readonly #parties: readonly Party[];
	readonly #monitor: Daemon;
	readonly #neighbours: Neighbours;
	readonly #moves: CampaignMove[];
	readonly #figures = emptyFigures();
	readonly #broken: string[] = [];
	/** Slots at which live claims were seen first. */
	readonly #seenAt = new Map<number, number>();
	/** Whether claims are right, by number and content: a reorganisation can give a number to another claim. */
	readonly #right = new Map<string, boolean>();
	#slot = 0;
	#undoneAt = Number.NEGATIVE_INFINITY;

	private constructor(
		options: SoakOptions,
		chain: SimulatedChain,
		fixture: Fixture,
		rpcs: readonly FaultyRpc[],
		neighbours: Neighbours,
		common: readonly string[],
	) {
		this.#options = options;
		this.#chain = chain;
		this.#fixture = fixture;
		this.#rpcs = rpcs;
		this.#neighbours = neighbours;
		this.#adversary = new Adversary(fixture, chain);
		this.#traffic = new Traffic(fixture, (move) => this.#make(move));
		const { demandInputs, demandInputsTotal } = DEMANDS;
		const demands = ["--demand-inputs", `${demandInputs}`, "--demand-inputs-total", `${demandInputsTotal}`];
		const party = (seat: Seat, program: number): Party => {
			const account = SEATS[seat] + program - 1;
			const name = `${seat} ${program}`;
			const words = seat === "submitter" ? ["submit", `${program}`] : ["verify", `${program}`, ...demands];
			const daemon = new Daemon(name, [...words, ...common], account);
			return { name, seat, program, address: accountAt(account).address, daemon };
		};
		this.#parties = fixture.guarded.flatMap(({ number }) => [
			party("submitter", number),
			party("verifier", number),
		]);
		this.#monitor = new Daemon("monitor", ["monitor", "--json", "--interval", "2", ...common], undefined);
		const count = Math.round(MOVES_PER_HOUR * options.hours);
		const [drawn] = fc.sample(campaignMoves(count, count), { seed: options.seed, numRuns: 1 });
		this.#moves = drawn.filter(({ type }) => type !== "wait");
	}

	static async open(node: LocalNode, options: SoakOptions): Promise<SoakTest> {
		const chain = SimulatedChain.over(await connectRpc(node.url), SLOW);
		const fixture = await setUpFixture(chain, TIMES);
		await writeDeployment(fixture.home, fixture.contracts.deployment);
		const rpcs = await Promise.all([1, 2, 3].map(() => FaultyRpc.before(node.url)));
		const common = ["--home", fixture.home.folder, "--rpc", rpcs.map(({ url }) => url).join(",")];
		const neighbours = await Neighbours.open(chain, fixture, common);
		return new SoakTest(options, chain, fixture, rpcs, neighbours, common);
	}

	async run(): Promise<Soaked> {
		const started = Date.now();
		await this.#chain.start();
		const begun = this.#chain.time;
		const accounts = this.#parties.map(({ address }) => address);
		const before = await chainMoney(this.#chain, this.#fixture, accounts);
		for (const daemon of this.#daemons) daemon.start();
		await Promise.all(this.#parties.map(({ daemon }) => daemon.until(/Serving|Guarding/)));
		const end = begun + 3600 * this.#options.hours;
		const between = (3600 * this.#options.hours) / Math.max(1, this.#moves.length);
		let [made, told, baits] = [0, 0, 0];
		while (this.#chain.time < end) {
			const passed = this.#chain.time - begun;
			const move = made * between <= passed ? this.#moves.at(made) : undefined;
			if (move !== undefined) made++;
			if (this.#traffic.wanted.length * (3600 / REQUESTS_PER_HOUR) <= passed) {
				await this.#traffic.ask(this.#slot);
			}
			if (this.#neighbours.submitted * (3600 / JOBS_PER_HOUR) <= passed)
				await this.#neighbours.submit(this.#slot);
			await this.#playSlot(move);
			if (baits <= passed / 3600) {
				await this.#traffic.bait(this.#slot);
				baits++;
			}
			if (passed / 3600 >= told + 1) {
				told = Math.floor(passed / 3600);
				const { restarts, faults, reorganisations } = this.#figures;
				this.#options.say(
					`${told} h (${((Date.now() - started) / 60_000).toFixed(1)} min): ${made} moves, ${restarts} kills, ${faults} faults, ${reorganisations} reorganisations.`,
				);
			}
		}
		const undecided = await this.#untilDecided();
		if (undecided !== undefined) this.#broken.push(undecided);
		await this.#stopAll();
		const verdict = await judgeGame(this.#chain, this.#fixture, this.#parties, before, this.#figures);
		const state = await this.#adversary.state();
		const unanswered = state === undefined ? [] : this.#traffic.unanswered(state);
		await this.#audit();
		const beside = await this.#neighbours.judge();
		Object.assign(this.#figures, {
			games: 1,
			slots: this.#slot,
			blocks: this.#chain.blocks,
			undone: this.#chain.undone,
			adversary: Object.fromEntries(this.#adversary.made),
		});
		return {
			figures: this.#figures,
			requests: this.#traffic.wanted.length,
			beside: beside.figures,
			simulatedSeconds: this.#chain.time - begun,
			realSeconds: (Date.now() - started) / 1000,
			broken: [...new Set([...this.#broken, ...verdict, ...unanswered, ...beside.broken])],
		};
	}

	/** Ends all processes, wherever they are. */
	kill(): void {
		for (const daemon of this.#daemons) daemon.close();
	}

	async close(): Promise<void> {
		this.kill();
		for (const rpc of this.#rpcs) rpc.close();
		await this.#chain.close();
		await this.#fixture.close();
	}

	/** Those that sign: each can be killed at any time. */
	get #signing(): Daemon[] {
		return [...this.#parties.map(({ daemon }) => daemon), ...this.#neighbours.daemons];
	}

	get #daemons(): Daemon[] {
		return [...this.#signing, this.#monitor];
	}

	/** One look of the adversary at the chain, what befalls the others, and a block. */
	async #playSlot(move: CampaignMove | undefined): Promise<void> {
		const due = Date.now() + SLOT;
		await this.#befall(move);
		const state = await this.#adversary.state();
		if (state !== undefined) {
			if (move !== undefined) await this.#make(move, state);
			await this.#traffic.repeat(state, this.#slot);
			await this.#neighbours.look(this.#slot);
			for (const request of this.#traffic.untouched(state)) {
				await this.#adversary.lieOf(state, request, { lie: "number", seed: request, diligence: request % 8 });
			}
			await this.#adversary.play(state);
		}
		await sleep(Math.max(0, due - Date.now()));
		await this.#chain.mine(state === undefined ? SLOW : await this.#paceOf(state));
		this.#slot++;
		for (const daemon of this.#daemons) {
			if (daemon.end === undefined) continue;
			this.#broken.push(`${daemon.name} has ended by itself (${daemon.end})`);
			daemon.start();
		}
	}

	async #make(move: CampaignMove, given?: GameState): Promise<void> {
		const state = given ?? (await this.#adversary.state());
		if (state !== undefined) await this.#adversary.make(state, move);
	}

	/** Node faults, kills and reorganisations. */
	async #befall(move: CampaignMove | undefined): Promise<void> {
		const figures = this.#figures;
		if (this.#slot % FAULT_SLOTS === 0) {
			const faults = FAULTS.filter((fault) => fault !== "other chain");
			for (const rpc of this.#rpcs) await rpc.fail(undefined);
			const round = this.#slot / FAULT_SLOTS;
			// Two of the three are right: which one is wrong changes, and in which way.
			await this.#rpcs[round % 3].fail(faults[(round + this.#options.seed) % faults.length]);
			figures.faults++;
		}
		if (move?.type === "reorganise" && this.#slot - this.#undoneAt >= APART) {
			if (await this.#chain.undo(move.depth)) {
				this.#undoneAt = this.#slot;
				figures.reorganisations++;
			}
		}
		if (move?.type !== "restart" && move?.type !== "node") return;
		// Parties are drawn among the campaign's: each kill goes on from there, so that all have their turn.
		const daemon = this.#signing[(move.party + figures.restarts) % this.#signing.length];
		if (this.#slot - daemon.hitAt < APART) return;
		daemon.hitAt = this.#slot;
		figures.restarts++;
		await daemon.kill();
		daemon.start();
	}

	/** Seconds until the next block: few where an honest party has something to do that has a clock. */
	async #paceOf(state: GameState): Promise<number> {
		const isOurs = (account: Hex | undefined) =>
			account !== undefined &&
			[...this.#parties.map(({ address }) => address), ...this.#neighbours.accounts].some((address) =>
				sameAccount(address, account),
			);
		for (const index of state.disputes.keys()) {
			if (isOurs(this.#adversary.toMove(state, index + 1))) return SLOW;
		}
		const demands = state.inputDemands.filter(({ open }) => open);
		if (demands.some(({ claim }) => isOurs(state.claims[claim - 1].submitter))) return SLOW;
		if (await this.#isBeingJudged(state, isOurs)) return SLOW;
		return this.#neighbours.isBusy || demands.some(({ demander }) => isOurs(demander)) ? WAITING : FAST;
	}

	/** Whether there is a false claim that its verifier has not challenged, or one whose inputs it may yet ask for. */
	async #isBeingJudged(state: GameState, isOurs: (account: Hex) => boolean): Promise<boolean> {
		for (const [index, claim] of state.claims.entries()) {
			const { program, inputsRoot } = state.requests[claim.request - 1];
			const guarded = this.#fixture.guarded.find(({ root }) => root === program);
			if (guarded === undefined || claim.status !== CLAIM_STATUS.live || isOurs(claim.submitter)) continue;
			if (state.disputes.some((one) => one.claim === index + 1 && isOurs(one.challenger))) continue;
			const isRight = await this.#isRight(index + 1, claim, guarded, inputsRoot);
			if (isRight === false) return true;
			const seenAt = this.#seenAt.get(index + 1) ?? this.#slot;
			this.#seenAt.set(index + 1, seenAt);
			if (isRight === undefined && this.#slot - seenAt < ASKING) return true;
		}
		return false;
	}

	async #isRight(id: number, claim: Claim, guarded: Guarded, inputsRoot: Hex): Promise<boolean | undefined> {
		const content = `${id} ${claim.traceRoot} ${claim.outputRoot} ${inputsRoot}`;
		const known = this.#right.get(content);
		const stated = this.#adversary.stated(id);
		if (known !== undefined || stated === undefined) return known;
		const isRight = await isRightClaim(this.#fixture, guarded, claim, inputsRoot, stated);
		if (isRight !== undefined) this.#right.set(content, isRight);
		return isRight;
	}

	/** Lets time pass, without faults, until nothing is left to do; says what is left if that does not end. */
	async #untilDecided(): Promise<string | undefined> {
		let open: string[] = [];
		for (let quiet = 0, slots = 0; slots < MOST_SLOTS; slots++) {
			await this.#playSlot(undefined);
			const state = await this.#adversary.state();
			if (state === undefined) continue;
			open = this.#openItems(state);
			quiet = open.length === 0 ? quiet + 1 : 0;
			// Withdrawals come last, and nobody waits for them.
			if (quiet === 20) return undefined;
		}
		return `Not decided: ${open.join(", ")}`;
	}

	#openItems(state: GameState): string[] {
		const { guarded } = this.#fixture;
		const claims = state.claims.flatMap(({ status, request }, index) => {
			const isGuarded = guarded.some(({ root }) => root === state.requests[request - 1].program);
			return status === CLAIM_STATUS.live && isGuarded ? [`claim ${index + 1}`] : [];
		});
		const disputes = state.disputes.flatMap(({ challenger, phase }, index) => {
			const isOurs = this.#parties.some(({ address }) => sameAccount(address, challenger));
			return phase !== PHASE.closed && isOurs ? [`dispute ${index + 1}`] : [];
		});
		return [...claims, ...disputes, ...this.#traffic.unanswered(state), ...this.#neighbours.open];
	}

	/** Ctrl-C to all: each has to end at once, and well. */
	async #stopAll(): Promise<void> {
		for (const rpc of this.#rpcs) await rpc.fail(undefined);
		for (const daemon of this.#daemons) {
			const code = await daemon.stop();
			if (code !== 0) this.#broken.push(`${daemon.name} ended with code ${code} when it was interrupted`);
			this.#broken.push(...daemon.failures);
		}
	}

	/** What the monitor's process has seen, and what a monitor finds in the end. */
	async #audit(): Promise<void> {
		for (const line of this.#monitor.lines) {
			if (!line.startsWith('{"chainId"')) continue;
			this.#figures.looks++;
			const { money } = JSON.parse(line) as { money: { surplus: string } };
			if (money.surplus !== "0")
				this.#broken.push(`the monitor's process finds a surplus of ${money.surplus}`);
		}
		const { contracts, home } = this.#fixture;
		const look = await openMonitor({ home, contracts, feed: eventFeed(contracts) }, {});
		const { money } = await look();
		if (money.surplus !== 0n) this.#broken.push(`the contracts' surplus is ${money.surplus}`);
	}
}
