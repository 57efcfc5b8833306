import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { rootFromPath } from "@umpire/commitment/tree.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { DescriptorOpening } from "@umpire/game/move.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { programRoot } from "@umpire/operators/program-commitment.ts";
import { decodeAbiParameters, keccak256 } from "viem";
import {
	type Aggregate,
	type AttestationRecord,
	type AttesterWorld,
	bitOf,
	epochAt,
	NEW_RECORD,
	RECORD_STATUS,
	recordIn,
	withLedger,
	withRecord,
} from "./attester-state.ts";
import { hasBit, hold, requireSignature } from "./record-moves.ts";
import { burn } from "./token-ledger.ts";
import { owedOperator, rootOfPath, statementOf, witnessLeaf } from "./witness-tree.ts";

export type PostWitnessesMove = { type: "postWitnesses"; root: Hex };
/** @property valid whether `own` is the operator's signature of the record */
export type ShowWitnessMove = {
	type: "showWitness";
	record: number;
	operator: number;
	own: Aggregate;
	valid: boolean;
	program: Hex;
	descriptor: DescriptorOpening;
	tensorRoot: Hex;
	path: readonly Hex[];
};
export type ClosePremiumMove = { type: "closePremium"; record: number };
type Sent<T> = T & { readonly sender: Hex };

const key = (account: Hex, root: Hex): string => `${account} ${root}`;

export function postWitnesses(
	world: AttesterWorld,
	{ sender, root }: Sent<PostWitnessesMove>,
	now: number,
): AttesterWorld {
	if (world.posted.has(key(sender, root))) throw new GameError("AlreadyPosted", root);
	return { ...world, posted: new Map(world.posted).set(key(sender, root), now) };
}

export function showWitness(world: AttesterWorld, move: ShowWitnessMove, now: number): AttesterWorld {
	const { record: id, operator: number, program, tensorRoot, path } = move;
	const record = recordIn(world, id, RECORD_STATUS.confirmed);
	const until = record.endedAt + world.parameters.accusationSeconds;
	if (now > until) throw new GameError("WitnessTooLate", id, now, until);
	const { premium, shared, shown, signers, weight, epoch, inputsRoot } = record;
	if (premium === 0n || !hasBit(signers & ~shown, number)) throw new GameError("NothingToEarn", id, number);
	const operator = world.operators.get(number);
	// Numbers are given anew.
	if (operator === undefined || epoch < operator.firstEpoch) {
		throw new GameError("NotMembers", epoch, number);
	}
	requireSignature(bitOf(number), move.valid);
	const owed = requireWitnessProgram(world, record, move);
	const { market } = world.game.domain;
	const statement = statementOf(market, record.program, inputsRoot, record.outputRoot);
	const { account, stake } = operator;
	const root = rootOfPath(witnessLeaf({ account, epoch, statement, operator: owed, root: tensorRoot }), path);
	const posted = world.posted.get(key(account, root)) ?? 0;
	if (posted === 0 || posted >= record.endedAt) {
		throw new GameError("WrongWitness", root, posted, record.endedAt);
	}
	const share = (premium * stake) / weight;
	const witness: AttestationRecord = {
		...NEW_RECORD,
		...{ program, inputsRoot, outputRoot: tensorRoot, epoch, madeIn: epochAt(world, now) },
		...{ status: RECORD_STATUS.open, endedAt: now, signers: bitOf(number), weight: stake, premium: share },
	};
	const next = withRecord(hold(world, number), id, {
		shown: shown | bitOf(number),
		shared: shared + share,
	});
	return { ...next, records: [...next.records, witness] };
}

/** Burns what nobody has shown a witness for in time. */
export function closePremium(world: AttesterWorld, { record: id }: ClosePremiumMove, now: number) {
	const { endedAt, closed, premium, shared } = recordIn(world, id, RECORD_STATUS.confirmed);
	const from = endedAt + world.parameters.accusationSeconds + 1;
	if (now < from) throw new GameError("TooEarly", id, now, from);
	if (closed) throw new GameError("NothingToEarn", id, 256);
	const next = withRecord(world, id, { closed: true });
	return withLedger(next, "attestations", (ledger) => burn(ledger, premium - shared));
}

/** The same program with the output of one of its operators as its own. */
export function witnessHeader(
	header: ProgramHeader,
	operator: number,
	{ width, elements }: { readonly width: number; readonly elements: number },
): ProgramHeader {
	return {
		...header,
		outputOperator: operator,
		outputWidth: width as ProgramHeader["outputWidth"],
		outputElements: elements,
	};
}

const SHAPE = [{ type: "uint256" }, { type: "uint8" }, { type: "uint8" }, { type: "uint64" }] as const;

/** Which operator's output is owed; the program must be the record's with that output. */
function requireWitnessProgram(
	{ game }: AttesterWorld,
	record: AttestationRecord,
	{ own, program, descriptor }: ShowWitnessMove,
): number {
	const header = game.programs.get(record.program)!;
	const { operatorCount, operatorsRoot } = header;
	const owed = owedOperator(own.signature, operatorCount);
	const root = rootOrUndefined(descriptor, owed, operatorCount);
	if (root === undefined) throw new GameError("WrongPathLength");
	if (root !== operatorsRoot) throw new GameError("WrongDescriptor", root, operatorsRoot);
	const [, , width, elements] = decodeAbiParameters(SHAPE, descriptor.descriptor);
	const expected = witnessHeader(header, owed, { width, elements: Number(elements) });
	const found = game.programs.get(program);
	if (found === undefined) throw new GameError("UnknownProgram", program);
	// What numbers stand for may differ.
	const bare = (one: ProgramHeader) =>
		programRoot({ ...one, signature: `0x${"00".repeat(32)}`, outputMantissa: 1, outputExponent: 0 });
	if (bare(found) !== bare(expected)) throw new GameError("WrongWitnessProgram", program);
	return owed;
}

function rootOrUndefined(
	{ descriptor, path }: DescriptorOpening,
	at: number,
	count: number,
): Hex | undefined {
	try {
		return rootFromPath(keccak256(descriptor), at, count, path, TAG.descriptors);
	} catch (error) {
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}
