import type { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { TensorCommitment } from "@umpire/commitment/tensor.ts";
import { CHUNK_LEVEL, chunkLeaves } from "./input-demands.ts";
import type { AnswerInputMove } from "./move.ts";
import type { InputDemand } from "./state.ts";

/** Committed inputs, as in a trace. */
export interface CommittedInputs {
	readonly inputs: readonly TensorCommitment[];
	readonly inputTree: MerkleTree;
}

/** What answers a demand for a chunk of these inputs. */
export function inputAnswer(
	demand: number,
	d: InputDemand,
	{ inputs, inputTree }: CommittedInputs,
): AnswerInputMove {
	const tensor = inputs[d.input];
	const { start, size } = chunkLeaves(d);
	return {
		type: "answerInput",
		demand,
		words: Array.from({ length: size }, (_, i) => tensor.words(start + i)),
		path: tensor.tree.path(d.chunk, CHUNK_LEVEL),
		inputPath: inputTree.path(d.input),
	};
}
