import type { ListView } from "@umpire/views/list-view.ts";
import { ether } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { h, section } from "../components/h.ts";
import { MoveButton } from "../wallet/move-button.ts";
import { ListPage } from "./list-page.ts";

interface Owed {
	readonly contract: string;
	/** Null: ether. */
	readonly token: string | null;
	readonly owed: string;
	readonly account: string;
}

/** What an account did, and what it can take. */
export function AccountPage({ account }: { account: string }): ReactNode {
	return h(ListPage<ListView & { readonly owed: readonly Owed[] }>, {
		path: `accounts/${account}`,
		title: `Account ${account}`,
		before: ({ owed }) => h(Withdrawals, { owed }),
	});
}

/** What contracts owe it, each with a button. */
function Withdrawals({ owed }: { readonly owed: readonly Owed[] }): ReactNode {
	if (owed.length === 0) return null;
	return section(
		"Take it",
		"With the wallet of this account alone.",
		null,
		h(
			"div",
			{ className: "buttons start" },
			owed.map(({ contract, token, owed: amount, account }) =>
				h(MoveButton, {
					key: `${contract} ${token ?? ""}`,
					label:
						token === null
							? `Withdraw ${ether(amount)} from ${contract}`
							: `Withdraw a token from ${contract}`,
					move: LEDGERS.has(contract)
						? { contract, function: "withdraw", args: [] }
						: { contract, function: "withdrawTo", args: [token ?? `0x${"00".repeat(20)}`, account] },
					about: "To the account itself.",
				}),
			),
		),
	);
}

/** Contracts that owe ether alone. */
const LEDGERS: ReadonlySet<string> = new Set(["market", "court", "jobBeacon", "gridBeacon", "bountyBeacon"]);
