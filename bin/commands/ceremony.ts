import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type CommonOptions, command } from "../command.ts";
import { progress } from "../log.ts";
import { numberOption } from "../numbers.ts";
import { columns, report, table } from "../output.ts";

const ACTIONS = ["new", "contribute", "verify", "beacon", "finish", "page"] as const;

interface Options extends CommonOptions {
	action: (typeof ACTIONS)[number];
	folder?: string;
	out?: string;
	name?: string;
	beacon?: string;
	rehearsal: boolean;
	circuit?: ("dot" | "elements")[];
	powersOfTau?: string;
	iterationsExponent?: number;
	signature?: string;
	blockHash?: string;
	contains?: string[];
	rpc?: string[];
	rpcTimeout: number;
}

export const ceremony = command<Options>({
	command: "ceremony <action> [folder]",
	describe: "make proving keys whose secret nobody knows (docs/ceremony.md)",
	examples: [
		[
			"umpire ceremony new keys --beacon drand:2027-01-31T12:00Z",
			"announces phase 1, circuits and the beacon",
		],
		["umpire ceremony contribute keys --name Alice", "adds a secret that is then forgotten"],
		["umpire ceremony verify keys", "checks everything from the circuits to the verifiers' bytecode"],
		["umpire ceremony beacon keys --signature SIGNATURE", "ends the contributions with the announced beacon"],
		["umpire ceremony finish keys", "writes the keys, the verifiers and the fingerprint"],
		["umpire ceremony page --out contribute.html", "writes a page that contributes in a browser"],
	],
	options: (yargs) =>
		yargs
			.positional("action", {
				choices: ACTIONS,
				demandOption: true,
			})
			.positional("folder", { type: "string", describe: "the transcript's folder; not for page" })
			.option("out", {
				type: "string",
				describe: "page: the HTML file to write, which contributes in browsers",
				requiresArg: true,
			})
			.option("name", {
				type: "string",
				describe: "contribute: the contributor; new: what the ceremony is called",
				requiresArg: true,
			})
			.option("beacon", {
				type: "string",
				describe:
					"new: drand:TIME (2027-01-31T12:00Z) or drand:ROUND of drand's evmnet, or block:CHAIN:NUMBER, whose value ends the contributions",
				requiresArg: true,
			})
			.option("rehearsal", {
				type: "boolean",
				default: false,
				describe: "new: begin with the development powers of tau; the keys are for local chains only",
			})
			.option("circuit", {
				choices: ["dot", "elements"] as const,
				array: true,
				describe: "new, with --rehearsal: this circuit alone",
			})
			.option("powers-of-tau", {
				type: "string",
				describe: "the result of phase 1 (default: powersOfTau28_hez_final_14.ptau in the folder)",
				requiresArg: true,
			})
			.option(
				"iterations-exponent",
				numberOption("iterations-exponent", {
					...{ least: 10, most: 32, whole: true },
					describe:
						"new: 2^this rounds of SHA-256 follow on the beacon's value (default: 10; 28 for a block)",
				}),
			)
			.option("signature", {
				type: "string",
				describe: "beacon: the signature of the announced round of drand",
				requiresArg: true,
			})
			.option("block-hash", {
				type: "string",
				describe: "beacon: the hash of the announced block (default: what --rpc says)",
				requiresArg: true,
			})
			.option("contains", {
				type: "string",
				array: true,
				describe:
					"verify, finish: published hashes of records or contributions, which must be in the transcript",
				requiresArg: true,
			})
			.option("rpc", {
				type: "string",
				array: true,
				describe: "nodes of the chain whose block is the beacon",
				requiresArg: true,
			})
			.option(
				"rpc-timeout",
				numberOption("rpc-timeout", {
					...{ default: 10, least: 0.001, most: 3600, unit: "seconds" },
					describe: "seconds after which an RPC request has failed",
				}),
			),
	async run(options) {
		const actions = await import("../ceremony-actions.ts");
		if (options.action === "page") {
			const written = await actions.writePage(options.out);
			return report(options.json, written, () =>
				table([
					["page", written.file],
					["SHA-256", written.sha256],
				]),
			);
		}
		if (options.folder === undefined) {
			throw new UmpireError(
				"USAGE",
				"Name the folder of the ceremony's transcript. See umpire ceremony --help.",
			);
		}
		const full = { ...options, folder: options.folder, progress };
		switch (options.action) {
			case "new": {
				const begun = await actions.beginCeremony(full);
				return report(options.json, begun, () =>
					table([
						["folder", begun.folder],
						["announced", `${begun.head} (publish this)`],
						["beacon", begun.due === null ? "a block" : `due ${begun.due}`],
						["next", `umpire ceremony contribute ${begun.folder} --name NAME`],
					]),
				);
			}
			case "contribute":
			case "beacon": {
				const act = options.action === "beacon" ? actions.endWithBeacon : actions.contribute;
				const made = await act(full);
				return report(options.json, made, () => [
					...table([
						["contribution", `${made.number} (${made.name})`],
						["record", `${made.head} (publish this)`],
						...made.contributions.map((one): [string, string] => [one.circuit, one.contribution]),
						["files", made.files.join(" ")],
					]),
				]);
			}
			case "verify": {
				const found = await actions.verify(full);
				return report(options.json, found, () => [
					...table([
						["ceremony", found.isRehearsal ? `${found.name} (a rehearsal)` : found.name],
						["record", found.head],
						[
							"beacon",
							`${found.beacon}${found.isBeaconDrawn ? "" : `, not drawn yet${found.due === null ? "" : ` (due ${found.due})`}`}`,
						],
						["fingerprint", found.fingerprint ?? "not finished"],
					]),
					...columns(
						["number", "name", "contributions"],
						found.contributions.map(({ number, name, circuits }) => [
							number,
							name,
							Object.values(circuits)
								.map(({ contribution }) => contribution.slice(0, 16))
								.join(" "),
						]),
					),
					"All is right.",
				]);
			}
			case "finish": {
				const done = await actions.finish(full);
				return report(options.json, done, () =>
					table([
						["fingerprint", done.fingerprint],
						["contributors", done.contributors.join(", ")],
						["beacon", done.beacon],
						...done.verifiers.map((one): [string, string] => [one.name, one.runtimeCodeHash]),
					]),
				);
			}
		}
	},
});
