import type { NamedAccount } from "@umpire/views/network-view.ts";
import { short } from "@umpire/views/text.ts";
import { type ReactNode, useState } from "react";
import { Select } from "../components/form.ts";
import { h } from "../components/h.ts";
import { useWallet } from "../wallet/wallet.ts";

/** Who does it: the visitor's wallet, or on a local chain an account that is nobody's. */
export function useAccountField(
	label: string,
	accounts: readonly NamedAccount[],
): { readonly field: ReactNode; readonly account: string | undefined } {
	const { account } = useWallet();
	const [chosen, setChosen] = useState("");
	const options = [
		...(account === null ? [] : [[account, `your wallet, ${short(account)}`] as const]),
		...accounts.map(({ role, address }) => [address, `${role}, ${short(address)}`] as const),
	];
	const value = options.some(([address]) => address === chosen) ? chosen : (options[0]?.[0] ?? "");
	const field =
		options.length === 0
			? h(
					"p",
					{ className: "quiet" },
					"Connect a wallet at the top of the page: it signs, this server holds no keys.",
				)
			: h(Select, { label, value, change: setChosen, options });
	return { field, account: value === "" ? undefined : value };
}
