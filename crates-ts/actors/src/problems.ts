import type { Parameters } from "@umpire/game/state.ts";
import { formatEther } from "viem";
import { sameAccount } from "./money.ts";
import type { MonitoredClaim, MonitorReport, Problem } from "./monitor-report.ts";

/** Seconds without a new block after which a public chain's node is behind. */
const OLD_HEAD = 120;

/** A report before it is judged. */
export type Unjudged = Omit<MonitorReport, "problems" | "acknowledged">;

/** What an operator should look at. */
export function problemsOf(report: Unjudged, parameters: Parameters, development: boolean): Problem[] {
	const { account, block, claims, disputes, endpoints, money } = report;
	const problems: Problem[] = claims.flatMap((claim) => claimProblem(claim, parameters) ?? []);
	const add = (id: string, text: string) => problems.push({ id, text });
	if (money.surplus !== 0n) {
		const more = money.surplus > 0n ? "more" : "less";
		const amount = formatEther(money.surplus > 0n ? money.surplus : -money.surplus);
		add("surplus", `the contracts hold ${amount} ETH ${more} than they should`);
	}
	for (const { endpoint, trouble } of endpoints)
		if (trouble !== null) add(`rpc-${endpoint}`, `RPC ${endpoint} ${trouble}`);
	const age = Math.floor(Date.now() / 1000) - block.time;
	if (!development && age > OLD_HEAD) add("old-head", `the newest block is ${age} s old`);
	if (account === null) return problems;
	if (account.balance < account.needed) {
		add(
			"account-balance",
			`${account.address} holds ${formatEther(account.balance)} ETH, the next bond and the moves of a dispute need ${formatEther(account.needed)} ETH`,
		);
	}
	for (const { dispute, turn, secondsLeft, submitter, challenger } of disputes) {
		const mine = turn !== null && sameAccount(turn === "submitter" ? submitter : challenger, account.address);
		if (mine && secondsLeft! < parameters.increment / 2) {
			add(
				`dispute-${dispute}-turn`,
				`dispute ${dispute} waits for ${account.address}, ${secondsLeft} s are left`,
			);
		}
	}
	return problems;
}

/** A claim is a problem if it is wrong and stands, and if it stands unless somebody checks it who can. */
function claimProblem(
	{ claim, status, execution, openDisputes, secondsLeft, watched }: MonitoredClaim,
	{ challengePeriod }: Parameters,
): Problem | undefined {
	if (execution === "disagrees" && status === "final") {
		const text = `claim ${claim} is final with another output than the one computed here`;
		return { id: `claim-${claim}-final`, text };
	}
	if (status !== "live") return undefined;
	if (execution === "disagrees" && openDisputes === 0) {
		const text = `claim ${claim} states another output than the one computed here, and nobody disputes it`;
		return { id: `claim-${claim}-undisputed`, text };
	}
	if (!watched) return undefined;
	if (execution === "unknown") {
		const text = `claim ${claim} cannot be checked here: its program or its inputs are missing or unusable`;
		return { id: `claim-${claim}-unchecked`, text };
	}
	// Whoever is late with computing may find out too late.
	if (execution === "pending" && secondsLeft !== null && secondsLeft < challengePeriod / 2) {
		const text = `claim ${claim} is not checked yet, and ${secondsLeft} s are left to challenge it`;
		return { id: `claim-${claim}-unchecked`, text };
	}
	return undefined;
}
