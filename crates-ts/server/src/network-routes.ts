import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { page } from "@umpire/indexer/answers.ts";
import { ITEMS } from "@umpire/indexer/items.ts";
import { countItems, findItem, listItems, sumOf } from "@umpire/indexer/read-index.ts";
import { z } from "zod";
import { cursorOf, listQuery, placeIn } from "./cursor.ts";
import { Refusal, unknown } from "./failures.ts";
import { headOf } from "./head.ts";
import { addressOf, REFUSED } from "./list-routes.ts";
import {
	balances,
	client,
	clients,
	coordinated,
	inputsKept,
	keptInputs,
	registration,
	stats,
	submission,
	submitted,
	written,
} from "./network-bodies.ts";
import { keepInputs, registerWorker, submitJobFor } from "./network-writes.ts";
import type { Served } from "./served.ts";

const ALL = { limit: 10_000, order: "asc" } as const;
const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
	description,
	content: { "application/json": { schema } },
});
const id = z.object({ id: z.string().max(80) });

/** The endpoints of the compute network, under its own paths. */
export function addNetwork(app: OpenAPIHono, served: Served): void {
	addWorkers(app, served);
	addClients(app, served);
	addJobs(app, served);
	addCoordination(app, served);
}

function addWorkers(app: OpenAPIHono, served: Served): void {
	const register = createRoute({
		method: "post",
		path: "/worker/register",
		summary: "register a worker",
		request: { body: { required: true, content: { "application/json": { schema: registration } } } },
		responses: { 200: json(written, "what became of it"), ...REFUSED },
	});
	app.openapi(register, async (context) =>
		context.json(await registerWorker(served, context.req.valid("json")), 200),
	);
	const status = createRoute({
		method: "get",
		path: "/worker/{id}/status",
		summary: "a worker, by its address",
		request: { params: id },
		responses: { 200: json(ITEMS.worker, "the worker"), ...REFUSED },
	});
	app.openapi(status, async (context) => {
		const address = addressOf(context.req.valid("param").id);
		const found = await findItem(served.index().database, "worker", address);
		if (found === undefined) throw unknown(`${address} is no worker.`, "POST /worker/register registers it.");
		return context.json(found, 200);
	});
	addList(app, served, "/workers", "worker", []);
}

function addClients(app: OpenAPIHono, served: Served): void {
	const { index, view } = served;
	const register = createRoute({
		method: "post",
		path: "/client/register",
		summary: "what a client holds: clients need no registration, whoever submits a job is one",
		request: { body: { required: true, content: { "application/json": { schema: client } } } },
		responses: { 200: json(balances, "the client"), ...REFUSED },
	});
	const balanceOf = async (text: string) => {
		const address = addressOf(text);
		const { database } = headOf(index());
		const balance = await view.contracts.connection.reader.getBalance({ address });
		const refs = [`account ${address}`, "token ether"];
		const withdrawable = await sumOf(database, "balance", "owed", refs);
		const { items } = await listItems(database, "job", { ...ALL, refs: [`account ${address}`] });
		const locked = items
			.filter((job) => job.client === address && job.token === null && !ENDED.has(job.status))
			.reduce((sum, { reward }) => sum + BigInt(reward), 0n);
		return { address, balance: String(balance), withdrawable: String(withdrawable), locked: String(locked) };
	};
	app.openapi(register, async (context) =>
		context.json(await balanceOf(context.req.valid("json").address), 200),
	);
	const balance = createRoute({
		method: "get",
		path: "/client/{id}/balance",
		summary: "what a client holds, can withdraw and has locked",
		request: { params: id },
		responses: { 200: json(balances, "its balance"), ...REFUSED },
	});
	app.openapi(balance, async (context) => context.json(await balanceOf(context.req.valid("param").id), 200));
	const list = createRoute({
		method: "get",
		path: "/clients",
		summary: "the accounts that have submitted jobs",
		responses: { 200: json(clients, "clients, by their first job"), ...REFUSED },
	});
	app.openapi(list, async (context) => context.json({ items: await clientsOf(served) }, 200));
}

const ENDED: ReadonlySet<string> = new Set(["verified", "failed", "cancelled"]);

async function clientsOf({ index }: Served) {
	const { items } = await listItems(headOf(index()).database, "job", ALL);
	const found = Map.groupBy(items, (job) => job.client);
	return [...found].map(([address, jobs]) => ({
		address,
		jobs: jobs.length,
		verified: jobs.filter(({ status }) => status === "verified").length,
	}));
}

function addJobs(app: OpenAPIHono, served: Served): void {
	const submit = createRoute({
		method: "post",
		path: "/job/submit",
		summary: "submit a job",
		request: { body: { required: true, content: { "application/json": { schema: submission } } } },
		responses: { 200: json(submitted, "what became of it"), ...REFUSED },
	});
	app.openapi(submit, async (context) =>
		context.json(await submitJobFor(served, context.req.valid("json")), 200),
	);
	const detail = z.object({ job: ITEMS.job, output: z.array(z.number()).nullable() });
	const status = createRoute({
		method: "get",
		path: "/job/{id}/status",
		summary: "a job, and the output of one that is verified",
		request: {
			params: z.object({
				id: z.coerce
					.number()
					.int()
					.min(1)
					.max(2 ** 31 - 1),
			}),
		},
		responses: { 200: json(detail, "the job; output in its real units, if it fits one leaf"), ...REFUSED },
	});
	app.openapi(status, async (context) => {
		const { database } = headOf(served.index());
		const number = context.req.valid("param").id;
		const job = await findItem(database, "job", number);
		if (job === undefined) throw unknown(`There is no job ${number}.`, "see /jobs.");
		return context.json({ job, output: await outputOf(served, job) }, 200);
	});
	const keep = createRoute({
		method: "post",
		path: "/v1/inputs",
		summary: "keeps inputs where submitters of this machine find them; on a local chain alone",
		request: { body: { required: true, content: { "application/json": { schema: keptInputs } } } },
		responses: { 200: json(inputsKept, "their root, for a request"), ...REFUSED },
	});
	app.openapi(keep, async (context) =>
		context.json(await keepInputs(served, context.req.valid("json")), 200),
	);
	addList(app, served, "/jobs", "job", []);
	addList(app, served, "/jobs/pending", "job", ["status pending"]);
}

async function outputOf(
	{ index }: Served,
	{ status, claim, program }: { status: string; claim: number | null; program: string },
) {
	if (status !== "verified" || claim === null) return null;
	const { database } = index();
	const [claimed, made] = [
		await findItem(database, "claim", claim),
		await findItem(database, "program", program),
	];
	if (claimed === undefined || made === undefined || claimed.output === null) return null;
	const unit = Number(made.outputMantissa) * 2 ** made.outputExponent;
	return claimed.output.map((element) => element * unit);
}

function addList(
	app: OpenAPIHono,
	{ index }: Served,
	path: string,
	kind: "worker" | "job",
	refs: readonly string[],
): void {
	const route = createRoute({
		method: "get",
		path,
		summary: path.slice(1).replace("/", ", "),
		request: { query: listQuery },
		responses: { 200: json(page(ITEMS[kind] as z.ZodType), "one page"), ...REFUSED },
	});
	app.openapi(route, async (context) => {
		const { limit, order, cursor } = context.req.valid("query");
		const { database, head } = headOf(index());
		const listed = await listItems(database, kind, { refs, limit, order, after: placeIn(cursor) });
		return context.json({ items: listed.items, next: cursorOf(listed.next), head }, 200);
	});
}

function addCoordination(app: OpenAPIHono, served: Served): void {
	const { coordination, index } = served;
	for (const action of ["start", "stop", "trigger"] as const) {
		const route = createRoute({
			method: "post",
			path: `/network/coordination/${action}`,
			summary: `${action} drawing, ending and working for the demo accounts; on a local chain alone`,
			responses: {
				200: json(coordinated, "whether it runs, and whether there was anything to do"),
				...REFUSED,
			},
		});
		app.openapi(route, async (context) => {
			if (coordination === undefined) {
				const help = "run umpire coordinate, with an account of yours.";
				throw new Refusal(403, "NOT_LOCAL", "This server sends nothing on this chain.", help);
			}
			if (action === "trigger") {
				const acted = await coordination.trigger();
				return context.json({ running: coordination.running, acted }, 200);
			}
			coordination[action]();
			return context.json({ running: coordination.running }, 200);
		});
	}
	const route = createRoute({
		method: "get",
		path: "/network/stats",
		summary: "workers, jobs and money",
		responses: { 200: json(stats, "sums"), ...REFUSED },
	});
	app.openapi(route, async (context) => {
		const { database } = headOf(index());
		const counts = await countItems(database);
		const byStatus = (kind: string) =>
			Object.fromEntries(
				[...counts].flatMap(([name, count]) =>
					name.startsWith(`${kind} `) ? [[name.slice(kind.length + 1), count] as const] : [],
				),
			);
		return context.json(
			{
				workers: byStatus("worker"),
				jobs: byStatus("job"),
				slots: Number(await sumOf(database, "worker", "listed", [])),
				stake: String(await sumOf(database, "worker", "stake", [])),
				clients: (await clientsOf(served)).length,
				rewardsPaid: String(await sumOf(database, "job", "reward", ["status verified", "token ether"])),
				coordination: coordination === undefined ? null : { running: coordination.running },
			},
			200,
		);
	});
}
