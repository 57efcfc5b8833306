import type { Hex } from "@umpire/commitment/constants.ts";
import {
	type AttesterWorld,
	accuserFee,
	COVER_STATUS,
	RECORD_STATUS,
	recordAt,
	withCover,
	withLedger,
} from "./attester-state.ts";
import { burn, credit, ETHER } from "./token-ledger.ts";

/** The premium goes back, and of a convicted record what was relied on. */
export function endCover(world: AttesterWorld, id: number): AttesterWorld {
	const { covers, premium, status } = recordAt(world, id);
	if (covers === 0) return world;
	const { requester } = world.game.requests[covers - 1];
	const { value } = world.covers.get(covers)!;
	const released = withLedger(releaseCover(world, id), "attestations", (ledger) =>
		credit(ledger, ETHER, requester, premium),
	);
	if (status !== RECORD_STATUS.convicted) return released;
	return payFromPot(released, requester, atMost(value, released.pot));
}

export function releaseCover(world: AttesterWorld, id: number): AttesterWorld {
	const { covers } = recordAt(world, id);
	const { value } = world.covers.get(covers)!;
	const reserved = world.reserved - value - accuserFee(world);
	const leastStake = reserved === 0n ? 0n : world.leastStake;
	return withCover({ ...world, reserved, leastStake }, covers, { status: COVER_STATUS.ended });
}

/** What was slashed: a share for whoever caught it, the rest into the pot. */
export function share(world: AttesterWorld, slashed: bigint, catcher: Hex): AttesterWorld {
	const reward = (slashed * BigInt(world.parameters.rewardPermille)) / 1000n;
	const next = withLedger(world, "attestations", (ledger) => credit(ledger, ETHER, catcher, reward));
	return { ...next, pot: next.pot + slashed - reward };
}

export function payFromPot(world: AttesterWorld, account: Hex, amount: bigint): AttesterWorld {
	const next = { ...world, pot: world.pot - amount };
	return withLedger(next, "attestations", (ledger) => credit(ledger, ETHER, account, amount));
}

export function burnExcess(world: AttesterWorld): AttesterWorld {
	const { pot, reserved } = world;
	if (pot <= reserved) return world;
	return withLedger({ ...world, pot: reserved }, "attestations", (ledger) => burn(ledger, pot - reserved));
}

export const atMost = (amount: bigint, most: bigint): bigint => (amount > most ? most : amount);
