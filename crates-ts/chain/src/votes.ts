import type { PublicClient } from "viem";
import { ChainError } from "./errors.ts";
import { isAnswer, isKnownTransaction } from "./revert.ts";
import { sleep } from "./sleep.ts";

/** One of several nodes of a chain. */
export interface Voter {
	readonly name: string;
	readonly client: PublicClient;
}

export interface Request {
	readonly method: string;
	readonly params?: unknown;
}

/** How the answers of several nodes become one. */
type Rule =
	/** Whoever is first in order is believed: nothing is derived from it. */
	| "first"
	/** What most say. */
	| "most"
	/** Right nodes may differ a little: what most say, else the one in the middle, of two the lower or the higher. */
	| "lower middle"
	| "higher middle"
	/** All are told, whatever one of them says. */
	| "all";

/** Milliseconds that the rest of the nodes have when most have answered: one that is silent must not slow each move. */
const GRACE = 1_000;

const RULES: Readonly<Record<string, Rule>> = {
	eth_blockNumber: "lower middle",
	eth_call: "most",
	// What is too little is lost, what is too much is not paid for.
	eth_estimateGas: "higher middle",
	eth_gasPrice: "lower middle",
	eth_getBalance: "lower middle",
	eth_getBlockByHash: "most",
	eth_getBlockByNumber: "lower middle",
	eth_getLogs: "most",
	eth_getTransactionCount: "lower middle",
	eth_getTransactionReceipt: "most",
	eth_maxPriorityFeePerGas: "lower middle",
	eth_sendRawTransaction: "all",
};

/**
 * Asks nodes of one chain, so that a minority that lies or is silent decides nothing.
 *
 * @param askLast told of those that failed or were outvoted
 * @throws ChainError (to be tried again) if they contradict each other without a majority
 */
export function jointAnswer<V extends Voter>(
	voters: readonly V[],
	args: Request,
	askLast: (voter: V) => void,
): Promise<unknown> {
	const rule = voters.length === 1 ? "first" : (RULES[args.method] ?? "first");
	return rule === "first" ? firstAnswer(voters, args, askLast) : votedAnswer(voters, args, askLast, rule);
}

async function firstAnswer<V extends Voter>(
	order: readonly V[],
	args: Request,
	askLast: (voter: V) => void,
): Promise<unknown> {
	let failure: unknown;
	for (const voter of order) {
		try {
			return await voter.client.request(args as never);
		} catch (error) {
			failure = error;
			if (isAnswer(error)) break;
			askLast(voter);
		}
	}
	throw failure;
}

interface Vote<V extends Voter> {
	readonly by: V[];
	readonly answer?: unknown;
	/** An error, if nodes refuse. */
	readonly refusal?: unknown;
}

async function votedAnswer<V extends Voter>(
	voters: readonly V[],
	args: Request,
	askLast: (voter: V) => void,
	rule: Rule,
): Promise<unknown> {
	const votes = new Map<string, Vote<V>>();
	let failure: unknown;
	const cast = (voter: V, said: string, vote: Omit<Vote<V>, "by">) => {
		const same = votes.get(said);
		if (same === undefined) votes.set(said, { ...vote, by: [voter] });
		else same.by.push(voter);
	};
	const asked = voters.map(async (voter) => {
		try {
			const answer: unknown = await voter.client.request(args as never);
			cast(voter, rule === "all" ? "sent" : meaningOf(answer), { answer });
		} catch (error) {
			failure = error;
			// Another of them has told it of the transaction.
			if (rule === "all" && isKnownTransaction(error)) cast(voter, "sent", { refusal: error });
			else if (isAnswer(error)) cast(voter, "refused", { refusal: error });
			else askLast(voter);
		}
	});
	const winner = (of: number) => [...votes.values()].find(({ by }) => 2 * by.length > of);
	const answered = () => [...votes.values()].flatMap(({ by }) => by);
	let waiting = asked;
	let grace: Promise<void> | undefined;
	const ended = new AbortController();
	while (waiting.length > 0 && winner(voters.length) === undefined) {
		if (rule !== "most" && 2 * answered().length > voters.length) {
			grace ??= sleep(GRACE, ended.signal);
		}
		const done = new Set<Promise<void>>();
		const late = grace?.then(() => {
			waiting = [];
		});
		await Promise.race([...waiting.map((one) => one.then(() => done.add(one))), ...(late ? [late] : [])]);
		waiting = waiting.filter((one) => !done.has(one));
	}
	ended.abort();
	if (votes.size === 0) throw failure;
	const taken = winner(voters.length) ?? winner(answered().length) ?? between([...votes.values()], rule);
	if (taken === undefined) {
		const names = answered().map(({ name }) => name);
		throw new ChainError(`the RPC endpoints ${names.join(", ")} contradict each other about ${args.method}`, {
			retryable: true,
		});
	}
	const isExact = rule === "most" || rule === "all";
	for (const voter of isExact ? answered() : []) if (!taken.by.includes(voter)) askLast(voter);
	if ("answer" in taken) return taken.answer;
	throw taken.refusal;
}

/** Where no majority says the same: those that answer by their size, each as often as it was given. */
function between<V extends Voter>(votes: readonly Vote<V>[], rule: Rule): Vote<V> | undefined {
	if (rule === "most") return undefined;
	const given = votes.filter((vote) => "answer" in vote);
	if (rule === "all") return given[0] ?? votes[0];
	const sorted = given
		.flatMap((vote) => vote.by.map(() => vote))
		.toSorted((a, b) => (sizeOf(a.answer) < sizeOf(b.answer) ? -1 : 1));
	const middle = (sorted.length - 1) / 2;
	return sorted[rule === "lower middle" ? Math.floor(middle) : Math.ceil(middle)];
}

/** Of a block its time. */
function sizeOf(answer: unknown): bigint {
	const number = isRecord(answer) ? answer.timestamp : answer;
	return typeof number === "string" && /^0x[0-9a-f]+$/i.test(number) ? BigInt(number) : -1n;
}

/** What nodes must agree on: of logs, blocks and receipts what is used of them, whatever else a node adds. */
function meaningOf(answer: unknown): string {
	if (Array.isArray(answer)) return logsOf(answer);
	if (!isRecord(answer)) return JSON.stringify(answer)?.toLowerCase() ?? "nothing";
	const { hash, parentHash, number, timestamp, baseFeePerGas } = answer;
	const { transactionHash, blockHash, from, status, gasUsed, contractAddress, logs } = answer;
	const block = [hash, parentHash, number, timestamp, baseFeePerGas];
	const isReceipt = Array.isArray(logs);
	const parts = isReceipt
		? [transactionHash, blockHash, from, status, gasUsed, contractAddress, logsOf(logs)]
		: block;
	return parts.join(" ").toLowerCase();
}

function logsOf(logs: readonly Readonly<Record<string, unknown>>[]): string {
	return logs
		.map((log) =>
			[log.blockHash, log.logIndex, log.transactionHash, log.address, log.topics, log.data]
				.join(" ")
				.toLowerCase(),
		)
		.sort()
		.join("\n");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null;
}
