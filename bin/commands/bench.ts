import { BENCH_NAMES, BENCHES, type BenchName } from "../../bench/benches.ts";
import { type CommonOptions, command } from "../command.ts";
import { progress } from "../log.ts";
import { report } from "../output.ts";

interface Options extends CommonOptions {
	name: BenchName;
	models: string;
	quick: boolean;
	keep: boolean;
}

const LIST = BENCH_NAMES.map((name) => `${name}: ${BENCHES[name].describe}`).join("; ");

export const bench = command<Options>({
	command: "bench [name]",
	describe: "measure disputes, overheads, commitments, proofs and gas",
	options: (yargs) =>
		yargs
			.positional("name", { choices: BENCH_NAMES, default: "dispute" as const, describe: LIST })
			.option("models", {
				type: "string",
				default: "",
				describe: "only models whose names have this",
				requiresArg: true,
			})
			.option("quick", {
				type: "boolean",
				default: false,
				describe: "the smallest model only, and no long dispute",
			})
			.option("keep", {
				type: "boolean",
				default: false,
				describe: "add the figures, with date, commit and machine, to bench/results, and draw them there",
			})
			.example("$0 bench overhead --models LeNet", "one model")
			.example("$0 bench dispute --keep", "bench/results/dispute.jsonl"),
	async run({ name, models, quick, keep, json }) {
		const { keepResult, machine, machineText } = await import("../../bench/results.ts");
		const measured = await BENCHES[name].run({ models, quick }, progress);
		if (keep) progress(`Kept in ${await keepResult(name, measured)}.`);
		const described = machine();
		report(json, { name, machine: described, ...measured.figures }, () => [
			...measured.lines,
			"",
			`Measured on ${machineText(described)}.`,
		]);
	},
});
