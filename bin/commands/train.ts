import type { Training } from "@umpire/actors/train.ts";
import { HYPER_UNIT } from "@umpire/training/job.ts";
import { type CommonOptions, command } from "../command.ts";
import { type CommitmentChoice, withCommitment } from "../commitment-options.ts";
import { progress } from "../log.ts";
import { numberOption, seedOption } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends CommonOptions, CommitmentChoice {
	model: string;
	data: string;
	label?: string;
	loss: "cross-entropy" | "mse";
	optimizer: "sgd" | "momentum" | "adam";
	lr: number;
	momentum: number;
	weightDecay: number;
	steps: number;
	batch: number;
	validation: number;
	test: number;
	scale: number;
	freeze: string[];
	seed: number;
	out: string;
	plot?: string;
	grid?: string;
	commit: boolean;
}

const counted = (name: string, otherwise: number, describe: string) =>
	numberOption(name, { default: otherwise, least: 1, most: 1e6, whole: true, describe });

const share = (name: string, otherwise: number, describe: string) =>
	numberOption(name, { default: otherwise, least: 0, most: 0.999999, describe });

export const train = command<Options>({
	command: "train <model>",
	describe: "train a float model exactly: a training step becomes a program of many steps",
	examples: [
		[
			"umpire train mlp.onnx --data digits.csv --scale 0.0625 --steps 2000 --plot curves.svg",
			"labels in the last column",
		],
		["umpire train cnn.onnx --data mnist.npz --optimizer adam --lr 0.001 --batch 64", "x_train, y_train, …"],
		["umpire train net.onnx --data photos --validation 0.1 --test 0.1", "one folder of images a class"],
		["umpire train mlp.onnx --data digits.csv --grid rates.json", "for others to train: umpire grid open"],
		["umpire train price.onnx --data houses.csv --label price --loss mse", "a regression"],
	],
	options: (yargs) =>
		withCommitment(yargs)
			.positional("model", { type: "string", describe: "ONNX file", demandOption: true })
			.option("data", {
				type: "string",
				describe: ".csv, .npz, X.npy,Y.npy or a folder of images, one folder a class",
				demandOption: true,
				requiresArg: true,
			})
			.option("label", {
				type: "string",
				describe: "column of a table that is to be learnt (default: the last one)",
				requiresArg: true,
			})
			.option("loss", { choices: ["cross-entropy", "mse"] as const, default: "cross-entropy" as const })
			.option("optimizer", { choices: ["sgd", "momentum", "adam"] as const, default: "momentum" as const })
			.option(
				"lr",
				numberOption("lr", { default: 0.03, least: HYPER_UNIT, most: 127, describe: "learning rate" }),
			)
			.option(
				"momentum",
				share("momentum", 0.9, "share of the velocity that is kept, with --optimizer momentum"),
			)
			.option(
				"weight-decay",
				share("weight-decay", 0, "every step takes lr times this share off the weights"),
			)
			.option("steps", counted("steps", 1000, "steps of training"))
			.option("batch", counted("batch", 32, "rows of a step"))
			.option("validation", share("validation", 0.1, "share of the rows by which runs are compared"))
			.option("test", share("test", 0.1, "share of the rows that tells how good the result is"))
			.option(
				"scale",
				numberOption("scale", { default: 1, describe: "the numbers of the data are multiplied by this" }),
			)
			.option("freeze", {
				type: "string",
				array: true,
				default: [] as string[],
				describe: "initializers that are not trained",
				requiresArg: true,
			})
			.option("seed", seedOption("of the order of the rows and of dropouts", 1))
			.option("out", {
				type: "string",
				default: ".",
				describe: "folder for what is written",
				requiresArg: true,
			})
			.option("plot", {
				type: "string",
				describe: "file for the curves, float and exact (SVG)",
				requiresArg: true,
			})
			.option("grid", {
				type: "string",
				describe:
					'JSON file of trainings that the program is to serve too, [{ "lr": 0.1, "steps": 500 }, …]: the points of umpire grid open',
				requiresArg: true,
			})
			.option("commit", {
				type: "boolean",
				default: false,
				describe:
					"run once more and commit to what a claim carries: checkpoints, or all steps of a short run",
			}),
	async run(options) {
		const { train: run } = await import("@umpire/actors/train.ts");
		const result = await run({ ...options, progress });
		const share = (value: number | null): string =>
			value === null
				? "none"
				: options.loss === "mse"
					? value.toPrecision(5)
					: `${(100 * value).toFixed(2)} %`;
		const both = (pick: (summary: typeof result.exact) => number | null): string =>
			`${share(pick(result.exact))} (float ${share(pick(result.float))})`;
		const what = options.loss === "mse" ? "squared error" : "accuracy";
		const { files, saturated } = result;
		report(options.json, result, () => [
			...table([
				["program", result.program],
				["inputs", result.inputsRoot],
				...(result.traceRoot === null ? [] : [["trace", result.traceRoot] as const]),
				["steps", `${result.steps}, of them ${options.steps} of training`],
				["claims", claimsText(result)],
				["operators", String(result.operators)],
				["trained", result.parameters.join(", ")],
				["loss", `${result.exact.loss.toPrecision(4)} (float ${result.float.loss.toPrecision(4)})`],
				...(result.exact.validation === null
					? []
					: [[`${what}, validation`, both(({ validation }) => validation)] as const]),
				...(result.exact.test === null ? [] : [[`${what}, test`, both(({ test }) => test)] as const]),
				[
					"one step",
					`changes differ from float by at most ${(100 * result.oneStepError).toPrecision(2)} % out of the same state`,
				],
				["clipped", saturated.length === 0 ? "nothing" : clippedText(saturated)],
				["weights", `${files.trained} (float), ${files.inference} (program)`],
				["training", `${files.training}, inputs in ${files.inputs}`],
				...(files.plot === undefined ? [] : [["curves", files.plot] as const]),
			]),
			files.points === undefined
				? `Next: umpire register ${files.training}, then umpire request NUMBER ${files.inputs}`
				: `Next: umpire register ${files.training}, then umpire grid open NUMBER ${files.inputs} --hyper hyper --points ${files.points}`,
		]);
	},
});

/** What a claim commits to, and what a dispute costs a submitter in hashing: 0.1 ms a leaf on a slow core. */
function claimsText({ commitment, segment, steps, leavesOfDispute }: Training): string {
	const seconds = Math.ceil(leavesOfDispute / 10_000);
	if (commitment === "eager") return "carry the root of the whole trace";
	const cost = `a dispute makes a submitter hash ${leavesOfDispute} leaves, up to ${seconds} s on one core`;
	if (commitment === "lazy") return `carry the output alone; ${cost}`;
	return `carry ${Math.ceil(steps / (segment ?? steps))} checkpoints of segments of ${segment} steps; ${cost}`;
}

/** The operators that were clipped most, as shares of their elements. */
function clippedText(
	saturated: readonly { node: string; operator: number; elements: number; of: number }[],
): string {
	const shown = saturated
		.slice(0, 3)
		.map(
			({ node, operator, elements, of }) =>
				`#${operator} ${node} ${((100 * elements) / of).toPrecision(2)} %`,
		);
	const more = saturated.length > shown.length ? `, and ${saturated.length - shown.length} more` : "";
	return `${shown.join(", ")}${more}`;
}
