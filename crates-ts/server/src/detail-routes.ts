import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { getDispute, getTurn } from "@umpire/chain/contracts.ts";
import { SIDE } from "@umpire/game/state.ts";
import {
	bountyDetail,
	claimDetail,
	deployment,
	disputeDetail,
	gridDetail,
	head,
	overview,
	requestDetail,
} from "@umpire/indexer/answers.ts";
import { ITEMS, type Item, type Kind } from "@umpire/indexer/items.ts";
import {
	claimsPerDay,
	countItems,
	findItem,
	findProgram,
	listItems,
	sumOf,
} from "@umpire/indexer/read-index.ts";
import { z } from "zod";
import { unknown } from "./failures.ts";
import { headOf } from "./head.ts";
import { addressOf, REFUSED } from "./list-routes.ts";
import type { Served } from "./served.ts";

/** Items that belong to one are all shown: no grid has more points, no dispute more moves. */
const ALL = { limit: 10_000, order: "asc" } as const;
const DAYS = 90;

const number = z.object({
	id: z.coerce
		.number()
		.int()
		.min(0)
		.max(2 ** 31 - 1),
});

function get<Query extends z.ZodObject, Answer extends z.ZodType>(
	path: string,
	summary: string,
	params: Query,
	schema: Answer,
) {
	return createRoute({
		method: "get",
		path,
		summary,
		request: { params },
		responses: {
			200: { description: summary, content: { "application/json": { schema } } },
			...REFUSED,
		},
	});
}

/** `GET /v1/claims/{id}`, and so on: one item, and what belongs to it. */
export function addDetails(app: OpenAPIHono, served: Served): void {
	const { index } = served;
	const one = async <K extends Kind>(kind: K, id: number | string): Promise<Item<K>> => {
		const found = await findItem(index().database, kind, id);
		if (found === undefined) throw unknown(`There is no ${kind} ${id}.`, "see the list of them.");
		return found;
	};
	const belonging = async <K extends Kind>(kind: K, ref: string): Promise<Item<K>[]> =>
		(await listItems(index().database, kind, { ...ALL, refs: [ref] })).items;
	const now = () => ({ head: headOf(index()).head });

	const program = z.object({ id: z.string().regex(/^(\d{1,9}|0x[0-9a-f]{64})$/) });
	const programDetail = z.object({ program: ITEMS.program, head });
	app.openapi(
		get("/v1/programs/{id}", "a program, by its number or root", program, programDetail),
		async (context) => {
			const { id } = context.req.valid("param");
			const found = id.startsWith("0x")
				? await one("program", id)
				: await findProgram(index().database, Number(id));
			if (found === undefined) throw unknown(`There is no program ${id}.`, "see /v1/programs.");
			return context.json({ program: found, ...now() }, 200);
		},
	);
	app.openapi(
		get("/v1/requests/{id}", "a request and its claims", number, requestDetail),
		async (context) => {
			const { id } = context.req.valid("param");
			const request = await one("request", id);
			return context.json({ request, claims: await belonging("claim", `request ${id}`), ...now() }, 200);
		},
	);
	app.openapi(
		get("/v1/claims/{id}", "a claim, its request and disputes", number, claimDetail),
		async (context) => {
			const { id } = context.req.valid("param");
			const claim = await one("claim", id);
			const request = await one("request", claim.request);
			return context.json(
				{ claim, request, disputes: await belonging("dispute", `claim ${id}`), ...now() },
				200,
			);
		},
	);
	app.openapi(
		get("/v1/disputes/{id}", "a dispute with all moves, and whose clock runs", number, disputeDetail),
		async (context) => {
			const { id } = context.req.valid("param");
			const dispute = await one("dispute", id);
			const claim = await one("claim", dispute.claim);
			const moves = await belonging("move", `dispute ${id}`);
			const clocks = dispute.phase === "closed" ? null : await clocksOf(served, id);
			return context.json({ dispute, claim, moves, clocks, ...now() }, 200);
		},
	);
	app.openapi(get("/v1/grids/{id}", "a grid and its points", number, gridDetail), async (context) => {
		const { id } = context.req.valid("param");
		return context.json(
			{ grid: await one("grid", id), points: await belonging("point", `grid ${id}`), ...now() },
			200,
		);
	});
	app.openapi(
		get("/v1/bounties/{id}", "a bounty and its candidates", number, bountyDetail),
		async (context) => {
			const { id } = context.req.valid("param");
			const bounty = await one("bounty", id);
			return context.json(
				{ bounty, candidates: await belonging("candidate", `bounty ${id}`), ...now() },
				200,
			);
		},
	);
	const simple = { jobs: "job", operators: "operator", attestations: "attestation" } as const;
	for (const [path, kind] of Object.entries(simple)) {
		const schema = z.object({ [kind]: ITEMS[kind], head });
		app.openapi(get(`/v1/${path}/{id}`, `one of ${path}`, number, schema), async (context) => {
			const { id } = context.req.valid("param");
			return context.json({ [kind]: await one(kind, id), ...now() } as never, 200);
		});
	}
	const account = z.object({ id: z.string() });
	const workerDetail = z.object({ worker: ITEMS.worker, head });
	app.openapi(get("/v1/workers/{id}", "a worker, by its address", account, workerDetail), async (context) => {
		const worker = await one("worker", addressOf(context.req.valid("param").id));
		return context.json({ worker, ...now() }, 200);
	});
	const none = z.object({});
	app.openapi(get("/v1/deployment", "where everything is", none, deployment), async (context) => {
		const { chainId, block, arbiter, dotVerifier, elementsVerifier, parameters } =
			served.view.contracts.deployment;
		return context.json(
			{
				...{ chainId, local: served.local, block: Number(block) },
				contracts: Object.fromEntries(
					index().contracts.map(({ role, address }) => [role, addressOf(address)]),
				),
				arbiter: addressOf(arbiter),
				dotVerifier: addressOf(dotVerifier),
				elementsVerifier: addressOf(elementsVerifier),
				parameters: Object.fromEntries(
					Object.entries(parameters).map(([name, one]) => [
						name,
						typeof one === "bigint" ? String(one) : one,
					]),
				),
				...now(),
			},
			200,
		);
	});
	app.openapi(get("/v1/overview", "what there is, and what it is worth", none, overview), async (context) =>
		context.json({ ...(await overviewOf(served)), ...now() }, 200),
	);
}

async function clocksOf({ view, index }: Served, dispute: number) {
	const at = index().head!.hash;
	const [{ side, since, until }, { submitterReserve, challengerReserve }] = await Promise.all([
		getTurn(view.contracts, BigInt(dispute), at),
		getDispute(view.contracts, BigInt(dispute), at),
	]);
	if (side === SIDE.nobody) return null;
	const turn = side === SIDE.submitter ? ("submitter" as const) : ("challenger" as const);
	return { turn, since: Number(since), until: Number(until), submitterReserve, challengerReserve };
}

async function overviewOf({ index, view }: Served) {
	const { database } = index();
	const counts = await countItems(database);
	const count = (name: string): number => counts.get(name) ?? 0;
	const { submitterBond, challengerBond, demandBond } = view.contracts.deployment.parameters;
	const fees = await Promise.all(
		["open", "claimed"].map((status) => sumOf(database, "request", "fee", [`status ${status}`])),
	);
	const bonds =
		BigInt(count("claim live")) * submitterBond +
		BigInt(count("dispute open")) * challengerBond +
		BigInt(count("demand open")) * demandBond;
	return {
		programs: count("program"),
		requests: count("request"),
		openRequests: count("request open"),
		claims: count("claim"),
		liveClaims: count("claim live"),
		finalClaims: count("claim final"),
		rejectedClaims: count("claim rejected"),
		disputes: count("dispute"),
		openDisputes: count("dispute open"),
		jobs: count("job"),
		workers: count("worker"),
		grids: count("grid"),
		bounties: count("bounty"),
		operators: count("operator"),
		feesInEscrow: String(fees[0] + fees[1]),
		bonds: String(bonds),
		owed: String(await sumOf(database, "balance", "owed", ["status owed", "token ether"])),
		claimsPerDay: await claimsPerDay(database, DAYS),
	};
}
