import { z } from "zod";
import { address, count, hash, integer, item, time, token, units, wei } from "./fields.ts";

const attempt = z.object({
	worker: address,
	request: count.nullable().describe("null until it is accepted"),
	claim: count.nullable(),
	ending: z.enum(["declined", "missed", "late", "rejected", "verified"]).nullable(),
});

export const job = item("Job", {
	job: count,
	client: address,
	program: hash,
	inputsRoot: hash,
	token,
	reward: units,
	exposure: wei.describe("stake of the worker that an attempt binds"),
	workSeconds: count,
	tries: count,
	status: z.enum(["pending", "offered", "assigned", "completed", "verified", "failed", "cancelled"]),
	round: count.nullable().describe("the round that it waits in"),
	open: z.boolean().describe("any worker may take it"),
	worker: address.nullable(),
	until: time.nullable().describe("end of the offer or of the attempt"),
	request: count.nullable(),
	claim: count.nullable(),
	attempts: z.array(attempt),
});
export type JobItem = z.infer<typeof job>;

export const worker = item("Worker", {
	worker: address,
	status: z.enum(["active", "paused", "leaving", "gone"]),
	stake: wei,
	capacity: count,
	listed: count.describe("slots in the list"),
	gpu: z.string().describe("its label"),
	leastReward: wei,
	tokens: z.array(z.object({ token: address, least: integer })),
	programs: z.array(hash).describe("none: any"),
	reputation: count,
	verified: count.describe("jobs that it was paid for"),
	failed: count.describe("attempts that were missed, late or rejected"),
	slashed: wei,
});
export type WorkerItem = z.infer<typeof worker>;

export const grid = item("Grid", {
	grid: count,
	client: address,
	program: hash,
	token,
	bounty: units,
	stake: wei,
	share: units.nullable(),
	lowest: z.boolean().describe("whether the lowest score is the best"),
	rounds: count,
	roundSeconds: count,
	reservationSeconds: count,
	points: count,
	accepted: count,
	status: z.enum(["filling", "open", "closed"]),
	startedAt: time.nullable(),
	best: count.nullable().describe("the best point of a closed grid"),
	rest: units.nullable(),
});
export type GridItem = z.infer<typeof grid>;

export const point = item("Point", {
	grid: count,
	point: count,
	program: hash,
	inputsRoot: hash,
	steps: count,
	hyperparameters: z.array(z.int()),
	status: z.enum(["free", "reserved", "claimed", "accepted"]),
	worker: address.nullable(),
	request: count.nullable(),
	round: count.nullable(),
	position: count.nullable(),
	until: time.nullable(),
	claim: count.nullable(),
	score: integer.nullable(),
});
export type PointItem = z.infer<typeof point>;

export const bounty = item("Bounty", {
	bounty: count,
	owner: address,
	program: hash,
	token,
	pool: units.describe("what it was opened with"),
	rewarded: units.describe("what candidates won of it"),
	rate: units.describe("for each unit of gain"),
	minGain: count,
	deposit: wei,
	scoreFee: wei,
	elements: count,
	width: count,
	status: z.enum(["open", "ending", "ended"]),
	round: count.nullable(),
	commitUntil: time.nullable(),
	revealUntil: time.nullable(),
	scoreUntil: time.nullable(),
	baseline: hash.nullable().describe("root of the best weights; null before the first round is closed"),
	best: count.nullable().describe("the candidate that won last"),
	candidates: count,
	rest: units.nullable(),
});
export type BountyItem = z.infer<typeof bounty>;

export const candidate = item("Candidate", {
	candidate: count,
	bounty: count,
	round: count,
	contributor: address,
	commitment: hash,
	status: z.enum(["committed", "revealed", "asked", "open", "scored", "out"]),
	weightsRoot: hash.nullable(),
	shownLeaves: count,
	request: count.nullable(),
	claim: count.nullable(),
	baseline: integer.nullable().describe("score of the baseline"),
	score: integer.nullable(),
	gain: integer.nullable(),
});
export type CandidateItem = z.infer<typeof candidate>;

export const operator = item("Operator", {
	operator: count.describe("its number; those of operators that have gone are given again"),
	account: address,
	status: z.enum(["active", "leaving", "slashed", "gone"]),
	stake: wei,
	firstEpoch: count,
	lastEpoch: count.nullable(),
	exitFrom: time.nullable(),
	key: z.array(integer).describe("BLS12-381 key"),
	slashed: wei,
});
export type OperatorItem = z.infer<typeof operator>;

export const attestation = item("Attestation", {
	record: count,
	claim: count,
	request: count,
	program: hash,
	inputsRoot: hash,
	outputRoot: hash,
	epoch: count,
	signers: z.array(count).describe("numbers of operators"),
	weight: wei.describe("stake of the signers"),
	stake: wei.describe("of the epoch"),
	soft: z.boolean().describe("more than two thirds have signed"),
	status: z.enum(["attested", "confirmed", "open", "convicted", "acquitted"]),
	until: time.nullable().describe("of an open one: until when it can be accused"),
	accusations: count,
	slashed: wei.nullable(),
	covered: wei.nullable(),
});
export type AttestationItem = z.infer<typeof attestation>;

export const accusation = item("Accusation", {
	accusation: count,
	record: count,
	accuser: address,
	request: count,
	until: time,
	status: z.enum(["open", "bond returned", "bond lost"]),
});
export type AccusationItem = z.infer<typeof accusation>;

export const cover = item("Cover", {
	request: count,
	requester: address,
	value: wei,
	premium: wei,
	record: count.nullable(),
	status: z.enum(["waiting", "bound", "withdrawn"]),
});
export type CoverItem = z.infer<typeof cover>;
