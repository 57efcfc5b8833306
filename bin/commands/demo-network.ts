import { printable } from "@umpire/actors/printable.ts";
import { attesterDemonstrationLines } from "../attester-lines.ts";
import { type CommonOptions, command } from "../command.ts";
import { networkDemonstrationLines } from "../network-lines.ts";
import { report } from "../output.ts";

export const demoNetwork = command<CommonOptions>({
	command: "demo-network",
	describe:
		"play a job of every type with three workers, of whom one cheats, and four attesters, of whom three do, on a private chain",
	examples: [["umpire demo-network", "who was drawn, who was slashed, and what everybody was paid"]],
	async run(options) {
		// The story is what the command is for; with --json the data is.
		const stream = options.json ? process.stderr : process.stdout;
		const say = (line: string) => stream.write(`${printable(line)}\n`);
		// Before what takes a while to load.
		say("Jobs, a bounty and attesters, on a private chain: a minute or two.");
		const { demonstrateNetwork } = await import("@umpire/actors/jobs/demo-network.ts");
		const { demonstrateAttesters } = await import("@umpire/actors/attesters/demo-network-attesters.ts");
		const jobs = await demonstrateNetwork(say);
		const attesters = await demonstrateAttesters(say);
		const lines = () => [...networkDemonstrationLines(jobs), ...attesterDemonstrationLines(attesters)];
		report(options.json, { ...jobs, attesters }, lines);
	},
});
