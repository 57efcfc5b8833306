import { type CommonOptions, command } from "../command.ts";
import { report } from "../output.ts";

export const demo = command<CommonOptions>({
	command: "demo",
	describe: "play the whole story on a private chain",
	async run(options) {
		const { demonstrate } = await import("@umpire/actors/demo.ts");
		const say = (text: string) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
		const summary = await demonstrate(say);
		if (options.json) report(true, summary, () => []);
	},
});
