import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { DEFAULT_LIMITS } from "@umpire/operators/limits.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { httpStore } from "@umpire/store/http-store.ts";
import { getInputs, putInputs } from "@umpire/store/inputs.ts";
import { getProgram, putProgram } from "@umpire/store/programs.ts";
import { encodedSize } from "@umpire/store/tensors-codec.ts";
import type { View } from "./world.ts";

/**
 * Gets a program that the home folder lacks from the first source that has it, and keeps it. It is checked like any
 * program file before it is kept.
 *
 * @throws UmpireError if a source fails and no other has it
 */
export async function fetchProgram(
	{ home, limits = DEFAULT_LIMITS, sources = [] }: View,
	root: Hex,
): Promise<void> {
	if (sources.length === 0 || (await home.content.stamp("programs", root)) !== null) return;
	let failure: unknown;
	for (const source of sources) {
		const store = httpStore(source, limits.fileBytes);
		try {
			if ((await store.stamp("programs", root)) === null) continue;
			const { program, commitment } = await getProgram(store, root, limits);
			await putProgram(home.content, program, commitment);
			return;
		} catch (error) {
			if (!(error instanceof UmpireError)) throw error;
			failure ??= error;
		}
	}
	if (failure !== undefined) throw failure;
}

/** Gets inputs likewise; undefined if no source has them, and what fails is told. */
export async function fetchInputs(
	{ home, sources = [] }: Pick<View, "home" | "sources">,
	program: Program,
	root: Hex,
	tell: (line: string) => void,
): Promise<Elements[] | undefined> {
	const size = encodedSize(
		program.inputs.map(({ shape, width }) => ({ width, elements: elementCount(shape) })),
	);
	for (const source of sources) {
		try {
			const inputs = await getInputs(httpStore(source, size), program, root);
			if (inputs === null) continue;
			await putInputs(home.content, program, inputs);
			return inputs;
		} catch (error) {
			if (!(error instanceof UmpireError)) throw error;
			tell(error.message);
		}
	}
	return undefined;
}
