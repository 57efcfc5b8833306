import { UserError } from "@umpire/chain/errors.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import type { ContentStore } from "./content-store.ts";
import { decodeTensors, encodedSize, encodeTensors } from "./tensors-codec.ts";

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
 * Reads inputs and commits them anew.
 *
 * @returns null if the store does not have them
 * @throws UserError if what it has is not committed to by the root
 */
export async function getInputs(
	store: ContentStore,
	program: Program,
	root: Hex,
): Promise<Elements[] | null> {
	// Without inputs there is nothing to keep, and no other root than this.
	if (program.inputs.length === 0 && BigInt(root) === 0n) return [];
	const size = encodedSize(program.inputs);
	const bytes = await store.read("inputs", root, size);
	if (bytes === null) return null;
	const damaged = () =>
		new UserError(
			`The inputs ${root} in ${store.place} are damaged or belong to another program: delete their file.`,
		);
	if (bytes.length !== size) throw damaged();
	const inputs = decodeTensors(bytes);
	const fits = program.inputs.every(
		({ shape, width }, i) =>
			inputs[i]?.length === elementCount(shape) && inputs[i].BYTES_PER_ELEMENT * 8 === width,
	);
	if (!fits || inputs.length !== program.inputs.length) throw damaged();
	const found = await commitInputs(program, inputs).then(
		(tensors) => inputTreeOf(tensors).root,
		() => undefined,
	);
	if (found !== root) throw damaged();
	return inputs;
}
