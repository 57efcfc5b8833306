import type { ListView } from "@umpire/views/list-view.ts";
import { ether, short, wordsOf } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { h, section } from "../components/h.ts";
import { MoveButton } from "../wallet/move-button.ts";
import { useWallet } from "../wallet/wallet.ts";
import { ListPage } from "./list-page.ts";

interface Owed {
	readonly contract: string;
	/** Null: ether. */
	readonly token: string | null;
	readonly owed: string;
}

/** What an account did, and what it can take. */
export function AccountPage({ account }: { account: string }): ReactNode {
	return h(ListPage<ListView & { readonly owed: readonly Owed[] }>, {
		path: `accounts/${account}`,
		title: `Account ${account}`,
		before: ({ owed }) => h(Withdrawals, { owed, account }),
	});
}

/**
 * What contracts owe it, each with a button. A contract pays what it owes whoever sends: with another wallet the button
 * would pay that wallet's money, to whom this page is about.
 */
function Withdrawals({
	owed,
	account,
}: {
	readonly owed: readonly Owed[];
	readonly account: string;
}): ReactNode {
	const { account: own } = useWallet();
	if (owed.length === 0) return null;
	if (own?.toLowerCase() !== account.toLowerCase()) {
		return section(
			"Take it",
			own === null
				? "Connect the wallet of this account: nobody else can."
				: `Your wallet is on ${short(own)}. What is owed to another account, that account alone can take.`,
			null,
		);
	}
	return section(
		"Take it",
		"To your own account.",
		null,
		h(
			"div",
			{ className: "buttons start" },
			owed.map(({ contract, token, owed: amount }) =>
				h(MoveButton, {
					key: `${contract} ${token ?? ""}`,
					label:
						token === null
							? `Withdraw ${ether(amount)} from ${wordsOf(contract)}`
							: `Withdraw a token from ${wordsOf(contract)}`,
					move: LEDGERS.has(contract)
						? { contract, function: "withdraw", args: [] }
						: { contract, function: "withdrawTo", args: [token ?? `0x${"00".repeat(20)}`, own] },
					about: "All that it owes you.",
				}),
			),
		),
	);
}

/** Contracts that owe ether alone. */
const LEDGERS: ReadonlySet<string> = new Set(["market", "court", "jobBeacon", "gridBeacon", "bountyBeacon"]);
