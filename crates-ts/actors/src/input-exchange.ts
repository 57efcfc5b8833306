import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { ImageOptions } from "@umpire/onnx/image-options.ts";
import { inputScales } from "@umpire/operators/powers.ts";
import { type InputTensor, isGivenAgain, type Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { decodeTensorsOf, encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { writeAtomically } from "@umpire/store/atomic-file.ts";
import { type Home, openHome } from "@umpire/store/home.ts";
import { getInputs, putInputs } from "@umpire/store/inputs.ts";
import { type PutContent, publishIfStores } from "./content/publish.ts";
import { fetchInputs } from "./fetch-content.ts";
import { loadRegistered } from "./loaded-program.ts";
import { openProgram, quantiseInputs, readProgramInputs } from "./run-program.ts";
import { sourcesOf } from "./sources.ts";
import { openView, openWorld, type ViewOptions, type WorldOptions } from "./world.ts";

/** Inputs in the home folder, under the root that requests name. */
export interface KeptInputs {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	/** Where they are: the home folder, or the file that they were written to. */
	readonly place: string;
	/** Where they were put for everybody; null without a store. */
	readonly content: PutContent | null;
}

/** The program that a command names: a file or a stored root needs no chain, a number is looked up on one. */
async function namedProgram(id: string, options: ViewOptions): Promise<{ program: Program; root: Hex }> {
	if (/^\d+$/.test(id)) return loadRegistered(await openView(options), id);
	const { program, commitment } = await openProgram(id, options.home);
	return { program, root: commitment.root };
}

/**
 * Puts inputs from a file into the home folder: floats in any format that commands read, or the integers of another
 * home folder's inputs (.bin).
 */
export async function putInputFile(
	id: string,
	file: string,
	options: WorldOptions & ImageOptions & { readonly strict?: boolean; readonly warn: (line: string) => void },
): Promise<KeptInputs> {
	const { program, root } = await namedProgram(id, options);
	const home = openHome(options.home);
	const inputs = /\.bin$/i.test(file)
		? await readBinary(file, program)
		: quantiseInputs(program, readProgramInputs(program, file, options), options);
	const inputsRoot = await putInputs(home.content, program, inputs);
	const content = namesStores(options)
		? await publishIfStores(await openWorld(options, "requester"), "inputs", inputsRoot, options.warn)
		: null;
	return { program: root, inputsRoot, place: home.folder, content };
}

/** Whether a chain is needed: it says where in the stores something is. */
const namesStores = ({ store = (process.env.UMPIRE_STORE ?? "").split(/\s+/) }: ViewOptions): boolean =>
	store.some((text) => text !== "");

async function readBinary(file: string, program: Program): Promise<Elements[]> {
	const sizes = program.inputs.map(({ shape, width }) => ({ width, elements: elementCount(shape) }));
	try {
		return decodeTensorsOf(await readFile(file), sizes);
	} catch (cause) {
		throw new InputError(`${file} does not hold the inputs of this program (${(cause as Error).message})`, {
			advice: "give a file that umpire inputs get has written.",
			cause,
		});
	}
}

/**
 * Gets inputs by their root, from the home folder or from where `--fetch` says, and writes them to a file: integers
 * (.bin), or real numbers (.json).
 *
 * @throws UmpireError if they are nowhere to be had
 */
export async function getInputFile(
	id: string,
	root: string,
	options: ViewOptions & { readonly out?: string | undefined; readonly warn: (line: string) => void },
): Promise<KeptInputs> {
	if (!/^0x[0-9a-f]{64}$/i.test(root)) {
		throw new UmpireError("OPTION", `${root} is no root of inputs`, {
			advice: "give 0x and 64 hexadecimal digits (umpire result N shows that of request N with --json).",
		});
	}
	const inputsRoot = root.toLowerCase() as Hex;
	const { program, root: programRoot } = await namedProgram(id, options);
	const home = openHome(options.home);
	const inputs = await find(home, program, inputsRoot, options);
	const { out } = options;
	if (out === undefined) return { program: programRoot, inputsRoot, place: home.folder, content: null };
	await writeAtomically(out, contentOf(program, inputs, out));
	return { program: programRoot, inputsRoot, place: out, content: null };
}

async function find(
	home: Home,
	program: Program,
	root: Hex,
	options: ViewOptions & { readonly warn: (line: string) => void },
): Promise<Elements[]> {
	const sources = sourcesOf(options.fetch);
	const kept = await getInputs(home.content, program, root);
	const located = kept === null && namesStores(options) ? (await openView(options)).located : undefined;
	const found = kept ?? (await fetchInputs({ home, sources, located }, program, root, options.warn));
	if (found !== undefined) return found;
	throw new UmpireError("NOT_FOUND", `The inputs ${root} are not in ${home.folder}`, {
		advice:
			sources.length === 0 && located === undefined
				? "name somebody who serves them with --fetch, a store with --store, or put the file with umpire inputs put."
				: "nobody of --fetch and --store has them either.",
	});
}

/** The real numbers of an input, each of its own scale; NaN where the number stands that is given for it. */
function realsOf(elements: Elements, spec: InputTensor): number[] {
	const scales = inputScales(spec);
	const { missing } = spec;
	const dims = [...spec.shape];
	const none = new Float64Array(elements.length).fill(Number.NaN);
	const standIns =
		missing === undefined ? undefined : quantiseInput({ type: "float64", dims, data: none }, spec).elements;
	return Array.from(elements, (value, at) => (value === standIns?.[at] ? Number.NaN : value * scales[at]));
}

function contentOf(program: Program, inputs: readonly Elements[], out: string): Uint8Array | string {
	const kind = extname(out).toLowerCase();
	if (kind === ".bin") return encodeTensors(inputs);
	if (kind === ".json") {
		const data = inputs.flatMap((elements, index) =>
			isGivenAgain(program.inputs, index) ? [] : [realsOf(elements, program.inputs[index])],
		);
		// NaN, for which JSON has nothing, as Python writes it and the readers here take it.
		return `${JSON.stringify({ input_data: data }).replaceAll("null", "NaN")}\n`;
	}
	throw new UmpireError("OPTION", `--out ${out} says no format`, {
		advice: "give a name that ends in .json or .bin.",
	});
}
