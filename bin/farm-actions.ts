import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { SHAPES } from "@umpire/actors/farm/shapes.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { FarmClient } from "@umpire/farm/client.ts";
import { openToken, readToken, WorkerTokens } from "@umpire/farm/token.ts";
import type { Limits } from "@umpire/operators/limits.ts";
import { openHome } from "@umpire/store/home.ts";

export interface FarmActionOptions {
	readonly home?: string | undefined;
	readonly coordinator: string;
	readonly tokenFile?: string | undefined;
	readonly host: string;
	readonly port: number;
	readonly leaseSeconds: number;
	readonly mostDataMib: number;
	readonly name?: string | undefined;
	readonly kinds?: readonly string[] | undefined;
	readonly slots: number;
	readonly what?: string | undefined;
	readonly of?: string | undefined;
	readonly inputs?: readonly string[] | undefined;
	readonly samples: number;
	readonly seed: number;
	readonly bits: 8 | 16;
	readonly refused?: string | undefined;
	readonly only?: string | undefined;
	readonly limits: Limits;
	readonly progress: (line: string) => void;
	readonly warn: (line: string) => void;
}

const MIB = 2 ** 20;

/** Serves the queue until it is told to stop. */
export async function coordinate(options: FarmActionOptions, signal: AbortSignal): Promise<void> {
	const { openPglite, postgresAt } = await import("@umpire/farm/database.ts");
	const { Queue } = await import("@umpire/farm/queue.ts");
	const { serveCoordinator } = await import("@umpire/farm/serve.ts");
	const home = openHome(options.home);
	const tokenFile = options.tokenFile ?? home.path("farm", "token");
	const token = await openToken(tokenFile);
	const url = process.env.DATABASE_URL;
	const database = url ? postgresAt(url) : await openPglite(home.path("farm", "queue"));
	const names = SHAPES.map(({ name }) => name);
	const queue = await Queue.open(database, names, options.leaseSeconds, options.warn);
	const { host, port, mostDataMib, warn } = options;
	const folder = home.path("farm");
	const content = [home.folder];
	const workerTokens = new WorkerTokens(home.path("farm", "workers"));
	const served = {
		queue,
		kinds: SHAPES,
		token,
		workerTokens,
		folder,
		content,
		mostBytes: mostDataMib * MIB,
		warn,
	};
	const server = await serveCoordinator(served, port, host).catch(async (error: unknown) => {
		await queue.close();
		throw error;
	});
	options.progress(
		`The farm is at ${server.url}; its queue is in ${queue.database}, its token in ${tokenFile}.`,
	);
	await aborted(signal);
	await server.close();
}

/** Makes a token for a worker of a coordinator with this home folder. */
export async function makeWorkerToken({ home, name }: FarmActionOptions) {
	if (name === undefined) {
		throw new UmpireError("USAGE", "Name the worker: umpire farm token --name NAME.");
	}
	const file = await new WorkerTokens(openHome(home).path("farm", "workers")).make(name);
	return { worker: name, file };
}

/** Does jobs of a coordinator until it is told to stop. */
export async function workFor(options: FarmActionOptions, signal: AbortSignal): Promise<void> {
	const { kindsOf } = await import("@umpire/actors/farm/kinds.ts");
	const { runWorker } = await import("@umpire/farm/worker.ts");
	const home = openHome(options.home);
	const client = await clientOf(options);
	const own = hostname()
		.replace(/[^\w.-]/g, "-")
		.slice(0, 50);
	const name = options.name ?? `${own}-${randomBytes(3).toString("hex")}`;
	if (!/^[\w.-]{1,64}$/.test(name)) {
		throw new UmpireError("OPTION", `--name ${name} is no name`, {
			advice: "take letters, digits, dots and dashes.",
		});
	}
	const all = kindsOf({ home, client, limits: options.limits, tell: options.progress });
	const stray = options.kinds?.find((kind) => !all.some((one) => one.name === kind));
	if (stray !== undefined) {
		throw new UmpireError("OPTION", `There is no kind "${stray}"`, {
			advice: `there are ${all.map((kind) => kind.name).join(", ")}.`,
		});
	}
	const kinds = all.filter((kind) => options.kinds?.includes(kind.name) ?? true);
	options.progress(`Worker ${name} asks ${client.place} for ${kinds.map((kind) => kind.name).join(", ")}.`);
	await runWorker({ client, name, kinds, slots: options.slots, tell: options.progress, signal });
}

/** What the coordinator says of jobs and workers. */
export async function farmStatus(options: FarmActionOptions) {
	return (await clientOf(options)).status();
}

/** Submits and waits. */
export async function submitTo(options: FarmActionOptions, signal: AbortSignal) {
	const { Farm } = await import("@umpire/actors/farm/farm.ts");
	const { farmConformance, farmEvaluate } = await import("@umpire/actors/farm/submit.ts");
	const home = openHome(options.home);
	const { coordinator: address, tokenFile, what, of, inputs = [] } = options;
	const farm = await Farm.open(home, { address, tokenFile }, options.progress);
	if (what === "conformance" && of !== undefined) {
		return { conformance: await farmConformance(farm, { ...options, folder: of }, signal) };
	}
	if (what === "evaluate" && of !== undefined && inputs.length > 0) {
		return { evaluations: await farmEvaluate(farm, of, inputs, options, signal) };
	}
	throw new UmpireError(
		"USAGE",
		"Submit what: umpire farm submit conformance FOLDER, or umpire farm submit evaluate PROGRAM --inputs FILE.",
	);
}

async function clientOf({ coordinator, tokenFile, home }: FarmActionOptions): Promise<FarmClient> {
	return new FarmClient(coordinator, await readToken(tokenFile ?? openHome(home).path("farm", "token")));
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
