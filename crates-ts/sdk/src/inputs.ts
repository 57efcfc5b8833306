import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import type { LoadedProgram } from "./program.ts";

/** Inputs as a program takes them. */
export interface PreparedInputs {
	/** What a request names them by. */
	readonly root: Hex;
	/** Integers in row-major order, one array per input of the program. */
	readonly elements: readonly Elements[];
	/** How many values lay outside of their input's range and were clipped to it. */
	readonly clipped: number;
	/**
	 * The file that submitters and verifiers need: publish it as `inputs/ROOT.bin` where they look (`--fetch`), or give it
	 * to them. Without it nobody can answer.
	 */
	readonly file: Uint8Array;
}

/** Real values of every input, by name, in row-major order. */
export type InputValues = Readonly<Record<string, ArrayLike<number>>>;

/**
 * Turns real values into what the program computes on, and commits to them.
 *
 * @param options.strict refuses values out of an input's range instead of clipping them
 * @throws UmpireError if an input is missing, unknown, of another size, or holds what is no finite number
 */
export async function prepareInputs(
	{ program }: Pick<LoadedProgram, "program">,
	values: InputValues,
	options: { readonly strict?: boolean } = {},
): Promise<PreparedInputs> {
	const names = new Set(program.inputs.map(({ name }) => name));
	const advice = `the program takes ${[...names].map((name) => `"${name}"`).join(", ") || "none"}.`;
	for (const name of Object.keys(values)) {
		if (!names.has(name)) throw new UmpireError("INPUT", `There is no input "${name}"`, { advice });
	}
	let clipped = 0;
	const elements = program.inputs.map((spec) => {
		if (!Object.hasOwn(values, spec.name)) {
			throw new UmpireError("INPUT", `The input "${spec.name}" is missing`, { advice });
		}
		const given = values[spec.name];
		// A scale may be finer than float32 is.
		const tensor = tensorFrom("float64", [given.length], given);
		const quantised = quantiseInput(tensor, spec, options);
		clipped += quantised.clipped;
		return quantised.elements;
	});
	const { root } = inputTreeOf(await commitInputs(program, elements));
	return { root, elements, clipped, file: encodeTensors(elements) };
}
