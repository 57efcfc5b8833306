import { ledgerAbi } from "@umpire/abi/ledger.ts";
import { tokenLedgerAbi } from "@umpire/abi/token-ledger.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { localAccount, ROLES, type Role } from "@umpire/store/accounts.ts";
import { parseEventLogs } from "viem";
import { sameAccount } from "./money.ts";
import type { Stage } from "./stage.ts";

/** Who won and lost how much by some contracts and their beacon, if they have one. */
export interface EtherPaid {
	/** by role, in wei, gas and bonds apart */
	readonly paid: Readonly<Record<string, bigint>>;
	readonly burned: bigint;
	/** fees of values that nobody has brought */
	readonly left: bigint;
}

export const roleOf = (account: Hex): Role | undefined =>
	ROLES.find((name) => sameAccount(localAccount(name).address, account));

/**
 * What everybody sent to contracts and was credited by them and their beacon, by the chain itself, from a block on.
 *
 * @param beacon what they pay for values; undefined if they have none
 */
export async function etherPaid(
	{ connection: { reader } }: Pick<Stage, "connection">,
	contracts: readonly Hex[],
	beacon: Hex | undefined,
	from = 0n,
): Promise<EtherPaid> {
	const paid: Record<string, bigint> = {};
	const add = (account: Hex, amount: bigint) => {
		const role = roleOf(account) ?? account;
		paid[role] = (paid[role] ?? 0n) + amount;
	};
	const height = await reader.getBlockNumber();
	for (let blockNumber = from + 1n; blockNumber <= height; blockNumber++) {
		const { transactions } = await reader.getBlock({ blockNumber, includeTransactions: true });
		for (const { from: sender, to, value, hash } of transactions) {
			if (value === 0n || to === null || !contracts.some((address) => sameAccount(address, to))) continue;
			const { status } = await reader.getTransactionReceipt({ hash });
			if (status === "success") add(sender, -value);
		}
	}
	let burned = 0n;
	for (const address of contracts) {
		const logs = await reader.getLogs({ address, fromBlock: from });
		for (const event of parseEventLogs({ abi: tokenLedgerAbi, logs })) {
			if (event.eventName === "Burned") burned += event.args.amount;
			if (event.eventName !== "Credited" || event.args.token !== ETHER) continue;
			add(event.args.account, event.args.amount);
		}
	}
	const brought = beacon === undefined ? [] : await reader.getLogs({ address: beacon, fromBlock: from });
	for (const event of parseEventLogs({ abi: ledgerAbi, logs: brought, eventName: "Credited" })) {
		add(event.args.account, event.args.amount);
	}
	const left = -Object.values(paid).reduce((sum, amount) => sum + amount, burned);
	return { paid, burned, left };
}
