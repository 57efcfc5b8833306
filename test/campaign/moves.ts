import fc from "fast-check";
import { NODE_FAULTS, type NodeFault } from "./node.ts";

/** Parties that can be hit: a submitter and a verifier of each of three programs. */
export const PARTIES = 6;

/**
 * What happens at one slot: a move of the adversary, or something that befalls an honest party. Numbers are taken
 * modulo what there is.
 */
export type CampaignMove =
	/** A request of one of the guarded programs; `inputs` says where they are to be had. */
	| {
			readonly type: "request";
			readonly program: number;
			readonly seed: number;
			readonly inputs: "stored" | "hidden" | "spoiled";
			readonly spoil: number;
			readonly pays: boolean;
			readonly soon: boolean;
			readonly consumer: number;
	  }
	/** A false claim, and how many answers the liar gives before it falls silent. */
	| {
			readonly type: "lie";
			readonly request: number;
			readonly lie: "number" | "random nodes" | "zero nodes";
			readonly seed: number;
			readonly diligence: number;
	  }
	/** A challenge of whatever claim, played as if a number of it were wrong, for so many moves. */
	| { readonly type: "attack"; readonly claim: number; readonly seed: number; readonly diligence: number }
	/** Publishes what is demanded of somebody else. */
	| { readonly type: "meddle"; readonly dispute: number; readonly wrong: boolean }
	/** Demands chunks of a claim's inputs, each for a bond. */
	| { readonly type: "demand"; readonly claim: number; readonly chunks: number }
	/** Answers a demand, whoever has to. */
	| { readonly type: "answer"; readonly demand: number }
	| { readonly type: "junk"; readonly kind: (typeof JUNK)[number]; readonly number: number }
	| { readonly type: "poke"; readonly kind: (typeof POKES)[number]; readonly number: number }
	/** A file that is not what its name says. */
	| { readonly type: "file"; readonly kind: "traces" | "programs"; readonly spoil: number }
	| { readonly type: "node"; readonly party: number; readonly fault: NodeFault; readonly slots: number }
	| { readonly type: "restart"; readonly party: number; readonly midTick: boolean }
	| { readonly type: "reorganise"; readonly depth: number }
	| { readonly type: "wait"; readonly slots: number };

export const JUNK = ["register", "request", "claim", "bind", "open", "publish"] as const;
export const POKES = [
	"finalise",
	"refund",
	"withdraw",
	"timeout",
	"reclaim",
	"timeoutInput",
	"collectAnswered",
	"reclaimInput",
] as const;

const nat = fc.nat(50);
const move = <T extends CampaignMove["type"], R extends object>(
	type: T,
	rest: { [K in keyof R]: fc.Arbitrary<R[K]> },
) => fc.record({ type: fc.constant(type), ...rest });

const MOVES = [
	[
		4,
		move("request", {
			program: fc.nat(2),
			seed: fc.nat(5),
			inputs: fc.constantFrom("stored", "stored", "hidden", "spoiled"),
			spoil: fc.nat(4),
			pays: fc.boolean(),
			soon: fc.boolean(),
			consumer: fc.nat(5),
		}),
	],
	[
		5,
		move("lie", {
			request: nat,
			lie: fc.constantFrom("number", "number", "number", "random nodes", "zero nodes"),
			seed: fc.nat(1000),
			diligence: fc.nat(20),
		}),
	],
	[4, move("attack", { claim: nat, seed: fc.nat(1000), diligence: fc.nat(12) })],
	[1, move("meddle", { dispute: nat, wrong: fc.boolean() })],
	[2, move("demand", { claim: nat, chunks: fc.integer({ min: 1, max: 8 }) })],
	[1, move("answer", { demand: nat })],
	[2, move("junk", { kind: fc.constantFrom(...JUNK), number: nat })],
	[2, move("poke", { kind: fc.constantFrom(...POKES), number: nat })],
	[1, move("file", { kind: fc.constantFrom("traces", "programs"), spoil: fc.nat(4) })],
	[
		2,
		move("node", {
			party: fc.nat(PARTIES - 1),
			fault: fc.constantFrom(...NODE_FAULTS),
			slots: fc.integer({ min: 1, max: 2 }),
		}),
	],
	[2, move("restart", { party: fc.nat(PARTIES - 1), midTick: fc.boolean() })],
	[1, move("reorganise", { depth: fc.integer({ min: 1, max: 3 }) })],
	[3, move("wait", { slots: fc.integer({ min: 1, max: 8 }) })],
] as const;

/** One game's moves, in order; the first requests are made by the honest requester before them. */
export const campaignMoves = (least: number, most: number): fc.Arbitrary<CampaignMove[]> =>
	fc.array(
		fc.oneof(
			...MOVES.map(([weight, arbitrary]) => ({ weight, arbitrary: arbitrary as fc.Arbitrary<CampaignMove> })),
		),
		{ minLength: least, maxLength: most, size: "max" },
	);
