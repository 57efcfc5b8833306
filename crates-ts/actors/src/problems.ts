import type { Parameters } from "@umpire/game/state.ts";
import { formatEther } from "viem";
import { sameAccount } from "./money.ts";
import type { MonitorReport } from "./monitor-report.ts";

/** Seconds without a new block after which a public chain's node is behind. */
const OLD_HEAD = 120;

/** What an operator should look at. */
export function problemsOf(
	report: Omit<MonitorReport, "problems">,
	parameters: Parameters,
	development: boolean,
): string[] {
	const { account, block, claims, disputes, endpoints, money } = report;
	const problems: string[] = [];
	for (const { claim, status, execution, openDisputes } of claims) {
		if (execution !== "disagrees") continue;
		if (status === "final")
			problems.push(`claim ${claim} is final with another output than the one computed here`);
		if (status === "live" && openDisputes === 0) {
			problems.push(
				`claim ${claim} states another output than the one computed here, and nobody disputes it`,
			);
		}
	}
	if (money.surplus !== 0n) {
		problems.push(`the contract holds ${formatEther(money.surplus)} ETH more than it should`);
	}
	for (const { endpoint, trouble } of endpoints)
		if (trouble !== null) problems.push(`RPC ${endpoint} ${trouble}`);
	const age = Math.floor(Date.now() / 1000) - block.time;
	if (!development && age > OLD_HEAD) problems.push(`the newest block is ${age} s old`);
	if (account === null) return problems;
	if (account.balance < account.needed) {
		problems.push(
			`${account.address} holds ${formatEther(account.balance)} ETH, the next bond and the moves of a dispute need ${formatEther(account.needed)} ETH`,
		);
	}
	for (const { dispute, turn, secondsLeft, submitter, challenger } of disputes) {
		const mine = turn !== null && sameAccount(turn === "submitter" ? submitter : challenger, account.address);
		if (mine && secondsLeft! < parameters.increment / 2) {
			problems.push(`dispute ${dispute} waits for ${account.address}, ${secondsLeft} s are left`);
		}
	}
	return problems;
}
