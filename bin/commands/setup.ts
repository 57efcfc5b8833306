import { type CommonOptions, command } from "../command.ts";
import { progress } from "../log.ts";
import { report } from "../output.ts";

export const setup = command<CommonOptions>({
	command: "setup",
	describe: "build the contracts and make the proving keys (once)",
	async run(options) {
		const { setUp } = await import("@umpire/actors/set-up.ts");
		const done = await setUp(progress);
		if (options.json) report(true, done, () => []);
		else if (done.built || done.made) progress("Ready. Next: ./just demo");
	},
});
