import type { bountiesAbi } from "@umpire/abi/bounties.ts";
import type { gridAbi } from "@umpire/abi/grid.ts";
import { type Folds, orNull } from "./folding.ts";
import { credited, withdrawn } from "./ledger-folds.ts";

export const gridFolds: Folds<typeof gridAbi> = {
	async GridOpened({ grid, client, terms }, on) {
		await on.put("grid", {
			grid: Number(grid),
			client,
			program: terms.program,
			token: orNull(terms.token),
			bounty: String(terms.bounty),
			stake: String(terms.stake),
			share: null,
			lowest: terms.lowest,
			rounds: terms.rounds,
			roundSeconds: terms.roundSeconds,
			reservationSeconds: terms.reservationSeconds,
			points: 0,
			accepted: 0,
			status: "filling",
			startedAt: null,
			best: null,
			rest: null,
		});
	},
	async PointAdded({ grid, point, program, inputsRoot, steps, hyperparameters }, on) {
		await on.change("grid", grid, ({ points }) => ({ points: points + 1 }));
		await on.put("point", {
			grid: Number(grid),
			point: Number(point),
			program,
			inputsRoot,
			steps,
			hyperparameters: [...hyperparameters],
			...FREE,
			position: null,
			score: null,
		});
	},
	async GridStarted({ grid, share }, on) {
		await on.change("grid", grid, () => ({ status: "open", share: String(share), startedAt: on.stamp.time }));
	},
	async Dealt({ grid, point, worker, request, round, position, until }, on) {
		await on.change("point", `${grid} ${point}`, () => ({
			status: "reserved",
			worker,
			request: Number(request),
			round: Number(round),
			position: Number(position),
			until: Number(until),
			claim: null,
		}));
	},
	async PointAccepted({ grid, point, claim, score }, on) {
		await on.change("grid", grid, ({ accepted }) => ({ accepted: accepted + 1 }));
		await on.change("point", `${grid} ${point}`, () => ({
			status: "accepted",
			claim: Number(claim),
			until: null,
			score: String(score),
		}));
	},
	async PointRejected({ grid, point }, on) {
		await on.change("point", `${grid} ${point}`, () => FREE);
	},
	async PointExpired({ grid, point }, on) {
		await on.change("point", `${grid} ${point}`, () => FREE);
	},
	async GridClosed({ grid, best, rest }, on) {
		// Counted from 1 there: 0 is none.
		const winner = best === 0n ? null : Number(best) - 1;
		await on.change("grid", grid, () => ({ status: "closed", best: winner, rest: String(rest) }));
	},
	Credited: ({ token, account, amount }, on) => credited(on, account, orNull(token), amount),
	Withdrawn: ({ token, ...args }, on) => withdrawn(on, { ...args, token: orNull(token) }),
};

const FREE = {
	status: "free",
	worker: null,
	request: null,
	round: null,
	until: null,
	claim: null,
} as const;

export const bountiesFolds: Folds<typeof bountiesAbi> = {
	async BountyOpened({ bounty, owner, program, terms }, on) {
		await on.put("bounty", {
			bounty: Number(bounty),
			owner,
			program,
			token: orNull(terms.token),
			pool: String(terms.pool),
			rewarded: "0",
			rate: String(terms.rate),
			minGain: terms.minGain,
			deposit: String(terms.deposit),
			scoreFee: String(terms.scoreFee),
			elements: terms.elements,
			width: terms.width,
			status: "open",
			round: null,
			commitUntil: null,
			revealUntil: null,
			scoreUntil: null,
			baseline: null,
			best: null,
			candidates: 0,
			rest: null,
		});
	},
	async RoundStarted({ bounty, round, commitUntil, revealUntil }, on) {
		await on.change("bounty", bounty, () => ({
			round: Number(round),
			commitUntil: Number(commitUntil),
			revealUntil: Number(revealUntil),
			scoreUntil: null,
		}));
	},
	async CandidateCommitted({ candidate, bounty, contributor, round, commitment }, on) {
		await on.change("bounty", bounty, ({ candidates }) => ({ candidates: candidates + 1 }));
		await on.put("candidate", {
			candidate: Number(candidate),
			bounty: Number(bounty),
			round: Number(round),
			contributor,
			commitment,
			status: "committed",
			weightsRoot: null,
			shownLeaves: 0,
			request: null,
			claim: null,
			baseline: null,
			score: null,
			gain: null,
		});
	},
	async WeightsShown({ candidate, leaves }, on) {
		await on.change("candidate", candidate, ({ shownLeaves }) => ({
			shownLeaves: shownLeaves + leaves.length,
		}));
	},
	async CandidateRevealed({ candidate, weightsRoot }, on) {
		await on.change("candidate", candidate, () => ({ status: "revealed", weightsRoot }));
	},
	async ScoringBegun({ bounty, scoreUntil }, on) {
		await on.change("bounty", bounty, () => ({ scoreUntil: Number(scoreUntil) }));
	},
	async ScoreAsked({ candidate, request, byAnybody }, on) {
		await on.change("candidate", candidate, () => ({
			status: byAnybody ? "open" : "asked",
			request: Number(request),
		}));
	},
	async CandidateScored({ candidate, claim, baseline, score }, on) {
		await on.change("candidate", candidate, () => ({
			status: "scored",
			claim: Number(claim),
			baseline: String(baseline),
			score: String(score),
			gain: String(score - baseline),
		}));
	},
	async CandidateOut({ candidate }, on) {
		await on.change("candidate", candidate, () => ({ status: "out" }));
	},
	async RoundClosed({ bounty, best, reward, baseline }, on) {
		await on.change("bounty", bounty, (found) => ({
			best: best === 0n ? found.best : Number(best),
			rewarded: String(BigInt(found.rewarded) + reward),
			baseline,
		}));
	},
	async BountyEnding({ bounty }, on) {
		await on.change("bounty", bounty, () => ({ status: "ending" }));
	},
	async BountyEnded({ bounty, rest }, on) {
		await on.change("bounty", bounty, () => ({ status: "ended", rest: String(rest) }));
	},
	Credited: ({ token, account, amount }, on) => credited(on, account, orNull(token), amount),
	Withdrawn: ({ token, ...args }, on) => withdrawn(on, { ...args, token: orNull(token) }),
};
