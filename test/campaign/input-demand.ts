import { chunkCount } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { readsInput } from "@umpire/game/openings.ts";
import { encodeDescriptor } from "@umpire/operators/descriptor.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import type { Guarded } from "./fixture.ts";

/** The demand for the chunk with this index among all inputs of a program, one chunk of each in turn. */
export function inputDemand(
	{ commitment, program }: Guarded["played"],
	claim: number,
	index: number,
	value: bigint,
): Action {
	const input = index % program.inputs.length;
	const { shape, width } = program.inputs[input];
	const chunk = Math.floor(index / program.inputs.length) % chunkCount(elementCount(shape), width);
	const operator = commitment.descriptors.findIndex(({ operands }) =>
		operands.some((operand) => readsInput(operand, input)),
	);
	const descriptor = encodeDescriptor(commitment.descriptors[operator]);
	const opening = { descriptor, path: commitment.descriptorTree.path(operator) };
	return { type: "demandInput", value, claim, input, chunk, operator, opening };
}
