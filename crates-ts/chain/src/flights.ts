import type { Hex } from "@umpire/commitment/constants.ts";
import { encodeFunctionData, parseTransaction } from "viem";
import type { Signer } from "./connection.ts";
import { ChainError, RevertError } from "./errors.ts";
import { type Fees, feesOf, raisedFees } from "./fees.ts";
import { broadcast, mined, raise, type Sent, signRaw } from "./landing.ts";
import type { Outbox, Outgoing } from "./outbox.ts";
import { explain, explainReading } from "./revert.ts";
import { type Call, signCall } from "./send.ts";
import { sleep } from "./sleep.ts";

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

/** A move that was mined and that the contract refused then. */
export interface RefusedMove {
	readonly move: string;
	/** What is to be told of it. */
	readonly line: string;
}

/** The block that moves are derived from. */
export interface Origin {
	readonly hash: Hex;
	readonly number: bigint;
}

/** Gas of a transaction that does nothing. */
const EMPTY_GAS = 21_000n;

/**
 * The transactions of one account that are on their way. Many are at once, with successive nonces: none waits for
 * another to be mined. Each is written to the outbox before it leaves, so that whoever is stopped takes it up again,
 * and a nonce is never left to a transaction that was lost.
 */
export class Flights {
	readonly #signer: Signer;
	readonly #outbox: Outbox;
	/** By nonce: when it last left from here, and since when its newest attempt waits (performance.now). */
	readonly #left = new Map<number, number>();
	readonly #since = new Map<number, number>();
	/** Nonces whose receipts are waited for. */
	readonly #awaited = new Set<number>();
	/** Nonces whose moves were due since the last landing. */
	readonly #due = new Set<number>();
	/** Nonces whose transactions the node did not take: they left nowhere. */
	readonly #refused = new Set<number>();
	/** Transactions that were told of when they were mined: after a reorganisation they are mined again. */
	readonly #told = new Set<Hex>();
	/** Whether a move had to wait since the last landing because too many are on their way. */
	#isFull = false;
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
		const found = this.#outbox.find(name);
		const before = found !== undefined && found.nonce >= nonces.used ? found : undefined;
		// Its nonce was used up after the block that the move was derived from: a later block shows by what.
		if (before !== undefined && before.nonce < least) return undefined;
		// Nothing else is made of it as long as it can take effect: gaps below it are filled.
		if (before !== undefined && isSame(before, call)) return this.#again(before, nonces, until);
		// A reorganisation can give a name another meaning: what has the old one is replaced.
		const nonce = before?.nonce ?? this.#next(least, nonces);
		if (before === undefined && nonce - least >= this.#signer.policy.mostInFlight) {
			this.#isFull = true;
			return undefined;
		}
		const replaced = this.#refused.has(nonce) ? undefined : this.#outbox.at(nonce)?.attempts.at(-1);
		const raw = await signCall(this.#signer, call, { move: name, nonce, replaced, until });
		this.#since.delete(nonce);
		return this.#send({ move: name, nonce, attempts: [...(before?.attempts ?? []), raw] });
	}

	/** Sees to a move that is due and has left before. */
	async #again(entry: Outgoing, nonces: Nonces, until: number | undefined): Promise<Outgoing | undefined> {
		const { nonce, move } = entry;
		const { patience, warn } = this.#signer.policy;
		const isLost = !this.#isAlive(nonce, nonces);
		this.#due.add(nonce);
		this.#awaited.add(nonce);
		if (this.#isStuck(nonce)) {
			this.#since.delete(nonce);
			const raised = await raise(this.#signer, move, entry.attempts.at(-1)!, until).catch(() => undefined);
			if (raised !== undefined) warn(`${move} has not been mined for ${patience / 1000} s: raising its fee.`);
			await this.#send(raised === undefined ? entry : { ...entry, attempts: [...entry.attempts, raised] });
		} else if (nonce >= nonces.pending) {
			// The node does not know it (yet): telling it again does no harm.
			await this.#send(entry);
		}
		return isLost ? entry : undefined;
	}

	/** Whether a transaction has waited for too long; one from before a restart begins to wait. */
	#isStuck(nonce: number): boolean {
		const now = performance.now();
		const since = this.#since.get(nonce) ?? now;
		this.#since.set(nonce, since);
		return now - since > this.#signer.policy.patience;
	}

	async #send(outgoing: Outgoing): Promise<Outgoing> {
		const { nonce, attempts } = outgoing;
		await this.#outbox.remember(outgoing);
		try {
			await broadcast(this.#signer.connection, attempts.at(-1)!);
		} catch (error) {
			// What comes next may have its nonce.
			this.#refused.add(nonce);
			this.#left.delete(nonce);
			this.#nonces = undefined;
			throw explain(error, outgoing.move);
		}
		const now = performance.now();
		this.#refused.delete(nonce);
		this.#left.set(nonce, now);
		if (!this.#since.has(nonce)) this.#since.set(nonce, now);
		this.#due.add(nonce);
		this.#awaited.add(nonce);
		return outgoing;
	}

	/**
	 * Waits until all that is on its way is mined, but not for long, and sees to what holds the others up.
	 *
	 * @param onMined told of each transaction that was mined, once
	 * @returns what the contract refused when it was mined
	 */
	async land(onMined: (sent: Sent) => void): Promise<RefusedMove[]> {
		const { connection } = this.#signer;
		const end = performance.now() + 2 * connection.pollingInterval;
		const refused: RefusedMove[] = [];
		while (this.#awaited.size > 0) {
			refused.push(...(await this.#receipts(onMined)));
			if (this.#awaited.size === 0 || performance.now() >= end) break;
			await sleep(connection.pollingInterval);
		}
		this.#nonces = undefined;
		if (this.#awaited.size > 0 || this.#isFull) await this.#unblock().catch(() => {});
		this.#due.clear();
		this.#isFull = false;
		return refused;
	}

	/** Looks for what was mined, in the order of nonces; gives what the contract refused then. */
	async #receipts(onMined: (sent: Sent) => void): Promise<RefusedMove[]> {
		const { connection, account } = this.#signer;
		const { address } = account;
		const latest = await connection.reader.getTransactionCount({ address }).catch(() => 0);
		const past = [...this.#awaited].filter((nonce) => nonce < latest).sort((a, b) => a - b);
		const results = await Promise.allSettled(
			past.map(async (nonce) => {
				const entry = this.#outbox.at(nonce);
				return entry && mined(connection, entry);
			}),
		);
		const refused: RefusedMove[] = [];
		for (const [i, result] of results.entries()) {
			if (result.status === "rejected") {
				if (!(result.reason instanceof RevertError)) throw result.reason;
				refused.push({ move: this.#outbox.at(past[i])?.move ?? "", line: result.reason.message });
			} else if (result.value === undefined) {
				// Used up by another transaction, or the node is late with the receipt.
				if (!this.#isStuck(past[i])) continue;
			} else if (!this.#told.has(result.value.hash)) {
				this.#told.add(result.value.hash);
				onMined(result.value);
			}
			this.#awaited.delete(past[i]);
			// If a reorganisation loses it, it has to leave again.
			this.#left.delete(past[i]);
			this.#since.delete(past[i]);
		}
		return refused;
	}

	/** The lowest transaction holds up all others: if its move is not due any more, its place is filled when it is lost or stuck. */
	async #unblock(): Promise<void> {
		const nonces = await this.#look(undefined);
		const lowest = nonces.latest;
		const entry = this.#outbox.at(lowest);
		const isDue = this.#due.has(lowest) && !this.#refused.has(lowest);
		const isWaitedFor = this.#isFull || [...this.#awaited].some((nonce) => nonce >= lowest);
		const isForeign = entry === undefined && lowest < nonces.pending;
		if (isDue || isForeign || !isWaitedFor) return;
		if (this.#isAlive(lowest, nonces) && !this.#isStuck(lowest)) return;
		// Nothing is held up by what is lost and has nothing above it: the next move takes its place.
		const above = [...this.#awaited].some((nonce) => nonce > lowest);
		if (!above && !this.#isAlive(lowest, nonces)) return;
		const empty = { to: this.#signer.account.address, data: "0x", value: 0n, gas: EMPTY_GAS } as const;
		const replaced = this.#refused.has(lowest) ? undefined : entry?.attempts.at(-1);
		const raw = await signRaw(this.#signer, {
			...empty,
			nonce: lowest,
			...(await this.#feesAbove(replaced)),
		});
		this.#since.delete(lowest);
		await this.#send({
			move: `cancel:${lowest}`,
			nonce: lowest,
			attempts: [...(entry?.attempts ?? []), raw],
		});
	}

	async #feesAbove(replaced: Hex | undefined): Promise<Fees> {
		const fees = await raisedFees(this.#signer, "an empty transaction", EMPTY_GAS, replaced, undefined);
		if (fees !== undefined) return fees;
		if (replaced === undefined) throw new ChainError("no fee within the bound", { retryable: true });
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
				`The account ${address} has a waiting transaction (nonce ${nonce}) that is not from here: waiting for it`,
				{ advice: "Give each actor an account of its own.", separator: ". ", retryable: true },
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

/** Whether a move's newest transaction makes this call. */
function isSame({ attempts }: Outgoing, { contract, functionName, args = [], value = 0n }: Call): boolean {
	const sent = parseTransaction(attempts.at(-1)!);
	const data = encodeFunctionData({ abi: contract.abi, functionName, args });
	return (
		sent.to?.toLowerCase() === contract.address.toLowerCase() &&
		(sent.data ?? "0x") === data &&
		(sent.value ?? 0n) === value
	);
}
