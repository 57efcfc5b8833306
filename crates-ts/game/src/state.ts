import type { Hex } from "@umpire/commitment/constants.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";

/** Numbers of the contract's enums (contracts/interfaces). */
export const PHASE = { none: 0, root: 1, search: 2, leaf: 3, partials: 4, closed: 5 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

export const SIDE = { nobody: 0, submitter: 1, challenger: 2 } as const;
export type Side = (typeof SIDE)[keyof typeof SIDE];

export const CLAIM_STATUS = { none: 0, live: 1, final: 2, rejected: 3 } as const;
export type ClaimStatus = (typeof CLAIM_STATUS)[keyof typeof CLAIM_STATUS];

/** The constants of a deployment: times in seconds, bonds in wei, levels of trees. */
export interface Parameters {
	readonly challengePeriod: number;
	readonly increment: number;
	readonly reserve: number;
	readonly provingAllowance: number;
	readonly commitAllowance: number;
	readonly crowding: number;
	readonly depth: number;
	readonly window: number;
	readonly burnPermille: number;
	readonly submitterBond: bigint;
	readonly challengerBond: bigint;
	readonly computeAllowance: number;
	readonly demandBond: bigint;
}

export interface Request {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly requester: Hex;
	readonly deadline: number;
	/** number of the live or final claim, 0 if there is none */
	readonly liveClaim: number;
	readonly closed: boolean;
	/** claims have to be committed to before */
	readonly isSealed: boolean;
	readonly consumer: Hex;
	readonly fee: bigint;
	/** who alone may claim until `exclusiveUntil`, and with whose rejected claim the request ends; 0 for everybody */
	readonly submitter: Hex;
	readonly exclusiveUntil: number;
}

/** The trace that a segment of a claim was bound to, and when. */
export interface BoundTrace {
	readonly boundAt: number;
	readonly traceRoot: Hex;
}

export interface Claim {
	/** 0 for a lazy claim whose trace is not bound; of a program with segments the root of its checkpoints */
	readonly traceRoot: Hex;
	/** the tensor root of the claimed output */
	readonly outputRoot: Hex;
	readonly submitter: Hex;
	readonly request: number;
	readonly claimedAt: number;
	readonly openDisputes: number;
	readonly status: ClaimStatus;
	/** when the trace of a lazy claim was bound; 0 before, and for claims that carry their trace root */
	readonly boundAt: number;
	/** by segment: the traces that were bound, if the program has segments */
	readonly segments: ReadonlyMap<number, BoundTrace>;
	/** who was paid for its rejection; 0 unless it is rejected */
	readonly winner: Hex;
	/** when it became final or was rejected; 0 while it is live */
	readonly endedAt: number;
	/** the consumer was told of its rejection */
	readonly delivered: boolean;
}

/**
 * A subtree of the trees that make up a trace; `tree` is the tree's tag (8 checkpoints, 3 steps, 2 operators,
 * 1 tensor).
 */
export interface Position {
	readonly tree: number;
	/** in the tree of steps the first step of the segment */
	readonly step: number;
	readonly operator: number;
	readonly start: number;
	readonly level: number;
	/** elements and width of the operator's tensor, 0 before the search enters it */
	readonly elements: number;
	readonly width: number;
}

export interface Dispute extends Position {
	readonly challenger: Hex;
	readonly claim: number;
	readonly phase: Phase;
	readonly demandedAt: number;
	readonly node: Hex;
	readonly submitterReserve: number;
	readonly challengerReserve: number;
	readonly crowding: number;
	/** named element, its number of parts and its partial results S₁ … Sₙ (phase Partials) */
	readonly element: number;
	readonly parts: number;
	readonly partialsAt: number;
	readonly partials: readonly bigint[];
}

export interface PublishedLeaf {
	readonly time: number;
	readonly width: number;
	readonly count: number;
	readonly words: readonly bigint[];
}

/** Someone's demand to see a chunk (eight leaves) of an input of a claim. */
export interface InputDemand {
	readonly demander: Hex;
	readonly claim: number;
	readonly demandedAt: number;
	readonly crowding: number;
	readonly input: number;
	/** elements and width of the input's tensor */
	readonly elements: number;
	readonly width: number;
	readonly chunk: number;
	/** false once its bond was paid to somebody */
	readonly open: boolean;
}

/** A published chunk: the words of its leaves. */
export interface InputAnswer {
	readonly time: number;
	readonly words: readonly (readonly bigint[])[];
}

/** What one contract owes, and what it holds, in wei. */
export interface Ledger {
	readonly owed: ReadonlyMap<Hex, bigint>;
	readonly balance: bigint;
}

/** The contracts that hold money: a market its fees and the bonds of claims, its court the bonds against them. */
export type Holder = "market" | "court";

/** All that a market and its court store of it. Lists are in order of number; number n is at index n − 1. */
export interface GameState {
	readonly parameters: Parameters;
	readonly programs: ReadonlyMap<Hex, ProgramHeader>;
	readonly requests: readonly Request[];
	readonly claims: readonly Claim[];
	readonly disputes: readonly Dispute[];
	/** by openingKey: when the children of a node were published */
	readonly openings: ReadonlyMap<string, number>;
	/** by leaf node */
	readonly leaves: ReadonlyMap<Hex, PublishedLeaf>;
	readonly inputDemands: readonly InputDemand[];
	/** by inputAnswerKey */
	readonly inputAnswers: ReadonlyMap<string, InputAnswer>;
	/** by claimCommitment: when a claim on a sealed request was committed to */
	readonly commitments: ReadonlyMap<Hex, number>;
	readonly ledgers: Readonly<Record<Holder, Ledger>>;
	readonly burned: bigint;
	/** what commitments to claims are bound to */
	readonly domain: Domain;
	/** who may stop requests; 0 for nobody */
	readonly guardian: Hex;
	/** the end of the newest stop; 0 if there was none */
	readonly stoppedUntil: number;
}

/** A market: nothing that is signed or committed to for one means anything on another. */
export interface Domain {
	readonly chainId: number;
	readonly market: Hex;
}

const EMPTY_LEDGER: Ledger = { owed: new Map(), balance: 0n };
const NOBODY: Hex = `0x${"00".repeat(20)}`;
const NO_DOMAIN: Domain = { chainId: 0, market: NOBODY };

/** The state of a fresh deployment. */
export function initialState(
	parameters: Parameters,
	domain: Domain = NO_DOMAIN,
	guardian: Hex = NOBODY,
): GameState {
	return {
		parameters,
		programs: new Map(),
		requests: [],
		claims: [],
		disputes: [],
		openings: new Map(),
		leaves: new Map(),
		inputDemands: [],
		inputAnswers: new Map(),
		commitments: new Map(),
		ledgers: { market: EMPTY_LEDGER, court: EMPTY_LEDGER },
		burned: 0n,
		domain,
		guardian,
		stoppedUntil: 0,
	};
}

/** Names one way of opening a node: the same node opened to another depth is another opening. */
export function openingKey(node: Hex, tree: number, childLevel: number, children: number): string {
	return `${node} ${tree} ${childLevel} ${children}`;
}

/** Names a chunk of inputs: another number of inputs or another shape makes it another chunk. */
export function inputAnswerKey(
	inputsRoot: Hex,
	inputCount: number,
	{ input, elements, width, chunk }: Pick<InputDemand, "input" | "elements" | "width" | "chunk">,
): string {
	return [inputsRoot, inputCount, input, elements, width, chunk].join(" ");
}

/** What an account can withdraw from both contracts, in wei. */
export function owedTo({ ledgers }: Pick<GameState, "ledgers">, account: Hex): bigint {
	return (ledgers.market.owed.get(account) ?? 0n) + (ledgers.court.owed.get(account) ?? 0n);
}

/** What the contracts hold, in wei. */
export function balances({ ledgers }: Pick<GameState, "ledgers">): Record<Holder, bigint> {
	return { market: ledgers.market.balance, court: ledgers.court.balance };
}

/**
 * What the contracts must hold. The market: fees of open requests, bonds of live claims, and what is owed. The court:
 * bonds of open disputes and demands, and what is owed. The solvency invariant is that balances equal liabilities.
 */
export function liabilities(state: GameState): Record<Holder, bigint> {
	const { submitterBond, challengerBond, demandBond } = state.parameters;
	let market = sumOf(state.ledgers.market.owed);
	let court = sumOf(state.ledgers.court.owed);
	for (const request of state.requests) if (!request.closed) market += request.fee;
	for (const claim of state.claims) if (claim.status === CLAIM_STATUS.live) market += submitterBond;
	for (const dispute of state.disputes) if (dispute.phase !== PHASE.closed) court += challengerBond;
	for (const demand of state.inputDemands) if (demand.open) court += demandBond;
	return { market, court };
}

const sumOf = (owed: ReadonlyMap<Hex, bigint>): bigint =>
	[...owed.values()].reduce((sum, amount) => sum + amount, 0n);
