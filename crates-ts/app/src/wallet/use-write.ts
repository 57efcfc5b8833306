import { useState } from "react";
import { DECLINED, reasonOf } from "./reason.ts";
import { wallets } from "./wallet.ts";
import type { UnsignedTransaction } from "./wallets.ts";

/** How far a write is. */
export type WriteState =
	| { readonly at: "idle" }
	| { readonly at: "busy"; readonly text: string }
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
 * is signed by the visitor's wallet.
 */
export function useWrite(): {
	readonly state: WriteState;
	readonly post: (path: string, body: unknown) => Promise<void>;
	readonly refuse: (text: string, help: string) => void;
	readonly reset: () => void;
} {
	const [state, setState] = useState<WriteState>({ at: "idle" });
	const post = async (path: string, body: unknown) => {
		setState({ at: "busy", text: "Simulating it on the newest block" });
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
				setState({ at: "refused", text: message, help });
				return;
			}
			const unsigned = unsignedOf(answer);
			if (unsigned === undefined) {
				setState({ at: "done", text: "Done.", answer });
				return;
			}
			const wallet = await wallets();
			setState({ at: "busy", text: "Waiting for your wallet" });
			const hash = await wallet.send(unsigned);
			setState({ at: "busy", text: "Sent; waiting for a block" });
			const { isRight, block } = await wallet.mined(hash);
			setState(
				isRight
					? {
							at: "done",
							text: `Mined in block ${block.toLocaleString("en")}.`,
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
			setState({
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
