import { basename, dirname, resolve } from "node:path";
import { compile } from "@umpire/compiler/compile.ts";
import type { ErrorBudget } from "@umpire/compiler/fidelity/error-budget.ts";
import type { Executor } from "@umpire/compiler/fidelity/measure.ts";
import type { CompileReport } from "@umpire/compiler/fidelity/report.ts";
import type { RangeMethod } from "@umpire/compiler/quantise/calibration.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { ImageOptions } from "@umpire/onnx/image-options.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { Kind, Program } from "@umpire/operators/program.ts";
import { commitProgram, type ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { saveProgram } from "@umpire/runtime/program-file.ts";
import { requireRunnable } from "@umpire/runtime/runnable.ts";
import { replaceAtomically } from "@umpire/store/atomic-file.ts";
import { type CommitmentOptions, committed, requireCommitment } from "./commitments.ts";
import { compileWarnings } from "./compile-warnings.ts";
import { explainMissing } from "./missing-inputs.ts";
import { openSamples, openSource, parseShapes, type StepOptions, sizedModel } from "./models.ts";
import { outFile } from "./out-file.ts";
import { type LabelOptions, openLabels } from "./sample-labels.ts";
import { traceLeaves } from "./trace-leaves.ts";

export interface CompileFileOptions extends StepOptions, CommitmentOptions, ImageOptions, LabelOptions {
	readonly bits: 8 | 16;
	/** Width of the weights of products: 7 for integer kernels; as fine as sums stay exact by default. */
	readonly weightBits?: 7 | undefined;
	/** Whether tensors and weights become bytes as far as the budget allows. */
	readonly fast?: boolean | undefined;
	/** Files with sample inputs, one set each; a table has one for each batch of its rows. */
	readonly calibrate?: readonly string[] | undefined;
	/** As in --shape: NAME=SIZE,SIZE. */
	readonly shape?: readonly string[] | undefined;
	/** How ranges follow from calibration; by default as the compiler likes. */
	readonly ranges?: RangeMethod | undefined;
	/** The largest error of an output: where it is larger, single tensors get more bits; of 0 for never. */
	readonly budget?: ErrorBudget | undefined;
	/** The outputs whose rows are scores of classes, or `["none"]`; by default what the model says. */
	readonly classes?: readonly string[] | undefined;
	/** Whether to report how far every operator is from the float model on the calibration inputs. */
	readonly fidelity?: boolean;
	readonly progress: (line: string) => void;
}

/** The error budget of a program, unless another is given. */
export const BUDGET: ErrorBudget = { measure: "natural", most: 0.01 };

/** A model and the program that it became. */
export interface CompiledFile {
	readonly model: Model;
	readonly program: Program;
	readonly commitment: ProgramCommitment;
	readonly report: CompileReport;
	/** Kinds of operators that occur. */
	readonly kinds: readonly Kind[];
	/** Numbers of the float model that are neither inputs nor computed. */
	readonly parameters: number;
	/** Leaves of the program's trace. */
	readonly leaves: number;
	/** What its user may not have meant. */
	readonly warnings: readonly string[];
}

/**
 * Compiles a model file.
 *
 * @param calibration sets of inputs, besides those of `options.calibrate`
 * @throws OnnxError, InputError or CompileError, each with one line that says what to do
 */
export async function compileFile(
	path: string,
	options: CompileFileOptions,
	calibration: readonly (readonly Tensor[])[] = [],
): Promise<CompiledFile> {
	requireCommitment(options);
	requireFast(options);
	const { model, repetition } = openSource(path, options);
	const shapes = parseShapes(options.shape);
	const files = (options.calibrate ?? []).flatMap((file) =>
		openSamples(file, model, shapes, options).map((sample) => orderedInputs(model, sample)),
	);
	if (files.length + calibration.length === 0) sizedModel(model, shapes);
	options.progress(`Compiling ${modelName(path)}...`);
	const { budget = BUDGET } = options;
	const sets = [...files, ...calibration];
	const labels = openLabels(options, model, sets);
	const { program: compiled, report } = await compile(model, {
		inputs: sets,
		bits: options.bits,
		...(options.weightBits ? { weightBits: options.weightBits } : {}),
		shapes: Object.fromEntries(shapes),
		name: modelName(path),
		steps: repetition.steps,
		carry: repetition.carried,
		...(options.ranges ? { ranges: options.ranges } : {}),
		...(budget.most > 0 ? { budget } : {}),
		...(labels === undefined ? {} : { labels }),
		...(options.classes === undefined ? {} : { classes: options.classes }),
		losses: options.fidelity === true,
		...(options.fast ? { fast: true, progress: options.progress } : {}),
		...(budget.most > 0 || labels !== undefined || options.fidelity === true ? { execute } : {}),
	}).catch((error: unknown) => {
		throw explainMissing(error, model, sets);
	});
	const program: Program = { ...compiled, ...committed(compiled, options) };
	for (const name of report.fixedInputs)
		options.progress(
			`Input "${name}" decides shapes: the program has its value in the sample as a constant.`,
		);
	validateProgram(program);
	options.progress("Committing to the program...");
	const commitment = await commitProgram(program);
	await requireRunnable(program, commitment);
	return {
		model,
		program,
		commitment,
		report,
		kinds: [...new Set(program.operators.map(({ kind }) => kind))],
		parameters: parametersOf(model),
		leaves: traceLeaves(program),
		warnings: compileWarnings(model, program, report, shapes),
	};
}

/** What a search for widths needs: 16 bits to start from, and an error that it may make. */
function requireFast({ fast, bits, weightBits, budget = BUDGET }: CompileFileOptions): void {
	if (!fast || (bits === 16 && weightBits === undefined && budget.most > 0)) return;
	throw new UmpireError("OPTION", "--fast chooses widths itself, within an error budget", {
		advice: "Leave out --bits and --weight-bits, and give a --budget above 0.",
	});
}

/** Of larger programs onnxruntime takes longer to optimise the graph than a few runs take without that. */
const MOST_OPTIMISED = 500;

const execute: Executor = (program, every) =>
	openSession(program, {
		record: every ? "trace" : "outputs",
		...(every && program.operators.length > MOST_OPTIMISED ? { levels: ["disabled"] } : {}),
	});

/** Writes the program as OUT, if that ends in .onnx, or as OUT/MODEL.umpire.onnx; gives the path. */
export async function saveCompiled(compiled: CompiledFile, model: string, out: string): Promise<string> {
	const path = await outFile(out, modelName(model));
	await replaceAtomically(path, async (temporary) => {
		await saveProgram(compiled.program, temporary, compiled.commitment, basename(path));
	});
	return path;
}

/** What a model is called: its file, or its folder where the file says nothing. */
export function modelName(path: string): string {
	const name = basename(path).replace(/\.onnx$/, "");
	return /^(model|network)$/.test(name) ? basename(dirname(resolve(path))) : name;
}

/** A model's inputs in the order of its graph. */
export function orderedInputs(model: Model, inputs: ReadonlyMap<string, Tensor>): Tensor[] {
	return model.graph.inputs.map(({ name }) => inputs.get(name)!);
}

function parametersOf({ graph }: Model): number {
	const constants = graph.nodes.flatMap(({ opType, attributes }) => {
		const value = opType === "Constant" ? attributes.get("value") : undefined;
		return value?.type === "tensor" ? [value.value] : [];
	});
	return [...graph.initializers.values(), ...constants]
		.filter(({ type }) => /float/.test(type))
		.reduce((sum, { dims }) => sum + elementCount(dims), 0);
}
