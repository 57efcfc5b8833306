import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import type { InputTensor, Program, TensorSpec } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { parseProgram } from "@umpire/runtime/program-bytes.ts";

/** An output: what it is called and what its integers stand for. */
export interface OutputMeaning extends TensorSpec {
	readonly name: string;
}

/** A program with what its numbers mean. */
export interface LoadedProgram {
	/** What names it everywhere; it binds names, shapes and scales. */
	readonly root: Hex;
	readonly name: string;
	/** In the order in which inputs are committed. An integer v of one stands for v · scale. */
	readonly inputs: readonly InputTensor[];
	/** What claims state. */
	readonly output: OutputMeaning;
	/** Names of what the output's elements stand for, as the caller gave them. */
	readonly classes: readonly string[] | undefined;
	readonly program: Program;
	readonly commitment: ProgramCommitment;
}

export interface LoadOptions {
	/** The root that it must have: that of the contract that will pay. */
	readonly root?: Hex | undefined;
	/**
	 * Names of the primary output's elements, in order. A program does not hold them: they are only as trustworthy as
	 * where they come from.
	 */
	readonly classes?: readonly string[] | undefined;
	/** What a program from a stranger may ask for. */
	readonly limits?: Limits | undefined;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Loads a program file (.onnx), which may come from anyone: it is validated, and its root is computed anew.
 *
 *     const program = await loadProgram("/programs/0x….onnx", { root, classes: ["cat", "dog"] });
 *
 * @param source the file's bytes, or where to fetch them
 * @throws UmpireError if it is not to be had, is no program, has another root, or another number of elements than classes
 */
export async function loadProgram(
	source: Uint8Array | URL | string,
	options: LoadOptions = {},
): Promise<LoadedProgram> {
	const { limits = DEFAULT_LIMITS, classes } = options;
	const bytes = source instanceof Uint8Array ? source : await fetchBytes(source, options.signal);
	const { program, commitment } = await parseProgram(bytes, limits);
	const { root } = commitment;
	if (options.root !== undefined && options.root.toLowerCase() !== root) {
		throw new UmpireError("PROGRAM_FILE", `The program has root ${root}, not ${options.root}`, {
			advice: "load the file that was registered, or leave root out to accept this one.",
		});
	}
	const [{ name, operator }] = program.outputs;
	const output = { ...specOf(program.operators[operator]), name };
	const count = elementCount(output.shape);
	if (classes !== undefined && classes.length !== count) {
		throw new UmpireError("OPTION", `${classes.length} classes name ${count} elements of the output`, {
			advice: `give ${count}, in the order of the elements.`,
		});
	}
	return { root, name: program.name, inputs: program.inputs, output, classes, program, commitment };
}

const specOf = ({ shape, layout, width, low, high, scale }: TensorSpec): TensorSpec => ({
	shape,
	layout,
	width,
	low,
	high,
	scale,
});

async function fetchBytes(source: URL | string, signal: AbortSignal | undefined): Promise<Uint8Array> {
	const response = await fetch(source, signal === undefined ? {} : { signal }).catch((cause: unknown) => {
		signal?.throwIfAborted();
		throw new UmpireError("NOT_FOUND", `${source} does not answer`, {
			advice: "check the address, and that its server allows this origin (CORS).",
			retryable: true,
			cause,
		});
	});
	if (!response.ok) {
		throw new UmpireError("NOT_FOUND", `${source} answers with status ${response.status}`, {
			advice: "check the address.",
			retryable: response.status >= 500,
		});
	}
	return new Uint8Array(await response.arrayBuffer());
}
