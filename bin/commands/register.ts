import { calibrationText } from "../calibration-text.ts";
import {
	type CompileOptions,
	command,
	type LossOptions,
	type SigningOptions,
	withCompile,
	withLoss,
	withSigner,
	withStore,
} from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress, warn } from "../log.ts";
import { report, table } from "../output.ts";

interface Options extends SigningOptions, CompileOptions, LimitsOptions, LossOptions {
	model: string;
}

export const register = command<Options>({
	command: "register <model>",
	describe: "compile a model (or take a compiled program), store it and register its root",
	examples: [
		["umpire register digits.onnx --calibrate samples.json", ""],
		[
			"umpire register digits.umpire.onnx --store s3://bucket/umpire?endpoint=https://s3.example.org",
			"puts the program there, and the chain says where",
		],
		["umpire register gpt.onnx --decode input_ids=logits --steps 16 --calibrate prompts.json", ""],
	],
	options: (yargs) =>
		withStore(withLoss(withLimits(withCompile(withSigner(yargs))))).positional("model", {
			type: "string",
			describe: "ONNX file or program file",
			demandOption: true,
		}),
	async run(options) {
		const { openWorld } = await import("@umpire/actors/world.ts");
		const { registerModel } = await import("@umpire/actors/register.ts");
		const world = await openWorld({ ...options, limits: limitsOf(options) }, "requester");
		const registered = await registerModel(world, options.model, { ...options, progress });
		const { calibration, known, warnings } = registered;
		for (const warning of warnings) warn(warning);
		report(options.json, registered, () => [
			...table([
				[
					"program",
					`${registered.number} (${registered.name})${known ? ", registered before: nothing was sent" : ""}`,
				],
				["root", registered.root],
				["stored in", registered.file],
				...(registered.content === null ? [] : [["cid", registered.content.cid] as const]),
				...(calibration === null ? [] : [["calibrated", calibrationText(calibration)] as const]),
			]),
			`Next: ./just submit ${registered.number} (and, in other terminals, ./just verify ${registered.number} and ./just request ${registered.number} INPUT)`,
		]);
	},
});
