import type { Hex } from "@umpire/commitment/constants.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import type { Holder } from "./state.ts";

/** `abi.encode(Descriptor)` and its path to operatorsRoot. NO_DESCRIPTOR where no tensor is entered. */
export interface DescriptorOpening {
	readonly descriptor: Hex;
	readonly path: readonly Hex[];
}

export const NO_DESCRIPTOR: DescriptorOpening = { descriptor: "0x", path: [] };

/** The rescale row of an element and its path to rowsRoot. NO_ROW for kinds without rescale. */
export interface RowOpening {
	readonly bias: bigint;
	readonly multiplier: number;
	readonly shift: number;
	readonly path: readonly Hex[];
}

export const NO_ROW: RowOpening = { bias: 0n, multiplier: 0, shift: 0, path: [] };

/** The primary output's tensor root under the trace root; `words` of its leaf if it has only one. */
export interface OutputOpening {
	readonly root: Hex;
	readonly operatorPath: readonly Hex[];
	readonly stepPath: readonly Hex[];
	readonly words: readonly bigint[];
}

export interface TensorOpening {
	readonly operand: number;
	readonly root: Hex;
	readonly path: readonly Hex[];
	readonly stepPath: readonly Hex[];
}

export interface LeafOpening {
	/** index in Settlement.tensors */
	readonly tensor: number;
	readonly digest: bigint;
	readonly path: readonly Hex[];
}

/** What one part of an element's cone reads, and the proof of it. */
export interface PartEvidence {
	readonly leaves: readonly LeafOpening[];
	readonly values: readonly bigint[];
	/** eight field elements, all 0 if no proof is needed */
	readonly proof: readonly bigint[];
}

/** Everything that decides about one element, or about one of its partial results (contracts/interfaces/IArbiter.sol). */
export interface Settlement {
	readonly operator: DescriptorOpening;
	readonly words: readonly bigint[];
	readonly element: number;
	readonly part: number;
	readonly row: RowOpening;
	/** S₁ … Sₙ as published; empty if the settlement proves all parts */
	readonly partials: readonly bigint[];
	readonly tensors: readonly TensorOpening[];
	/** of `part` if there are partial results, otherwise of every part in order */
	readonly evidence: readonly PartEvidence[];
}

/** Where a settlement without a search finds the disputed leaf in the trace. */
export interface LeafLocation {
	readonly step: number;
	readonly operator: number;
	readonly leaf: number;
	readonly leafPath: readonly Hex[];
	readonly operatorPath: readonly Hex[];
	readonly stepPath: readonly Hex[];
}

/** Where the disputed leaf is: what the game has established when a settlement is judged. */
export interface Case {
	readonly header: ProgramHeader;
	readonly inputsRoot: Hex;
	/** root of the steps of the segment in which the leaf is; of all steps if the program has no segments */
	readonly traceRoot: Hex;
	/** root of the checkpoints that the claim carries, if the program has segments */
	readonly checkpointsRoot: Hex;
	readonly step: number;
	readonly operator: number;
	readonly leaf: number;
	readonly beneficiary: Hex;
	readonly inParts: boolean;
}

export type RegisterMove = { type: "register"; header: ProgramHeader };
export type RequestMove = {
	type: "request";
	value: bigint;
	program: Hex;
	inputsRoot: Hex;
	deadline: number;
	consumer: Hex;
	/** who alone may claim until `exclusiveUntil`; everybody by default */
	submitter?: Hex;
	exclusiveUntil?: number;
	/** claims have to be committed to before; false by default */
	isSealed?: boolean;
};
/** The guardian keeps new requests out for so many seconds. */
export type StopRequestsMove = { type: "stopRequests"; duration: number };
export type CommitClaimMove = { type: "commitClaim"; commitment: Hex };
export type ClaimMove = {
	type: "claim";
	value: bigint;
	request: number;
	traceRoot: Hex;
	opening: OutputOpening;
	/** that of the commitment, if the request is sealed */
	salt?: Hex;
};
export type BindTraceMove = {
	type: "bindTrace";
	claim: number;
	/** 0 if the claim is lazy */
	segment: number;
	traceRoot: Hex;
	/** the root of the segment's last step, and its path to traceRoot */
	lastStep: Hex;
	stepPath: readonly Hex[];
	/** from lastStep to the root of the claim's checkpoints; of a lazy claim, from the output to lastStep */
	claimPath: readonly Hex[];
};
export type FinaliseMove = { type: "finalise"; claim: number };
export type RefundMove = { type: "refund"; request: number };
/** Tells the consumer of a rejection. */
export type DeliverMove = { type: "deliver"; claim: number };
export type WithdrawMove = { type: "withdraw"; from: Holder };
export type ChallengeMove = { type: "challenge"; value: bigint; claim: number; entry: DescriptorOpening };
export type EnterMove = { type: "enter"; dispute: number; entry: DescriptorOpening };
export type OpenMove = { type: "open"; tree: number; childLevel: number; children: readonly Hex[] };
export type DescendMove = {
	type: "descend";
	dispute: number;
	index: number;
	child: Hex;
	path: readonly Hex[];
	entry: DescriptorOpening;
};
export type PublishLeafMove = {
	type: "publishLeaf";
	width: number;
	count: number;
	words: readonly bigint[];
};
export type NameMove = {
	type: "name";
	dispute: number;
	element: number;
	operator: DescriptorOpening;
};
export type PublishPartialsMove = {
	type: "publishPartials";
	dispute: number;
	partials: readonly bigint[];
	operator: DescriptorOpening;
	row: RowOpening;
	words: readonly bigint[];
};
export type SettleMove = { type: "settle"; dispute: number; settlement: Settlement };
export type SettleDirectlyMove = {
	type: "settleDirectly";
	claim: number;
	beneficiary: Hex;
	location: LeafLocation;
	settlement: Settlement;
};
export type TimeoutMove = { type: "timeout"; dispute: number };
export type ReclaimMove = { type: "reclaim"; dispute: number };
export type DemandInputMove = {
	type: "demandInput";
	value: bigint;
	claim: number;
	input: number;
	chunk: number;
	/** an operator that reads the input, and its descriptor */
	operator: number;
	opening: DescriptorOpening;
};
export type AnswerInputMove = {
	type: "answerInput";
	demand: number;
	words: readonly (readonly bigint[])[];
	path: readonly Hex[];
	inputPath: readonly Hex[];
};
export type CollectAnsweredMove = { type: "collectAnswered"; demand: number };
export type TimeoutInputMove = { type: "timeoutInput"; demand: number };
export type ReclaimInputMove = { type: "reclaimInput"; demand: number };
/** The contracts' functions; names and parameters are theirs. */
export type Action =
	| RegisterMove
	| RequestMove
	| StopRequestsMove
	| ClaimMove
	| BindTraceMove
	| FinaliseMove
	| RefundMove
	| CommitClaimMove
	| DeliverMove
	| WithdrawMove
	| ChallengeMove
	| EnterMove
	| OpenMove
	| DescendMove
	| PublishLeafMove
	| NameMove
	| PublishPartialsMove
	| SettleMove
	| SettleDirectlyMove
	| TimeoutMove
	| ReclaimMove
	| DemandInputMove
	| AnswerInputMove
	| CollectAnsweredMove
	| TimeoutInputMove
	| ReclaimInputMove;

/** An action and who sends it. */
export type Move = Action & { readonly sender: Hex };
