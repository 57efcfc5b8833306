import { wordHex } from "@umpire/commitment/hex.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import { BOUNTY_STATUS, CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import { isClaimed } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { type BountyPlay, TERMS } from "./bounty-play.ts";

/** Ends everything that is open, as strangers and owners may, and pays everybody: the contract holds nothing then. */
export async function windUpBounties(play: BountyPlay): Promise<void> {
	const { stranger } = play;
	const { increment, reserve, challengePeriod, crowding } = PARAMETERS;
	play.now += increment + reserve + crowding * (play.world.game.disputes.length + 1) + challengePeriod;
	for (const [i, { phase, claim }] of play.world.game.disputes.entries()) {
		if (phase === PHASE.closed || play.world.game.claims[claim - 1].status !== CLAIM_STATUS.live) continue;
		await play.play(stranger, { type: "timeout", dispute: i + 1 });
	}
	const seconds = TERMS.commitSeconds + TERMS.revealSeconds + TERMS.availabilitySeconds;
	play.now += seconds + play.stage.drift;
	for (const [i, { isRunning, rounds }] of play.world.bounties.entries()) {
		if (!isRunning) continue;
		const { beaconRound } = rounds[rounds.length - 1];
		const { values, void: ended } = play.world.beacon;
		if (ended.has(beaconRound)) continue;
		if (!values.has(beaconRound)) {
			await play.play(stranger, { type: "bring", round: beaconRound, beaconValue: wordHex(5n << 120n) });
		}
		await play.play(stranger, { type: "begin", bounty: i + 1 });
	}
	while (play.world.candidates.some(({ status }) => status < CANDIDATE_STATUS.scored)) {
		play.now += TERMS.scoreSeconds + increment + challengePeriod;
		for (const [i] of play.world.candidates.entries()) await moveOn(play, i + 1);
	}
	for (const [i, { isRunning, status }] of play.world.bounties.entries()) {
		if (isRunning) await play.close(i + 1);
		if (status === BOUNTY_STATUS.open) {
			const { owner } = play.bounty(i + 1);
			await play.play(owner, { type: "endBounty", bounty: i + 1 });
		}
	}
	for (const token of [ETHER, play.stage.token.address]) {
		for (const account of play.people) {
			if (play.owed(account, token) === 0n) continue;
			await play.play(account, { type: "withdrawTo", token, recipient: account });
		}
	}
}

/** What anybody can do for one candidate. */
async function moveOn(play: BountyPlay, candidate: number): Promise<void> {
	const { stranger } = play;
	const { status, bounty, round, request } = play.candidate(candidate);
	if (status >= CANDIDATE_STATUS.scored) return;
	const { beaconRound } = play.bounty(bounty).rounds[round - 1];
	if (play.world.beacon.void.has(beaconRound) && status <= CANDIDATE_STATUS.revealed) {
		await play.play(stranger, { type: "giveBack", candidate });
		return;
	}
	if (status === CANDIDATE_STATUS.committed) {
		await play.play(stranger, { type: "expireCandidate", candidate });
		return;
	}
	const claim = 1 + play.world.game.claims.findLastIndex((made) => made.request === request);
	if (claim !== 0 && request !== 0) {
		if (play.world.game.claims[claim - 1].status === CLAIM_STATUS.live) {
			await play.play(stranger, { type: "finalise", claim });
		}
		const isRejected = play.world.game.claims[claim - 1].status === CLAIM_STATUS.rejected;
		if (!(isRejected && status === CANDIDATE_STATUS.open)) {
			await play.play(stranger, { type: "syncCandidate", candidate, claim });
			return;
		}
	}
	if (status === CANDIDATE_STATUS.open) {
		await play.play(stranger, { type: "expireCandidate", candidate });
	} else if (request === 0 || !isClaimed(play.world.game, request)) {
		await play.play(stranger, { type: "askAnybody", candidate });
	}
}
