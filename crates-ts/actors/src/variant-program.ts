import { RevertError } from "@umpire/chain/errors.ts";
import { read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Program, ProgramHeader } from "@umpire/operators/program.ts";
import {
	type AbiHeader,
	commitProgram,
	headerFromAbi,
	type ProgramCommitment,
} from "@umpire/operators/program-commitment.ts";
import { requireRunnable } from "@umpire/runtime/runnable.ts";
import { getProgram } from "@umpire/store/programs.ts";
import type { View } from "./world.ts";

/** The same program with the output of one of its operators as its only one. */
export function withOutput(program: Program, operator: number): Program {
	return { ...program, outputs: [{ name: "witness", operator }] };
}

/** Whether two headers are of the same operators on the same inputs, whatever their outputs are and are called. */
export function isVariant(one: ProgramHeader, other: ProgramHeader): boolean {
	const same = [
		...["operatorsRoot", "constantsRoot", "operatorCount", "constantCount"],
		...["inputCount", "steps", "lazy", "segment"],
	] as (keyof ProgramHeader)[];
	return same.every((name) => one[name] === other[name]);
}

/**
 * A registered program that is nowhere to be had as a file, derived from one in the home folder that computes the same and
 * states another of its tensors. What its numbers stand for is its own affair: no court asks for it.
 *
 * @returns undefined if there is no such program in the home folder
 */
export async function variantOf(
	{ home, contracts, limits }: View,
	root: Hex,
): Promise<{ readonly program: Program; readonly commitment: ProgramCommitment } | undefined> {
	const { registry } = contracts;
	const headerOf = async (of: Hex): Promise<ProgramHeader> => {
		const header = (await read(contracts, registry, "header", [of])) as AbiHeader["header"];
		return headerFromAbi({ header, meaning: await read(contracts, registry, "meaning", [of]) });
	};
	const header = await headerOf(root);
	// Anybody registers programs: the chain is asked about those that are here, not about all that there are.
	for (const other of await home.content.list("programs")) {
		const own = await headerOf(other).catch(unlessUnknown);
		if (own === undefined || !isVariant(own, header)) continue;
		const program = withOutput(
			(await getProgram(home.content, other, limits)).program,
			header.outputOperator,
		);
		const derived = await commitProgram(program);
		const { outputElements, outputWidth } = derived.header;
		// A header that gives its output another shape is of no program.
		if (outputElements !== header.outputElements || outputWidth !== header.outputWidth) return undefined;
		await requireRunnable(program, { root });
		return { program, commitment: { ...derived, root, header } };
	}
	return undefined;
}

/** A program in the home folder need not be registered. */
function unlessUnknown(error: unknown): undefined {
	if (error instanceof RevertError && error.message.includes("UnknownProgram")) return undefined;
	throw error;
}
