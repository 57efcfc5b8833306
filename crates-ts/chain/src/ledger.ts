import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { CLAIM_STATUS, type Claim, openingKey, type Request } from "@umpire/game/state.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { type AbiHeader, headerFromAbi } from "@umpire/operators/program-commitment.ts";
import { ChainError } from "./errors.ts";
import type { ChainEvent, Events } from "./events.ts";

/** Who disputes which claim. */
export interface Challenge {
	readonly claim: number;
	readonly challenger: Hex;
	/** Its bond went to somebody. */
	closed: boolean;
}

/** Who demands which chunk of which claim's inputs. */
export interface Demand {
	readonly claim: number;
	readonly demander: Hex;
	readonly input: number;
	readonly chunk: number;
	/** Its bond went to somebody. */
	closed: boolean;
}

/** A claim and the request that it answers, as events tell of them. */
type Stored<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What a deployment's events say, without any call: requests and claims as far as everybody needs them, and of the
 * rest where to look. Numbers of each kind follow each other without a gap, so that an event that a node keeps back
 * is noticed before anything is joined.
 */
export class Ledger {
	readonly programs = new Map<Hex, ProgramHeader>();
	readonly requests: Stored<Request>[] = [];
	/** `claimedAt`, `openDisputes`, every `boundAt` and `endedAt` are 0 here: the contracts say them (game-state.ts). */
	readonly claims: Stored<Claim>[] = [];
	readonly disputes: Challenge[] = [];
	readonly demands: Demand[] = [];
	/** Ways of opening a node (openingKey) that were published. */
	readonly openings = new Set<string>();
	readonly leaves = new Map<Hex, Omit<Events["LeafPublished"], "node">>();
	readonly partials = new Map<number, readonly bigint[]>();
	/** By the inputs that they are chunks of. */
	readonly answers = new Map<Hex, Events["InputAnswered"][]>();

	clear(): void {
		for (const list of [this.requests, this.claims, this.disputes, this.demands]) list.length = 0;
		for (const map of [this.programs, this.openings, this.leaves, this.partials, this.answers]) map.clear();
	}

	/** @throws ChainError (to be tried again) if an event that comes before this one is missing */
	take({ name, args }: ChainEvent): void {
		switch (name) {
			case "Registered":
				requireNext("program", args.number, this.programs.size);
				this.programs.set(args.program, headerFromAbi(args as AbiHeader));
				break;
			case "Requested":
				requireNext("request", args.request, this.requests.length);
				this.#known("program", this.programs.get(args.program), args.program);
				this.requests.push({
					program: args.program,
					inputsRoot: args.inputsRoot,
					requester: args.requester,
					deadline: Number(args.deadline),
					liveClaim: 0,
					closed: false,
					isSealed: args.isSealed,
					consumer: args.consumer,
					fee: args.fee,
					submitter: args.submitter,
					exclusiveUntil: Number(args.exclusiveUntil),
				});
				break;
			case "Claimed": {
				requireNext("claim", args.claim, this.claims.length);
				this.#request(args.request).liveClaim = Number(args.claim);
				const { traceRoot, outputRoot, submitter } = args;
				const request = Number(args.request);
				const status = CLAIM_STATUS.live;
				const unread = { claimedAt: 0, openDisputes: 0, boundAt: 0, endedAt: 0 };
				const decided = { winner: NOBODY, delivered: false };
				const segments: Claim["segments"] = new Map();
				const said = { traceRoot, outputRoot, submitter, request, status, segments };
				this.claims.push({ ...said, ...unread, ...decided });
				break;
			}
			case "TraceBound": {
				const claim = this.#claim(args.claim);
				const { traceRoot } = args;
				if (this.programs.get(this.programOf(Number(args.claim)))!.lazy) claim.traceRoot = traceRoot;
				else claim.segments = new Map(claim.segments).set(Number(args.segment), { boundAt: 0, traceRoot });
				break;
			}
			case "Finalised":
				this.#claim(args.claim).status = CLAIM_STATUS.final;
				this.#request(args.request).closed = true;
				break;
			case "Rejected": {
				const claim = this.#claim(args.claim);
				claim.status = CLAIM_STATUS.rejected;
				claim.winner = args.winner;
				this.#request(BigInt(claim.request)).liveClaim = 0;
				break;
			}
			case "Delivered":
				// Of a refund it names no claim, and of a final one nobody asks.
				if (args.claim !== 0n) {
					const claim = this.#claim(args.claim);
					claim.delivered = claim.status === CLAIM_STATUS.rejected;
				}
				break;
			case "Refunded":
				this.#request(args.request).closed = true;
				break;
			case "Challenged":
				requireNext("dispute", args.dispute, this.disputes.length);
				this.#claim(args.claim);
				this.disputes.push({ claim: Number(args.claim), challenger: args.challenger, closed: false });
				break;
			case "TimedOut":
			case "Reclaimed":
				this.#known("dispute", this.disputes[Number(args.dispute) - 1], args.dispute).closed = true;
				break;
			case "Settled":
				// Dispute 0: the claim was settled directly.
				if (args.dispute !== 0n) {
					this.#known("dispute", this.disputes[Number(args.dispute) - 1], args.dispute).closed = true;
				}
				break;
			case "InputDemanded": {
				requireNext("demand", args.demand, this.demands.length);
				this.#claim(args.claim);
				const { claim, demander, input, chunk } = args;
				const at = { claim: Number(claim), input: Number(input), chunk: Number(chunk) };
				this.demands.push({ ...at, demander, closed: false });
				break;
			}
			case "AnswerPaid": {
				const demand = this.#known("demand", this.demands[Number(args.demand) - 1], args.demand);
				const { inputsRoot } = this.#request(BigInt(this.#claim(BigInt(demand.claim)).request));
				const isPublished = this.answers
					.get(inputsRoot)
					?.some(({ input, chunk }) => Number(input) === demand.input && Number(chunk) === demand.chunk);
				this.#known("answer", isPublished === true || undefined, args.demand);
				demand.closed = true;
				break;
			}
			case "Withheld":
			case "DemandReclaimed":
				this.#known("demand", this.demands[Number(args.demand) - 1], args.demand).closed = true;
				break;
			case "InputAnswered": {
				this.#known("demand", this.demands[Number(args.demand) - 1], args.demand);
				const others = this.answers.get(args.inputsRoot);
				if (others === undefined) this.answers.set(args.inputsRoot, [args]);
				else others.push(args);
				break;
			}
			case "NodeOpened": {
				const { node, tree, childLevel, children } = args;
				this.openings.add(openingKey(node, tree, Number(childLevel), children.length));
				break;
			}
			case "LeafPublished": {
				const { node, ...leaf } = args;
				this.leaves.set(node, leaf);
				break;
			}
			case "PartialsPublished":
				this.partials.set(Number(args.dispute), args.partials);
		}
	}

	/** The program that a claim is about. */
	programOf(claim: number): Hex {
		return this.requests[this.claims[claim - 1].request - 1].program;
	}

	#request(id: bigint): Stored<Request> {
		return this.#known("request", this.requests[Number(id) - 1], id);
	}

	#claim(id: bigint): Stored<Claim> {
		return this.#known("claim", this.claims[Number(id) - 1], id);
	}

	#known<T>(kind: string, item: T | undefined, id: bigint | Hex): T {
		if (item === undefined) throw new MissingError(`the event of ${kind} ${id}`);
		return item;
	}
}

function requireNext(kind: string, id: bigint, known: number): void {
	if (id !== BigInt(known) + 1n) throw new MissingError(`${kind} ${known + 1} of those up to ${id}`);
}

/** Something is not there that a node's state or later events presuppose: it may be when all is read again. */
export class MissingError extends ChainError {
	override readonly name = "MissingError";

	/** @param what is missing, as in "the event of claim 3" */
	constructor(what: string) {
		super(
			`reading events failed: the RPC node keeps some back that its state knows of (${what}); reading all again.`,
			{ retryable: true },
			"EVENTS",
		);
	}
}
