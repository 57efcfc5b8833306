import type { Argv } from "yargs";
import { type CommonOptions, command } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { numberOption, seedOption } from "../numbers.ts";
import { columns, report, table } from "../output.ts";

interface Options extends CommonOptions, LimitsOptions {
	action: "coordinator" | "token" | "worker" | "status" | "submit";
	what?: "conformance" | "evaluate";
	of?: string;
	coordinator: string;
	tokenFile?: string;
	host: string;
	port: number;
	leaseSeconds: number;
	mostDataMib: number;
	name?: string;
	kinds?: string[];
	slots: number;
	inputs?: string[];
	samples: number;
	seed: number;
	bits: 8 | 16;
	refused?: string;
	only?: string;
}

const runs = ({ action }: Options): boolean => action === "coordinator" || action === "worker";

export const farm = command<Options>({
	command: "farm <action> [what] [of]",
	describe: "spread what takes long over machines of one's own (docs/farm.md)",
	examples: [
		["umpire farm coordinator --host 10.0.0.5", "keeps the queue and serves it, until Ctrl-C"],
		[
			"umpire farm worker --coordinator http://10.0.0.5:8650 --token-file token",
			"does its jobs, until Ctrl-C",
		],
		["umpire farm token --name east", "makes a token for a worker of its own name, beside the coordinator"],
		["umpire farm status", "shows jobs and workers"],
		["umpire farm submit conformance models --samples 0", "checks every model under a folder"],
		["umpire farm submit evaluate program.onnx --inputs a.json b.json", "runs a program on each"],
	],
	runsOn: runs,
	tells: runs,
	options: (yargs) => withFarmOptions(withLimits(yargs) as unknown as Argv),
	async run(options) {
		const { coordinate, farmStatus, makeWorkerToken, submitTo, workFor } = await import("../farm-actions.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		const full = { ...options, limits: limitsOf(options), progress };
		if (options.action === "coordinator") return coordinate(full, untilInterrupted());
		if (options.action === "worker") return workFor(full, untilInterrupted());
		if (options.action === "token") {
			const made = await makeWorkerToken(full);
			return report(options.json, made, () => table(Object.entries(made)));
		}
		if (options.action === "status") {
			const found = await farmStatus(full);
			return report(options.json, found, () => [
				...table([["database", found.database]]),
				...columns(
					["kind", "waiting", "leased", "done", "failed"],
					found.kinds.map((one) => [one.kind, one.waiting, one.leased, one.done, one.failed]),
				),
				...columns(
					["worker", "heard of", "leased", "done", "failed", "refused"],
					found.workers.map((one) => [
						one.name,
						`${one.age.toFixed(0)} s ago`,
						one.leased,
						one.done,
						one.failed,
						one.refused,
					]),
				),
			]);
		}
		const { conformance, evaluations = [] } = await submitTo(full, untilInterrupted());
		if (conformance !== undefined) {
			report(options.json, conformance, () => [
				...columns(
					["model", "verdict", "ms"],
					conformance.models.map((one) => [one.name, one.verdict, one.milliseconds.toFixed(0)]),
				),
				...conformance.models.flatMap(({ name, error }) =>
					error === undefined ? [] : [`${name}: ${error}`],
				),
				`${conformance.passed} passed, ${conformance.failed} failed, ${conformance.refused} refused as expected`,
			]);
			if (!conformance.ok) process.exitCode = 1;
			return;
		}
		report(options.json, { evaluations }, () =>
			evaluations.flatMap(({ inputsRoot, worker, outputs }) => [
				`inputs ${inputsRoot} (${worker})`,
				...outputs.map(({ name, values }) => `  ${name}  ${values.join(" ")}`),
			]),
		);
	},
});

function withFarmOptions(yargs: Argv): Argv {
	const [queue, worker, submitted] = ["Of the coordinator:", "Of a worker:", "What is submitted:"];
	return yargs
		.positional("action", {
			choices: ["coordinator", "token", "worker", "status", "submit"] as const,
			demandOption: true,
		})
		.positional("what", {
			choices: ["conformance", "evaluate"] as const,
			describe: "with submit: what is done",
		})
		.positional("of", { type: "string", describe: "a folder of models; a program's file or root" })
		.option("coordinator", {
			type: "string",
			default: "http://127.0.0.1:8650",
			describe: "address of the coordinator",
			requiresArg: true,
		})
		.option("token-file", {
			type: "string",
			describe: "file with the shared token (default: farm/token of the home folder; a coordinator makes it)",
			requiresArg: true,
		})
		.option("host", {
			type: "string",
			group: queue,
			default: "127.0.0.1",
			describe: "address on which it listens",
			requiresArg: true,
		})
		.option(
			"port",
			numberOption("port", {
				group: queue,
				default: 8650,
				least: 0,
				most: 65_535,
				whole: true,
				describe: "its port",
			}),
		)
		.option(
			"lease-seconds",
			numberOption("lease-seconds", {
				group: queue,
				default: 60,
				least: 10,
				most: 3600,
				whole: true,
				unit: "seconds",
				describe: "seconds after which a worker that is not heard of loses its job",
			}),
		)
		.option(
			"most-data-mib",
			numberOption("most-data-mib", {
				group: queue,
				default: 4096,
				least: 1,
				most: 1_048_576,
				whole: true,
				describe: "MiB of the largest file that it takes",
			}),
		)
		.option("name", {
			type: "string",
			group: worker,
			describe:
				"what it is called (default: the machine's name and some letters); with a token of its own, what that is called",
			requiresArg: true,
		})
		.option("kinds", {
			type: "string",
			array: true,
			group: worker,
			describe: "what it does, of prove, recompute, commit, evaluate, conformance (default: all)",
			requiresArg: true,
		})
		.option(
			"slots",
			numberOption("slots", {
				group: worker,
				default: 1,
				least: 1,
				most: 64,
				whole: true,
				describe: "jobs at once",
			}),
		)
		.option("inputs", {
			type: "string",
			array: true,
			group: submitted,
			describe: "with evaluate: files, or roots of inputs in the home folder",
			requiresArg: true,
		})
		.option(
			"samples",
			numberOption("samples", {
				group: submitted,
				default: 1,
				least: 0,
				most: 1e6,
				whole: true,
				describe: "with conformance: elements that are proved of every kind of operator; 0 for none",
			}),
		)
		.option("seed", { ...seedOption("draws the elements", 1), group: submitted })
		.option("bits", {
			choices: [8, 16] as const,
			default: 16 as const,
			group: submitted,
			describe: "width of activations",
		})
		.option("refused", {
			type: "string",
			group: submitted,
			describe: "file with the names of models that must be refused, one a line",
			requiresArg: true,
		})
		.option("only", {
			type: "string",
			group: submitted,
			describe: "only models whose name contains this",
			requiresArg: true,
		});
}
