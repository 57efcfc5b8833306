import type { Connection } from "@umpire/chain/connection.ts";
import { headOf } from "@umpire/chain/endpoints.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { createPublicClient, custom, HttpRequestError, parseTransaction } from "viem";

/** What a node does wrong for a while. */
export const NODE_FAULTS = ["silent", "busy", "no logs", "half of the logs", "stale", "forgetful"] as const;
export type NodeFault = (typeof NODE_FAULTS)[number];

/** A node between one party and the chain: it goes wrong when it is told to, and can be cut off for good. */
export class Node {
	readonly connection: Connection;
	/** The highest nonce that was sent through it, and when (chain time). */
	sent: { readonly nonce: number; readonly time: number } | undefined;
	fault: NodeFault | undefined;
	readonly #chain: Connection;
	readonly #time: () => number;
	#cut = false;
	#frozen: unknown;

	constructor(chain: Connection, time: () => number) {
		this.#chain = chain;
		this.#time = time;
		const request = (args: { method: string; params?: unknown }) => this.#answer(args);
		const transport = custom({ request } as never, { retryCount: 0 });
		const { pollingInterval } = chain;
		const reader = createPublicClient({ chain: chain.chain, transport, pollingInterval, cacheTime: 0 });
		const head = async () => headOf(await reader.getBlock({ blockTag: "latest" }));
		this.connection = { ...chain, reader, transport, head };
	}

	/** Nothing comes back any more: whoever reads through it stands still, as if it had been killed. */
	cut(): void {
		this.#cut = true;
	}

	async fail(fault: NodeFault | undefined): Promise<void> {
		const latest = { method: "eth_getBlockByNumber", params: ["latest", false] };
		if (fault === "stale" && this.fault !== "stale") this.#frozen = await this.#forward(latest);
		this.fault = fault;
	}

	async #answer(args: { method: string; params?: unknown }): Promise<unknown> {
		if (this.#cut) return new Promise(() => {});
		const { method } = args;
		const params = (args.params ?? []) as readonly unknown[];
		if (method === "eth_sendRawTransaction") {
			const { nonce = 0 } = parseTransaction(params[0] as Hex);
			this.sent = { nonce: Math.max(nonce, this.sent?.nonce ?? 0), time: this.#time() };
		}
		switch (this.fault) {
			case "silent":
				throw new HttpRequestError({ url: "http://node", details: "fetch failed" });
			case "busy":
				throw new HttpRequestError({ url: "http://node", status: 429, details: "too many requests" });
			case "no logs":
				if (method === "eth_getLogs") return [];
				break;
			case "half of the logs":
				if (method === "eth_getLogs") {
					const logs = (await this.#forward(args)) as readonly unknown[];
					return logs.slice(0, Math.floor(logs.length / 2));
				}
				break;
			case "stale":
				if (method === "eth_getBlockByNumber" && params[0] === "latest") return this.#frozen;
				break;
			case "forgetful":
				// It takes the transaction and loses it.
				if (method === "eth_sendRawTransaction") return `0x${"00".repeat(32)}`;
		}
		const answer = await this.#forward(args);
		return this.#cut ? new Promise(() => {}) : answer;
	}

	#forward(args: { method: string; params?: unknown }): Promise<unknown> {
		return this.#chain.reader.request(args as never) as Promise<unknown>;
	}
}
