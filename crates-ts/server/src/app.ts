import { serveStatic } from "@hono/node-server/serve-static";
import { OpenAPIHono } from "@hono/zod-openapi";
import { pageRoutes } from "@umpire/actors/pages/page-routes.ts";
import { PageViews } from "@umpire/actors/pages/page-views.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import type { BlockStore } from "@umpire/content/block-store.ts";
import { gatewayHandler } from "@umpire/content/gateway.ts";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { answerCache } from "./answer-cache.ts";
import { addAttester } from "./attester-proxy.ts";
import { addDetails } from "./detail-routes.ts";
import { addEvents } from "./event-routes.ts";
import { answerFailure, Refusal, unknown } from "./failures.ts";
import { addLists } from "./list-routes.ts";
import { addMarketPages } from "./market-pages.ts";
import { metricsOf, RequestCounts } from "./metrics.ts";
import { addNetwork } from "./network-routes.ts";
import { ownHost } from "./own-host.ts";
import { asksForCar, asksForEvents, placesFor } from "./places.ts";
import { rateLimit } from "./rate-limit.ts";
import { addRpc } from "./rpc-route.ts";
import type { Served } from "./served.ts";
import { addTransactions } from "./transaction-route.ts";

export interface AppOptions {
	/** Origins whose pages may read answers; none by default. */
	readonly cors?: readonly string[] | undefined;
	/** Requests a second that each address may make. */
	readonly rate: number;
	/** Streams of events that each address may have open; of CAR files a fifth as many. 20 unless told. */
	readonly streams?: number | undefined;
	/** Whether it is reached from this machine alone, under this machine's names. */
	readonly loopback?: boolean | undefined;
	/** A folder of static files to serve beside. */
	readonly app?: string | undefined;
	/** Stores whose content is served at /ipfs; nothing is without one. */
	readonly stores?: readonly BlockStore[] | undefined;
	/** The address of an attester's node. */
	readonly attester?: string | undefined;
}

/** Streams of events that each address may have open: a browser has one for each page. */
const STREAMS = 20;
/** Inputs of a job in a body are lists of numbers. */
const MOST_BYTES = 1 << 20;
/** Bytes of a body that is too large which are read before it is refused. */
const MOST_DISCARDED = 8 << 20;

/** What a page from here may do: run its own code and WebAssembly, and ask this server. */
const HEADERS = secureHeaders({
	contentSecurityPolicy: {
		defaultSrc: ["'none'"],
		scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
		styleSrc: ["'self'"],
		imgSrc: ["'self'", "data:"],
		fontSrc: ["'self'"],
		connectSrc: ["'self'"],
		workerSrc: ["'self'", "blob:"],
		manifestSrc: ["'self'"],
		baseUri: ["'none'"],
		formAction: ["'self'"],
		frameAncestors: ["'none'"],
	},
	crossOriginOpenerPolicy: "same-origin",
	crossOriginEmbedderPolicy: "require-corp",
	crossOriginResourcePolicy: "same-origin",
	referrerPolicy: "no-referrer",
	xFrameOptions: "DENY",
	// It is served over plain HTTP on this machine; a proxy in front adds its own.
	strictTransportSecurity: false,
});

/** Everything that the server answers. */
export function serverApp(served: Served, options: AppOptions): OpenAPIHono {
	const app = new OpenAPIHono({
		defaultHook: (result) => {
			if (result.success) return;
			const [issue] = result.error.issues;
			const where = issue.path.join(".");
			const found = where === "" ? issue.message : `${where}: ${issue.message}`;
			throw new Refusal(400, "INPUT", found, "see /openapi.json for what is taken.");
		},
	});
	const requests = new RequestCounts();
	app.onError((error, context) => answerFailure(context, error, served.warn));
	app.notFound((context) =>
		answerFailure(
			context,
			unknown("There is nothing at this address.", "see / and /openapi.json."),
			served.warn,
		),
	);
	app.use(requests.middleware);
	app.use(HEADERS);
	const { cors: origins = [] } = options;
	if (origins.length > 0) app.use(cors({ origin: [...origins], allowMethods: ["GET", "POST"], maxAge: 600 }));
	app.use(rateLimit(options.rate));
	if (options.loopback === true) app.use(ownHost(origins));
	const { streams = STREAMS } = options;
	app.use(placesFor(streams, asksForEvents));
	app.use(placesFor(Math.ceil(streams / 5), asksForCar));
	app.use(
		bodyLimit({
			maxSize: MOST_BYTES,
			onError: async (context) => {
				await discard(context.req.raw.body);
				throw new Refusal(413, "TOO_LARGE", "The body is larger than 1 MiB.", "send less at once.");
			},
		}),
	);
	app.use(async (context, next) => {
		const { method } = context.req;
		if (!["GET", "HEAD", "POST", "OPTIONS"].includes(method)) {
			throw new Refusal(405, "METHOD", `${method.slice(0, 20)} is not taken here.`, "use GET or POST.");
		}
		const type = context.req.header("content-type") ?? "";
		const needsJson = method === "POST" && !/^\/network\/coordination\//.test(context.req.path);
		// A page of another origin cannot send JSON without asking first, which CORS refuses.
		if (needsJson && !/^application\/json\b/.test(type)) {
			throw new Refusal(
				415,
				"TYPE",
				"The body is not JSON.",
				'send it with "content-type: application/json".',
			);
		}
		requireOwnOrigin(method, context.req.header("origin"), context.req.header("host"), origins);
		return next();
	});
	addPages(app, served);
	addRpc(app, served);
	app.use(
		"/v1/*",
		answerCache(() => `${served.index().revision} ${served.trouble() ?? ""}`),
	);
	addEvents(app, served);
	addLists(app, served);
	addDetails(app, served);
	addTransactions(app, served);
	addNetwork(app, served);
	addAttester(app, options.attester);
	addGateway(app, options.stores ?? []);
	addState(app, served, requests);
	app.doc31("/openapi.json", {
		openapi: "3.1.0",
		info: {
			title: "Umpire",
			version: "0.1.0",
			description: "What happened on a deployment of Umpire, and transactions for wallets to sign.",
		},
	});
	if (options.app === undefined) app.get("/", (context) => context.json(OVERVIEW));
	else addStatic(app, options.app);
	requests.know(app.routes.map(({ path }) => path));
	return app;
}

/** Reads a body that is refused, up to a point: who is still sending when a connection closes never sees the answer. */
async function discard(body: ReadableStream<Uint8Array> | null): Promise<void> {
	if (body === null || body.locked) return;
	let bytes = 0;
	for await (const chunk of body) {
		bytes += chunk.length;
		if (bytes > MOST_DISCARDED) return;
	}
}

/** A trustless gateway over the stores that the server was given. */
function addGateway(app: OpenAPIHono, stores: readonly BlockStore[]): void {
	if (stores.length === 0) return;
	const handle = gatewayHandler(stores);
	app.on(["GET", "HEAD"], "/ipfs/:cid", (context) => handle(context.req.raw));
}

const OVERVIEW = {
	name: "umpire",
	documentation: "/openapi.json",
	health: "/health",
	data: ["/v1/deployment", "/v1/overview", "/v1/requests", "/v1/claims", "/v1/disputes", "/v1/events"],
	network: ["/workers", "/clients", "/jobs", "/jobs/pending", "/network/stats"],
};

/** A page of another origin must not make a local server sign, whatever a browser lets it send. */
function requireOwnOrigin(
	method: string,
	origin: string | undefined,
	host: string | undefined,
	origins: readonly string[],
): void {
	if (method !== "POST" || origin === undefined || origins.includes(origin)) return;
	if (URL.canParse(origin) && new URL(origin).host === host) return;
	throw new Refusal(
		403,
		"ORIGIN",
		"A page of another origin may not write here.",
		"start umpire serve with --cors ORIGIN.",
	);
}

/** What the pages of the web app are made from; a block's is made once. */
function addPages(app: OpenAPIHono, served: Served): void {
	const { home, contracts } = served.view;
	const views = new PageViews({ ...served.view, feed: eventFeed(contracts) });
	addMarketPages(app, served, views);
	const pages = pageRoutes(views, home.content);
	for (const path of ["/v1/pages/*", "/v1/content/*"]) {
		app.get(path, async (context, next) => (await pages(context.req.raw)) ?? next());
	}
}

function addState(app: OpenAPIHono, served: Served, requests: RequestCounts): void {
	const state = () => {
		const { head } = served.index();
		const trouble = served.trouble();
		const block = head === undefined ? null : { number: Number(head.number), time: Number(head.timestamp) };
		return {
			status: trouble === undefined && head !== undefined ? "ok" : "degraded",
			block,
			trouble: trouble ?? null,
		};
	};
	app.get("/health", (context) => context.json(state()));
	app.get("/ready", (context) => {
		const now = state();
		return context.json(now, now.status === "ok" ? 200 : 503);
	});
	app.get("/v1/index", (context) => {
		const { revision, database, contracts } = served.index();
		return context.json({ ...state(), database: database.name, revision, contracts });
	});
	app.get("/metrics", async (context) => {
		const body = await metricsOf(served, requests);
		return context.body(body, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
	});
}

/** Files of a folder; addresses without a dot are pages that the app makes itself. */
function addStatic(app: OpenAPIHono, folder: string): void {
	app.get("*", serveStatic({ root: folder }));
	const isPage = /^\/[^.]*$/;
	app.get("*", async (context, next) =>
		isPage.test(context.req.path) && /text\/html/.test(context.req.header("accept") ?? "")
			? serveStatic({ root: folder, path: "index.html" })(context, next)
			: next(),
	);
}
