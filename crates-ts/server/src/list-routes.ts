import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { failure, page } from "@umpire/indexer/answers.ts";
import { ITEMS, type Kind } from "@umpire/indexer/items.ts";
import { listItems } from "@umpire/indexer/read-index.ts";
import { getAddress, isAddress } from "viem";
import { z } from "zod";
import { cursorOf, listQuery, placeIn } from "./cursor.ts";
import { Refusal } from "./failures.ts";
import { headOf } from "./head.ts";
import type { Served } from "./served.ts";

/** The lists of `/v1`, their kinds, and what they are filtered by besides the account. */
const LISTS = {
	programs: ["program", []],
	requests: ["request", ["status", "program"]],
	claims: ["claim", ["status", "program", "request"]],
	disputes: ["dispute", ["status", "program", "claim"]],
	demands: ["demand", ["status", "claim"]],
	withdrawals: ["withdrawal", []],
	balances: ["balance", ["status"]],
	jobs: ["job", ["status", "program"]],
	workers: ["worker", ["status"]],
	grids: ["grid", ["status", "program"]],
	bounties: ["bounty", ["status", "program"]],
	candidates: ["candidate", ["status", "bounty"]],
	operators: ["operator", ["status"]],
	attestations: ["attestation", ["status", "claim"]],
	accusations: ["accusation", ["record"]],
	covers: ["cover", ["status"]],
} as const satisfies Readonly<Record<string, readonly [Kind, readonly string[]]>>;

const word = z
	.string()
	.regex(/^[0-9a-zA-Z ]{1,80}$/)
	.optional();

/** How every refusal is described. */
export const REFUSED = {
	default: {
		description: "why it is refused",
		content: { "application/json": { schema: failure } },
	},
} as const;

/** `GET /v1/programs`, and so on: items of one kind, paged by cursor. */
export function addLists(app: OpenAPIHono, { index }: Served): void {
	for (const [name, [kind, filters]] of Object.entries(LISTS)) {
		const query = listQuery.extend({
			account: z.string().optional().describe("address of an account that takes part"),
			...Object.fromEntries(filters.map((filter) => [filter, word])),
		});
		const route = createRoute({
			method: "get",
			path: `/v1/${name}`,
			summary: name,
			request: { query },
			responses: {
				200: {
					description: `one page of ${name}`,
					content: { "application/json": { schema: page(ITEMS[kind as Kind]) } },
				},
				...REFUSED,
			},
		});
		app.openapi(route, async (context) => {
			const given = context.req.valid("query") as z.infer<typeof listQuery> &
				Record<string, string | undefined>;
			const refs = filters.flatMap((filter) =>
				given[filter] === undefined ? [] : [`${filter} ${given[filter]}`],
			);
			if (given.account !== undefined) refs.push(`account ${addressOf(given.account)}`);
			const { limit, order, cursor } = given;
			const { database, ...now } = headOf(index());
			const listed = await listItems(database, kind, { refs, limit, order, after: placeIn(cursor) });
			return context.json({ items: listed.items, next: cursorOf(listed.next), head: now.head }, 200) as never;
		});
	}
}

/** @throws Refusal if it is no address */
export function addressOf(text: string): `0x${string}` {
	if (isAddress(text, { strict: false })) return getAddress(text);
	throw new Refusal(
		400,
		"ADDRESS",
		"An address has 0x and 40 hexadecimal digits.",
		"check what you have given.",
	);
}
