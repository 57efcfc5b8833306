import { ether, short } from "@umpire/views/text.ts";
import { useRef, useState } from "react";
import type { Shown } from "./agreed.ts";
import { DECLINED, reasonOf } from "./reason.ts";
import { knownContracts, wallets } from "./wallet.ts";
import type { UnsignedTransaction } from "./wallets.ts";

/** How far a write is. */
export type WriteState =
	| { readonly at: "idle" }
	| {
			readonly at: "busy";
			readonly text: string;
			/** Leaves a wallet alone that says nothing. */
			readonly stop?: () => void;
	  }
	/** By the server of a local chain, or mined. */
	| { readonly at: "done"; readonly text: string; readonly answer: Readonly<Record<string, unknown>> }
	| { readonly at: "refused"; readonly text: string; readonly help: string };

/** A move of a contract of the deployment, as `POST /v1/transactions` takes it. */
export interface Move {
	readonly contract: string;
	readonly function: string;
	readonly args: readonly unknown[];
	/** wei */
	readonly value?: string;
}

/**
 * Sends what the API answers a POST with: on a local chain the server has sent it for a demo account already, all else
 * is signed by the visitor's wallet, if it is what the page shows.
 */
export function useWrite(): {
	readonly state: WriteState;
	/** `shown` is what the page says of it, where that is not the body itself; null: nothing is signed. */
	readonly post: (path: string, body: unknown, shown: Shown | null) => Promise<void>;
	readonly refuse: (text: string, help: string) => void;
	readonly reset: () => void;
} {
	const [state, setState] = useState<WriteState>({ at: "idle" });
	const run = useRef(0);
	const post = async (path: string, body: unknown, shown: Shown | null) => {
		const own = ++run.current;
		const tell = (now: WriteState) => {
			if (run.current === own) setState(now);
		};
		tell({ at: "busy", text: "Simulating it on the newest block" });
		try {
			const response = await fetch(path, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify(body),
			});
			const answer = (await response.json()) as Readonly<Record<string, unknown>>;
			if (!response.ok) {
				const { message = "The server refuses.", help = "" } = (answer.error ?? {}) as Readonly<
					Record<string, string>
				>;
				return tell({ at: "refused", text: message, help });
			}
			const unsigned = unsignedOf(answer);
			if (unsigned === undefined || shown === null) return tell({ at: "done", text: "Done.", answer });
			const [{ objectionTo }, known, wallet] = await Promise.all([
				import("./agreed.ts"),
				knownContracts(shown.contract),
				wallets(),
			]);
			const objection = await objectionTo(unsigned, shown, known);
			if (objection !== undefined) {
				const help = "Nothing was sent. Reload the page; if it stays so, do not trust this server.";
				return tell({ at: "refused", text: `The server gave another transaction: ${objection}`, help });
			}
			const stop = () => {
				const help = "If your wallet still asks, decline it there.";
				tell({ at: "refused", text: "No longer waiting for your wallet.", help });
				run.current++;
			};
			const { to, value } = unsigned;
			const what = `It should ask for ${ether(value)}, for the ${shown.contract} contract ${short(to)}.`;
			tell({ at: "busy", text: `Waiting for your wallet. ${what}`, stop });
			const hash = await wallet.send(unsigned);
			tell({ at: "busy", text: "Sent; waiting for a block" });
			const mined = await wallet.mined(hash).catch(() => undefined);
			if (mined === undefined) {
				const help = "Look again later, and do not send it twice.";
				return tell({ at: "refused", text: `It was sent as ${short(hash)}, and is in no block yet.`, help });
			}
			tell(
				mined.isRight
					? {
							at: "done",
							text: `Mined in block ${mined.block.toLocaleString("en")}.`,
							answer: { transaction: hash },
						}
					: {
							at: "refused",
							text: "The contract refused it when it was mined.",
							help: "Somebody moved first: look again.",
						},
			);
		} catch (error) {
			const text = reasonOf(error);
			tell({
				at: "refused",
				text,
				help: text === DECLINED ? "Press again if you meant to send it." : "",
			});
		}
	};
	return {
		state,
		post,
		refuse: (text, help) => setState({ at: "refused", text, help }),
		reset: () => setState({ at: "idle" }),
	};
}

/** The transaction in an answer, wherever it is; undefined if there is none to sign. */
function unsignedOf(answer: Readonly<Record<string, unknown>>): UnsignedTransaction | undefined {
	const found =
		answer.status === "unsigned" ? answer.unsigned : answer.data === undefined ? undefined : answer;
	return found as UnsignedTransaction | undefined;
}
