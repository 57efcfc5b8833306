import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { Request } from "@umpire/game/state.ts";
import {
	type AttesterWorld,
	accuserFee,
	COVER_STATUS,
	type Cover,
	capacityOf,
	epochAt,
	NO_COVER,
	RECORD_STATUS,
	recordIn,
	weightOf,
	withCover,
	withLedger,
	withRecord,
} from "./attester-state.ts";
import { requireTerm } from "./network-state.ts";
import { claimAt, requireLive } from "./record-moves.ts";
import { credit, ETHER, takeEther } from "./token-ledger.ts";

/** @property value wei that are sent: the premium */
export type CoverMove = { type: "cover"; request: number; covered: bigint; value: bigint };
export type UncoverMove = { type: "uncover"; request: number };
export type BindCoverMove = { type: "bindCover"; request: number; record: number };
type Sent<T> = T & { readonly sender: Hex };

export function cover(world: AttesterWorld, move: Sent<CoverMove>): AttesterWorld {
	const { sender, request, covered, value } = move;
	requireRequester(world, request, sender);
	const { status } = world.covers.get(request) ?? NO_COVER;
	if (status !== COVER_STATUS.none) {
		throw new GameError("WrongCoverStatus", request, status, COVER_STATUS.none);
	}
	requireTerm("value", covered, 1n, 2n ** 128n - 1n);
	requireTerm("premium", value, leastPremium(world.parameters, covered), 2n ** 96n - 1n);
	const paid = withLedger(world, "attestations", (ledger) => takeEther(ledger, value, value));
	return withCover(paid, request, { value: covered, premium: value, status: COVER_STATUS.waiting });
}

/** The least premium of what is covered, in wei. */
export function leastPremium(
	{ premiumPermille }: { readonly premiumPermille: number },
	covered: bigint,
): bigint {
	return (covered * BigInt(premiumPermille) + 999n) / 1000n;
}

export function uncover(world: AttesterWorld, { sender, request }: Sent<UncoverMove>): AttesterWorld {
	const { premium } = waiting(world, request);
	requireRequester(world, request, sender);
	const covers = new Map(world.covers);
	covers.delete(request);
	return withLedger({ ...world, covers }, "attestations", (ledger) => credit(ledger, ETHER, sender, premium));
}

export function bindCover(
	world: AttesterWorld,
	{ request, record: id }: BindCoverMove,
	now: number,
): AttesterWorld {
	const { value, premium } = waiting(world, request);
	const record = recordIn(world, id, RECORD_STATUS.attested);
	const made = claimAt(world, record.claim);
	if (made.request !== request) throw new GameError("WrongRequest", made.request, request);
	requireLive(record.claim, made);
	const current = epochAt(world, now);
	if (record.epoch + 1 < current) throw new GameError("WrongEpoch", record.epoch, current);
	const { weight, stake } = weightOf(world, record.epoch, record.signers);
	if (3n * weight <= 2n * stake) throw new GameError("NotSoft", id, weight, stake);
	const leastStake = world.reserved === 0n || stake < world.leastStake ? stake : world.leastStake;
	const reserved = world.reserved + value + accuserFee(world);
	const available = capacityOf(world.parameters.rewardPermille, leastStake);
	if (reserved > available) throw new GameError("CoverTooLarge", reserved, available);
	const bound = withCover({ ...world, reserved, leastStake }, request, {
		status: COVER_STATUS.bound,
		record: id,
	});
	return withRecord(bound, id, { covers: request, premium });
}

function waiting({ covers }: AttesterWorld, request: number): Cover {
	const found = covers.get(request) ?? NO_COVER;
	if (found.status !== COVER_STATUS.waiting) {
		throw new GameError("WrongCoverStatus", request, found.status, COVER_STATUS.waiting);
	}
	return found;
}

function requireRequester({ game }: AttesterWorld, id: number, sender: Hex): void {
	const request: Request | undefined = game.requests[id - 1];
	if (request === undefined) throw new GameError("UnknownRequest", id);
	if (sender !== request.requester) throw new GameError("NotTheRequester", sender, request.requester);
}
