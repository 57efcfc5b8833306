import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { upgradeOpset } from "@umpire/onnx/opset.ts";
import { type Certificate, exactnessOf } from "@umpire/operators/exactness.ts";
import type { Program } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { decomposeModel } from "./decompose.ts";
import { CompileError } from "./errors.ts";
import { type Executor, measureFidelity } from "./fidelity.ts";
import { fixShapes } from "./fix-shapes.ts";
import { foldModel } from "./fold.ts";
import { nameNodes } from "./graphs.ts";
import { inlineModel } from "./inline/inline.ts";
import { lowerModel } from "./lower.ts";
import { shareRanges } from "./ranges.ts";
import { type CompileReport, reportOf } from "./report.ts";
import { precisionOf } from "./scales.ts";
import { removeIdentities } from "./simplify.ts";
import { type Carried, feedsOfSteps, repetitionOf } from "./steps.ts";
import { syntheticInputs } from "./synthetic.ts";

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
	const given = (options.inputs ?? []).filter((set) => set.length > 0);
	for (const set of given) checkCount(model, set);
	const upgraded = upgradeOpset(model);
	const named = { ...upgraded, graph: nameNodes(upgraded.graph) };
	const fixed = fixShapes(named, options.shapes, given[0]);
	for (const set of given) checkFit(fixed, set);
	const sets = given.length > 0 ? given : syntheticInputs(fixed.graph.inputs, SYNTHETIC_SETS);
	const repetition = repetitionOf(fixed, options.steps, options.carry);
	const first = sets.map((set) => new Map(fixed.graph.inputs.map((input, k) => [input.name, set[k]])));
	const feeds = await feedsOfSteps(fixed, first, repetition);
	const alike: (readonly string[])[] = repetition.carried.map(({ output, input }) => [output, input]);
	const inlined = await inlineModel(fixed, feeds[0], alike);
	const simple = { ...inlined, graph: removeIdentities(inlined.graph) };
	const primitive = await decomposeModel(simple, feeds, alike);
	const { graph, facts } = await foldModel(primitive, feeds);
	const folded = { graph, facts: { ...facts, ranges: shareRanges(facts.ranges, alike) } };
	const lowered = lowerModel(
		folded,
		options.name ?? (model.graph.name || "model"),
		precisionOf(bits, sets.length),
		repetition,
	);
	const certificates = verify(lowered.program);
	const calibration = { sets: sets.length, synthetic: given.length === 0 };
	const inner = { ...primitive, graph: folded.graph };
	const float = primitive === simple ? inner : simple;
	const fidelity = options.execute && (await measureFidelity(float, inner, lowered, feeds, options.execute));
	return { program: lowered.program, report: reportOf(lowered, bits, calibration, certificates, fidelity) };
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

/** What everyone checks before serving or guarding a program: its structure, and that nothing in it rounds. */
function verify(program: Program): Certificate[] {
	try {
		validateProgram(program);
		return exactnessOf(program);
	} catch (cause) {
		throw new CompileError(`the program cannot be proved: ${(cause as Error).message}`, {
			hint: "A smaller reduction or operands of a smaller range would help",
			cause,
		});
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
