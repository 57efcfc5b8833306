import { getClaim, getDispute, getTurn } from "@umpire/chain/contracts.ts";
import type { ChainEvent } from "@umpire/chain/events.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { PHASE, SIDE } from "@umpire/game/state.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace, type Trace } from "@umpire/runtime/trace.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import type { DisputeFacts, TransactionFacts } from "@umpire/views/dispute-facts.ts";
import { type DisputeMoves, movesOf } from "@umpire/views/dispute-moves.ts";
import type { TraceTensors } from "@umpire/views/element-reads.ts";
import { publishedElement } from "@umpire/views/ladder.ts";
import { openDefectiveSession } from "./defective-session.ts";
import type { Evidence } from "./evidence.ts";
import { fetchInputs, fetchProgram } from "./fetch-content.ts";
import { logicalIndex } from "./finding.ts";
import type { View } from "./world.ts";

/** Numbers of a trace above which a page does not run a program. */
const MOST_NUMBERS = 20_000_000;

/** What a dispute was about, run here once: it does not change. */
export type KnownTraces = Map<string, Pick<DisputeFacts, "program" | "own" | "claimed">>;

/**
 * All that a view of a dispute is made from: the chain's events, and the program run here if it and its inputs are
 * in the home folder (or in one of the view's sources).
 *
 * @param known keeps what was run, for the next look at the same dispute
 * @throws UmpireError if there is no such dispute
 */
export async function disputeFacts(
	view: View,
	id: number,
	{ progress = () => {}, known = new Map() }: { progress?: (line: string) => void; known?: KnownTraces } = {},
): Promise<DisputeFacts> {
	const { contracts, feed } = view;
	await feed.poll();
	const events = [...feed.events];
	const moves = movesOf(events, id);
	if (moves === undefined) throw noDispute(events, id);
	const at = feed.head?.hash;
	const { deployment } = contracts;
	const { request } = await getClaim(contracts, moves.challenged.args.claim, at);
	const { phase, submitterReserve, challengerReserve } = await getDispute(contracts, BigInt(id), at);
	const turn = await getTurn(contracts, BigInt(id), at);
	const asked = events.find(({ name, args }) => name === "Requested" && Number(args.request) === request);
	const isOpen = phase !== PHASE.closed && turn.side !== SIDE.nobody;
	const place = moves.named ?? moves.end;
	const key = `${id} ${feed.revision} ${place?.transaction ?? ""}`;
	let computation = known.get(key);
	if (computation === undefined) {
		computation = await computed(view, moves, asked, progress);
		known.set(key, computation);
	}
	return {
		dispute: id,
		events,
		transactions: await transactionsOf(view, moves.all),
		chainId: deployment.chainId,
		court: deployment.court,
		parameters: deployment.parameters,
		block: Number(feed.head?.number ?? 0n),
		time: Number(await chainTime(contracts.connection, feed.head)),
		reserves: { submitter: submitterReserve, challenger: challengerReserve },
		turn: isOpen
			? { side: turn.side === SIDE.submitter ? "submitter" : "challenger", until: Number(turn.until) }
			: null,
		fee: asked?.name === "Requested" ? asked.args.fee : 0n,
		...computation,
	};
}

function noDispute(events: readonly ChainEvent[], id: number): UmpireError {
	const count = events.filter(({ name }) => name === "Challenged").length;
	return new UmpireError("NOT_FOUND", count === 0 ? "There is no dispute yet" : `There is no dispute ${id}`, {
		advice:
			count === 0
				? "umpire demo plays one."
				: `there ${count === 1 ? "is 1" : `are 1 to ${count}`} (umpire status lists them).`,
	});
}

/** The program and its traces, as far as they are to be had. */
async function computed(
	view: View,
	moves: DisputeMoves,
	asked: ChainEvent | undefined,
	progress: (line: string) => void,
): Promise<Pick<DisputeFacts, "program" | "own" | "claimed">> {
	if (asked?.name !== "Requested") return {};
	const { program: root, inputsRoot } = asked.args;
	await fetchProgram(view, root);
	if ((await view.home.content.stamp("programs", root)) === null) return {};
	const { program, commitment } = await getProgram(view.home.content, root, view.limits);
	const base = { program: { program, descriptors: commitment.descriptors } };
	const numbers = program.steps * commitment.descriptors.reduce((sum, { elements }) => sum + elements, 0);
	if (numbers > MOST_NUMBERS || program.segment !== undefined) return base;
	const inputs =
		(await getInputs(view.home.content, program, inputsRoot)) ??
		(await fetchInputs(view, program, inputsRoot, progress));
	if (inputs == null) return base;
	progress("Running the program...");
	const session = await openSession(program, { record: "trace" });
	const trace = await recordTrace(session, commitment, inputs);
	await session.release();
	const claimed = await claimedTensors({ program, commitment, trace }, moves, view, inputs);
	return { ...base, own: tensorsOf(trace), ...(claimed === undefined ? {} : { claimed }) };
}

const tensorsOf = ({ inputs, operators }: Pick<Trace, "inputs" | "operators">): TraceTensors => ({
	inputs: inputs.map(({ elements }) => elements),
	operators: operators.map((step) => step.map(({ elements }) => elements)),
});

/**
 * The claimed trace, if it is one's own but for the number in dispute and what follows from it: then its root is the
 * one that the claim commits to. Any other claimed trace is nobody's but the submitter's.
 */
async function claimedTensors(
	{ program, commitment, trace }: Evidence,
	moves: DisputeMoves,
	{ feed }: View,
	inputs: Parameters<typeof recordTrace>[2],
): Promise<TraceTensors | undefined> {
	const value = publishedElement(moves);
	const at = moves.rounds.at(-1)?.at;
	const element =
		moves.named?.args.element ?? (moves.end?.name === "Settled" ? moves.end.args.element : undefined);
	const claim = feed.events.find(
		({ name, args }) => name === "Claimed" && args.claim === moves.challenged.args.claim,
	);
	if (value === undefined || at === undefined || element === undefined || claim?.name !== "Claimed")
		return undefined;
	const [step, operator] = [Number(at.step), Number(at.operator)];
	if (trace.operators[step]?.[operator] === undefined) return undefined;
	const logical = logicalIndex(program.operators[operator], Number(element));
	const session = await openDefectiveSession(program, { step, operator, element: logical, value });
	const theirs = await recordTrace(session, commitment, inputs);
	await session.release();
	return theirs.traceRoot === claim.args.traceRoot ? tensorsOf(theirs) : undefined;
}

async function transactionsOf(
	{ contracts }: View,
	events: readonly ChainEvent[],
): Promise<Map<Hex, TransactionFacts>> {
	const { reader } = contracts.connection;
	const failed = (error: unknown): never => {
		throw explainReading(error, "a transaction of the dispute");
	};
	const found = new Map<Hex, TransactionFacts>();
	for (const { transaction: hash, blockHash } of events) {
		if (found.has(hash)) continue;
		const { from, gasUsed, effectiveGasPrice, blockNumber } = await reader
			.getTransactionReceipt({ hash })
			.catch(failed);
		const { timestamp } = await reader.getBlock({ blockHash }).catch(failed);
		found.set(hash, {
			from,
			gas: Number(gasUsed),
			price: effectiveGasPrice,
			block: Number(blockNumber),
			time: Number(timestamp),
		});
	}
	return found;
}
