import { join } from "node:path";
import type { View } from "@umpire/actors/world.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type ChainOptions, command, withChain, withSources } from "../command.ts";
import { untilInterrupted } from "../interrupt.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { numberOption } from "../numbers.ts";
import { report } from "../output.ts";

interface Options extends ChainOptions, LimitsOptions {
	port: number;
	pause: number;
	demo: boolean;
}

/** Requests a second that a browser may make. */
const RATE = 200;
/** Milliseconds between two looks at the chain. */
const INTERVAL = 1000;

export const app = command<Options>({
	command: "app",
	describe: "serve the web app: claims, disputes, programs, jobs, grids and bounties, live",
	examples: [
		["umpire app", "of the chain that the home folder knows; without one, of a private chain with a story"],
		["umpire app --demo", "of a private chain on which a wrong claim is being disputed"],
		["umpire app --port 9000 --rpc URL", ""],
	],
	runsOn: true,
	options: (yargs) =>
		withLimits(withSources(withChain(yargs)))
			.option(
				"port",
				numberOption("port", {
					default: 8787,
					least: 0,
					most: 65_535,
					whole: true,
					describe: "port on 127.0.0.1 (0: any that is free)",
				}),
			)
			.option("demo", {
				type: "boolean",
				default: false,
				describe: "play a story on a private chain, whatever else is there",
			})
			.option(
				"pause",
				numberOption("pause", {
					default: 5,
					least: 0,
					most: 20,
					unit: "seconds",
					describe: "seconds between two moves of that story",
				}),
			),
	async run(options) {
		const { projectRoot } = await import("@umpire/chain/hardhat.ts");
		const { buildApp } = await import("@umpire/app/build-app.ts");
		const { startServer } = await import("@umpire/server/serve.ts");
		const { openView } = await import("@umpire/actors/world.ts");
		const signal = untilInterrupted();
		const view = options.demo
			? undefined
			: await openView({ ...options, limits: limitsOf(options) }).catch((error: unknown) => {
					const named = options.rpc !== undefined || process.env.UMPIRE_RPC !== undefined;
					if (named || !(error instanceof UmpireError) || options.umpire !== undefined) throw error;
					progress(`${error.message} Playing a story on a private chain instead.`);
					return undefined;
				});
		progress("Building the app...");
		const folder = join(projectRoot, ".umpire", "app");
		await buildApp(folder);
		const serving = async (of: View) => {
			const served = await startServer(of, {
				...{ port: options.port, host: "127.0.0.1", rate: RATE, interval: INTERVAL },
				...{ app: folder, databaseUrl: view && process.env.DATABASE_URL, progress },
			});
			report(options.json, { url: served.url, demo: view === undefined }, () => [
				`The app is at ${served.url} (Ctrl-C ends it).`,
			]);
			return served;
		};
		if (view !== undefined) {
			const served = await serving(view);
			await ended(signal);
			return served.close();
		}
		const { setUp } = await import("@umpire/actors/set-up.ts");
		const { openStage } = await import("@umpire/actors/stage.ts");
		const { prepareStory } = await import("@umpire/actors/pages/play-for-pages.ts");
		const { playMarkets } = await import("@umpire/actors/pages/play-markets.ts");
		const { failureText } = await import("@umpire/actors/actor.ts");
		const { eventFeed } = await import("@umpire/chain/events.ts");
		await setUp(progress);
		const stage = await openStage();
		try {
			const story = await prepareStory(stage, progress);
			const { home, contracts } = stage;
			const served = await serving({ home, contracts, feed: eventFeed(contracts) });
			await story.play({ signal, pause: 1000 * options.pause });
			// Time is skipped there, which would end a dispute: it comes afterwards.
			const markets = signal.aborted ? Promise.resolve() : playMarkets(stage, progress);
			// Who does not wait for its end closes the chain under it.
			markets.catch((error: unknown) => signal.aborted || progress(failureText(error)));
			await ended(signal);
			await served.close();
		} finally {
			await stage.close();
		}
	},
});

const ended = (signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
