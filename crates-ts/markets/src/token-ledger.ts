import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "@umpire/game/errors.ts";

/** Stands for ether where a token is named. */
export const ETHER: Hex = `0x${"00".repeat(20)}`;

/** What a contract owes by token and account, and what it must hold of each token (contracts/ledger/TokenLedger.sol). */
export interface TokenLedger {
	readonly owed: ReadonlyMap<string, bigint>;
	readonly liabilities: ReadonlyMap<Hex, bigint>;
	/** wei that were burned */
	readonly burned: bigint;
}

export const EMPTY_LEDGER: TokenLedger = { owed: new Map(), liabilities: new Map(), burned: 0n };

const key = (token: Hex, account: Hex): string => `${token} ${account}`;

export function owedIn(ledger: TokenLedger, token: Hex, account: Hex): bigint {
	return ledger.owed.get(key(token, account)) ?? 0n;
}

export function liabilityIn(ledger: TokenLedger, token: Hex): bigint {
	return ledger.liabilities.get(token) ?? 0n;
}

/** Ether that came with a call: exactly so much. */
export function takeEther(ledger: TokenLedger, value: bigint, amount: bigint): TokenLedger {
	if (value !== amount) throw new GameError("WrongValue", value, amount);
	return lock(ledger, ETHER, amount);
}

/** Money that comes in, or with a negative amount goes out. */
export function lock(ledger: TokenLedger, token: Hex, amount: bigint): TokenLedger {
	const liabilities = new Map(ledger.liabilities).set(token, liabilityIn(ledger, token) + amount);
	return { ...ledger, liabilities };
}

/** What was locked is now owed to somebody. */
export function credit(ledger: TokenLedger, token: Hex, account: Hex, amount: bigint): TokenLedger {
	if (amount === 0n) return ledger;
	const owed = new Map(ledger.owed).set(key(token, account), owedIn(ledger, token, account) + amount);
	return { ...ledger, owed };
}

export function burn(ledger: TokenLedger, amount: bigint): TokenLedger {
	return { ...lock(ledger, ETHER, -amount), burned: ledger.burned + amount };
}

/** Lost ether: part of it is burned, the rest is the winner's. */
export function forfeit(ledger: TokenLedger, amount: bigint, burnPermille: number, winner: Hex): TokenLedger {
	const burned = (amount * BigInt(burnPermille)) / 1000n;
	return burn(credit(ledger, ETHER, winner, amount - burned), burned);
}

export function withdraw(ledger: TokenLedger, token: Hex, account: Hex): TokenLedger {
	const amount = owedIn(ledger, token, account);
	if (amount === 0n) throw new GameError("NothingToWithdraw", token, account);
	const owed = new Map(ledger.owed).set(key(token, account), 0n);
	return lock({ ...ledger, owed }, token, -amount);
}
