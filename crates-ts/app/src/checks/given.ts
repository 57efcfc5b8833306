import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { decodeTensorsOf } from "@umpire/runtime/tensors-codec.ts";
import { type InputValues, prepareInputs } from "@umpire/sdk/inputs.ts";
import { type LoadedProgram, loadProgram } from "@umpire/sdk/program.ts";

/** Files that a visitor gives; what is left out comes from the server. */
export interface Given {
	readonly program?: Blob | undefined;
	readonly inputs?: Blob | undefined;
}

/** Content that is not what its root says, or not there. */
export class ContentError extends Error {
	override readonly name = "ContentError";
}

async function served(kind: "programs" | "inputs", root: string, signal: AbortSignal): Promise<Uint8Array> {
	const response = await fetch(`/v1/content/${kind}/${root}`, { signal });
	if (!response.ok)
		throw new ContentError(
			`${kind === "programs" ? "The program is" : "The inputs are"} not here. Give the file yourself on the page Verify.`,
		);
	return new Uint8Array(await response.arrayBuffer());
}

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

/**
 * The program, from the file that was given or from the server, which is not trusted: its root is computed.
 *
 * @param root that it must have, where one is known
 */
export async function programOf(
	{ program }: Given,
	root: string | undefined,
	signal: AbortSignal,
): Promise<LoadedProgram> {
	if (program === undefined && root === undefined) throw new ContentError("Give a program, or a claim.");
	const bytes = await (program === undefined ? served("programs", root!, signal) : bytesOf(program));
	const loaded = await loadProgram(bytes);
	if (root === undefined || loaded.root === root) return loaded;
	throw new ContentError(
		program === undefined
			? "The server gave another program."
			: `Your file is another program than was asked: its root is ${loaded.root}.`,
	);
}

/** The inputs as the program takes them: of a file of tensors, or of JSON. Whether they are the ones is for the caller. */
export async function inputsOf(
	{ inputs }: Given,
	program: LoadedProgram,
	root: string | undefined,
	signal: AbortSignal,
): Promise<readonly Elements[]> {
	if (program.inputs.length === 0) return [];
	if (inputs === undefined && root === undefined) throw new ContentError("Give inputs, or a claim.");
	const bytes = await (inputs === undefined ? served("inputs", root!, signal) : bytesOf(inputs));
	// "{" and white space before it are no beginning of a file of tensors.
	const isJson = inputs !== undefined && /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
	if (!isJson) {
		const sizes = program.inputs.map(({ shape, width }) => ({ width, elements: elementCount(shape) }));
		return decodeTensorsOf(bytes, sizes);
	}
	return (await prepareInputs(program, valuesOf(new TextDecoder().decode(bytes), program))).elements;
}

/** `{"input_data": [[…], …]}`, or lists by the names of inputs, nested or flat. */
function valuesOf(text: string, { inputs }: LoadedProgram): InputValues {
	let parsed: Readonly<Record<string, unknown>>;
	try {
		parsed = JSON.parse(text) as Readonly<Record<string, unknown>>;
	} catch {
		throw new ContentError("The inputs are no JSON.");
	}
	const { input_data: listed } = parsed;
	const pairs: readonly (readonly [string, unknown])[] = Array.isArray(listed)
		? inputs.map(({ name }, i) => [name, listed[i]] as const)
		: Object.entries(parsed);
	return Object.fromEntries(
		pairs.map(([name, value]) => [name, Float64Array.from([value].flat(Number.POSITIVE_INFINITY), Number)]),
	);
}

/** Whether a root is there: a claim of an output alone has none of its trace. */
export const isSome = (root: string): root is Hex => !/^0x0*$/.test(root);
