import { z } from "zod";
import { address, count, hash, integer, item, role, time, token, units, wei } from "./fields.ts";

export const program = item("Program", {
	program: count.describe("number in the registry"),
	root: hash,
	operators: count,
	constants: count,
	inputs: count,
	steps: count,
	outputOperator: count,
	outputElements: count,
	outputWidth: count.describe("bits of an element"),
	commitment: count.describe("0: eager, 1: lazy, else steps of a segment, and 1"),
	signature: hash.describe("hash of the names and shapes of inputs and output"),
	outputMantissa: integer.describe("an output element times mantissa times 2^exponent is its real value"),
	outputExponent: z.int(),
});
export type ProgramItem = z.infer<typeof program>;

export const request = item("Request", {
	request: count,
	program: hash,
	programNumber: count.nullable(),
	requester: address,
	inputsRoot: hash,
	fee: wei,
	deadline: time,
	consumer: address.nullable(),
	submitter: address.nullable().describe("who alone may claim it"),
	exclusiveUntil: time.nullable(),
	sealed: z.boolean(),
	status: z.enum(["open", "claimed", "final", "refunded"]),
	claim: count.nullable().describe("the live or final one"),
	claims: count.describe("claims that were made on it"),
});
export type RequestItem = z.infer<typeof request>;

export const claim = item("Claim", {
	claim: count,
	request: count,
	program: hash,
	submitter: address,
	traceRoot: hash,
	outputRoot: hash,
	words: z.array(integer).describe("the first leaf of the output, five words of packed elements"),
	output: z.array(z.number()).nullable().describe("its integers, if it fits that leaf"),
	status: z.enum(["live", "final", "rejected"]),
	periodEnd: time.describe("from when on it can be made final if nothing is open"),
	disputes: count,
	openDisputes: count,
	openDemands: count,
	paid: wei.nullable().describe("to the submitter, once it is final"),
	winner: address.nullable().describe("who brought it down"),
	dispute: count.nullable().describe("the dispute that it lost; null if it fell without one"),
});
export type ClaimItem = z.infer<typeof claim>;

const position = z.object({
	tree: z.enum(["checkpoints", "steps", "operators", "tensor"]),
	step: count,
	operator: count,
	start: count,
	level: count.describe("height above the leaves of that tree"),
});
const settled = z.object({
	step: count,
	operator: count,
	element: count,
	part: count,
	claimed: integer,
	computed: integer,
});

export const dispute = item("Dispute", {
	dispute: count,
	claim: count,
	request: count,
	program: hash,
	challenger: address,
	submitter: address,
	phase: z.enum(["root", "search", "leaf", "partials", "closed"]),
	position: position.nullable().describe("where the search is; null at the root"),
	node: hash.describe("what is demanded or was published last"),
	element: count.nullable().describe("the element that the challenger named"),
	parts: count.nullable(),
	moves: count,
	ending: z
		.enum(["settled", "timed out", "reclaimed"])
		.nullable()
		.describe("reclaimed: the claim was decided elsewhere"),
	winner: address.nullable(),
	proved: settled.nullable().describe("the wrong number, and the right one"),
});
export type DisputeItem = z.infer<typeof dispute>;

/** What sides do in a dispute, by the events that tell of it. */
export const MOVES = [
	"Challenged",
	"TraceBound",
	"NodeOpened",
	"LeafPublished",
	"Descended",
	"Named",
	"PartialsPublished",
	"Settled",
	"TimedOut",
	"Reclaimed",
] as const;

/** One move of a dispute. What was published is named by its content and may serve several. */
export const move = item("Move", {
	dispute: count,
	move: count.describe("counted from 1"),
	name: z.enum(MOVES),
	side: z.enum(["challenger", "submitter", "other"]),
	sender: address.describe("of the transaction"),
	gas: integer.describe("of the transaction, however many moves it makes"),
	args: z.record(z.string(), z.unknown()).describe("of the event"),
});
export type MoveItem = z.infer<typeof move>;

export const demand = item("InputDemand", {
	demand: count,
	claim: count,
	demander: address,
	inputsRoot: hash,
	input: count,
	chunk: count,
	status: z.enum(["open", "answered", "withheld", "reclaimed"]),
	answeredAt: time.nullable().describe("when the chunk was published"),
});
export type DemandItem = z.infer<typeof demand>;

export const withdrawal = item("Withdrawal", {
	contract: role,
	account: address,
	recipient: address,
	token,
	amount: units,
});
export type WithdrawalItem = z.infer<typeof withdrawal>;

/** What a contract owes an account. */
export const balance = item("Balance", {
	contract: role,
	account: address,
	token,
	owed: units.describe("can be withdrawn"),
	credited: units.describe("all that it was ever owed"),
});
export type BalanceItem = z.infer<typeof balance>;
