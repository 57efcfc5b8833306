import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Signer } from "./connection.ts";
import { ChainError, RevertError } from "./errors.ts";
import { type Fees, feesOf, raisedFees } from "./fees.ts";
import { broadcast, mined, raise, signRaw } from "./landing.ts";
import type { Outbox, Outgoing } from "./outbox.ts";
import { explain, explainReading } from "./revert.ts";
import { type Call, type Sent, signCall } from "./send.ts";

/** How far the account's transactions are part of the chain, as of the block that moves are derived from and now. */
interface Nonces {
	readonly used: number;
	readonly latest: number;
	/** The first that the node knows nothing of. */
	readonly pending: number;
}

/** A move that is due in the state of a block. */
export interface DueMove {
	/** What identifies it on this deployment, as in `claim:3`. */
	readonly name: string;
	readonly call: Call;
	/** The last second (chain time) at which it helps. */
	readonly until?: number | undefined;
}

/** The block that moves are derived from. */
export interface Origin {
	readonly hash: Hex;
	readonly number: bigint;
}

/**
 * The transactions of one account that are on their way. Many are at once, with successive nonces: none waits for
 * another to be mined. Each is written to the outbox before it leaves, so that whoever is stopped takes it up again,
 * and a nonce is never left to a transaction that was lost.
 */
export class Flights {
	readonly #signer: Signer;
	readonly #outbox: Outbox;
	/** By nonce: when it last left from here (performance.now). */
	readonly #left = new Map<number, number>();
	/** Nonces whose receipts are waited for. */
	readonly #awaited = new Set<number>();
	/** Nonces whose moves were due since the last landing. */
	readonly #due = new Set<number>();
	#nonces: { readonly at: Hex | undefined; readonly value: Nonces } | undefined;
	/** One launch after the other: each takes the next nonce. */
	#turn: Promise<unknown> = Promise.resolve();

	constructor(signer: Signer, outbox: Outbox) {
		this.#signer = signer;
		this.#outbox = outbox;
	}

	/**
	 * Puts a move on its way that is due in the state of a block, and does not wait for it.
	 *
	 * @returns undefined if it is on its way already, was mined after that block, or has to wait because too many are on
	 *   their way
	 * @throws RevertError if the contract refuses it; no nonce is used then
	 */
	launch(move: DueMove, origin: Origin | undefined): Promise<Outgoing | undefined> {
		const launched = this.#turn.then(() => this.#launch(move, origin));
		this.#turn = launched.catch(() => {});
		return launched;
	}

	async #launch({ name, call, until }: DueMove, origin: Origin | undefined): Promise<Outgoing | undefined> {
		const nonces = await this.#look(origin);
		const least = Math.max(nonces.latest, nonces.used);
		const before = this.#outbox.find(name);
		if (before !== undefined && before.nonce >= nonces.used) {
			const sent = before.nonce < nonces.latest ? await mined(this.#signer.connection, before) : undefined;
			if (sent !== undefined && sent.block > (origin?.number ?? 0n)) return undefined;
			if (before.nonce >= least) {
				// What is lost above a gap would wait for ever: it is made anew, in the gap.
				const isKept = this.#isAlive(before.nonce, nonces) || before.nonce <= this.#next(least, nonces);
				if (isKept) return this.#again(before, nonces, until);
			}
		}
		const { mostInFlight } = this.#signer.policy;
		const nonce = this.#next(least, nonces);
		if (nonce - least >= mostInFlight) return undefined;
		const replaced = this.#outbox.at(nonce)?.attempts.at(-1);
		const raw = await signCall(this.#signer, call, { move: name, nonce, replaced, until });
		return this.#send({ move: name, nonce, attempts: [raw] });
	}

	/** Sees to a move that is due and has left before. */
	async #again(entry: Outgoing, nonces: Nonces, until: number | undefined): Promise<Outgoing | undefined> {
		const { nonce, move } = entry;
		this.#due.add(nonce);
		this.#awaited.add(nonce);
		if (nonce >= nonces.pending) {
			// The node does not know it (yet): telling it again does no harm.
			const isLost = !this.#isAlive(nonce, nonces);
			await this.#send(entry);
			return isLost ? entry : undefined;
		}
		const left = this.#left.get(nonce);
		if (left === undefined) this.#left.set(nonce, performance.now());
		else if (performance.now() - left > this.#signer.policy.patience) {
			const raised = await raise(this.#signer, move, entry.attempts.at(-1)!, until).catch(() => undefined);
			if (raised !== undefined) this.#signer.policy.warn(`${move} is not mined: raising its fee.`);
			await this.#send(raised === undefined ? entry : { ...entry, attempts: [...entry.attempts, raised] });
		}
		return undefined;
	}

	async #send(outgoing: Outgoing): Promise<Outgoing> {
		const { nonce, attempts } = outgoing;
		await this.#outbox.remember(outgoing);
		try {
			await broadcast(this.#signer.connection, attempts.at(-1)!);
		} catch (error) {
			// The node did not take it: what comes next may have its nonce.
			this.#left.delete(nonce);
			this.#nonces = undefined;
			throw explain(error, outgoing.move);
		}
		this.#left.set(nonce, performance.now());
		this.#due.add(nonce);
		this.#awaited.add(nonce);
		return outgoing;
	}

	/**
	 * Waits until all that is on its way is mined, but not for long, and sees to what holds the others up.
	 *
	 * @param onMined told of each transaction that was mined, once
	 * @returns what the contract refused when it was mined, a line each
	 */
	async land(onMined: (sent: Sent) => void): Promise<string[]> {
		const { connection } = this.#signer;
		const end = performance.now() + 2 * connection.pollingInterval;
		const refused: string[] = [];
		for (;;) {
			for (const nonce of [...this.#awaited].sort((a, b) => a - b)) {
				const entry = this.#outbox.at(nonce);
				if (entry === undefined) {
					this.#awaited.delete(nonce);
					continue;
				}
				try {
					const sent = await mined(connection, entry);
					if (sent === undefined) break;
					onMined(sent);
				} catch (error) {
					if (!(error instanceof RevertError)) throw error;
					refused.push(error.message);
				}
				this.#awaited.delete(nonce);
				// If a reorganisation loses it, it has to leave again.
				this.#left.delete(nonce);
			}
			if (this.#awaited.size === 0 || performance.now() >= end) break;
			await sleep(connection.pollingInterval);
		}
		this.#nonces = undefined;
		if (this.#awaited.size > 0) await this.#unblock().catch(() => {});
		this.#due.clear();
		return refused;
	}

	/** The lowest transaction holds up all others: if its move is not due any more, it is raised, or its place filled. */
	async #unblock(): Promise<void> {
		const nonces = await this.#look(undefined);
		for (const nonce of this.#awaited) {
			// Used up by another transaction: a move that is still due is made anew.
			if (nonce < nonces.latest) this.#awaited.delete(nonce);
		}
		const lowest = nonces.latest;
		const above = [...this.#awaited].some((nonce) => nonce > lowest);
		if (this.#due.has(lowest) || (!above && !this.#awaited.has(lowest))) return;
		const { patience } = this.#signer.policy;
		const entry = this.#outbox.at(lowest);
		const left = this.#left.get(lowest);
		const isStuck = left !== undefined && performance.now() - left > patience;
		if (this.#isAlive(lowest, nonces) && !isStuck) return;
		const empty = { to: this.#signer.account.address, data: "0x", value: 0n, gas: 21_000n } as const;
		const raw = await signRaw(this.#signer, {
			...empty,
			nonce: lowest,
			...(await this.#feesAbove(entry?.attempts.at(-1))),
		});
		await this.#send({
			move: `cancel:${lowest}`,
			nonce: lowest,
			attempts: [...(entry?.attempts ?? []), raw],
		});
	}

	async #feesAbove(replaced: Hex | undefined): Promise<Fees> {
		const fees = await raisedFees(this.#signer, "an empty transaction", replaced, undefined);
		if (fees !== undefined) return fees;
		if (replaced === undefined) throw new ChainError("no fee within the bound", { retry: true });
		return feesOf(replaced);
	}

	/** Whether a transaction with this nonce is known to the node, or left a moment ago. */
	#isAlive(nonce: number, { pending }: Nonces): boolean {
		if (this.#outbox.at(nonce) === undefined) return false;
		const left = this.#left.get(nonce);
		return nonce < pending || (left !== undefined && performance.now() - left < this.#signer.policy.patience);
	}

	/** The first nonce that nothing is on its way with; one whose transaction was lost is used again. */
	#next(least: number, nonces: Nonces): number {
		for (let nonce = least; ; nonce++) {
			if (this.#isAlive(nonce, nonces)) continue;
			if (nonce >= nonces.pending || this.#outbox.at(nonce) !== undefined) return nonce;
			const { address } = this.#signer.account;
			throw new ChainError(
				`The account ${address} has a waiting transaction (nonce ${nonce}) that is not from here: waiting for it. Give each actor an account of its own.`,
				{ retry: true },
			);
		}
	}

	/** Read once for all moves of a look at the chain. */
	async #look(origin: Origin | undefined): Promise<Nonces> {
		if (this.#nonces !== undefined && this.#nonces.at === origin?.hash) return this.#nonces.value;
		const { address } = this.#signer.account;
		const { reader } = this.#signer.connection;
		const block = origin === undefined ? { blockTag: "latest" as const } : { blockHash: origin.hash };
		const [used, latest, pending] = await Promise.all([
			reader.getTransactionCount({ address, ...block }),
			reader.getTransactionCount({ address, blockTag: "latest" }),
			reader.getTransactionCount({ address, blockTag: "pending" }),
		]).catch((error: unknown) => {
			throw explainReading(error, "the account's nonce");
		});
		const value = { used, latest, pending };
		this.#nonces = { at: origin?.hash, value };
		return value;
	}
}
