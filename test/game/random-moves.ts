import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { entryAt, honestChallenger } from "@umpire/game/challenger.ts";
import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { type CommittedClaim, claimCommitment } from "@umpire/game/commitment.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { LONGEST_STOP } from "@umpire/game/market-moves.ts";
import { type Action, NO_DESCRIPTOR, type RequestMove } from "@umpire/game/move.ts";
import { childPosition, demanded } from "@umpire/game/search.ts";
import { type Claim, PHASE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { entryOf, type GameDriver, NOBODY } from "@umpire/testing/game/game-driver.ts";
import { NO_EVIDENCE, settlementOf, type ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { answerOf, demandIn, demandOf, onDemand } from "./random-demands.ts";
import type { Traces, Turn } from "./random-turn.ts";

/** An account without code: telling it succeeds. */
const CONSUMER: Hex = "0x5000000000000000000000000000000000000005";

/** Some requests are for one submitter alone, some sealed, and some of those wrongly so. */
function termsOf({ a, b, bad }: Turn, deadline: number, people: readonly Hex[]): Partial<RequestMove> {
	if (b % 4 === 0) return { isSealed: true };
	if (b % 4 !== 1) return bad && b % 3 === 0 ? { exclusiveUntil: deadline } : {};
	const exclusiveUntil = deadline - (a % 60) + (bad ? (a % 100) - 50 : 0);
	return { submitter: people[1 + (a % 2)], exclusiveUntil, isSealed: bad && a % 3 === 0 };
}

/** The sender and the move of a turn; undefined if there is nothing to move about. */
export function moveOf(
	turn: Turn,
	game: GameDriver,
	traces: Traces,
	people: readonly Hex[],
): { sender: Hex; action: Action } | undefined {
	const { state } = game;
	const { a, b, bad } = turn;
	const someone = people[turn.who];
	const { program } = traces.right;
	const claims = state.claims.length;
	/** A claim on a sealed request, as `claim` makes it. */
	const committed = ({ a: drawnTrace, b: drawnRequest }: Turn): CommittedClaim => {
		const isSealed = state.requests.flatMap((request, i) => (request.isSealed ? [i + 1] : []));
		const { traceRoot, opening } = drawn(traces, drawnTrace).claim();
		const request = isSealed[drawnRequest % (isSealed.length || 1)] ?? 1;
		const sender = people[1 + (drawnTrace % 2)];
		return { request, traceRoot, outputRoot: opening.root, sender, salt: wordHex(0n) };
	};
	const by = (sender: Hex, action: Action | null | undefined) =>
		action === null || action === undefined
			? undefined
			: { sender: bad && b % 3 === 0 ? someone : sender, action };
	switch (turn.kind) {
		case "register":
			return by(someone, {
				type: "register",
				header: bad ? { ...program.header, outputOperator: a } : program.header,
			});
		case "request": {
			const deadline = game.now + (bad ? -(a % 2) : 50 + (a % 400));
			const root = bad && b % 2 === 0 ? wordHex(1n) : program.root;
			return by(people[0], {
				type: "request",
				value: BigInt(a % 100),
				program: root,
				inputsRoot: program.inputsRoot,
				deadline,
				consumer: a % 5 === 0 ? CONSUMER : NOBODY,
				...termsOf(turn, deadline, people),
			});
		}
		case "stop":
			// Longer ones would leave a walk without requests.
			return by(state.guardian === NOBODY ? someone : state.guardian, {
				type: "stopRequests",
				duration: bad && b % 3 !== 0 ? (b % 3 === 1 ? 0 : LONGEST_STOP + 1) : 1 + (a % 40),
			});
		case "commit":
			return by(someone, { type: "commitClaim", commitment: claimCommitment(state.domain, committed(turn)) });
		case "deliver":
			return by(someone, { type: "deliver", claim: a % (claims + 2) });
		case "claim": {
			const trace = drawn(traces, a);
			const { traceRoot, opening } = trace.claim();
			const words = bad && b % 4 === 1 ? opening.words.with(0, opening.words[0] + 1n) : opening.words;
			const stepPath = bad && b % 4 === 2 ? [...opening.stepPath, wordHex(0n)] : opening.stepPath;
			const request = 1 + (b % (state.requests.length + (bad ? 1 : 0) || 1));
			const isSealed = state.requests[request - 1]?.isSealed ?? false;
			return by(people[1 + (a % 2)], {
				type: "claim",
				value: state.parameters.submitterBond + (bad && b % 4 === 3 ? 1n : 0n),
				request,
				traceRoot: bad && b % 4 === 0 ? wordHex(5n) : traceRoot,
				opening: { ...opening, words, stepPath },
				...(isSealed !== (bad && b % 5 === 0) ? { salt: wordHex(0n) } : {}),
			});
		}
		case "bind": {
			const claim = 1 + (b % (claims || 1));
			const theirs = claims === 0 ? traces.right : claimedBy(traces, state.claims[claim - 1]);
			const trace = bad ? drawn(traces, a) : theirs;
			const binding = trace.binding(a % trace.segmentTrees.length);
			const wrong = {
				traceRoot: wordHex(5n),
				lastStep: wordHex(5n),
				stepPath: [...binding.stepPath, wordHex(0n)],
				claimPath: [...binding.claimPath, wordHex(0n)],
				segment: binding.segment + trace.segmentTrees.length,
			};
			const part = (["traceRoot", "lastStep", "stepPath", "claimPath", "segment"] as const)[b % 7];
			const bent = bad && part !== undefined ? { [part]: wrong[part] } : {};
			return by(people[1], { type: "bindTrace", ...binding, ...bent, claim });
		}
		case "challenge": {
			const entry = bad && b % 2 === 0 ? program.opening(0) : entryOf(traces.right);
			const value = state.parameters.challengerBond + (bad && b % 2 === 1 ? 1n : 0n);
			return by(people[2 + (a % 2)], { type: "challenge", value, claim: 1 + (b % (claims || 1)), entry });
		}
		case "finalise":
			return by(someone, { type: "finalise", claim: a % (claims + 2) });
		case "refund":
			return by(someone, { type: "refund", request: a % (state.requests.length + 2) });
		case "withdraw":
			return by(someone, { type: "withdraw", from: b % 2 === 0 ? "market" : "court" });
		case "badOpen": {
			const count = a % 20;
			const children = Array.from({ length: count }, (_, i) => wordHex(BigInt(i)));
			return by(someone, { type: "open", tree: b % 10, childLevel: a % 70, children });
		}
		case "badLeaf": {
			const words = [BigInt(a) << BigInt(b % 230), 0n, bad ? 1n : 0n, 0n, 0n];
			return by(someone, { type: "publishLeaf", width: [8, 16, 32, 7][b % 4], count: a % 180, words });
		}
		case "demandInput":
			return by(someone, demandOf(turn, state, traces));
		case "answerInput":
			return by(someone, answerOf(turn, state));
		case "collectAnswered":
		case "timeoutInput":
		case "reclaimInput":
			return by(someone, onDemand(turn.kind, demandIn(turn, state)));
		default:
			return inDispute(turn, game, traces, people, by);
	}
}

const drawn = ({ right, wrong }: Traces, n: number): ToyTrace => [right, ...wrong][n % (1 + wrong.length)];

/** The trace behind a claim; as long as none is bound, one with the claimed output. */
function claimedBy({ right, wrong }: Traces, { traceRoot, outputRoot }: Claim): ToyTrace {
	const all = [right, ...wrong];
	const bound = all.find(({ root }) => root === traceRoot);
	return bound ?? all.find((trace) => trace.output().root === outputRoot)!;
}

/** When the move of a turn is made: some timeouts and finalisations around the first second at which they can be. */
export function timeOf({ kind, wait, edge, a }: Turn, { state, now }: GameDriver): number {
	const soon = now + wait;
	if (edge === null) return soon;
	if (kind === "finalise" && state.claims.length > 0) {
		const { claimedAt } = state.claims[a % state.claims.length];
		return Math.max(soon, claimedAt + state.parameters.challengePeriod + edge);
	}
	const dispute = state.disputes[a % (state.disputes.length || 1)];
	if (kind !== "timeout" || dispute === undefined || dispute.phase === PHASE.closed) return soon;
	return Math.max(soon, lastSecond(turnOf(dispute, publishedAt(state, dispute), state.parameters)) + edge);
}

function inDispute(
	{ kind, who, a, b, bad }: Turn,
	game: GameDriver,
	traces: Traces,
	people: readonly Hex[],
	by: (sender: Hex, action: Action | null | undefined) => { sender: Hex; action: Action } | undefined,
) {
	const { disputes, claims } = game.state;
	const someone = people[who];
	if (kind === "timeout" || kind === "reclaim") {
		return by(someone, { type: kind, dispute: bad ? a % 9 : 1 + (a % (disputes.length || 1)) });
	}
	if (disputes.length === 0) return undefined;
	const open = disputes.flatMap(({ phase }, i) => (phase === PHASE.closed ? [] : [i + 1]));
	const id = bad || open.length === 0 ? 1 + (a % disputes.length) : open[a % open.length];
	const view = game.view(id);
	const d = view.dispute;
	const claim = claims[d.claim - 1];
	const theirs = claimedBy(traces, claim);
	const operator = theirs.descriptor(d.operator);
	const words = view.words ?? [1n, 0n, 0n, 0n, 0n];
	switch (kind) {
		case "answer":
			return by(claim.submitter, honestSubmitter(view, theirs));
		case "pursue": {
			const move = honestChallenger(view, traces.right);
			if (move?.type !== "prove") return by(d.challenger, move);
			const { element, part } = move;
			const settlement = settlementOf(operator, words, element, part, d.partials);
			return by(d.challenger, { type: "settle", dispute: id, settlement });
		}
		case "descend": {
			if (d.phase !== PHASE.search) return undefined;
			const { childLevel, children } = demanded(d, view.header, view.parameters);
			const known = theirs.children(d, childLevel);
			const index = b % children;
			const at = childPosition(d, index, view.header, view.parameters);
			const right = entryAt(at, view, theirs);
			const entry = bad && a % 2 === 0 && right !== NO_DESCRIPTOR ? theirs.descriptor(0) : right;
			const path = MerkleTree.of(known, d.tree as 1, childLevel).path(index);
			const child = bad && a % 3 === 0 ? wordHex(BigInt(b)) : known[index];
			return by(d.challenger, {
				type: "descend",
				dispute: id,
				index: bad && a % 5 === 0 ? index + children : index,
				child,
				path: bad && a % 7 === 0 ? path.slice(1) : path,
				entry,
			});
		}
		case "name":
			return by(d.challenger, { type: "name", dispute: id, element: b % (d.elements + 1), operator });
		case "partials": {
			if (d.parts === 0) return undefined;
			const partials = theirs.partials(d.step, d.operator, d.element);
			return by(claim.submitter, {
				type: "publishPartials",
				dispute: id,
				partials: bad
					? partials.slice(b % 2).with(-1, BigInt(b))
					: partials.with(b % 1, BigInt(-(a % 3)) + partials[0]),
				operator,
				row: theirs.row(),
				words: bad && b % 5 === 0 ? words.with(0, 9n) : words,
			});
		}
		case "settle": {
			const named = d.phase === PHASE.partials && !bad;
			const element = named ? d.element : b % Math.max(1, d.elements);
			const part = named ? b % d.parts : bad ? b % 3 : 0;
			const settlement = settlementOf(operator, words, element, part, d.partials);
			return by(someone, {
				type: "settle",
				dispute: id,
				settlement:
					bad && b % 2 === 0 ? { ...settlement, evidence: [{ ...NO_EVIDENCE, values: [1n] }] } : settlement,
			});
		}
		case "direct":
			return by(someone, direct(theirs, d.claim, someone, a, b, bad));
		default:
			return undefined;
	}
}

/** Evidence with a leaf that is never read. */
const UNREAD = { ...NO_EVIDENCE, leaves: [{ tensor: 0, digest: 1n, path: [] }] };

/** A direct challenge: refused for want of a proof, or because it opens a leaf that is never read. */
function direct(
	trace: ToyTrace,
	claim: number,
	beneficiary: Hex,
	a: number,
	b: number,
	bad: boolean,
): Action {
	const step = a % trace.program.steps;
	const operator = b % trace.program.descriptors.length;
	const tensor = trace.tensors[step][operator];
	const leaf = a % tensor.leafCount;
	const element = leaf * Math.ceil(tensor.elements.length / tensor.leafCount);
	const settlement = settlementOf(
		trace.descriptor(operator),
		tensor.words(leaf),
		element,
		0,
		[],
		1 + (b % 3),
	);
	return {
		type: "settleDirectly",
		claim,
		beneficiary,
		location: {
			step: bad && b % 2 === 0 ? step + trace.program.steps : step,
			operator,
			leaf: bad && b % 2 === 1 ? leaf + tensor.leafCount : leaf,
			leafPath: tensor.path(leaf),
			operatorPath: trace.stepTrees[step].path(operator),
			stepPath: trace.stepPath(step),
		},
		settlement:
			a % 4 === 0 ? settlement : { ...settlement, evidence: [...settlement.evidence.slice(1), UNREAD] },
	};
}
