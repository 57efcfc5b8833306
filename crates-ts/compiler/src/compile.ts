import { CompileError } from "@umpire/graph/errors.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { InputTensor, Program } from "@umpire/operators/program.ts";
import { type CompileReport, reportOf } from "./fidelity/report.ts";
import type { CompileOptions } from "./options.ts";
import { runPasses } from "./passes/pass.ts";
import { PIPELINE } from "./passes/pipeline.ts";

export type { CompileOptions } from "./options.ts";

export interface Compiled {
	readonly program: Program;
	readonly report: CompileReport;
}

/**
 * Compiles a float model to a canonical integer program, by the passes of passes/pipeline.ts. The
 * same model, inputs and options give the same program root on every machine.
 *
 *     const { program, report } = await compile(readModel(bytes), { inputs: [[image]], bits: 16 });
 *
 * @throws CompileError if the model cannot be compiled; the message names the node
 */
export async function compile(model: Model, options: CompileOptions = {}): Promise<Compiled> {
	const sets = (options.inputs ?? []).filter((set) => set.length > 0);
	for (const set of sets) checkCount(model, set);
	const name = options.name ?? (model.graph.name || "model");
	const { state, reports } = await runPasses(PIPELINE, { model, sets }, { ...options, name });
	const { built, synthetic, method, fixedInputs, missing } = state;
	const { program } = built.lowered;
	const inputs = program.inputs.map((input): InputTensor => {
		const standIn = missing.get(input.name);
		if (standIn === undefined) return input;
		return { ...input, missing: Math.max(input.low, Math.round(standIn / input.scale)) };
	});
	return {
		program: { ...program, inputs },
		report: reportOf(built, {
			bits: options.bits ?? 16,
			calibration: { sets: state.sets.length, synthetic, ranges: method },
			fixedInputs: [...fixedInputs.keys()],
			passes: reports,
		}),
	};
}

function checkCount(model: Model, set: readonly Tensor[]): void {
	const { inputs } = model.graph;
	if (set.length === inputs.length) return;
	throw new CompileError(
		`a calibration set has ${set.length} tensors, the model has ${inputs.length} inputs`,
		{
			hint: `Give one tensor for each of ${inputs.map((input) => `"${input.name}"`).join(", ")}`,
		},
	);
}
