import type { Actor } from "@umpire/actors/actor.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import { worldOf } from "@umpire/actors/world.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { openContracts } from "@umpire/chain/contracts.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { accountAt, SEATS } from "./accounts.ts";
import type { SimulatedChain } from "./chain.ts";
import type { Fixture } from "./fixture.ts";
import { Node } from "./node.ts";

export type Seat = "submitter" | "verifier";

/** Looks at the chain within one slot: one that has more to do looks again at the next. */
const MOST_TICKS = 6;
/** Seconds after which a transaction that nobody sends again is not waited for. */
const FORGOTTEN = 150;
/** Failures of one party that are told. */
const MOST_FAILURES = 5;
/** Chunks of inputs that verifiers pay for, per claim and in all. */
export const DEMANDS = { demandInputs: 4, demandInputsTotal: 4 };

/** An honest party: a real actor with a node of its own, which can be killed and started again. */
export class Party {
	readonly name: string;
	readonly seat: Seat;
	readonly address: Hex;
	/** What went wrong that must not. */
	readonly failures: string[] = [];
	readonly said: string[] = [];
	/** Whether its present look at the chain has not ended, and whether the last one left something to do. */
	isBusy = false;
	isIdle = false;
	/** Slot of the last time that something befell it. */
	hitAt = Number.NEGATIVE_INFINITY;
	node: Node;
	readonly #fixture: Fixture;
	readonly #chain: SimulatedChain;
	readonly #program: number;
	readonly #account: number;
	#actor: Actor | undefined;
	#life = 0;

	constructor(fixture: Fixture, chain: SimulatedChain, seat: Seat, program: number) {
		this.#fixture = fixture;
		this.#chain = chain;
		this.seat = seat;
		this.#program = program;
		this.#account = SEATS[seat] + program - 1;
		this.name = `${seat} ${program}`;
		this.address = accountAt(this.#account).address;
		this.node = new Node(chain.connection, () => chain.time);
	}

	/** Begins to look at the chain until there is nothing more to do at once. */
	begin(): Promise<void> {
		this.isBusy = true;
		const life = this.#life;
		return this.#turn(life).finally(() => {
			if (life === this.#life) this.isBusy = false;
		});
	}

	/** Ends it wherever it is, and starts it again with what lies in its home folder. */
	kill(): void {
		this.node.cut();
		this.#life++;
		this.#actor = undefined;
		this.isBusy = false;
		this.node = new Node(this.#chain.connection, () => this.#chain.time);
	}

	/** Whether it has sent something that is not mined. */
	async isWaiting(): Promise<boolean> {
		const { sent } = this.node;
		if (sent === undefined || this.#chain.time - sent.time > FORGOTTEN) return false;
		const { address } = this;
		return (await this.#chain.connection.reader.getTransactionCount({ address })) <= sent.nonce;
	}

	async #turn(life: number): Promise<void> {
		try {
			this.isIdle = false;
			this.#actor ??= await this.#start();
			for (let i = 0; i < MOST_TICKS && life === this.#life; i++) {
				if (await this.#actor.tick()) continue;
				this.isIdle = true;
				return;
			}
		} catch (error) {
			if (life !== this.#life || (error instanceof UmpireError && error.retryable)) return;
			this.failures.push(`${this.name} threw ${error instanceof Error ? error.stack : String(error)}`);
		}
	}

	async #start(): Promise<Actor> {
		const { home, contracts } = this.#fixture;
		const own = await openContracts(this.node.connection, contracts.deployment, readArtifact);
		const world = await worldOf(home, own, accountAt(this.#account));
		const life = this.#life;
		const progress = (line: string) => {
			if (life !== this.#life) return;
			this.said.push(line);
			const isNew = this.failures.length < MOST_FAILURES;
			if (isNew && line.includes("a defect of this program"))
				this.failures.push(`${this.name} says: ${line}`);
		};
		const id = String(this.#program);
		if (this.seat === "submitter") return submitter(world, id, { progress });
		return verifier(world, id, { compare: "trace", ...DEMANDS, progress });
	}
}
