import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "@umpire/game/errors.ts";

/** A beacon whose rounds are the seconds (contracts/test-harness/TestBeacon.sol). */
export interface BeaconState {
	readonly fee: bigint;
	readonly drift: number;
	readonly values: ReadonlyMap<number, Hex>;
	readonly void: ReadonlySet<number>;
	readonly ordered: ReadonlySet<number>;
}

/** Moves of a test's beacon. */
export type BringMove = { type: "bring"; round: number; beaconValue: Hex };
export type MakeVoidMove = { type: "makeVoid"; round: number };

export function initialBeacon(fee: bigint, drift: number): BeaconState {
	return { fee, drift, values: new Map(), void: new Set(), ordered: new Set() };
}

export function bring(beacon: BeaconState, { round, beaconValue }: BringMove): BeaconState {
	if (beacon.values.has(round)) throw new GameError("AlreadyBrought", round);
	if (beacon.void.has(round)) throw new GameError("RoundVoid", round);
	return { ...beacon, values: new Map(beacon.values).set(round, beaconValue) };
}

export function makeVoid(beacon: BeaconState, { round }: MakeVoidMove): BeaconState {
	return { ...beacon, void: new Set([...beacon.void, round]) };
}

/** The beacon after somebody has paid for the value of a round; the same if that costs nothing or was done. */
export function order(beacon: BeaconState, round: number): BeaconState {
	if (beacon.fee === 0n || beacon.ordered.has(round)) return beacon;
	return { ...beacon, ordered: new Set([...beacon.ordered, round]) };
}
