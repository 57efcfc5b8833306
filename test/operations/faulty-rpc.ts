import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What an RPC node can do wrong. */
export const FAULTS = [
	"stall",
	"drop",
	"late",
	"dribble",
	"busy",
	"broken",
	"garbage",
	"no logs",
	"stale head",
	"false head",
	"other chain",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Call {
	readonly id: number;
	readonly method: string;
	readonly params: readonly unknown[];
}

/** Stands between a client and a real node, and goes wrong when it is told to. */
export class FaultyRpc {
	fault: Fault | undefined;
	/** What it says in place of the right answer to a call; the right one if undefined. */
	lie: ((call: Call, right: () => Promise<unknown>) => Promise<unknown>) | undefined;
	/** Requests so far, by method. */
	readonly asked = new Map<string, number>();
	readonly #target: string;
	readonly #server: Server;
	#frozen: unknown;

	private constructor(target: string) {
		this.#target = target;
		this.#server = createServer((request, response) => {
			this.#answer(request, response).catch(() => response.destroy());
		});
		// Whoever asks may be busy for long in this very process, and must not meet a connection that has just been closed.
		this.#server.keepAliveTimeout = 0;
	}

	static async before(target: string): Promise<FaultyRpc> {
		const rpc = new FaultyRpc(target);
		await new Promise<void>((resolve) => rpc.#server.listen(0, "127.0.0.1", resolve));
		return rpc;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Goes wrong from now on; a stale head stays the one that is the newest now. */
	async fail(fault: Fault | undefined): Promise<void> {
		if (fault === "stale head") {
			const call = { id: 1, method: "eth_getBlockByNumber", params: ["latest", false] };
			this.#frozen = (await this.#forward(call)).result;
		}
		this.fault = fault;
	}

	close(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		let body = "";
		for await (const chunk of request) body += chunk;
		const call: Call = JSON.parse(body);
		this.asked.set(call.method, (this.asked.get(call.method) ?? 0) + 1);
		const end = (status: number, text: string) =>
			response.writeHead(status, { "content-type": "application/json" }).end(text);
		switch (this.fault) {
			case "stall":
				return;
			case "drop":
				response.destroy();
				return;
			case "busy":
				end(429, "too many requests");
				return;
			case "broken":
				end(500, "internal error");
				return;
			case "garbage":
				end(200, "<html>login</html>");
				return;
			case "dribble":
				// A byte a second is no silence, and the answer comes after all.
				response.writeHead(200, { "content-type": "application/json" });
				for (let second = 0; second < 20 && !response.destroyed; second++) {
					response.write(" ");
					await sleep(1_000);
				}
				response.end(JSON.stringify(await this.#forward(call)));
				return;
			case "late":
				await sleep(300);
		}
		const { id, method, params } = call;
		const told = await this.lie?.(call, async () => (await this.#forward(call)).result);
		if (told !== undefined) {
			end(
				200,
				JSON.stringify({
					jsonrpc: "2.0",
					id,
					...(told instanceof Error ? { error: { code: 3, message: told.message } } : { result: told }),
				}),
			);
			return;
		}
		const latest = method === "eth_getBlockByNumber" && params[0] === "latest";
		const lie = (result: unknown) => end(200, JSON.stringify({ jsonrpc: "2.0", id, result }));
		if (this.fault === "no logs" && method === "eth_getLogs") lie([]);
		else if (this.fault === "other chain" && method === "eth_chainId") lie("0x1");
		else if (this.fault === "stale head" && latest) lie(this.#frozen);
		else if (this.fault === "false head" && latest) {
			const { result } = await this.#forward(call);
			const { number, timestamp } = result as { number: string; timestamp: string };
			const later = (value: string) => `0x${(BigInt(value) + 100_000n).toString(16)}`;
			const hash = `0x${"ab".repeat(32)}`;
			lie({ ...(result as object), number: later(number), timestamp: later(timestamp), hash });
		} else end(200, JSON.stringify(await this.#forward(call)));
	}

	async #forward(call: Call): Promise<{ result?: unknown }> {
		const answer = await fetch(this.#target, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ jsonrpc: "2.0", ...call }),
		});
		return (await answer.json()) as { result?: unknown };
	}
}
