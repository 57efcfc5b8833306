import type { Wallets } from "../wallet/wallets.ts";

/** Who is asked about the chain: the visitor's own wallet where one is connected, else the server of this page. */
export interface Node {
	/** "your wallet's node". */
	readonly name: string;
	ask(method: string, params: readonly unknown[]): Promise<unknown>;
}

export const SERVER: Node = {
	name: "this server\u2019s node",
	async ask(method, params) {
		const response = await fetch("/v1/rpc", {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
		});
		const { result, error } = (await response.json()) as {
			readonly result?: unknown;
			readonly error?: { readonly message: string };
		};
		if (error !== undefined) throw new Error(error.message);
		return result;
	},
};

/** A wallet's node does not depend on this server. */
export const walletNode = (wallets: Wallets): Node => ({
	name: "your wallet\u2019s node",
	ask: (method, params) => wallets.ask(method, params),
});
