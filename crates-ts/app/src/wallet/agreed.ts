import { ether, short } from "@umpire/views/text.ts";
import { type Abi, decodeFunctionData } from "viem";
import type { UnsignedTransaction } from "./wallets.ts";

/** What a page says that a transaction does. */
export interface Shown {
	readonly from: string;
	/** By its role: "market". */
	readonly contract: string;
	readonly function: string;
	/** What is known of the arguments; of a struct some fields. What is left out may be anything. */
	readonly args: readonly unknown[];
	/** wei */
	readonly value: string;
}

/** Where contracts are, by their roles, and on which chain. */
export interface KnownContracts {
	readonly chainId: number;
	readonly contracts: Readonly<Record<string, string>>;
}

/**
 * What speaks against giving a transaction to the wallet: it is not the one that the page shows. Whoever built it is not
 * trusted: a server may be on another deployment by now, or lie.
 *
 * @returns undefined if it is the one
 */
export async function objectionTo(
	transaction: UnsignedTransaction,
	shown: Shown,
	known: KnownContracts,
): Promise<string | undefined> {
	const { to, data, value, chainId, from } = transaction;
	const expected = known.contracts[shown.contract];
	if (expected === undefined) return `This page knows no contract "${shown.contract}".`;
	if (!isSame(to, expected)) return `It would call ${short(String(to))}, not the ${shown.contract}.`;
	if (chainId !== known.chainId) return `It is for chain ${String(chainId)}, not ${known.chainId}.`;
	if (!isSame(from, shown.from)) return `It is from ${short(String(from))}, not from your account.`;
	if (!/^\d{1,38}$/.test(String(value)) || BigInt(value) !== BigInt(shown.value)) {
		const asked = /^\d{1,38}$/.test(String(value)) ? ether(value) : "another amount";
		return `It would pay ${asked}, not ${ether(shown.value)}.`;
	}
	const abi = await abiOf(shown);
	let call: { readonly functionName: string; readonly args?: readonly unknown[] | undefined };
	try {
		call = decodeFunctionData({ abi, data });
	} catch {
		return `It does something else than ${shown.function}.`;
	}
	if (call.functionName !== shown.function) return `It would ${call.functionName}, not ${shown.function}.`;
	if (!fits(shown.args, call.args ?? [])) return `It would ${shown.function} something else than is shown.`;
	return undefined;
}

/** Moves that are a ledger's are the same in all contracts that pay. */
async function abiOf({ contract, function: name }: Shown): Promise<Abi> {
	if (name === "withdraw") return (await import("@umpire/abi/ledger.ts")).ledgerAbi;
	if (name === "withdrawTo") return (await import("@umpire/abi/token-ledger.ts")).tokenLedgerAbi;
	if (contract === "jobs") return (await import("@umpire/abi/jobs.ts")).jobsAbi;
	if (contract === "workers") return (await import("@umpire/abi/workers.ts")).workersAbi;
	return (await import("@umpire/abi/market.ts")).marketAbi;
}

const isSame = (one: unknown, other: unknown): boolean =>
	String(one).toLowerCase() === String(other).toLowerCase();

/** Whether a value is what is known of it. */
function fits(known: unknown, value: unknown): boolean {
	if (known === undefined) return true;
	if (Array.isArray(known)) {
		return (
			Array.isArray(value) && known.length === value.length && known.every((one, i) => fits(one, value[i]))
		);
	}
	if (typeof known === "object" && known !== null) {
		const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
		return Object.entries(known).every(([name, one]) => fits(one, fields[name]));
	}
	return isSame(known, value);
}
