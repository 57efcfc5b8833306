import { callOf } from "@umpire/chain/action-call.ts";
import { read, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { sameAccount } from "./money.ts";
import { requestState, waitingText } from "./request-state.ts";
import type { World } from "./world.ts";

/** A refund, in wei. */
export interface Refund {
	readonly request: number;
	readonly fee: bigint;
	readonly requester: Hex;
	/** What the market had for the account that asks and has sent to it; 0 unless that is the requester. */
	readonly withdrawn: bigint;
}

/**
 * Gives the fee of a request back that nobody has answered in time, and withdraws it if the account is the requester's.
 *
 * @throws UmpireError if the request is answered, closed, or can still be claimed
 */
export async function refund(world: World, id: number): Promise<Refund> {
	const { contracts, signer } = world;
	const state = await requestState(world, id);
	const { status, fee, requester } = state;
	const owed = () => read(contracts, contracts.market, "owed", [signer.account.address]);
	const isMine = sameAccount(requester, signer.account.address);
	// A refund that was asked for before may wait to be withdrawn.
	if (status !== "expired" && !(status === "refunded" && isMine && (await owed()) > 0n)) {
		throw new UmpireError("OPTION", `The fee of request ${id} cannot be had back: ${waitingText(state)}`);
	}
	if (status === "expired") {
		const sent = await send(signer, callOf(contracts, { type: "refund", request: id }));
		world.onSent(sent, signer.account.address);
	}
	if (!isMine) return { request: id, fee, requester, withdrawn: 0n };
	const withdrawn = await owed();
	const sent = await send(signer, callOf(contracts, { type: "withdraw", from: "market" }));
	world.onSent(sent, signer.account.address);
	return { request: id, fee, requester, withdrawn };
}
