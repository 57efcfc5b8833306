import type { jobsAbi } from "@umpire/abi/jobs.ts";
import type { workersAbi } from "@umpire/abi/workers.ts";
import type { JobItem, WorkerItem } from "./consumer-items.ts";
import { type Folds, labelOf, orNull } from "./folding.ts";
import { credited, withdrawn } from "./ledger-folds.ts";

/** Endings of attempts, as the contract counts them. */
const ENDINGS = ["declined", "missed", "late", "rejected", "verified"] as const;
/** JobStatus of the contract, of jobs that are closed. */
const CLOSED: Readonly<Record<number, JobItem["status"]>> = { 5: "verified", 6: "failed", 7: "cancelled" };

type Attempt = JobItem["attempts"][number];

const added = (attempts: readonly Attempt[], one: Attempt): Attempt[] => [...attempts, one];

/** Changes the last attempt. */
const lastly = (attempts: readonly Attempt[], by: Partial<Attempt>): Attempt[] =>
	attempts.map((one, i) => (i === attempts.length - 1 ? { ...one, ...by } : one));

export const jobsFolds: Folds<typeof jobsAbi> = {
	async JobSubmitted({ job, client, program, terms }, on) {
		await on.put("job", {
			job: Number(job),
			client,
			program,
			inputsRoot: terms.inputsRoot,
			token: orNull(terms.token),
			reward: String(terms.reward),
			exposure: String(terms.exposure),
			workSeconds: terms.workSeconds,
			tries: terms.tries,
			status: "pending",
			round: null,
			open: false,
			worker: null,
			until: null,
			request: null,
			claim: null,
			attempts: [],
		});
	},
	async JobWaiting({ job, round }, on) {
		await on.change("job", job, () => ({ status: "pending", round: Number(round), ...UNASSIGNED }));
	},
	async JobOpen({ job }, on) {
		await on.change("job", job, () => ({ status: "pending", round: null, ...UNASSIGNED, open: true }));
	},
	async JobOffered({ job, worker, until }, on) {
		await on.change("job", job, ({ attempts }) => ({
			status: "offered",
			worker,
			until: Number(until),
			attempts: added(attempts, { worker, request: null, claim: null, ending: null }),
		}));
	},
	async OfferEnded({ job, declined }, on) {
		await on.change("job", job, ({ attempts }) => ({
			...UNASSIGNED,
			attempts: lastly(attempts, { ending: declined ? "declined" : "missed" }),
		}));
	},
	async JobAssigned({ job, worker, request, until }, on) {
		const before = await on.get("job", job);
		// Who takes a job that is open to all brings the stake that it binds.
		if (before?.status === "pending") {
			await on.change("worker", worker, ({ stake }) => ({
				stake: String(BigInt(stake) + BigInt(before.exposure)),
			}));
		}
		await on.change("job", job, ({ attempts, status }) => {
			const accepted = { worker, request: Number(request), claim: null, ending: null };
			return {
				status: "assigned",
				round: null,
				open: false,
				worker,
				until: Number(until),
				request: Number(request),
				// Who takes an open job was not offered it.
				attempts: status === "offered" ? lastly(attempts, accepted) : added(attempts, accepted),
			};
		});
	},
	async JobCompleted({ job, claim }, on) {
		await on.change("job", job, ({ attempts }) => ({
			status: "completed",
			until: null,
			claim: Number(claim),
			attempts: lastly(attempts, { claim: Number(claim) }),
		}));
	},
	async JobVerified({ job, claim }, on) {
		await on.change("job", job, ({ attempts }) => ({
			status: "verified",
			claim: Number(claim),
			attempts: lastly(attempts, { claim: Number(claim), ending: "verified" }),
		}));
	},
	async AttemptFailed({ job, claim }, on) {
		await on.change("job", job, ({ attempts }) => ({
			...UNASSIGNED,
			attempts: lastly(
				attempts,
				claim === 0n ? { ending: "late" } : { claim: Number(claim), ending: "rejected" },
			),
		}));
	},
	async JobClosed({ job, status }, on) {
		await on.change("job", job, (found) => ({
			status: CLOSED[status] ?? found.status,
			round: null,
			open: false,
		}));
	},
	Credited: ({ token, account, amount }, on) => credited(on, account, orNull(token), amount),
	Withdrawn: ({ token, ...args }, on) => withdrawn(on, { ...args, token: orNull(token) }),
};

const UNASSIGNED = { open: false, worker: null, until: null, request: null, claim: null } as const;

interface Terms {
	readonly capacity: number;
	readonly leastReward: bigint;
	readonly tokens: readonly { readonly token: string; readonly least: bigint }[];
	readonly programs: readonly string[];
	readonly gpu: string;
}

function termsOf({ capacity, leastReward, tokens, programs, gpu }: Terms) {
	return {
		capacity,
		leastReward: String(leastReward),
		tokens: tokens.map(({ token, least }) => ({ token, least: String(least) })),
		programs: [...programs],
		gpu: labelOf(gpu),
	};
}

/** What a name has for ever, whoever registers again. */
const BEFORE: Pick<WorkerItem, "listed" | "reputation" | "verified" | "failed" | "slashed"> = {
	listed: 0,
	reputation: 100,
	verified: 0,
	failed: 0,
	slashed: "0",
};

export const workersFolds: Folds<typeof workersAbi> = {
	async WorkerRegistered({ worker, stake, terms }, on) {
		const { listed, reputation, verified, failed, slashed } = (await on.get("worker", worker)) ?? BEFORE;
		await on.put("worker", {
			worker,
			status: "active",
			stake: String(stake),
			...termsOf(terms),
			listed,
			reputation,
			verified,
			failed,
			slashed,
		});
	},
	async WorkerPaused({ worker }, on) {
		await on.change("worker", worker, () => ({ status: "paused" }));
	},
	async WorkerResumed({ worker, stake, terms }, on) {
		await on.change("worker", worker, () => ({
			status: "active",
			stake: String(stake),
			...termsOf(terms),
		}));
	},
	async WorkerLeft({ worker }, on) {
		await on.change("worker", worker, () => ({ status: "leaving" }));
	},
	async WorkerGone({ worker }, on) {
		await on.change("worker", worker, () => ({ status: "gone", stake: "0" }));
	},
	async ChangeApplied({ worker, slots, joins }, on) {
		await on.change("worker", worker, ({ listed }) => ({
			listed: listed + Number(slots) * (joins ? 1 : -1),
		}));
	},
	async Resolved({ worker, ending, slash, reputation }, on) {
		const how = ENDINGS[ending];
		await on.change("worker", worker, (found) => ({
			reputation: Number(reputation),
			stake: String(BigInt(found.stake) - slash),
			slashed: String(BigInt(found.slashed) + slash),
			verified: found.verified + (how === "verified" ? 1 : 0),
			failed: found.failed + (how === "verified" || how === "declined" ? 0 : 1),
		}));
	},
	Credited: jobsFolds.Credited as Folds<typeof workersAbi>["Credited"] & {},
	Withdrawn: jobsFolds.Withdrawn as Folds<typeof workersAbi>["Withdrawn"] & {},
};
