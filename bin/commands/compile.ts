import { elementText } from "@umpire/actors/compare.ts";
import type { BudgetReport } from "@umpire/compiler/fidelity/budget.ts";
import { budgetText, keepsArgmax } from "@umpire/compiler/fidelity/error-budget.ts";
import type { OutputFidelity } from "@umpire/compiler/fidelity/measure.ts";
import type { CompileReport, OperatorReport } from "@umpire/compiler/fidelity/report.ts";
import type { Change, Counts, PassReport } from "@umpire/compiler/passes/pass.ts";
import type { WidthReport } from "@umpire/compiler/widths/choose.ts";
import { calibrationText } from "../calibration-text.ts";
import { type CompileOptions, command, type LossOptions, withCompile, withLoss } from "../command.ts";
import { progress, warn } from "../log.ts";
import { bad, report, table } from "../output.ts";

interface Options extends CompileOptions, LossOptions {
	model: string;
	out: string;
	explain: boolean;
}

export const compile = command<Options>({
	command: "compile <model>",
	describe: "compile an ONNX model into a canonical program",
	examples: [
		["umpire compile digits.onnx --calibrate samples.json", "ranges are measured on the samples"],
		["umpire compile model.onnx --shape image=1,3,224,224 --out program", "fix a dynamic size"],
		[
			"umpire compile gpt.onnx --decode input_ids=logits --steps 16 --calibrate prompts.json",
			"greedy decoding",
		],
		["umpire compile model.onnx --calibrate samples.json --fast", "bytes where 1 % of error allow it"],
		[
			"umpire compile model.onnx --calibrate samples.csv --labels classes.txt --budget points:0.5 --fast",
			"bytes as far as accuracy loses half a point",
		],
		["umpire compile model.onnx --explain", "what every pass did on the way"],
		["umpire compile rnn.onnx --steps 8 --carry h_out=h_in", "an output is an input of the next step"],
	],
	options: (yargs) =>
		withLoss(withCompile(yargs))
			.positional("model", { type: "string", describe: "ONNX file", demandOption: true })
			.option("out", {
				type: "string",
				default: ".",
				describe: "folder for MODEL.umpire.onnx, or a name that ends in .onnx",
				requiresArg: true,
			})
			.option("explain", {
				type: "boolean",
				default: false,
				describe: "print every pass: what it needs, what it leaves, and which operators it added and removed",
			}),
	async run(options) {
		const { compileFile, modelName, saveCompiled } = await import("@umpire/actors/compile-file.ts");
		const { outFile } = await import("@umpire/actors/out-file.ts");
		await outFile(options.out, modelName(options.model));
		const compiled = await compileFile(options.model, { ...options, fidelity: true, progress });
		const { adviceFor, missedBudget, worstOperators } = await import("@umpire/compiler/fidelity/report.ts");
		const missed = missedBudget(compiled.report);
		const isRefused = missed !== undefined && !options.acceptLoss;
		const file = isRefused ? undefined : await saveCompiled(compiled, options.model, options.out);
		const { program, commitment, kinds, parameters, report: about, warnings } = compiled;
		for (const warning of warnings) warn(warning);
		const { claimsText, commitmentOf } = await import("@umpire/actors/commitments.ts");
		const { REASONS } = await import("@umpire/compiler/quantise/assign.ts");
		const { budget, calibration, certificates, fidelity, grids, passes, widths } = about;
		const worst = worstOperators(about).map((operator) => ({
			...operator,
			advice: adviceFor(operator, about),
		}));
		const outputs = fidelity?.outputs ?? [];
		const data = {
			file,
			root: commitment.root,
			name: program.name,
			steps: program.steps,
			operators: about.operators,
			kinds,
			parameters,
			commitment: commitmentOf(program),
			leaves: compiled.leaves,
			inputs: program.inputs.map(({ name, shape, width, scale, powers }) => ({
				...{ name, shape, width, scale },
				...(powers ? { powers } : {}),
			})),
			calibration,
			warnings,
			certificates,
			fidelity: outputs,
			budget,
			...(widths ? { widths } : {}),
			...(missed === undefined ? {} : { missed }),
			worst,
			...(options.explain ? { passes, grids } : {}),
		};
		report(options.json, data, () => [
			...(options.explain ? [...passes.flatMap(passLines), ...gridLines(grids, REASONS)] : []),
			...table([
				["program", commitment.root],
				...(file === undefined ? [] : [["file", `${file} (opens in Netron)`] as const]),
				...(program.steps === 1 ? [] : [["steps", String(program.steps)] as const]),
				["operators", `${program.operators.length} (${kinds.join(", ")})`],
				["parameters", String(parameters)],
				[
					"claims",
					`${claimsText(program)}; a trace has ${compiled.leaves === 1 ? "1 leaf" : `${compiled.leaves} leaves`}`,
				],
				["exact", `proved for every admissible input (${certificates.length} operators)`],
				["calibrated", calibrationText(calibration)],
				...outputs.map((output) => [`fidelity ${output.name}`, fidelityText(output)] as const),
				...(budget ? [["error budget", budgetLine(budget, widths)] as const] : []),
				...(options.fast ? [["widths", widthsLine(widths)] as const] : []),
			]),
			...widthRows(widths),
			...(worst.length === 0 ? [] : [LOSSES, ...table(worst.map(lossRow), "  ")]),
			...(missed === undefined ? [] : [bad(missed)]),
			file === undefined
				? "Nothing was written: --accept-loss writes the program all the same."
				: `Next: umpire run ${file} --input FILE`,
		]);
		if (isRefused) process.exitCode = 1;
	},
});

/** One pass: what it does, needs and leaves, and what it changed. */
function passLines({ name, summary, needs, leaves, steps, operators, ...change }: PassReport): string[] {
	return [
		`${name}: ${summary}`,
		`  needs ${needs.join(", ")}; leaves ${leaves.join(", ")}`,
		...steps.map((step) => `  ${step.name}: ${changeText(step)}`),
		`  ${operators ? `${change.nodes[1]} nodes → operators ${countText("", operators).join(" ")}` : changeText(change)}`,
	];
}

/** `12 → 15 nodes, +3 Mul +1 Sub −1 Gelu`. */
function changeText({ nodes: [before, after], added, removed }: Change): string {
	const changes = [...countText("+", added), ...countText("−", removed)];
	const nodes = before === after ? `${after} nodes` : `${before} → ${after} nodes`;
	return [nodes, changes.join(" ") || "the same operators"].join(", ");
}

function countText(sign: string, counts: Counts): string[] {
	return Object.entries(counts).map(([name, count]) => `${sign}${count} ${name}`);
}

/** Per reason, which values are quantised otherwise than by their range alone. */
function gridLines(grids: CompileReport["grids"], texts: Readonly<Record<string, string>>): string[] {
	return Object.entries(texts).flatMap(([reason, text]) => {
		const values = grids
			.filter(({ reasons }) => reasons.some((one) => one === reason))
			.map(({ value }) => value);
		if (values.length === 0) return [];
		const more = values.length > 4 ? `, and ${values.length - 4} more` : "";
		return [`${reason}: ${text}`, `  ${values.slice(0, 4).join(", ")}${more}`];
	});
}

const LOSSES = "Operators that lose most, against the float model (shares of the tensor's range):";

const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;

function budgetLine({ budget, met, refined, rounds }: BudgetReport, widths?: WidthReport): string {
	if (widths)
		return `met: at most ${budgetText({ ...budget, most: widths.most })} on the samples, found ${foundText(budget, widths.largest)}`;
	const argmax = keepsArgmax(budget) ? ", argmax agrees where rows are classes" : "";
	const limit = `${met ? "met" : "NOT met"}: at most ${budgetText(budget)}${argmax}`;
	if (rounds === 0) return limit;
	const names = refined.slice(0, 4).map(({ value, bits }) => `${value} (${bits} bits)`);
	const more = refined.length > names.length ? `, and ${refined.length - names.length} more` : "";
	return `${limit}; finer after ${rounds} rounds: ${names.join(", ") || "none"}${more}`;
}

const foundText = ({ measure }: BudgetReport["budget"], error: number): string => {
	if (measure === "points") return `${Number((100 * error).toPrecision(3))} lost`;
	return measure === "absolute" ? String(error) : percent(error);
};

/** What a search for widths led to. */
function widthsLine(widths: WidthReport | undefined): string {
	if (!widths) return "16 bits everywhere: no bytes are within the error budget";
	const { cost, runs } = widths;
	return `about ${percent(cost)} of the 16-bit program's time by the table of kernels, after ${runs} runs`;
}

/** What each value got. */
function widthRows(widths: WidthReport | undefined): string[] {
	if (!widths) return [];
	const rows = widths.units.map(({ value, option, share, error }) => {
		const alone = error === undefined ? "" : `, error alone ${percent(error)}`;
		return [value, `${option}, ${percent(share)} of the time${alone}`] as const;
	});
	return ["Widths (A: bits of activations, W: of weights where kernels take them):", ...table(rows, "  ")];
}

/** How far an output is off: absolute and relative, at which element. */
function fidelityText(output: OutputFidelity): string {
	const { maxAbs, maxRelRange, isProbability, labelled, worst } = output;
	const share = isProbability ? "of a probability" : `${percent(maxRelRange)} of the range`;
	const at = worst ? `, at ${elementText(worst)}` : "";
	const accuracy = labelled
		? `; ${labelled.found} of ${labelled.rows} labels are right, ${labelled.expected} in float`
		: "";
	return `at most ${maxAbs.toPrecision(3)} (${share})${at}; ${argmaxText(output)}${accuracy}`;
}

/** In how many rows the largest element is the same; whether that is asked for, and why. */
function argmaxText({ argmaxAgrees, rows }: OutputFidelity): string {
	const share = `argmax agrees in ${(100 * argmaxAgrees).toFixed(0)} %`;
	return rows.isClasses
		? `${share} (rows are classes: ${rows.why})`
		: `${share} (not asked for: ${rows.why})`;
}

/** One operator: where it is, what it lost, what to do. */
function lossRow(operator: OperatorReport & { advice: string | undefined }): readonly [string, string] {
	const { index, node, form, width, maxRelRange = 0, inherited = 0, advice } = operator;
	const loss = `${percent(maxRelRange)} off, ${percent(inherited)} of it before`;
	return [`#${index} ${node}`, `${form}, ${width} bits: ${loss}${advice ? ` (${advice})` : ""}`];
}
