import { formatEther } from "viem";
import { type Answer, type Asked, JSON_TYPE, jsonOf, serveAnswers } from "../http-answers.ts";
import type { Attester, AttesterReport } from "./attester.ts";
import type { SignedVote } from "./signed-votes.ts";

/** What a node serves of an attester; the attester itself, or a stand-in. */
export interface Served {
	readonly attester: Pick<Attester, "report" | "votes" | "verdictOn">;
	/** seconds since the last good look at the chain; undefined before the first one */
	readonly age: () => number | undefined;
	/** of the claim with a number, if it was seen */
	readonly claimOf: (claim: number) => Pick<SignedVote, "program" | "inputsRoot" | "outputRoot"> | undefined;
}

const SERVICE = {
	id: "attestation",
	name: "Attestation",
	description: "Signs the outputs of claims that it has computed",
};
/** Seconds without a good look after which a node is not healthy. */
const STALE = 120;
const NODE = { node_name: "umpire", spec_version: "v0.0.1", node_version: "v0.1.0" };

/**
 * Serves an attester: EigenLayer's node API (`/eigen/node…`), metrics for Prometheus (`/metrics`), what it has signed
 * (`/attestations`, for aggregators), and what it says of a claim (`POST /task/validate`).
 *
 * @throws UmpireError if the port is taken
 */
export function serveNode(served: Served, port: number, host?: string) {
	const requests = new Map<string, number>();
	return serveAnswers(
		async (asked) => {
			const answer = await answerTo(asked, served, requests);
			const isKnown = answer.status !== 404 && answer.status !== 405;
			const name = !isKnown ? "other" : asked.path.replace(/\/services\/[^/]+\//, "/services/{id}/");
			requests.set(name, (requests.get(name) ?? 0) + 1);
			return answer;
		},
		port,
		host,
	);
}

const json = (value: unknown, status = 200): Answer => ({ status, type: JSON_TYPE, body: jsonOf(value) });

async function answerTo(
	{ method, path, body }: Asked,
	served: Served,
	requests: ReadonlyMap<string, number>,
): Promise<Answer> {
	const { attester } = served;
	if (method === "POST" && path === "/task/validate") return validated(body, served);
	if (method !== "GET") return json({ error: "Only POST /task/validate takes anything." }, 405);
	const health = healthOf(served);
	switch (path) {
		case "/eigen/node":
			return json(NODE);
		case "/eigen/node/health":
			return { status: health, type: "text/plain", body: "" };
		case "/eigen/node/services":
			return json([{ ...SERVICE, status: statusOf(health) }]);
		case `/eigen/node/services/${SERVICE.id}/health`:
			return { status: health, type: "text/plain", body: "" };
		case "/attestations":
			return json(await attester.votes());
		case "/metrics":
			return {
				status: 200,
				type: "text/plain; version=0.0.4; charset=utf-8",
				body: metricsOf(served, requests),
			};
		default:
			return json({ error: "There are /eigen/node, /attestations, /metrics and POST /task/validate." }, 404);
	}
}

/** 200 healthy, 206 it works but does not belong to the set, 503 it does not see the chain, or was slashed. */
function healthOf({ attester, age }: Served): 200 | 206 | 503 {
	const report = attester.report();
	const seconds = age();
	if (report === undefined || seconds === undefined || seconds > STALE || report.slashed) return 503;
	return report.isMember ? 200 : 206;
}

const statusOf = (health: number): string =>
	health === 200 ? "Up" : health === 206 ? "Initializing" : "Down";

/** What this node says of a claim: `{"proofOfTask": "<number of the claim>"}`. */
function validated(body: string, { attester, claimOf }: Served): Answer {
	let claim: unknown;
	try {
		claim = (JSON.parse(body) as { proofOfTask?: unknown } | null)?.proofOfTask;
	} catch {
		return json({ error: true, message: "The body is no JSON.", data: null }, 400);
	}
	if (!/^[1-9]\d{0,9}$/.test(String(claim))) {
		const message = 'Name a claim, as in {"proofOfTask": "1"}.';
		return json({ error: true, message, data: null }, 400);
	}
	const stated = claimOf(Number(claim));
	if (stated === undefined)
		return json({ error: true, message: `There is no claim ${claim}.`, data: null }, 404);
	const verdict = attester.verdictOn(stated);
	if (verdict === undefined) {
		return json({ error: true, message: `Claim ${claim} has not been computed here.`, data: null }, 503);
	}
	return json({ error: false, message: `Claim ${claim}: this node ${verdict}.`, data: verdict === "agrees" });
}

function metricsOf({ attester, age }: Served, requests: ReadonlyMap<string, number>): string {
	const report = attester.report();
	const lines: string[] = [];
	const metric = (
		name: string,
		kind: "gauge" | "counter",
		help: string,
		samples: readonly (readonly [string, number])[],
	) => {
		if (samples.length === 0) return;
		lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
		for (const [labels, value] of samples) lines.push(`${name}${labels} ${value}`);
	};
	const seconds = age();
	metric("umpire_attester_up", "gauge", "1 if the chain was looked at within two minutes", [
		["", seconds !== undefined && seconds <= STALE ? 1 : 0],
	]);
	metric(
		"eigen_rpc_request_total",
		"counter",
		"requests that this node has answered",
		[...requests].map(([name, count]) => [`{method="${name}"}`, count] as const),
	);
	if (report !== undefined) ofReport(report, metric);
	return `${lines.join("\n")}\n`;
}

type Metric = (
	name: string,
	kind: "gauge" | "counter",
	help: string,
	samples: readonly (readonly [string, number])[],
) => void;

function ofReport(report: AttesterReport, metric: Metric): void {
	const { operator, epoch, isMember, slashed, signed, judged, agreed, openRecords, records } = report;
	const score = slashed ? 0 : isMember ? 100 : 50;
	metric("eigen_performance_score", "gauge", "0 slashed, 50 not in the set, 100 in it", [["", score]]);
	metric("eigen_registered_stakes", "gauge", "stake in ether", [
		['{quorum_number="0",quorum_name="ether"}', Number(formatEther(operator?.stake ?? 0n))],
	]);
	metric("eigen_slashing_status", "gauge", "1 if it was slashed", [["", slashed ? 1 : 0]]);
	metric("umpire_attester_epoch", "gauge", "the present epoch", [["", epoch]]);
	metric("umpire_attester_signed", "gauge", "votes that are kept", [["", signed]]);
	metric("umpire_attester_live_claims", "gauge", "live claims that were computed here", [
		['{verdict="agrees"}', agreed],
		['{verdict="differs"}', judged - agreed],
	]);
	metric("umpire_attester_open_records", "gauge", "own records that are not decided", [["", openRecords]]);
	metric(
		"umpire_attester_records",
		"gauge",
		"own records by status, of those that are looked at",
		Object.entries(records).map(([status, count]) => [`{status="${status}"}`, count] as const),
	);
}
