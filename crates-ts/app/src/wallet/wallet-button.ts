import { short } from "@umpire/views/text.ts";
import { type ReactNode, useState } from "react";
import { h } from "../components/h.ts";
import { reasonOf } from "./reason.ts";
import { useWallet, wallets } from "./wallet.ts";

type Step = "closed" | "loading" | "open";

/** Connects a wallet, or says which one is. */
export function WalletButton(): ReactNode {
	const { known, account, name } = useWallet();
	const [step, setStep] = useState<Step>("closed");
	const [trouble, setTrouble] = useState<string>();
	const toggle = async () => {
		if (step !== "closed") return setStep("closed");
		setTrouble(undefined);
		setStep("loading");
		try {
			await wallets();
			setStep("open");
		} catch (error) {
			setTrouble(reasonOf(error));
			setStep("open");
		}
	};
	const choose = async (id: string) => {
		try {
			await (await wallets()).connect(id);
			setStep("closed");
		} catch (error) {
			setTrouble(reasonOf(error));
		}
	};
	return h(
		"div",
		{ className: "wallet" },
		h(
			"button",
			{
				type: "button",
				className: "button",
				"aria-expanded": step === "open",
				onClick: () => void toggle(),
			},
			account === null ? "Connect wallet" : h("span", { className: "mono", title: account }, short(account)),
		),
		step === "open"
			? h(
					"div",
					{ className: "box menu" },
					account === null
						? known.map(({ id, name: called }) =>
								h(
									"button",
									{ key: id, type: "button", className: "button", onClick: () => void choose(id) },
									called.slice(0, 40),
								),
							)
						: [
								h(
									"p",
									{ key: "who", className: "caption" },
									`Connected by ${(name ?? "a wallet").slice(0, 40)}`,
								),
								h(
									"a",
									{
										key: "page",
										className: "button",
										href: `/accounts/${account}`,
										onClick: () => setStep("closed"),
									},
									"Account",
								),
								h(
									"button",
									{
										...{ key: "off", type: "button", className: "button" },
										onClick: () =>
											void wallets()
												.then((all) => all.disconnect())
												.then(() => setStep("closed")),
									},
									"Disconnect",
								),
							],
					account === null && known.length === 0
						? h("p", { className: "caption" }, "No wallet announces itself in this browser (EIP-6963).")
						: null,
					trouble === undefined ? null : h("p", { className: "caption", role: "alert" }, trouble),
				)
			: null,
	);
}
