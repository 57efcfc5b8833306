import { numberOf, programCount, programOf } from "@umpire/chain/contracts.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram, putProgram } from "@umpire/store/programs.ts";
import { fetchInputs, fetchProgram } from "./fetch-content.ts";
import { variantOf } from "./variant-program.ts";
import type { View, World } from "./world.ts";

/** A registered program that an actor has loaded and checked. */
export interface LoadedProgram {
	readonly number: number;
	readonly root: Hex;
	readonly program: Program;
	readonly commitment: ProgramCommitment;
}

/**
 * Finds a registered program by its number, its root or its file and loads it from the store; its root, its
 * structure and its exactness certificate are computed anew. One that only states another tensor of a program that is
 * there is derived from that.
 *
 * @throws UmpireError if it is not registered or not in the store
 */
export async function loadRegistered(world: View, id: string): Promise<LoadedProgram> {
	const root = await resolve(world, id);
	const number = Number(await numberOf(world.contracts, root));
	await fetchProgram(world, root);
	const isHere = (await world.home.content.stamp("programs", root)) !== null;
	const variant = isHere ? undefined : await variantOf(world, root);
	return { number, root, ...(variant ?? (await getProgram(world.home.content, root, world.limits))) };
}

async function resolve(view: View, id: string): Promise<Hex> {
	const { contracts } = view;
	if (/\.onnx$/i.test(id)) return keepProgram(view, id);
	const count = Number(await programCount(contracts));
	if (/^\d+$/.test(id)) {
		if (Number(id) >= 1 && Number(id) <= count) return programOf(contracts, BigInt(id));
		throw new UmpireError(
			"NOT_FOUND",
			count === 0
				? "No program is registered yet: run ./just register."
				: `There is no program ${id}: ${count} ${count === 1 ? "is" : "are"} registered (umpire status lists them).`,
		);
	}
	if (/^0x[0-9a-f]{64}$/i.test(id)) return id.toLowerCase() as Hex;
	throw new UmpireError("NOT_FOUND", `"${id}" is no program`, {
		advice: "give its number or its root (umpire status lists them), or its .onnx file.",
	});
}

/** A program that is given as a file is kept, as if it had been registered from here. */
async function keepProgram({ home, limits }: View, path: string): Promise<Hex> {
	const { program, commitment } = await loadCommittedProgram(path, limits);
	return putProgram(home.content, program, commitment);
}

/** Finds the inputs of a request; undefined if they are not to be had. */
export type InputFinder = (root: Hex) => Promise<Elements[] | undefined>;

/** Reads inputs from the store. Inputs that are missing or damaged are complained about, and looked for again. */
export function inputFinder(world: World, program: Program, tell: (line: string) => void): InputFinder {
	return async (root) => {
		let isMissing = false;
		try {
			const inputs = await getInputs(world.home.content, program, root);
			if (inputs !== null) return inputs;
			isMissing = true;
		} catch (error) {
			if (!(error instanceof UmpireError)) throw error;
			tell(error.message);
		}
		// What is damaged here may be whole elsewhere, and is replaced by that.
		const fetched = await fetchInputs(world, program, root, tell);
		if (fetched !== undefined) return fetched;
		if (isMissing) {
			tell(
				program.inputs.length === 0
					? `The program has no inputs: nothing is computed on ${root}.`
					: `The inputs ${root} are not in ${world.home.content.place}: waiting for them.`,
			);
		}
		return undefined;
	};
}

/** Inputs that a computation needs are not to be had, which has been told. */
export class NoInputs extends Error {
	override readonly name = "NoInputs";
}

/**
 * What stands in the store for inputs: another text as soon as they come or are replaced, so that what failed with the
 * old ones is tried with the new ones.
 */
export async function inputsVersion({ home }: World, program: Program, root: Hex): Promise<string> {
	if (program.inputs.length === 0) return "none";
	const found = await home.content.stamp("inputs", root).catch(() => null);
	return found?.version ?? "missing";
}
