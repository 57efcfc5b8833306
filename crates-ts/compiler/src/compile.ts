import { nameNodes } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { upgradeOpset } from "@umpire/onnx/opset.ts";
import type { Program } from "@umpire/operators/program.ts";
import { buildProgram } from "./build.ts";
import type { Executor } from "./fidelity/measure.ts";
import { type CompileReport, reportOf } from "./fidelity/report.ts";
import { fixInputs } from "./import/fix-inputs.ts";
import { fixShapes } from "./import/fix-shapes.ts";
import { withoutHalf, withoutHalfFloats } from "./import/half-floats.ts";
import { inlineModel } from "./import/inline.ts";
import { type Carried, feedsOfSteps, repetitionOf } from "./import/steps.ts";
import { syntheticInputs } from "./import/synthetic.ts";
import { tokenLimits } from "./import/token-limits.ts";
import { decomposeModel } from "./passes/decompose.ts";
import { removeIdentities } from "./passes/identities.ts";
import { withoutHuge } from "./passes/infinities.ts";
import { foldRunnable, runnableModel } from "./passes/runnable-model.ts";
import { defaultMethod, type RangeMethod } from "./quantise/calibration.ts";

export interface CompileOptions {
	/** Calibration inputs: each set has one tensor per model input, in the model's order. */
	readonly inputs?: readonly (readonly Tensor[])[];
	/** Width of activations; 16 by default. */
	readonly bits?: 8 | 16;
	/** Fixed input shapes by input name. */
	readonly shapes?: Readonly<Record<string, readonly number[]>>;
	readonly name?: string;
	/** How often the model is repeated; 1 by default. */
	readonly steps?: number;
	/** Which outputs are which inputs of the next step. */
	readonly carry?: readonly Carried[];
	/** How ranges follow from calibration; by default what defaultMethod says. */
	readonly ranges?: RangeMethod;
	/**
	 * The largest error of an output, relative to its range. Where it is larger, or the largest
	 * element is another, single tensors get more bits (budget.ts). Needs `execute`.
	 */
	readonly budget?: number;
	/** False if the report need not say what every operator loses. */
	readonly losses?: boolean;
	/** Runs the program, so that the report can compare it with the float model (runtime's openSession). */
	readonly execute?: Executor;
}

export interface Compiled {
	readonly program: Program;
	readonly report: CompileReport;
}

/** Without calibration inputs, this many synthetic ones. */
const SYNTHETIC_SETS = 4;

/**
 * Compiles a float model to a canonical integer program. The same model, inputs and options
 * give the same program root on every machine.
 *
 *     const { program, report } = await compile(readModel(bytes), { inputs: [[image]], bits: 16 });
 *
 * @throws CompileError if the model cannot be compiled; the message names the node
 */
export async function compile(model: Model, options: CompileOptions = {}): Promise<Compiled> {
	const bits = options.bits ?? 16;
	const samples = (options.inputs ?? []).filter((set) => set.length > 0);
	for (const set of samples) checkCount(model, set);
	const upgraded = upgradeOpset(model);
	const structured = fixInputs({ ...upgraded, graph: nameNodes(upgraded.graph) }, samples);
	const given = structured.sets;
	const shaped = fixShapes(structured.model, shapesOf(options.shapes, structured.fixed), given[0]);
	for (const set of given) checkFit(shaped, set);
	const fixed = withoutHalfFloats(shaped);
	const sets =
		given.length > 0
			? given.map((set) => set.map(withoutHalf).map(withoutHuge))
			: syntheticInputs(fixed.graph.inputs, SYNTHETIC_SETS, 1, tokenLimits(fixed.graph));
	const repetition = repetitionOf(fixed, options.steps, options.carry);
	const first = sets.map((set) => new Map(fixed.graph.inputs.map((input, k) => [input.name, set[k]])));
	const feeds = await feedsOfSteps(fixed, first, repetition);
	const sharedRanges: (readonly string[])[] = repetition.carried.map(({ output, input }) => [output, input]);
	const inlined = await inlineModel(fixed, feeds[0], sharedRanges);
	const simple = { ...inlined, graph: removeIdentities(inlined.graph) };
	const primitive = await decomposeModel(simple, feeds, sharedRanges);
	const method = options.ranges ?? defaultMethod(bits);
	const { model: runnable, folded } = await foldRunnable(primitive, feeds, {
		histograms: method !== "min-max",
	});
	const inner = { ...runnable, graph: folded.graph };
	const float = runnable === simple ? inner : options.execute ? await runnableModel(simple, feeds) : simple;
	const name = options.name ?? (model.graph.name || "model");
	const built = await buildProgram(
		{ ...folded, name, float, primitive: inner, feeds, sharedRanges, repetition },
		{ bits, method, execute: options.execute, losses: options.losses !== false, budget: options.budget },
	);
	return {
		program: built.lowered.program,
		report: reportOf(built, {
			bits,
			calibration: { sets: sets.length, synthetic: given.length === 0, ranges: method },
			fixedInputs: [...structured.fixed.keys()],
		}),
	};
}

/** The given shapes without those of inputs that became constants. */
function shapesOf(
	shapes: CompileOptions["shapes"],
	fixed: ReadonlyMap<string, Tensor>,
): CompileOptions["shapes"] {
	return Object.fromEntries(Object.entries(shapes ?? {}).filter(([name]) => !fixed.has(name)));
}

function checkFit(model: Model, set: readonly Tensor[]): void {
	for (const [k, { name, type, dims }] of model.graph.inputs.entries()) {
		const given = set[k];
		if (given.type === type && String(given.dims) === String(dims)) continue;
		throw new CompileError(
			`a calibration input "${name}" is ${given.type} [${given.dims.join(", ")}], the model takes ${type} [${dims?.join(", ")}]`,
			{ hint: "All calibration inputs must have the type and shape of the model's inputs" },
		);
	}
}

function checkCount(model: Model, set: readonly Tensor[]): void {
	const { inputs } = model.graph;
	if (set.length !== inputs.length) {
		throw new CompileError(
			`a calibration set has ${set.length} tensors, the model has ${inputs.length} inputs`,
			{
				hint: `Give one tensor for each of ${inputs.map((input) => `"${input.name}"`).join(", ")}`,
			},
		);
	}
}
