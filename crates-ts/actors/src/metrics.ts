import { formatEther } from "viem";
import type { MonitorReport } from "./monitor-report.ts";
import { printable } from "./printable.ts";

type Sample = readonly [labels: Readonly<Record<string, string | number>>, value: number];

/** A report as gauges in Prometheus' text format. */
export function metricsOf(report: MonitorReport): string {
	const { account, block, claims, disputes, endpoints, lastEvent, money, problems, acknowledged } = report;
	const open = disputes.filter(({ turn }) => turn !== null);
	const left = open.map(({ secondsLeft }) => secondsLeft!);
	const one = (value: number): Sample[] => [[{}, value]];
	const disagreeing = claims.filter(({ execution }) => execution === "disagrees");
	const unchecked = claims.filter(
		({ status, execution, watched }) =>
			status === "live" && watched && (execution === "unknown" || execution === "pending"),
	);
	const known = endpoints.filter(({ block: newest }) => newest !== null);
	return [
		gauge("healthy", "1 if nothing needs an operator", one(problems.length === 0 ? 1 : 0)),
		gauge("block", "newest block that was looked at", one(block.number)),
		gauge("block_timestamp_seconds", "its time", one(block.time)),
		gauge("claims", "claims by status and by what running them here says of their output", [
			...counted(claims, ({ status, execution }) => ({ status, execution })),
		]),
		gauge("disagreements", "claims whose output is another than the one computed here", [
			...counted(disagreeing, ({ status }) => ({ status })),
		]),
		gauge(
			"unchecked_claims",
			"live claims of the programs that are watched, not run here (yet)",
			one(unchecked.length),
		),
		gauge("acknowledged_problems", "problems that the operator knows of", one(acknowledged.length)),
		gauge("disputes", "disputes by phase and side to move", [
			...counted(disputes, ({ phase, turn }) => ({ phase, turn: turn ?? "nobody" })),
		]),
		gauge(
			"dispute_seconds_left",
			"what the side to move has left",
			open.map(({ dispute, claim, turn, secondsLeft }) => [{ dispute, claim, turn: turn! }, secondsLeft!]),
		),
		gauge("least_seconds_left", "the least of them", left.length === 0 ? [] : one(Math.min(...left))),
		gauge("contract_balance_ether", "what the contract holds", one(ether(money.balance))),
		gauge("contract_liabilities_ether", "what it must hold", one(ether(money.liabilities))),
		gauge("contract_surplus_wei", "the difference; must be 0", one(Number(money.surplus))),
		gauge("bonds_ether", "bonds held", [
			[{ of: "claims" }, ether(money.claimBonds)],
			[{ of: "disputes" }, ether(money.disputeBonds)],
		]),
		gauge("owed_ether", "what can be withdrawn", one(ether(money.owed))),
		gauge("gas_price_gwei", "price of gas", one(Number(money.price) / 1e9)),
		gauge("last_event_block", "block of the newest event", lastEvent === null ? [] : one(lastEvent.block)),
		gauge(
			"last_event_timestamp_seconds",
			"time of the newest event",
			lastEvent === null ? [] : one(lastEvent.time),
		),
		gauge(
			"rpc_up",
			"1 if the endpoint is listened to",
			endpoints.map(({ endpoint, trouble }) => [{ endpoint }, trouble === null ? 1 : 0]),
		),
		gauge(
			"rpc_head_block",
			"its newest block",
			known.map(({ endpoint, block: newest }) => [{ endpoint }, newest!]),
		),
		gauge(
			"rpc_head_age_seconds",
			"age of its newest block",
			known.map(({ endpoint, headAge }) => [{ endpoint }, headAge!]),
		),
		...(account === null
			? []
			: [
					gauge("account_balance_ether", "the watched account's balance", one(ether(account.balance))),
					gauge("account_bonds_ether", "its bonds at stake", one(ether(account.bonds))),
					gauge("account_owed_ether", "what it can withdraw", one(ether(account.owed))),
					gauge("account_needed_ether", "what a next bond and dispute need", one(ether(account.needed))),
				]),
	].join("");
}

/** How many items have the same labels. */
function counted<T>(items: readonly T[], labelsOf: (item: T) => Record<string, string>): Sample[] {
	const groups = Map.groupBy(items, (item) => JSON.stringify(labelsOf(item)));
	return [...groups].map(([labels, group]) => [JSON.parse(labels), group.length]);
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
	const lines = samples.map(([labels, value]) => `umpire_${name}${braced(labels)} ${value}\n`);
	return `# HELP umpire_${name} ${help}\n# TYPE umpire_${name} gauge\n${lines.join("")}`;
}

function braced(labels: Sample[0]): string {
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
	return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
	return printable(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function ether(wei: bigint): number {
	return Number(formatEther(wei));
}
