import { eventFeed } from "@umpire/chain/events.ts";
import { localAccount, ROLES } from "@umpire/store/accounts.ts";
import { sameAccount } from "./money.ts";
import type { MoveGas, Rehearsal, RehearsedMove } from "./rehearsal.ts";
import type { Stage } from "./stage.ts";

/** Moves that belong to a dispute. */
const DISPUTE_MOVES = new Set([
	"challenge",
	"bindTrace",
	"enter",
	"open",
	"descend",
	"publishLeaf",
	"name",
	"publishPartials",
	"settle",
	"settleDirectly",
	"timeout",
]);
/** Whether a move is made between a challenge and the verdict. */
export const isOfDispute = (move: string): boolean => DISPUTE_MOVES.has(move);

/** The moves with which a submitter answers. */
const ANSWERS = new Set(["bindTrace", "open", "publishLeaf", "publishPartials"]);

/** Demands that the submitter answered. */
export function roundsOf(moves: readonly RehearsedMove[]): number {
	return moves.filter(({ move }) => ANSWERS.has(move)).length;
}

/** Gas by kind of move, of claims, of disputes and in total. */
export function gasOf(moves: readonly RehearsedMove[]): Rehearsal["gas"] {
	const byMove: Record<string, MoveGas> = {};
	for (const { move, gas } of moves) {
		const { count, gas: used } = byMove[move] ?? { count: 0, gas: 0 };
		byMove[move] = { count: count + 1, gas: used + gas };
	}
	const sum = (chosen: readonly RehearsedMove[]) => chosen.reduce((total, { gas }) => total + gas, 0);
	return {
		claim: byMove.claim?.gas ?? 0,
		dispute: sum(moves.filter(({ move }) => isOfDispute(move))),
		total: sum(moves),
		byMove,
	};
}

/** What each role won or lost, in wei, gas apart; and what was burned. */
export async function paymentsOf(stage: Stage): Promise<Record<string, bigint>> {
	const feed = eventFeed(stage.contracts);
	await feed.poll();
	const { submitterBond, challengerBond, demandBond } = stage.contracts.deployment.parameters;
	const paid: Record<string, bigint> = { requester: 0n, submitter: 0n, verifier: 0n, burned: 0n };
	const add = (account: string, amount: bigint) => {
		const role = ROLES.find((name) => sameAccount(localAccount(name).address, account));
		if (role !== undefined) paid[role] = (paid[role] ?? 0n) + amount;
	};
	for (const { name, args } of feed.events) {
		if (name === "Requested") add(args.requester, -args.fee);
		if (name === "Claimed") add(args.submitter, -submitterBond);
		if (name === "Challenged") add(args.challenger, -challengerBond);
		if (name === "InputDemanded") add(args.demander, -demandBond);
		if (name === "Credited") add(args.account, args.amount);
		if (name === "Burned") paid.burned += args.amount;
	}
	return paid;
}
