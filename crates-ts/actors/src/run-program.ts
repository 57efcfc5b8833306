import { existsSync } from "node:fs";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { readInputs } from "@umpire/onnx/input-files.ts";
import type { ElementType, Tensor, ValueInfo } from "@umpire/onnx/model.ts";
import type { InputTensor, Program } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { type CommittedProgram, loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { dequantise, quantiseInput } from "@umpire/runtime/quantise.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { openHome } from "@umpire/store/home.ts";
import { getProgram } from "@umpire/store/programs.ts";

/** One run of a program. */
export interface Run {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly traceRoot: Hex;
	readonly outputs: readonly {
		readonly name: string;
		readonly shape: readonly number[];
		readonly scale: number;
		readonly integers: readonly number[];
		readonly values: readonly number[];
	}[];
}

export interface RunOptions {
	readonly strict: boolean;
	readonly home?: string | undefined;
	readonly warn: (line: string) => void;
}

/**
 * Runs a program on inputs from a file and commits its trace.
 *
 * @param source a program file, or the root of a program in the home folder
 */
export async function runProgram(source: string, input: string, options: RunOptions): Promise<Run> {
	const { program, commitment } = await openProgram(source, options.home);
	const inputs = quantiseInputs(program, readProgramInputs(program, input), options);
	const session = await openSession(program, { record: "trace" });
	const trace = await recordTrace(session, commitment, inputs);
	await session.release();
	return {
		program: commitment.root,
		inputsRoot: trace.inputsRoot,
		traceRoot: trace.traceRoot,
		outputs: program.outputs.map(({ name, operator }, k) => {
			const { shape, scale } = program.operators[operator];
			const values = [...dequantise(trace.outputs[k], program.operators[operator])];
			return { name, shape, scale, integers: [...trace.outputs[k]], values };
		}),
	};
}

async function openProgram(source: string, home: string | undefined): Promise<CommittedProgram> {
	if (/^0x[0-9a-f]{64}$/.test(source) && !existsSync(source)) {
		return getProgram(openHome(home).content, source as Hex);
	}
	return loadCommittedProgram(source);
}

/** The float inputs in a file, as a program's inputs. Throws InputError if they do not fit. */
export function readProgramInputs(program: Program, path: string): ReadonlyMap<string, Tensor> {
	// Whole numbers of 32 bits are more than a float32 holds.
	const typeOf = ({ scale, width }: InputTensor): ElementType =>
		scale === 1 && width === 32 ? "float64" : "float32";
	const infos = program.inputs.map(
		(spec): ValueInfo => ({ name: spec.name, type: typeOf(spec), dims: spec.shape }),
	);
	return readInputs(existsSync(path) ? [path] : path.split(","), infos);
}

/** Float inputs as the program's integers; says how many values were clipped. */
export function quantiseInputs(
	program: Program,
	inputs: ReadonlyMap<string, Tensor>,
	options: { readonly strict?: boolean; readonly warn: (line: string) => void },
): Elements[] {
	return program.inputs.map((spec) => {
		const { elements, clipped } = quantiseInput(inputs.get(spec.name)!, spec, {
			strict: options.strict ?? false,
		});
		if (clipped > 0) {
			options.warn(
				`${clipped} of ${elements.length} values of input "${spec.name}" are out of range (${(spec.low * spec.scale).toPrecision(4)} to ${(spec.high * spec.scale).toPrecision(4)}) and were clipped; --strict refuses them.`,
			);
		}
		return elements;
	});
}
