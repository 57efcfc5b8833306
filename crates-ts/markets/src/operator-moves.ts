import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "@umpire/game/errors.ts";
import {
	type AttesterWorld,
	epochAt,
	isDecided,
	MOST_OPERATORS,
	NEVER,
	numberOf,
	numbersOf,
	OPERATOR_STATUS,
	type Point,
	type TwistPoint,
	withLedger,
	withOperator,
} from "./attester-state.ts";
import { credit, ETHER, lock, takeEther } from "./token-ledger.ts";

export type RegisterOperatorMove = {
	type: "registerOperator";
	value: bigint;
	twin: Point;
	key: TwistPoint;
	proof: Point;
	/** whether the proof of possession is the key's, for the sender */
	valid: boolean;
};
export type LeaveSetMove = { type: "leaveSet" };
export type ExitOperatorMove = { type: "exitOperator"; operator: number };
type Sent<T> = T & { readonly sender: Hex };

const MOST = 2n ** 96n - 1n;

export function registerOperator(
	world: AttesterWorld,
	{ sender, value, twin, valid }: Sent<RegisterOperatorMove>,
	now: number,
): AttesterWorld {
	const known = numberOf(world, sender);
	if (known !== undefined) {
		const { status } = world.operators.get(known)!;
		throw new GameError("WrongOperatorStatus", sender, status, OPERATOR_STATUS.none);
	}
	const { leastStake } = world.parameters;
	if (value < leastStake || value > MOST) throw new GameError("WrongStake", value, leastStake, MOST);
	if (world.operators.size === MOST_OPERATORS) throw new GameError("NoNumberLeft", MOST_OPERATORS);
	const name = twin.join();
	if (world.usedKeys.has(name)) throw new GameError("KeyUsed", twin);
	if (!valid) throw new GameError("WrongProof", sender, twin);
	const paid = withLedger(world, "operators", (ledger) => takeEther(ledger, value, value));
	let number = 0;
	while (world.operators.has(number)) number++;
	const added = {
		account: sender,
		status: OPERATOR_STATUS.active,
		firstEpoch: epochAt(world, now) + 2,
		lastEpoch: NEVER,
		staked: value,
		stake: value,
		leftAt: 0,
		holds: 0,
		twin,
	};
	const operators = new Map(world.operators).set(number, added);
	return { ...paid, operators, usedKeys: new Set([...world.usedKeys, name]) };
}

export function leaveSet(world: AttesterWorld, { sender }: Sent<LeaveSetMove>, now: number): AttesterWorld {
	const number = numberOf(world, sender);
	const status = number === undefined ? OPERATOR_STATUS.none : world.operators.get(number)!.status;
	if (number === undefined || status !== OPERATOR_STATUS.active) {
		throw new GameError("WrongOperatorStatus", sender, status, OPERATOR_STATUS.active);
	}
	return end(world, number, now);
}

export function exitOperator(
	world: AttesterWorld,
	{ operator }: ExitOperatorMove,
	now: number,
): AttesterWorld {
	const one = world.operators.get(operator);
	if (one?.status !== OPERATOR_STATUS.leaving) {
		throw new GameError("WrongOperatorStatus", operator, one?.status, OPERATOR_STATUS.leaving);
	}
	const from = exitFrom(world, one.leftAt);
	if (now < from) throw new GameError("ExitTooEarly", operator, now, from);
	const oldest = world.records[world.head - 1]?.madeIn ?? Number.POSITIVE_INFINITY;
	if (oldest < one.lastEpoch + 2) throw new GameError("RecordsOpen", operator, oldest, one.lastEpoch + 2);
	if (one.holds !== 0) throw new GameError("WitnessesOpen", operator, one.holds);
	const operators = new Map(world.operators);
	operators.delete(operator);
	return withLedger({ ...world, operators }, "operators", (ledger) =>
		credit(ledger, ETHER, one.account, one.stake),
	);
}

/** From when on the stake of whoever left at a time can be paid out, if all is decided by then. */
export function exitFrom({ parameters }: Pick<AttesterWorld, "parameters">, leftAt: number): number {
	return leftAt + 2 * parameters.epochSeconds + parameters.accusationSeconds;
}

/** Takes stakes, and puts them into the other contract. */
export function slash(
	world: AttesterWorld,
	signers: bigint,
	now: number,
): { world: AttesterWorld; slashed: bigint } {
	let [next, slashed] = [world, 0n];
	for (const number of numbersOf(signers)) {
		const { stake, status } = next.operators.get(number)!;
		if (stake === 0n) continue;
		slashed += stake;
		next = withOperator(next, number, { stake: 0n });
		if (status === OPERATOR_STATUS.active) next = end(next, number, now);
	}
	next = withLedger(next, "operators", (ledger) => lock(ledger, ETHER, -slashed));
	return { world: withLedger(next, "attestations", (ledger) => lock(ledger, ETHER, slashed)), slashed };
}

/** Moves the oldest record that is not decided about on. */
export function advance(world: AttesterWorld, { most }: { readonly most: number }): AttesterWorld {
	let { head } = world;
	for (let left = most; left > 0; left--) {
		const record = world.records[head - 1];
		if (record === undefined || !isDecided(record.status)) break;
		head++;
	}
	return { ...world, head };
}

function end(world: AttesterWorld, number: number, now: number): AttesterWorld {
	const lastEpoch = epochAt(world, now);
	return withOperator(world, number, { status: OPERATOR_STATUS.leaving, leftAt: now, lastEpoch });
}
