import type { ReactNode } from "react";
import { h } from "../components/h.ts";
import { type Move, useWrite } from "./use-write.ts";
import { useWallet } from "./wallet.ts";
import { writeNote } from "./write-note.ts";

/** A button that makes one move with the visitor's wallet, and says what it costs. */
export function MoveButton({
	label,
	move,
	about,
}: {
	readonly label: string;
	readonly move: Move;
	/** What it does and costs. */
	readonly about: string;
}): ReactNode {
	const { account } = useWallet();
	const { state, post, refuse } = useWrite();
	const press = () => {
		if (account === null) return refuse("No wallet is connected.", "Connect one at the top of the page.");
		const made = { from: account, value: "0", ...move };
		void post("/v1/transactions", made, made);
	};
	return h(
		"div",
		{ className: "move-button" },
		h(
			"button",
			{ type: "button", className: "button strong", disabled: state.at === "busy", onClick: press },
			label,
		),
		h("p", { className: "caption" }, about),
		writeNote(state),
	);
}
