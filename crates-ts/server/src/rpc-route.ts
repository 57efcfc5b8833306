import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { Refusal } from "./failures.ts";
import type { Served } from "./served.ts";

/** What a browser may ask the chain through this server: nothing that changes it, or that costs a node much. */
const METHODS: ReadonlySet<string> = new Set([
	"eth_blockNumber",
	"eth_call",
	"eth_chainId",
	"eth_estimateGas",
	"eth_gasPrice",
	"eth_getBalance",
	"eth_getBlockByNumber",
	"eth_getCode",
	"eth_getTransactionByHash",
	"eth_getTransactionCount",
	"eth_getTransactionReceipt",
]);

const question = z.object({
	jsonrpc: z.literal("2.0"),
	id: z.union([z.int(), z.string().max(40)]),
	method: z.string().max(60),
	params: z.array(z.unknown()).max(3).default([]),
});

/**
 * `POST /v1/rpc`: questions to the chain, for pages whose policy lets them ask this server alone. Transactions are sent
 * by wallets.
 */
export function addRpc(app: OpenAPIHono, { view }: Served): void {
	app.post("/v1/rpc", async (context) => {
		const parsed = question.safeParse(await context.req.json().catch(() => undefined));
		if (!parsed.success) {
			throw new Refusal(400, "INPUT", "The body is no JSON-RPC question.", "send one question at a time.");
		}
		const { id, method, params } = parsed.data;
		if (!METHODS.has(method)) {
			const help = "ask your own node, or let your wallet send it.";
			throw new Refusal(403, "METHOD", `This server does not pass ${method} on.`, help);
		}
		const ask = view.contracts.connection.reader.request as (question: unknown) => Promise<unknown>;
		try {
			return context.json({ jsonrpc: "2.0", id, result: (await ask({ method, params })) as never });
		} catch (error) {
			// What the node says of a call is for whoever made it: an answer of JSON-RPC, not a failure of this server.
			const { code = -32_000, data } = (error ?? {}) as { readonly code?: number; readonly data?: unknown };
			const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "The node refuses.";
			return context.json({ jsonrpc: "2.0", id, error: { code, message, data: dataOf(data) } });
		}
	});
}

/** Some nodes answer with the bytes of a revert, others with an object that has them. */
function dataOf(data: unknown): string | null {
	if (typeof data === "string") return data;
	const inner = (data as { readonly data?: unknown } | undefined)?.data;
	return typeof inner === "string" ? inner : null;
}
