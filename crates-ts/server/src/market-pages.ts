import type { OpenAPIHono } from "@hono/zod-openapi";
import { openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import type { PageViews } from "@umpire/actors/pages/page-views.ts";
import { read } from "@umpire/chain/send.ts";
import type { EventItem } from "@umpire/indexer/fields.ts";
import type { Item, Kind } from "@umpire/indexer/items.ts";
import { countItems, findItem, listEvents, listItems } from "@umpire/indexer/read-index.ts";
import { bountyView } from "@umpire/views/bounty-view.ts";
import { deploymentView } from "@umpire/views/deployment-view.ts";
import { gridView } from "@umpire/views/grid-view.ts";
import type { Moment } from "@umpire/views/list-view.ts";
import {
	accountPage,
	bountiesList,
	claimsList,
	disputesList,
	gridsList,
	MOST_LISTED,
	programsList,
	requestsList,
} from "@umpire/views/market-lists.ts";
import type { Naming } from "@umpire/views/market-words.ts";
import { type AskedProgram, type NetworkFacts, networkView } from "@umpire/views/network-view.ts";
import { operatorsView } from "@umpire/views/operators-view.ts";
import { requestView } from "@umpire/views/request-view.ts";
import { short } from "@umpire/views/text.ts";
import type { Context } from "hono";
import { deploymentFacts } from "./deployment-facts.ts";
import { unknown } from "./failures.ts";
import { headOf } from "./head.ts";
import { addressOf } from "./list-routes.ts";
import { proofPage } from "./proof-page.ts";
import type { Served } from "./served.ts";

/** Items that a page is made from, at most: no grid has more points. */
const ALL = { limit: 1000, order: "desc" } as const;
/** Roots of inputs that a form offers for each program. */
const MOST_KNOWN = 5;
/** Milliseconds that a page waits for what is newest on the chain; after that it is made from what is known. */
const PATIENCE = 2000;

/** What the pages about markets are made from: jobs, grids, bounties, operators, requests, accounts, the deployment. */
export function addMarketPages(app: OpenAPIHono, served: Served, pages: PageViews): void {
	const at = (): Moment => {
		const { head } = headOf(served.index());
		return { chainId: served.view.contracts.deployment.chainId, block: head.number, time: head.time };
	};
	const list = async <K extends Kind>(kind: K, refs: readonly string[] = [], limit: number = MOST_LISTED) =>
		(await listItems(served.index().database, kind, { refs, limit, order: "desc" })).items;
	const one = async <K extends Kind>(kind: K, id: number): Promise<Item<K>> => {
		const found = await findItem(served.index().database, kind, id);
		if (found === undefined)
			throw unknown(`There is no ${kind} ${id}.`, "the list of them says what there is.");
		return found;
	};
	const events = async (contract: string, name: string): Promise<EventItem[]> =>
		(await listEvents(served.index().database, { contract, name, ...ALL })).items;
	const counts = () => countItems(served.index().database);
	const page = (path: string, make: (context: Context, nameOf: Naming) => Promise<unknown>) =>
		app.get(`/v1/pages/${path}`, async (context) => {
			// A browser asks when it hears of a block, which the index may not have read yet.
			await Promise.race([served.look(), new Promise((resolve) => setTimeout(resolve, PATIENCE).unref())]);
			const view = await make(context, await naming(pages));
			return context.json(view as never, 200, { "cache-control": "no-store" });
		});
	const numberOf = (context: Context): number => Number(context.req.param("id"));

	page("network", async (_, nameOf) => networkView(await networkFacts(served, pages, at(), nameOf)));
	page("grids", async (_, nameOf) => gridsList(at(), await list("grid"), nameOf));
	page("grids/:id{[1-9]\\d{0,8}}", async (context, nameOf) => {
		const grid = await one("grid", numberOf(context));
		const { items: points } = await listItems(served.index().database, "point", {
			...{ refs: [`grid ${grid.grid}`], limit: ALL.limit, order: "asc" },
		});
		const rejected = (await events("grid", "PointRejected"))
			.filter(({ args }) => Number(args.grid) === grid.grid)
			.map(({ args }) => ({
				...{ point: Number(args.point), worker: String(args.worker), claim: Number(args.claim) },
			}));
		const claims = [
			...(await claimsOf(points.map(({ request }) => request))),
			...(await found(
				"claim",
				rejected.map(({ claim }) => claim),
			)),
		];
		const program = await findItem(served.index().database, "program", grid.program);
		return gridView({ ...at(), grid, points, claims, rejected, program, nameOf });
	});
	page("bounties", async (_, nameOf) => bountiesList(at(), await list("bounty"), nameOf));
	page("bounties/:id{[1-9]\\d{0,8}}", async (context, nameOf) => {
		const bounty = await one("bounty", numberOf(context));
		const candidates = await list("candidate", [`bounty ${bounty.bounty}`], ALL.limit);
		const rounds = (await events("bounties", "RoundClosed"))
			.filter(({ args }) => Number(args.bounty) === bounty.bounty)
			.map(({ args }) => ({
				...{ round: Number(args.round), best: Number(args.best), reward: String(args.reward) },
			}));
		const claims = await claimsOf(candidates.map(({ request }) => request));
		const program = await findItem(served.index().database, "program", bounty.program);
		return bountyView({ ...at(), bounty, candidates, claims, rounds, program, nameOf });
	});
	page("operators", async (_, nameOf) =>
		operatorsView({
			...at(),
			operators: await list("operator"),
			attestations: await list("attestation"),
			covers: await list("cover"),
			nameOf,
		}),
	);
	page("requests", async (_, nameOf) => ({
		...requestsList(at(), await list("request"), await counts(), nameOf),
		...{ programs: await askedPrograms(served, pages), isLocal: served.local },
	}));
	page("requests/:id{[1-9]\\d{0,8}}", async (context, nameOf) => {
		const request = await one("request", numberOf(context));
		return requestView(at(), request, await list("claim", [`request ${request.request}`]), nameOf);
	});
	page("claims", async (_, nameOf) => claimsList(at(), await list("claim"), await counts(), nameOf));
	page("disputes", async (_, nameOf) => disputesList(at(), await list("dispute"), await counts(), nameOf));
	page("programs", async (_, nameOf) => {
		const count = (await counts()).get("program") ?? 0;
		return programsList(at(), await list("program"), count, nameOf);
	});
	page("accounts/:id", async (context, nameOf) => {
		const account = addressOf(context.req.param("id") ?? "");
		const refs = [`account ${account}`];
		return {
			...accountPage(
				at(),
				account,
				{
					requests: await list("request", refs),
					claims: await list("claim", refs),
					disputes: await list("dispute", refs),
					balances: await list("balance", refs),
				},
				nameOf,
			),
			owed: (await list("balance", refs)).filter(({ owed }) => owed !== "0"),
		};
	});
	page("deployment", async () => deploymentView(await deploymentFacts(served, at())));
	page("disputes/:id{[1-9]\\d{0,8}}/proof", async (context) => proofPage(served, pages, numberOf(context)));

	async function claimsOf(requests: readonly (number | null)[]): Promise<Item<"claim">[]> {
		const all: Item<"claim">[] = [];
		for (const request of requests) {
			if (request !== null) all.push(...(await list("claim", [`request ${request}`])));
		}
		return all;
	}
	async function found<K extends Kind>(kind: K, ids: readonly number[]): Promise<Item<K>[]> {
		const all = await Promise.all(ids.map((id) => findItem(served.index().database, kind, id)));
		return all.filter((item) => item !== undefined);
	}
}

async function naming(pages: PageViews): Promise<Naming> {
	// Names are of use where the chain answers; pages are shown without them as well.
	const known = await pages.programs().catch(() => new Map<string, never>());
	return (root) => known.get(root) ?? { name: `program ${short(root)}`, number: null };
}

async function networkFacts(
	served: Served,
	pages: PageViews,
	at: Moment,
	nameOf: Naming,
): Promise<NetworkFacts> {
	const { database } = served.index();
	const { items: jobs } = await listItems(database, "job", ALL);
	const { items: workers } = await listItems(database, "worker", ALL);
	const live = jobs.flatMap(({ status, claim }) => (status === "completed" && claim !== null ? [claim] : []));
	const claims = await Promise.all(live.map((claim) => findItem(database, "claim", claim)));
	const { coordination } = served;
	return {
		...at,
		jobs,
		workers,
		claims: claims.filter((claim) => claim !== undefined),
		nameOf,
		coordination: coordination === undefined ? null : { running: coordination.running },
		accounts: (await coordination?.accounts()) ?? [],
		programs: await askedPrograms(served, pages),
		fees: await feesOf(served),
	};
}

/** Programs that can be asked, with roots of inputs that are known. */
async function askedPrograms({ index }: Served, pages: PageViews): Promise<AskedProgram[]> {
	const known = await pages.programs().catch(() => new Map<string, never>());
	const { items: requests } = await listItems(index().database, "request", ALL);
	const byProgram = Map.groupBy(requests, ({ program }) => program);
	return [...known].map(([root, { name, number, inputs }]) => ({
		...{ number, root, name },
		inputs: inputs?.map((input) => ({ name: input.name, shape: input.shape })) ?? null,
		known: [...new Map((byProgram.get(root) ?? []).map((one) => [one.inputsRoot, one]))]
			.slice(0, MOST_KNOWN)
			.map(([inputsRoot, { request }]) => ({ label: `those of request ${request}`, root: inputsRoot })),
	}));
}

/** By the address of the contract that they are parameters of, which do not change. */
const FEES = new Map<string, NetworkFacts["fees"]>();

async function feesOf({ view, index }: Served): Promise<NetworkFacts["fees"]> {
	const jobs = index().contracts.find(({ role }) => role === "jobs");
	if (jobs === undefined) return null;
	const key = `${view.contracts.deployment.chainId} ${jobs.address}`;
	const known = FEES.get(key);
	if (known !== undefined) return known;
	try {
		const network = await openNetwork(view);
		const workers = await read(view.contracts, network.workers, "parameters", []);
		const { jobFee } = await read(view.contracts, network.jobs, "parameters", []);
		const { slotStake, entryFee, changeFee } = workers;
		const fees = {
			...{ slotStake: String(slotStake), jobFee: String(jobFee) },
			...{ entryFee: String(entryFee), changeFee: String(changeFee) },
		};
		FEES.set(key, fees);
		return fees;
	} catch {
		// The chain does not answer: the page is shown, its form says what the contract takes when it is sent.
		return { slotStake: "0", jobFee: "0", entryFee: "0", changeFee: "0" };
	}
}
