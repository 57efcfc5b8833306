import type { Actor } from "@umpire/actors/actor.ts";
import { failureText } from "@umpire/actors/actor.ts";
import { Coordinator } from "@umpire/actors/jobs/coordinator.ts";
import { JobWorker } from "@umpire/actors/jobs/job-worker.ts";
import { openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { type View, type World, worldOf } from "@umpire/actors/world.ts";
import type { WorkerTerms } from "@umpire/markets/network-state.ts";
import { accountOf, ROLES, type Role } from "@umpire/store/accounts.ts";
import { getAddress } from "viem";

/** Milliseconds between two looks while it runs. */
const PAUSE = 1_000;
/** What a job has to give a worker of this server, in seconds. */
const LEAST_SECONDS = 10;

/** A worker that registered here: its account, and what it registered with. */
export interface LocalWorker {
	readonly role: Role;
	readonly terms: WorkerTerms;
	readonly stake: bigint;
}

/**
 * Does for jobs of a local chain what is anybody's, and works for the demo accounts that registered by this server. The
 * accounts are everybody's: nothing here runs on another chain.
 */
export class Coordination {
	readonly #view: View;
	readonly #say: (line: string) => void;
	readonly #worlds = new Map<Role, Promise<World>>();
	readonly #workers = new Map<Role, LocalWorker>();
	#actors: Actor[] | undefined;
	#timer: NodeJS.Timeout | undefined;
	#running = false;
	#ticks: Promise<unknown> = Promise.resolve();

	constructor(view: View, say: (line: string) => void) {
		this.#view = view;
		this.#say = say;
	}

	get running(): boolean {
		return this.#running;
	}

	/** The demo accounts, by their roles. */
	async accounts(): Promise<{ readonly role: Role; readonly address: string }[]> {
		const all = ROLES.map(async (role) => {
			const { address } = await accountOf(this.#view.home, role, true);
			return { role, address: getAddress(address) };
		});
		return Promise.all(all);
	}

	/** The role whose demo account an address is. */
	async roleOf(address: string): Promise<Role | undefined> {
		for (const role of ROLES) {
			const account = await accountOf(this.#view.home, role, true);
			if (getAddress(account.address) === getAddress(address)) return role;
		}
		return undefined;
	}

	/** The world of a demo account. */
	world(role: Role): Promise<World> {
		const found = this.#worlds.get(role) ?? this.#open(role);
		this.#worlds.set(role, found);
		found.catch(() => this.#worlds.delete(role));
		return found;
	}

	/** Works for a demo account from the next look on. */
	employ(worker: LocalWorker): void {
		this.#workers.set(worker.role, worker);
		this.#actors = undefined;
	}

	start(): void {
		if (this.#running) return;
		this.#running = true;
		const look = () => {
			void this.trigger()
				.catch((error: unknown) => this.#say(failureText(error)))
				.finally(() => {
					if (this.#running) this.#timer = setTimeout(look, PAUSE);
				});
		};
		look();
	}

	stop(): void {
		this.#running = false;
		clearTimeout(this.#timer);
	}

	/** One look at the chain: what is due is done. Whether there was anything. */
	trigger(): Promise<boolean> {
		return this.exclusively(async () => {
			let acted = false;
			for (const actor of await this.#cast()) if (await actor.tick()) acted = true;
			return acted;
		});
	}

	/** Nothing else is sent meanwhile: the accounts' transactions are counted. */
	exclusively<T>(act: () => Promise<T>): Promise<T> {
		const done = this.#ticks.then(act, act);
		this.#ticks = done.catch(() => {});
		return done;
	}

	async #open(role: Role): Promise<World> {
		const { home, contracts } = this.#view;
		return worldOf(home, contracts, await accountOf(home, role, true), () => {}, { warn: this.#say });
	}

	async #cast(): Promise<Actor[]> {
		if (this.#actors !== undefined) return this.#actors;
		const network = await openNetwork(this.#view);
		const actors: Actor[] = [];
		for (const { role, terms, stake } of this.#workers.values()) {
			const options = {
				...{ terms, stake, leastSeconds: LEAST_SECONDS, aim: "stay" as const },
				progress: (line: string) => this.#say(`worker ${role}: ${line}`),
			};
			actors.push(new JobWorker(await this.world(role), network, options));
		}
		const say = (line: string) => this.#say(`coordinator: ${line}`);
		if (actors.length === 0) actors.push(new Coordinator(await this.world("deployer"), network, say));
		this.#actors = actors;
		return actors;
	}
}
