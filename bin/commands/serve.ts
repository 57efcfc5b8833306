import { type ChainOptions, command, withChain, withSources } from "../command.ts";
import { progress } from "../log.ts";
import { numberOption } from "../numbers.ts";

interface Options extends ChainOptions {
	port: number;
	host: string;
	cors?: string[];
	rate: number;
	streams: number;
	app?: string;
	attester?: string;
	store?: string[];
	interval: number;
}

export const serve = command<Options>({
	command: "serve",
	describe: "serve the HTTP API: what happened, live events, transactions for wallets (docs/api.md)",
	examples: [
		["umpire serve", "serves on http://127.0.0.1:8600, with its index in the home folder"],
		["DATABASE_URL=postgres://umpire@db/umpire umpire serve", "keeps the index in PostgreSQL"],
		["umpire serve --store folder:/var/umpire", "serves what is there at /ipfs/CID, too (docs/storage.md)"],
		[
			"umpire serve --app web --cors https://umpire.example",
			"serves a web app beside, and one to another origin",
		],
	],
	runsOn: true,
	tells: true,
	options: (yargs) =>
		withSources(withChain(yargs))
			.option(
				"port",
				numberOption("port", {
					default: 8600,
					least: 0,
					most: 65_535,
					whole: true,
					describe: "0: any that is free",
				}),
			)
			.option("host", {
				type: "string",
				default: "127.0.0.1",
				describe: "address to listen on; 0.0.0.0 is every network that this machine is in",
				requiresArg: true,
			})
			.option("cors", {
				type: "string",
				array: true,
				describe: "origin whose pages may read answers, as in https://umpire.example",
				requiresArg: true,
			})
			.nargs("cors", 1)
			.option(
				"rate",
				numberOption("rate", {
					default: 100,
					least: 1,
					most: 1e6,
					whole: true,
					describe: "requests a second from one address; twice as many at once",
				}),
			)
			.option(
				"streams",
				numberOption("streams", {
					default: 20,
					least: 1,
					most: 1e6,
					whole: true,
					describe: "streams of events that one address may have open, and five times as many as CAR files",
				}),
			)
			.option("app", {
				type: "string",
				describe: "folder of a built web app to serve beside",
				requiresArg: true,
			})
			.option("attester", {
				type: "string",
				describe: "address of an attester's node (umpire attest --serve) to show here",
				requiresArg: true,
			})
			.option("store", {
				type: "string",
				array: true,
				describe: "store whose content is served under /ipfs, as in folder:PATH (environment: UMPIRE_STORE)",
				requiresArg: true,
			})
			.nargs("store", 1)
			.option(
				"interval",
				numberOption("interval", {
					default: 1,
					least: 0.05,
					most: 3600,
					unit: "seconds",
					describe: "seconds between two looks at the chain",
				}),
			),
	async run(options) {
		const { runServer } = await import("../serve-actions.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		await runServer(options, { progress, signal: untilInterrupted });
	},
});
