import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChainEvent } from "@umpire/chain/events.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { dequantise } from "@umpire/runtime/quantise.ts";
import { type ClaimContent, claimOfOutput, claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { openHome } from "@umpire/store/home.ts";
import { lossOf, lossText } from "../claim-loss.ts";
import { recordClaimed } from "../disputed-segment.ts";
import { fetchInputs } from "../fetch-content.ts";
import { type LoadedProgram, loadRegistered } from "../loaded-program.ts";
import { requestState } from "../request-state.ts";
import { Sessions } from "../sessions.ts";
import type { View } from "../world.ts";
import { type CheckedProof, checkSettlement } from "./audit-proof.ts";
import { type CheckedRecord, checkRecords } from "./audit-record.ts";

/** A claim, and what became of it, held against what was computed here. */
export interface AuditedClaim {
	readonly claim: number;
	readonly submitter: Hex;
	readonly transaction: Hex;
	readonly block: number;
	readonly traceRoot: Hex;
	readonly outputRoot: Hex;
	/** Whether it states what was computed here. */
	readonly right: boolean;
	readonly status: "live" | "final" | "rejected";
	/** Why it was rejected; null if it was not. */
	readonly because: string | null;
	readonly winner: Hex | null;
	/** The settlement that it was rejected by, judged again; null if there was none. */
	readonly proof: CheckedProof | null;
	/** Artefacts that somebody put about it. */
	readonly records: readonly CheckedRecord[];
}

/** What happened with a request, proved from the chain and the stores. Amounts in wei, times in seconds since 1970. */
export interface Audit {
	readonly request: number;
	readonly chainId: number;
	readonly market: Hex;
	/** The block as of which this holds. */
	readonly block: { readonly number: number; readonly hash: Hex };
	readonly program: {
		readonly number: number;
		readonly root: Hex;
		readonly name: string;
		readonly cids: readonly string[];
	};
	readonly inputs: { readonly root: Hex; readonly cids: readonly string[] };
	readonly requester: Hex;
	readonly status: string;
	/** What the program gives on the inputs, computed here. */
	readonly computed: {
		readonly traceRoot: Hex;
		readonly outputRoot: Hex;
		/** Real values of the primary output. */
		readonly output: readonly number[];
	};
	readonly claims: readonly AuditedClaim[];
	readonly money: {
		readonly fee: bigint;
		readonly paid: readonly { readonly account: Hex; readonly amount: bigint; readonly transaction: Hex }[];
		readonly burned: bigint;
		/** Whether fee and decided bonds are what was paid and burned. */
		readonly balanced: boolean;
	};
	readonly events: readonly AuditedEvent[];
	/** What is not as it should be; empty if all is well. */
	readonly findings: readonly string[];
	readonly ok: boolean;
}

/** One event of a request's story. */
export interface AuditedEvent {
	readonly name: string;
	readonly block: number;
	readonly time: number;
	readonly transaction: Hex;
}

/**
 * Audits a request in an empty folder: program and inputs come from stores and sources alone, are checked against their
 * roots, and are run; every claim is held against the result, every settlement is judged again, and the money is
 * counted.
 *
 * @throws UmpireError if there is no such request, or if program or inputs are nowhere to be had
 */
export async function auditRequest(view: View, request: number, say: (line: string) => void): Promise<Audit> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-audit-"));
	try {
		return await audit({ ...view, home: openHome(folder) }, request, say);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function audit(view: View, id: number, say: (line: string) => void): Promise<Audit> {
	const { contracts, feed, located } = view;
	await feed.poll();
	const asked = feed.events.find(({ name, args }) => name === "Requested" && Number(args.request) === id);
	if (asked?.name === "Requested") say(`Getting program ${asked.args.program}...`);
	const state = await requestState(view, id);
	const loaded = await loadRegistered(view, state.program);
	say(`Computing program ${loaded.number} (${loaded.program.name}) on inputs ${state.inputsRoot}...`);
	const computed = await compute(view, loaded, state.inputsRoot);
	const head = feed.head!;
	const claims: AuditedClaim[] = [];
	for (const event of feed.events) {
		if (event.name !== "Claimed" || Number(event.args.request) !== id) continue;
		claims.push(await auditClaim(view, loaded, state.inputsRoot, computed, event));
	}
	const story = storyOf(feed.events, id, new Set(claims.map(({ claim }) => claim)));
	const money = moneyOf(view, story, claims);
	const cidsOf = async (root: Hex) => ((await located?.hints(root)) ?? []).map((cid) => `${cid}`);
	const findings = findingsOf(claims, money.balanced);
	return {
		request: id,
		chainId: contracts.connection.chain.id,
		market: contracts.market.address,
		block: { number: Number(head.number), hash: head.hash },
		program: {
			number: loaded.number,
			root: loaded.root,
			name: loaded.program.name,
			cids: await cidsOf(loaded.root),
		},
		inputs: { root: state.inputsRoot, cids: await cidsOf(state.inputsRoot) },
		requester: state.requester,
		status: state.status,
		computed: {
			traceRoot: computed.content.traceRoot,
			outputRoot: computed.content.opening.root,
			output: computed.output,
		},
		claims,
		money,
		events: await timed(view, story),
		findings,
		ok: findings.length === 0,
	};
}

/** What an honest claim states, and the output in integers and in real values. */
interface Computed {
	readonly content: ClaimContent;
	readonly integers: readonly number[];
	readonly output: readonly number[];
}

async function compute(view: View, loaded: LoadedProgram, inputsRoot: Hex): Promise<Computed> {
	const { program, commitment } = loaded;
	const failures: string[] = [];
	const inputs =
		program.inputs.length === 0
			? []
			: await fetchInputs(view, program, inputsRoot, (line) => failures.push(line));
	if (inputs === undefined) {
		throw new UmpireError(
			"NOT_FOUND",
			`The inputs ${inputsRoot} are nowhere to be had${failures.length === 0 ? "" : ` (${failures.join("; ")})`}`,
			{ advice: "name a store that has them with --store." },
		);
	}
	const sessions = new Sessions((record) => openSession(program, { record }));
	try {
		const { outputs } = await (await sessions.get("outputs")).run(inputs);
		const spec = program.operators[program.outputs[0].operator];
		const output = [...dequantise(outputs[0], spec)];
		const content = program.lazy
			? await claimOfOutput(program, outputs[0])
			: claimOfTrace(commitment, await recordClaimed(loaded, sessions, inputs));
		return { content, integers: [...outputs[0]], output };
	} finally {
		await sessions.release();
	}
}

async function auditClaim(
	view: View,
	loaded: LoadedProgram,
	inputsRoot: Hex,
	computed: Computed,
	event: Extract<ChainEvent, { name: "Claimed" }>,
): Promise<AuditedClaim> {
	const { events } = view.feed;
	const { claim, submitter, traceRoot, outputRoot } = event.args;
	const id = Number(claim);
	const loss = lossOf(events, id, loaded.program);
	const isFinal = events.some(({ name, args }) => name === "Finalised" && args.claim === claim);
	const settled = events.find(
		(one): one is Extract<ChainEvent, { name: "Settled" }> =>
			one.name === "Settled" && one.args.claim === claim && one.transaction === loss?.transaction,
	);
	const audited = {
		claim: id,
		submitter,
		transaction: event.transaction,
		block: Number(event.block),
		traceRoot,
		outputRoot,
		right: traceRoot === computed.content.traceRoot && outputRoot === computed.content.opening.root,
		status: loss !== undefined ? ("rejected" as const) : isFinal ? ("final" as const) : ("live" as const),
		because: loss === undefined ? null : lossText(loss),
		winner: loss?.winner ?? null,
		proof: settled === undefined ? null : await checkSettlement(view, loaded, inputsRoot, event, settled),
	};
	return {
		...audited,
		records: await checkRecords(view, audited, loaded.root, inputsRoot, computed.integers),
	};
}

/** All that happened with a request, in the order of the chain. */
function storyOf(events: readonly ChainEvent[], request: number, claims: ReadonlySet<number>): ChainEvent[] {
	const ends = new Set<Hex>();
	const own = events.filter((event) => {
		const { args, name } = event;
		const isOwn =
			("request" in args && Number(args.request) === request) ||
			("claim" in args && claims.has(Number(args.claim)));
		if (isOwn && (name === "Finalised" || name === "Rejected" || name === "Refunded"))
			ends.add(event.transaction);
		return isOwn;
	});
	const known = new Set(own);
	// What an end paid and burned names neither.
	return events.filter(
		(event) =>
			known.has(event) ||
			(ends.has(event.transaction) && (event.name === "Credited" || event.name === "Burned")),
	);
}

/** What went where: of the fee, of the bonds of decided claims, and of challengers who won. */
function moneyOf(
	{ contracts }: View,
	story: readonly ChainEvent[],
	claims: readonly AuditedClaim[],
): Audit["money"] {
	const { submitterBond, challengerBond } = contracts.deployment.parameters;
	const requested = story.find(({ name }) => name === "Requested");
	const fee = requested?.name === "Requested" ? requested.args.fee : 0n;
	const paid: Audit["money"]["paid"][number][] = [];
	let burned = 0n;
	let out = 0n;
	for (const { name, args, transaction } of story) {
		if (name === "Credited") {
			paid.push({ account: args.account, amount: args.amount, transaction });
			out += args.amount;
		}
		if (name === "Burned") {
			burned += args.amount;
			out += args.amount;
		}
	}
	let due = 0n;
	for (const { name } of story) if (name === "Finalised" || name === "Refunded") due += fee;
	due += submitterBond * BigInt(claims.filter(({ status }) => status !== "live").length);
	// Whoever wins a dispute gets its own bond back as well, in the same transaction.
	const ends = new Set(story.flatMap(({ name, transaction }) => (name === "Rejected" ? [transaction] : [])));
	for (const { name, args, transaction } of story) {
		const closes = name === "Settled" || name === "TimedOut";
		if (closes && args.dispute !== 0n && ends.has(transaction)) due += challengerBond;
	}
	return { fee, paid, burned, balanced: due === out };
}

function findingsOf(claims: readonly AuditedClaim[], balanced: boolean): string[] {
	const findings: string[] = [];
	for (const { claim, right, status, proof, records, because } of claims) {
		if (status === "final" && !right) findings.push(`Claim ${claim} is final and wrong.`);
		if (status === "live" && !right) findings.push(`Claim ${claim} is wrong and not rejected yet.`);
		if (status === "rejected" && right) {
			findings.push(`Claim ${claim} was rejected (${because}), although it states what was computed here.`);
		}
		if (proof?.valid === false)
			findings.push(`The settlement of claim ${claim} does not hold: ${proof.why}.`);
		for (const { cid, differences } of records) {
			if (differences.length > 0)
				findings.push(`Record ${cid} of claim ${claim} is false: ${differences.join("; ")}.`);
		}
	}
	if (!balanced) findings.push("What was paid and burned is not the fee and the bonds.");
	return findings;
}

async function timed({ contracts }: View, story: readonly ChainEvent[]): Promise<AuditedEvent[]> {
	const times = new Map<Hex, number>();
	const events: AuditedEvent[] = [];
	for (const { name, block, blockHash, transaction } of story) {
		if (!times.has(blockHash)) {
			const { timestamp } = await contracts.connection.reader
				.getBlock({ blockHash })
				.catch((error: unknown) => {
					throw explainReading(error, "a block");
				});
			times.set(blockHash, Number(timestamp));
		}
		events.push({ name, block: Number(block), time: times.get(blockHash)!, transaction });
	}
	return events;
}
