import { callOf } from "@umpire/chain/action-call.ts";
import { read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { claimCommitment, NOBODY } from "@umpire/game/commitment.ts";
import type { GameState, Request } from "@umpire/game/state.ts";
import type { ClaimContent } from "@umpire/sdk/claim-content.ts";
import { keccak256, toHex } from "viem";
import { sameAccount } from "./money.ts";
import { act, type World } from "./world.ts";

/** Whether an account may claim a request at time `now`, in seconds: it is open, and nobody else's alone. */
export function mayClaim(request: Request, account: Hex, now: bigint): boolean {
	if (request.closed || request.liveClaim !== 0 || now >= BigInt(request.deadline)) return false;
	const isExclusive = request.submitter !== NOBODY && now <= BigInt(request.exclusiveUntil);
	return !isExclusive || sameAccount(request.submitter, account);
}

/**
 * Commits to a claim on a sealed request, or gives the salt with which it can be made: in a later second.
 */
export async function committedSalt(
	world: World,
	state: GameState,
	request: number,
	content: ClaimContent,
	now: bigint,
): Promise<{ readonly salt: Hex } | "committing" | "waiting"> {
	const { contracts, feed, signer } = world;
	const { traceRoot, opening } = content;
	const sender = signer.account.address;
	const salt = await secretSalt(world, request, content);
	const claim = { request, traceRoot, outputRoot: opening.root, sender, salt };
	const commitment = claimCommitment(state.domain, claim);
	const found = await read(contracts, contracts.market, "committedAt", [commitment], feed.head?.hash);
	const expires = found + BigInt(state.parameters.challengePeriod);
	if (found !== 0n && now < expires) return found < now ? { salt } : "waiting";
	// An expired one can be made again, under another name.
	const name = `commitClaim:${commitment}:${found}`;
	if (found !== 0n && now <= expires) return "waiting";
	const sent = await act(world, name, callOf(contracts, { type: "commitClaim", commitment }));
	return sent === undefined ? "waiting" : "committing";
}

/** The same after a restart, and known to nobody else: a signature of what the claim says. */
async function secretSalt(
	{ signer }: World,
	request: number,
	{ traceRoot, opening }: ClaimContent,
): Promise<Hex> {
	const { account, connection } = signer;
	if (account.signMessage === undefined) {
		throw new UmpireError(
			"ACCOUNT",
			`The account ${account.address} cannot sign messages: it cannot claim sealed requests.`,
		);
	}
	const words = [connection.chain.id, account.address, request, traceRoot, opening.root].join(" ");
	return keccak256(
		await account.signMessage({ message: { raw: toHex(`Umpire, salt of a claim: ${words}`) } }),
	);
}
