import type { MonitorReport } from "@umpire/actors/monitor-report.ts";
import { formatEther } from "viem";
import { bad, columns, dim, good, table, when } from "./output.ts";

/** A monitor's report for people. */
export function monitorLines(report: MonitorReport): string[] {
	const { account, block, lastEvent, money } = report;
	return [
		...table([
			["chain", `${report.chainId}, market ${report.market}, court ${report.court}`],
			["block", `${block.number}, ${when(block.time)}`],
			[
				"last event",
				lastEvent === null
					? "none"
					: `${lastEvent.name} in block ${lastEvent.block}, ${when(lastEvent.time)}`,
			],
			...report.endpoints.map((endpoint): [string, string] => [
				"rpc",
				`${endpoint.endpoint}: ${endpoint.trouble ?? "ok"}, block ${endpoint.block ?? "-"}, ${endpoint.headAge ?? "-"} s old`,
			]),
			[
				"contracts",
				`${formatEther(money.balance)} ETH held, ${formatEther(money.liabilities)} required (bonds of claims ${formatEther(money.claimBonds)}, of disputes ${formatEther(money.disputeBonds)}; owed ${formatEther(money.owed)})`,
			],
			...(account === null
				? []
				: ([
						[
							"account",
							`${account.address}: ${formatEther(account.balance)} ETH, bonds ${formatEther(account.bonds)}, to withdraw ${formatEther(account.owed)}, needs ${formatEther(account.needed)}`,
						],
					] as const)),
		]),
		...columns(
			["claim", "program", "request", "status", "own execution", "disputes", "seconds left", "submitter"],
			report.claims.map((claim) => [
				claim.claim,
				claim.program,
				claim.request,
				claim.status,
				claim.execution,
				claim.openDisputes,
				claim.secondsLeft === null ? "" : Math.max(0, claim.secondsLeft),
				claim.submitter,
			]),
		),
		...columns(
			["dispute", "claim", "phase", "to move", "seconds left", "challenger"],
			report.disputes.map((dispute) => [
				dispute.dispute,
				dispute.claim,
				dispute.phase,
				dispute.turn ?? "",
				dispute.secondsLeft ?? "",
				dispute.challenger,
			]),
		),
		...(report.problems.length === 0
			? [good("healthy")]
			: report.problems.map(({ id, text }) => bad(`! ${text} (${id})`))),
		...report.acknowledged.map(({ id, text }) => dim(`known: ${text} (${id})`)),
	];
}
