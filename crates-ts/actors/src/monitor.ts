import { gameReader } from "@umpire/chain/game-state.ts";
import { publishedChildren } from "@umpire/chain/published-children.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { challengeEnd, NEVER } from "@umpire/game/input-demands.ts";
import { CLAIM_STATUS, type GameState, liabilities, owedTo, PHASE, SIDE } from "@umpire/game/state.ts";
import { isAddress, zeroAddress } from "viem";
import { acknowledge, readAcknowledged, withoutKnown } from "./acknowledgements.ts";
import { loadRegistered } from "./loaded-program.ts";
import { sameAccount } from "./money.ts";
import type { MonitoredClaim, MonitoredDispute, MonitorReport } from "./monitor-report.ts";
import { openDispute } from "./open-dispute.ts";
import { OwnExecution } from "./own-execution.ts";
import { problemsOf, type Unjudged } from "./problems.ts";
import { neededFor } from "./purse.ts";
import { nameOf } from "./status.ts";
import { isDevelopment, type View } from "./world.ts";

export interface MonitorOptions {
	/** Numbers or roots of the programs whose claims are run; by default all that the home folder has. */
	readonly program?: readonly string[] | undefined;
	/** The account whose money and turns are watched. */
	readonly account?: string | undefined;
	readonly warn?: ((line: string) => void) | undefined;
	/** Milliseconds that a look waits for claims that are being run; as long as it takes by default. */
	readonly patience?: number | undefined;
	/** Ids of problems that the operator knows of. */
	readonly acknowledge?: readonly string[] | undefined;
}

/**
 * Watches a deployment as an operator does; each look gives the state of one block.
 *
 * @throws UmpireError if a program is not registered or not here, or the account is no address
 */
export async function openMonitor(
	view: View,
	{ program = [], account, warn, patience, acknowledge: known = [] }: MonitorOptions = {},
): Promise<() => Promise<MonitorReport>> {
	if (account !== undefined && !isAddress(account)) {
		throw new UmpireError("OPTION", `--account ${account} is no address`, {
			advice: "give 0x and 40 hexadecimal digits.",
		});
	}
	await acknowledge(view, known);
	const roots: Hex[] = [];
	for (const id of program) roots.push((await loadRegistered(view, id)).root);
	return monitor(view, new OwnExecution(view, roots, warn, patience), account);
}

function monitor(view: View, execution: OwnExecution, account?: Hex): () => Promise<MonitorReport> {
	const { contracts, feed } = view;
	const { connection, deployment } = contracts;
	const read = gameReader(contracts, feed, account ?? zeroAddress);
	const published = publishedChildren(feed);
	return async () => {
		const state = await read();
		const head = feed.head!;
		const now = await chainTime(connection, head);
		const agreements = await execution.agreements(state);
		const money = await moneyOf(view, state, head.hash);
		const last = feed.events.at(-1);
		const time = last === undefined ? undefined : await timeOf(view, last.blockHash);
		const report: Unjudged = {
			chainId: connection.chain.id,
			market: deployment.market,
			court: deployment.court,
			block: { number: Number(head.number), time: Number(head.timestamp) },
			lastEvent: last === undefined ? null : { name: last.name, block: Number(last.block), time: time! },
			endpoints: connection.health().map(({ name, head: newest, trouble }) => ({
				endpoint: name,
				block: newest === undefined ? null : Number(newest.number),
				// A chain's clock may be ahead of this machine's.
				headAge:
					newest === undefined ? null : Math.max(0, Math.floor(Date.now() / 1000) - Number(newest.timestamp)),
				trouble: trouble ?? null,
			})),
			claims: state.claims.map((claim, index): MonitoredClaim => {
				const live = claim.status === CLAIM_STATUS.live;
				const end = live ? challengeEnd(state, index + 1) : NEVER;
				return {
					claim: index + 1,
					request: claim.request,
					program: programNumber(state, claim.request),
					submitter: claim.submitter,
					status: nameOf(CLAIM_STATUS, claim.status),
					openDisputes: claim.openDisputes,
					secondsLeft: end === NEVER ? null : end - Number(now),
					execution: agreements[index],
					watched: execution.covers(state.requests[claim.request - 1].program),
				};
			}),
			disputes: state.disputes.map((dispute, index): MonitoredDispute => {
				const open = openDispute(state, index + 1, now, published);
				return {
					dispute: index + 1,
					claim: dispute.claim,
					challenger: dispute.challenger,
					submitter: state.claims[dispute.claim - 1].submitter,
					phase: nameOf(PHASE, dispute.phase),
					turn: open === undefined ? null : open.side === SIDE.submitter ? "submitter" : "challenger",
					secondsLeft: open === undefined ? null : open.until - Number(now),
				};
			}),
			money,
			account: account === undefined ? null : await accountOf(view, state, account, head.hash),
		};
		const problems = problemsOf(report, state.parameters, isDevelopment(connection));
		return { ...report, ...withoutKnown(problems, await readAcknowledged(view)) };
	};
}

function programNumber(state: GameState, request: number): number {
	return [...state.programs.keys()].indexOf(state.requests[request - 1].program) + 1;
}

async function moneyOf(view: View, state: GameState, at: Hex): Promise<MonitorReport["money"]> {
	const { connection, market, court } = view.contracts;
	const ledgers = { market: new Map<Hex, bigint>(), court: new Map<Hex, bigint>() };
	for (const { name, args, address } of view.feed.events) {
		if (name !== "Credited" && name !== "Withdrawn") continue;
		const owed = ledgers[sameAccount(address, market.address) ? "market" : "court"];
		owed.set(
			args.account,
			(owed.get(args.account) ?? 0n) + (name === "Credited" ? args.amount : -args.amount),
		);
	}
	const [held, heldByCourt] = await Promise.all([
		balanceAt(view, market.address, at),
		balanceAt(view, court.address, at),
	]);
	const required = liabilities({
		...state,
		ledgers: { market: { owed: ledgers.market, balance: held }, court: { owed: ledgers.court, balance: 0n } },
	});
	// What a court holds beyond this may be bonds of other markets' disputes.
	const lacking = heldByCourt < required.court ? heldByCourt - required.court : 0n;
	const { submitterBond, challengerBond } = state.parameters;
	const live = state.claims.filter(({ status }) => status === CLAIM_STATUS.live).length;
	const open = state.disputes.filter(({ phase }) => phase !== PHASE.closed).length;
	return {
		balance: held + heldByCourt,
		liabilities: required.market + required.court,
		surplus: held - required.market + lacking,
		claimBonds: BigInt(live) * submitterBond,
		disputeBonds: BigInt(open) * challengerBond,
		owed: [...ledgers.market.values(), ...ledgers.court.values()].reduce((sum, amount) => sum + amount, 0n),
		price: await connection.reader.getGasPrice().catch((error: unknown) => {
			throw explainReading(error, "the price of gas");
		}),
	};
}

async function accountOf(
	view: View,
	state: GameState,
	address: Hex,
	at: Hex,
): Promise<MonitorReport["account"]> {
	const { submitterBond, challengerBond } = state.parameters;
	const claims = state.claims.filter(
		({ status, submitter }) => status === CLAIM_STATUS.live && sameAccount(submitter, address),
	);
	const disputes = state.disputes.filter(
		({ phase, challenger }) => phase !== PHASE.closed && sameAccount(challenger, address),
	);
	// Math.max does not take bigints.
	const [bond] = [submitterBond, challengerBond].sort((a, b) => (a < b ? 1 : -1));
	return {
		address,
		balance: await balanceAt(view, address, at),
		bonds: BigInt(claims.length) * submitterBond + BigInt(disputes.length) * challengerBond,
		owed: owedTo(state, address),
		needed: await neededFor(view.contracts.connection, bond),
	};
}

function balanceAt({ contracts }: View, address: Hex, blockHash: Hex): Promise<bigint> {
	return contracts.connection.reader.getBalance({ address, blockHash }).catch((error: unknown) => {
		throw explainReading(error, "a balance");
	});
}

async function timeOf({ contracts }: View, blockHash: Hex): Promise<number> {
	const { timestamp } = await contracts.connection.reader.getBlock({ blockHash }).catch((error: unknown) => {
		throw explainReading(error, "a block");
	});
	return Number(timestamp);
}
