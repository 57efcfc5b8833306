import type { Hex } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import type { Action } from "@umpire/game/move.ts";
import { owedTo, type Parameters } from "@umpire/game/state.ts";
import { arbiter, entryOf, GameDriver, NOBODY } from "../game/game-driver.ts";
import type { ToyTrace } from "../game/toy-program.ts";
import type { TestChain } from "./test-chain.ts";

/** Gas by name of the move: the most expensive one of each. */
export type GasBook = Map<string, number>;

/** One deployment and its model, played in step: every move goes to both, and both must say the same. */
export class ChainDriver {
	readonly chain: TestChain;
	readonly game: GameDriver;
	readonly gas: GasBook;
	/** gas of all moves so far */
	spent = 0;
	/** the same by kind of move */
	readonly spentOn = new Map<Action["type"], number>();
	/** the same by sender */
	readonly spentBy = new Map<Hex, number>();
	/** transactions by sender, and bytes of their calldata */
	readonly sentBy = new Map<Hex, { transactions: number; bytes: number }>();
	readonly requester: Hex;
	readonly submitter: Hex;
	readonly challenger: Hex;
	readonly stranger: Hex;

	constructor(chain: TestChain, parameters: Parameters, judge: Arbiter = arbiter, gas: GasBook = new Map()) {
		this.chain = chain;
		this.gas = gas;
		[, this.requester, this.submitter, this.challenger, this.stranger] = chain.accounts;
		this.game = new GameDriver(parameters, judge, chain.domain);
	}

	/** Takes the chain's time; call it before times are computed from the model's. */
	async sync(): Promise<void> {
		this.game.now = Math.max(this.game.now, await this.chain.time());
	}

	/** The next move is made at time `at`. */
	async wait(at: number): Promise<void> {
		this.game.now = at - 1;
	}

	/**
	 * Makes a move on both sides, a second after the last one; the error's name if it is refused.
	 *
	 * @throws Error if they do not say the same, or do not pay the same
	 */
	async try(sender: Hex, action: Action, label: string = action.type): Promise<string | undefined> {
		this.game.now = Math.max(this.game.now + 1, (await this.chain.time()) + 1);
		const before = await this.#owedBeyondModel();
		const expected = this.game.try(sender, action);
		const { error, gas } = await this.chain.act(sender, action, this.game.now);
		if (error !== expected) throw new Error(`${action.type}: model ${expected}, contract ${error}`);
		const after = await this.#owedBeyondModel();
		if (after.join() !== before.join())
			throw new Error(`${action.type}: the contract pays others than the model`);
		this.spent += gas;
		this.spentOn.set(action.type, (this.spentOn.get(action.type) ?? 0) + gas);
		this.spentBy.set(sender, (this.spentBy.get(sender) ?? 0) + gas);
		const { transactions, bytes } = this.sentBy.get(sender) ?? { transactions: 0, bytes: 0 };
		const { data } = this.chain.callOf(action);
		this.sentBy.set(sender, { transactions: transactions + 1, bytes: bytes + data.length / 2 - 1 });
		if (error === undefined) this.gas.set(label, Math.max(gas, this.gas.get(label) ?? 0));
		return error;
	}

	/** What the contract owes to each participant more than the model does: games before this one left it. */
	#owedBeyondModel(): Promise<bigint[]> {
		const { state } = this.game;
		return Promise.all(
			[this.requester, this.submitter, this.challenger, this.stranger].map(async (account) => {
				return (await this.chain.owed(account)) - owedTo(state, account);
			}),
		);
	}

	async play(sender: Hex, action: Action, label?: string): Promise<void> {
		const error = await this.try(sender, action, label);
		if (error !== undefined) throw new Error(`${action.type} was refused: ${error}`);
	}

	/** Takes all that an account is owed. */
	async withdraw(sender: Hex): Promise<void> {
		for (const from of ["market", "court"] as const) {
			const owed = this.game.state.ledgers[from].owed.get(sender) ?? 0n;
			if (owed > 0n) await this.play(sender, { type: "withdraw", from });
		}
	}

	/** Registers a toy program, requests it and claims a trace of it; returns the claim's number. */
	async claimToy(trace: ToyTrace, consumer: Hex = NOBODY, fee = 70n): Promise<number> {
		const { header, root, inputsRoot } = trace.program;
		const deadline = this.game.now + 1000;
		await this.play(this.requester, { type: "register", header });
		await this.play(this.requester, {
			type: "request",
			value: fee,
			program: root,
			inputsRoot,
			deadline,
			consumer,
		});
		await this.play(this.submitter, {
			type: "claim",
			value: this.game.state.parameters.submitterBond,
			request: this.game.state.requests.length,
			...trace.claim(),
		});
		return this.game.state.claims.length;
	}

	/** Challenges a claim of a toy trace; returns the dispute's number. */
	async challengeToy(trace: ToyTrace, claim: number, sender = this.challenger): Promise<number> {
		const value = this.game.state.parameters.challengerBond;
		await this.play(sender, { type: "challenge", value, claim, entry: entryOf(trace) });
		return this.game.state.disputes.length;
	}
}
