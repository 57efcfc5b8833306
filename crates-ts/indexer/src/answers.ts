import { z } from "zod";
import { bounty, candidate, grid, point } from "./consumer-items.ts";
import { address, count, event, hash, integer, time, wei } from "./fields.ts";
import { claim, dispute, move, request } from "./game-items.ts";

// What `GET /v1/…` answers. Lists have 1 to 100 items (`?limit=`), the newest first (`?order=asc`: the oldest), and go on
// with `?cursor=` and the text in `next`.

/** The block up to which everything is known. */
export const head = z.object({ number: count, hash, time }).meta({ id: "Head" });

/** One page of a list. */
export const page = <Item extends z.ZodType>(item: Item) =>
	z.object({
		items: z.array(item),
		next: z.string().nullable().describe("for ?cursor=; null: there are no more"),
		head,
	});

/** What every refusal says. */
export const failure = z
	.object({
		error: z.object({
			code: z.string(),
			message: z.string().describe("what was found"),
			help: z.string().describe("what would help"),
		}),
	})
	.meta({ id: "Failure" });
export type Failure = z.infer<typeof failure>;

/** `GET /v1/deployment` */
export const deployment = z
	.object({
		chainId: count,
		local: z.boolean().describe("a development chain: the server may hold its demo accounts"),
		block: count.describe("from which on there are events"),
		contracts: z
			.record(z.string(), address)
			.describe(
				"by role: registry, market, court, workers, jobs, grid, bounties, operators, attestations, beacons",
			),
		arbiter: address,
		dotVerifier: address,
		elementsVerifier: address,
		parameters: z
			.record(z.string(), z.union([z.number(), integer]))
			.describe("bonds in wei, times in seconds"),
		head,
	})
	.meta({ id: "Deployment" });
export type DeploymentAnswer = z.infer<typeof deployment>;

/** `GET /v1/overview` */
export const overview = z
	.object({
		programs: count,
		requests: count,
		openRequests: count,
		claims: count,
		liveClaims: count,
		finalClaims: count,
		rejectedClaims: count,
		disputes: count,
		openDisputes: count,
		jobs: count,
		workers: count,
		grids: count,
		bounties: count,
		operators: count,
		feesInEscrow: wei.describe("of requests that are neither final nor refunded"),
		bonds: wei.describe("of live claims, open disputes and open demands"),
		owed: wei.describe("ether that accounts can withdraw"),
		claimsPerDay: z.array(z.object({ day: time.describe("its first second, UTC"), claims: count })),
		head,
	})
	.meta({ id: "Overview" });
export type OverviewAnswer = z.infer<typeof overview>;

/** Whose clock runs in an open dispute, read from the chain at `head`. */
export const clocks = z
	.object({
		turn: z.enum(["submitter", "challenger"]),
		since: time,
		until: time.describe("last second in which the side can move"),
		submitterReserve: count.describe("seconds"),
		challengerReserve: count.describe("seconds"),
	})
	.meta({ id: "Clocks" });

/** `GET /v1/requests/{request}` */
export const requestDetail = z
	.object({ request, claims: z.array(claim), head })
	.meta({ id: "RequestDetail" });
/** `GET /v1/claims/{claim}` */
export const claimDetail = z
	.object({ claim, request, disputes: z.array(dispute), head })
	.meta({ id: "ClaimDetail" });
/** `GET /v1/disputes/{dispute}`: with all moves */
export const disputeDetail = z
	.object({ dispute, claim, moves: z.array(move), clocks: clocks.nullable(), head })
	.meta({ id: "DisputeDetail" });
/** `GET /v1/grids/{grid}` */
export const gridDetail = z.object({ grid, points: z.array(point), head }).meta({ id: "GridDetail" });
/** `GET /v1/bounties/{bounty}` */
export const bountyDetail = z
	.object({ bounty, candidates: z.array(candidate), head })
	.meta({ id: "BountyDetail" });

/**
 * `GET /v1/events` as a stream (`Accept: text/event-stream`). `event` has one event, with its id. `rollback` says that
 * everything from a block on is undone, by a reorganisation; what there is instead follows. `head` has the block up to
 * which all was told. `reset` says that what `Last-Event-ID` names is not there any more: read everything again.
 */
export const STREAM = {
	event,
	head,
	rollback: z.object({ block: count }),
	reset: z.object({ head: head.nullable() }),
} as const;

/** A transaction that nobody has signed yet: it was simulated and can be sent. */
export const unsigned = z
	.object({
		to: address,
		data: z.string().regex(/^0x([0-9a-f]{2})*$/),
		value: wei,
		chainId: count,
		from: address,
		gas: integer.describe("what the simulation needed"),
	})
	.meta({ id: "Unsigned" });
export type Unsigned = z.infer<typeof unsigned>;
