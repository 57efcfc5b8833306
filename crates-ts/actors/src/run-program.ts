import { existsSync } from "node:fs";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { ImageOptions } from "@umpire/onnx/image-options.ts";
import { readInputs } from "@umpire/onnx/input-files.ts";
import type { ElementType, Tensor, ValueInfo } from "@umpire/onnx/model.ts";
import { type InputTensor, isGivenAgain, type Program, type TensorSpec } from "@umpire/operators/program.ts";
import { ClipCount, type Clipped, counting } from "@umpire/runtime/clips.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import type { CommittedProgram } from "@umpire/runtime/program-bytes.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { dequantise, quantiseInput } from "@umpire/runtime/quantise.ts";
import { openHome } from "@umpire/store/home.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { recordClaimed } from "./disputed-segment.ts";
import { indexInputs } from "./index-inputs.ts";
import { filesOf } from "./models.ts";
import { Sessions } from "./sessions.ts";

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

export interface RunOptions extends ImageOptions {
	readonly strict: boolean;
	readonly home?: string | undefined;
	readonly warn: (line: string) => void;
}

/**
 * Runs a program on inputs from a file and commits its trace, or of a program in segments what a claim carries. The inputs are kept in the home folder: whoever makes a
 * request for their root needs them there.
 *
 * @param source a program file, or the root of a program in the home folder
 */
export async function runProgram(source: string, input: string, options: RunOptions): Promise<Run> {
	const { program, commitment } = await openProgram(source, options.home);
	const inputs = quantiseInputs(program, readProgramInputs(program, input, options), options);
	await putInputs(openHome(options.home).content, program, inputs);
	const clips = new ClipCount(program);
	const sessions = new Sessions(async (record) => counting(await openSession(program, { record }), clips));
	const trace = await recordClaimed({ program, commitment }, sessions, inputs);
	await sessions.release();
	const clipped = clippedText(program, clips.found);
	if (clipped !== undefined) options.warn(clipped);
	return {
		program: commitment.root,
		inputsRoot: trace.inputsRoot,
		traceRoot: trace.traceRoot,
		outputs: outputsOf(program, trace.outputs),
	};
}

/** A program's outputs, in logical order, as commands show them. */
export function outputsOf(program: Program, outputs: readonly Elements[]): Run["outputs"] {
	return program.outputs.map(({ name, operator }, k) => {
		const { shape, scale } = program.operators[operator];
		const values = [...dequantise(outputs[k], program.operators[operator])];
		return { name, shape, scale, integers: [...outputs[k]], values };
	});
}

/** A program file, or a program of the home folder by its root. */
export async function openProgram(source: string, home: string | undefined): Promise<CommittedProgram> {
	if (/^0x[0-9a-f]{64}$/.test(source) && !existsSync(source)) {
		return getProgram(openHome(home).content, source as Hex);
	}
	return loadCommittedProgram(source);
}

/** The inputs in a file, as a program's inputs. Throws InputError if they do not fit, as the model's would not. */
export function readProgramInputs(
	program: Program,
	path: string,
	images: ImageOptions & { readonly warn?: ((line: string) => void) | undefined } = {},
): ReadonlyMap<string, Tensor> {
	const inputs = program.inputs.filter((_, k) => !isGivenAgain(program.inputs, k));
	// Whole numbers of 32 bits are more than a float32 holds.
	const typeOf = ({ type, scale, width }: InputTensor): ElementType =>
		type ?? (scale === 1 && width === 32 ? "float64" : "float32");
	const infos = inputs.map((spec): ValueInfo => ({ name: spec.name, type: typeOf(spec), dims: spec.shape }));
	return readInputs(filesOf(path), infos, { images, warn: images.warn });
}

/**
 * Float inputs as the program's integers; says how many values were clipped.
 *
 * @throws InputError (strict) if a value is out of range, or chooses what a table does not have
 */
export function quantiseInputs(
	program: Program,
	inputs: ReadonlyMap<string, Tensor>,
	options: { readonly strict?: boolean | undefined; readonly warn: (line: string) => void },
): Elements[] {
	const indices = indexInputs(program);
	return program.inputs.map((spec, index) => {
		const again = isGivenAgain(program.inputs, index);
		const { elements, clipped } = quantiseInput(inputs.get(spec.name)!, spec, {
			strict: !again && (options.strict ?? false),
		});
		const bounds = indices.get(index);
		const beyond =
			bounds === undefined ? [] : [...elements].filter((id) => id < bounds.low || id > bounds.high);
		if (bounds !== undefined && beyond.length > 0) {
			const text = `input "${spec.name}" chooses entry ${beyond[0]} of a table that has ${bounds.low} to ${bounds.high}`;
			if (options.strict === true) {
				throw new InputError(text, { advice: "the model refuses it; without --strict it is clipped" });
			}
			const more = beyond.length === 1 ? "" : ` (and ${beyond.length - 1} more such)`;
			options.warn(`${text}${more}: the model would refuse it, the program clips it; --strict refuses it.`);
		}
		if (clipped > 0 && !again) {
			options.warn(
				`${clipped} of ${elements.length} values of input "${spec.name}" are out of range ${rangeText(spec)} and were clipped; --strict refuses them.`,
			);
		}
		return elements;
	});
}

/** What was clipped within a program, in one line: the first operator of which something was, which the others may follow from. */
export function clippedText({ operators }: Program, found: readonly Clipped[]): string | undefined {
	if (found.length === 0) return undefined;
	const [{ operator, elements, of }] = found;
	const { node } = operators[operator];
	const more =
		found.length === 1 ? "" : `, and of ${found.length - 1} more node${found.length === 2 ? "" : "s"}`;
	return `${elements} of ${of} values of node "${node}" ${rangeText(operators[operator])}${more} are at an end of what calibration left room for, and were clipped: outputs may be off. Calibrate with inputs such as these.`;
}

/** The range of an input; of one whose features have ranges of their own, none. */
function rangeText({ low, high, scale, powers }: TensorSpec & Pick<InputTensor, "powers">): string {
	if (powers !== undefined) return "of their features";
	return `(${(low * scale).toPrecision(4)} to ${(high * scale).toPrecision(4)})`;
}
