import { writeFileSync } from "node:fs";
import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { type CompileOptions, command, withCompile } from "../command.ts";
import { progress } from "../log.ts";
import { seedOption } from "../numbers.ts";
import { report } from "../output.ts";

interface Options extends CompileOptions {
	model: string;
	input?: string;
	defect: string;
	attack: boolean;
	mode: "auto" | "direct" | "bisect";
	seed?: number;
	html?: string;
}

export const rehearse = command<Options>({
	command: "rehearse <model>",
	describe: "play a whole dispute on a private chain",
	examples: [
		["umpire rehearse digits.onnx --input seven.json --defect 3:17", "one wrong number in operator 3"],
		["umpire rehearse digits.onnx --defect random --seed 4", ""],
		["umpire rehearse rnn.onnx --steps 8 --carry h_out=h_in --defect 5/3:17", "in step 5, of 0 to 7"],
		["umpire rehearse digits.onnx --defect none", "an honest claim: nobody challenges"],
		["umpire rehearse digits.onnx --mode direct", "the claimed trace is published: no search"],
		[
			"umpire rehearse digits.onnx --commitment lazy --defect 5",
			"the trace is committed to when it is challenged",
		],
		["umpire rehearse digits.onnx --defect random --html story.html", "the dispute as a page"],
		["umpire rehearse digits.onnx --attack", "a dishonest challenger loses its bond"],
	],
	options: (yargs) =>
		withCompile(yargs)
			.positional("model", { type: "string", describe: "ONNX file", demandOption: true })
			.option("input", {
				type: "string",
				describe: "input file (default: seeded synthetic)",
				requiresArg: true,
			})
			.option("defect", {
				type: "string",
				default: "random",
				describe: "[STEP/]OPERATOR[:ELEMENT] that the submitter falsifies, random, or none",
				requiresArg: true,
			})
			.option("attack", {
				type: "boolean",
				default: false,
				describe: "the claim is honest, the challenger is not",
			})
			.option("mode", {
				choices: ["bisect", "direct", "auto"] as const,
				default: "bisect" as const,
				describe: "how the wrong claim is brought down (direct: the submitter publishes its trace)",
			})
			.option("seed", seedOption("draws the place (default: random)"))
			.option("html", {
				type: "string",
				describe: "write the dispute to this file, as a page (see umpire story)",
				requiresArg: true,
			}),
	async run(options) {
		const { rehearse: play } = await import("@umpire/actors/rehearse.ts");
		const { rehearsalLines } = await import("../rehearsal-lines.ts");
		const { html } = options;
		const { storyHtml } = await import("@umpire/app/story-html.ts");
		const onDispute =
			html === undefined
				? undefined
				: (view: DisputeView) => {
						writeFileSync(html, storyHtml(view));
						progress(`Wrote ${html}: open it in a browser.`);
					};
		const result = await play({ ...options, progress, onDispute });
		report(options.json, result, () => rehearsalLines(result));
		if (!result.ok) process.exitCode = 1;
	},
});
