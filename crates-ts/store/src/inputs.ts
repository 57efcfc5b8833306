import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { decodeTensorsOf, encodedSize, encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import type { ContentStore } from "./content-store.ts";

/** Stores a program's inputs (logical order) under their root; gives the root. */
export async function putInputs(
	store: ContentStore,
	program: Program,
	inputs: readonly Elements[],
): Promise<Hex> {
	const { root } = inputTreeOf(await commitInputs(program, inputs));
	await store.write("inputs", root, encodeTensors(inputs));
	return root;
}

/**
 * Reads inputs and commits them anew. A program without inputs has them under the root 0, and needs no file.
 *
 * @returns null if the store does not have them
 * @throws UmpireError if what it has is not what the program takes, or is not committed to by the root
 */
export async function getInputs(
	store: ContentStore,
	program: Program,
	root: Hex,
): Promise<Elements[] | null> {
	if (program.inputs.length === 0) return BigInt(root) === 0n ? [] : null;
	const sizes = program.inputs.map(({ shape, width }) => ({ width, elements: elementCount(shape) }));
	const damaged = (cause?: unknown) =>
		new UmpireError(
			"STORED",
			`The inputs ${root} in ${store.place} are damaged or belong to another program`,
			{ advice: "umpire inputs put writes them anew, or delete their file.", cause },
		);
	const size = encodedSize(sizes);
	const found = await store.stamp("inputs", root);
	if (found !== null && found.size !== size) throw damaged();
	const bytes = await store.read("inputs", root, size);
	if (bytes === null) return null;
	let inputs: Elements[];
	try {
		inputs = decodeTensorsOf(bytes, sizes);
	} catch (cause) {
		throw damaged(cause);
	}
	if (inputTreeOf(await commitInputs(program, inputs)).root !== root) throw damaged();
	return inputs;
}
