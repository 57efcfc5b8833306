import type { ClaimContent } from "@umpire/actors/claim-content.ts";
import { claimOfOutput, claimOfTrace } from "@umpire/actors/claim-content.ts";
import type { Evidence } from "@umpire/actors/evidence.ts";
import { sameAccount } from "@umpire/actors/money.ts";
import { openDispute } from "@umpire/actors/open-dispute.ts";
import { canAnswer, submittersView, traceView } from "@umpire/actors/trace-view.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { gameReader, publishedChildren } from "@umpire/chain/game-state.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { rootFromPath } from "@umpire/commitment/tree.ts";
import { entryOf, honestChallenger } from "@umpire/game/challenger.ts";
import { boundTrace } from "@umpire/game/dispute.ts";
import { inputAnswer } from "@umpire/game/input-answer.ts";
import { answeredAt, challengeEnd, chunkCount } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { readsInput } from "@umpire/game/openings.ts";
import { CLAIM_STATUS, type GameState, PHASE, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { encodeDescriptor } from "@umpire/operators/descriptor.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import { encodeFunctionData, keccak256, numberToHex, parseEther, toHex } from "viem";
import { accountAt, SEATS } from "./accounts.ts";
import type { SimulatedChain } from "./chain.ts";
import { putSpoiled } from "./files.ts";
import type { Fixture, Guarded } from "./fixture.ts";
import { junkAction } from "./junk.ts";
import type { CampaignMove } from "./moves.ts";

type Move<T extends CampaignMove["type"]> = Extract<CampaignMove, { type: T }>;

/** A lie that was claimed, or a challenge: what it is played with, and for how many moves yet. */
interface Plan {
	readonly evidence: Evidence | undefined;
	left: number;
}

const LIAR = accountAt(SEATS.adversary).address;
const ACCOMPLICE = accountAt(SEATS.accomplice).address;
const NO_DEADLINE = 4_294_967_295;
/** Wei per gas above what honest parties pay: the adversary's moves come first. */
const TIP = 3_000_000_000n;

/** The adversary: two accounts whose moves the node signs. What the contracts would refuse is not sent. */
export class Adversary {
	/** Moves that were sent, by kind. */
	readonly made = new Map<string, number>();
	readonly #fixture: Fixture;
	readonly #chain: SimulatedChain;
	readonly #read: () => Promise<GameState>;
	readonly #published: ReturnType<typeof publishedChildren>;
	/** By what a claim states. */
	readonly #lies = new Map<string, Plan>();
	/** By claim. */
	readonly #attacks = new Map<number, Plan>();
	#moved = false;

	constructor(fixture: Fixture, chain: SimulatedChain) {
		this.#fixture = fixture;
		this.#chain = chain;
		const feed = eventFeed(fixture.contracts);
		this.#read = gameReader(fixture.contracts, feed, LIAR);
		this.#published = publishedChildren(feed);
	}

	/** All that stands on the chain; undefined if it changed while it was read. */
	async state(): Promise<GameState | undefined> {
		return this.#read().catch(() => undefined);
	}

	/** Whose accounts are to move in a dispute, on either side. */
	toMove(state: GameState, dispute: number): Hex | undefined {
		const open = openDispute(state, dispute, BigInt(this.#chain.time), this.#published);
		if (open === undefined) return undefined;
		const { challenger, claim } = open.view.dispute;
		return open.side === SIDE.challenger ? challenger : state.claims[claim - 1].submitter;
	}

	/** Whether anything was sent since this was last asked. */
	hasMoved(): boolean {
		const moved = this.#moved;
		this.#moved = false;
		return moved;
	}

	/** Makes a drawn move. */
	async make(state: GameState, move: CampaignMove): Promise<void> {
		switch (move.type) {
			case "request":
				return this.#request(move);
			case "lie":
				return this.#lie(state, move);
			case "attack":
				return this.#attack(state, move);
			case "meddle":
				return this.#meddle(state, move);
			case "demand":
				return this.#demand(state, move);
			case "answer": {
				const open = state.inputDemands.flatMap((d, i) =>
					d.open && answeredAt(state, d) === 0 ? [i + 1] : [],
				);
				const demand = pick(open, move.demand);
				if (demand !== undefined) await this.#answerDemand(state, demand);
				return;
			}
			case "junk": {
				const action = junkAction(state, move.kind, move.number, this.#chain.time);
				return action && this.#send(`junk ${move.kind}`, action);
			}
			case "poke":
				return this.#poke(state, move);
			case "file":
				return this.#file(state, move);
			default:
				return;
		}
	}

	/** Goes on with lies and challenges that were begun, and makes its claims final as soon as it can. */
	async play(state: GameState): Promise<void> {
		const now = BigInt(this.#chain.time);
		for (const [index, claim] of state.claims.entries()) {
			if (claim.status !== CLAIM_STATUS.live || !sameAccount(claim.submitter, LIAR)) continue;
			if (claim.openDisputes > 0 || Number(now) < challengeEnd(state, index + 1)) continue;
			await this.#send("make a lie final", { type: "finalise", claim: index + 1 });
		}
		for (const index of state.disputes.keys()) {
			const open = openDispute(state, index + 1, now, this.#published);
			if (open === undefined) continue;
			const { dispute } = open.view;
			const claim = state.claims[dispute.claim - 1];
			if (sameAccount(claim.submitter, LIAR) && open.side === SIDE.submitter) {
				const plan = this.#lies.get(contentOf(claim));
				if (plan?.evidence === undefined || plan.left <= 0 || !canAnswer(open.view, plan.evidence)) continue;
				const action = honestSubmitter(open.view, submittersView(plan.evidence));
				if (action === null) continue;
				plan.left--;
				await this.#send("defend a lie", action);
			}
			if (sameAccount(dispute.challenger, ACCOMPLICE)) {
				const plan = this.#attacks.get(dispute.claim);
				if (open.side === SIDE.submitter && open.expired) {
					await this.#send("time out", { type: "timeout", dispute: index + 1 }, ACCOMPLICE);
				}
				if (plan?.evidence === undefined || plan.left <= 0 || open.side !== SIDE.challenger) continue;
				const action = honestChallenger(open.view, traceView(plan.evidence));
				if (action === null || action.type === "prove") continue;
				plan.left--;
				await this.#send("search a true claim", action, ACCOMPLICE);
			}
		}
		for (const [index, demand] of state.inputDemands.entries()) {
			const claim = state.claims[demand.claim - 1];
			if (!demand.open || claim.status !== CLAIM_STATUS.live || !sameAccount(claim.submitter, LIAR)) continue;
			// Half of what is demanded of it is never answered.
			if (index % 2 === 0 && answeredAt(state, demand) === 0) await this.#answerDemand(state, index + 1);
		}
	}

	async #request(move: Move<"request">): Promise<void> {
		const { guarded, home, known, consumers } = this.#fixture;
		const { root: program, played } = pick(guarded, move.program)!;
		const inputs = played.inputs(2 + move.seed + 10 * ["stored", "hidden", "spoiled"].indexOf(move.inputs));
		const { root: inputsRoot } = inputTreeOf(await commitInputs(played.program, inputs));
		known.set(inputsRoot, inputs);
		if (move.inputs !== "hidden") {
			await putSpoiled(home, "inputs", inputsRoot, inputs, move.inputs === "stored" ? undefined : move.spoil);
		}
		const deadline = move.soon ? this.#chain.time + 60 : NO_DEADLINE;
		const value = move.pays ? parseEther("0.01") : 0n;
		const consumer = pick(consumers, move.consumer)!;
		await this.#send("request", { type: "request", value, program, inputsRoot, deadline, consumer });
	}

	async #lie(state: GameState, move: Move<"lie">): Promise<void> {
		const open = [...state.requests.entries()].flatMap(([index, request]) => {
			const isOpen = !request.closed && request.liveClaim === 0 && this.#chain.time < request.deadline;
			const guarded = this.#guarded(request.program);
			const inputs = this.#fixture.known.get(request.inputsRoot);
			return isOpen && guarded && inputs ? [{ id: index + 1, request, guarded, inputs }] : [];
		});
		const found = pick(open, move.request);
		if (found === undefined) return;
		const { guarded, inputs, request } = found;
		const { played } = guarded;
		let evidence: Evidence | undefined;
		let content: ClaimContent;
		if (move.lie === "number") {
			evidence = await played.wrong(request.inputsRoot, inputs, move.seed);
			content = played.program.lazy
				? await claimOfOutput(played.program, evidence.trace.outputs[0])
				: claimOfTrace(played.commitment, evidence.trace);
		} else {
			const right = await played.right(request.inputsRoot, inputs);
			content = inventedContent(right, (i) => (move.lie === "zero nodes" ? zero : wordOf(move.seed + i)));
		}
		this.#lies.set(contentOf({ traceRoot: content.traceRoot, outputRoot: content.opening.root }), {
			evidence,
			left: move.diligence,
		});
		const value = state.parameters.submitterBond;
		await this.#send(`lie: ${move.lie}`, { type: "claim", value, request: found.id, ...content });
	}

	async #attack(state: GameState, move: Move<"attack">): Promise<void> {
		const live = this.#liveClaims(state).filter(
			({ id }) => !state.disputes.some((d) => d.claim === id && sameAccount(d.challenger, ACCOMPLICE)),
		);
		const found = pick(live, move.claim);
		if (found === undefined) return;
		const { id, claim, guarded, inputs, inputsRoot } = found;
		const evidence = await guarded.played.wrong(inputsRoot, inputs, move.seed);
		const { header } = guarded.played.commitment;
		const entry = entryOf(header, traceView(evidence), (segment) => {
			return boundTrace(claim, header, segment) !== undefined;
		});
		this.#attacks.set(id, { evidence, left: move.diligence });
		const value = state.parameters.challengerBond;
		await this.#send("attack", { type: "challenge", value, claim: id, entry }, ACCOMPLICE);
	}

	async #meddle(state: GameState, move: Move<"meddle">): Promise<void> {
		const now = BigInt(this.#chain.time);
		const open = [...state.disputes.keys()].flatMap((index) => {
			const found = openDispute(state, index + 1, now, this.#published);
			return found?.side === SIDE.submitter ? [found] : [];
		});
		const found = pick(open, move.dispute);
		if (found === undefined) return;
		const claim = this.#liveClaims(state).find(({ id }) => id === found.view.dispute.claim);
		if (claim === undefined) return;
		const { guarded, inputs, inputsRoot } = claim;
		const evidence = move.wrong
			? await guarded.played.wrong(inputsRoot, inputs, move.dispute)
			: await guarded.played.right(inputsRoot, inputs);
		if (found.view.dispute.phase === PHASE.partials) return;
		const action = honestSubmitter(found.view, submittersView(evidence));
		if (action !== null) await this.#send("meddle", action, ACCOMPLICE);
	}

	async #demand(state: GameState, move: Move<"demand">): Promise<void> {
		const found = pick(this.#liveClaims(state), move.claim);
		if (found === undefined) return;
		const { commitment, program } = found.guarded.played;
		const value = state.parameters.demandBond;
		for (let i = 0; i < move.chunks; i++) {
			const input = i % program.inputs.length;
			const { shape, width } = program.inputs[input];
			const chunk = Math.floor(i / program.inputs.length) % chunkCount(elementCount(shape), width);
			const operator = commitment.descriptors.findIndex(({ operands }) =>
				operands.some((operand) => readsInput(operand, input)),
			);
			const descriptor = encodeDescriptor(commitment.descriptors[operator]);
			const opening = { descriptor, path: commitment.descriptorTree.path(operator) };
			const action = {
				type: "demandInput",
				value,
				claim: found.id,
				input,
				chunk,
				operator,
				opening,
			} as const;
			await this.#send("demand", action, ACCOMPLICE);
		}
	}

	async #answerDemand(state: GameState, id: number): Promise<void> {
		const demand = state.inputDemands[id - 1];
		const found = this.#liveClaims(state).find((claim) => claim.id === demand.claim);
		if (found === undefined) return;
		const inputs = await commitInputs(found.guarded.played.program, found.inputs);
		await this.#send("answer a demand", inputAnswer(id, demand, { inputs, inputTree: inputTreeOf(inputs) }));
	}

	async #poke(state: GameState, { kind, number }: Move<"poke">): Promise<void> {
		const of = (count: number) => 1 + (number % Math.max(count, 1));
		const [requests, claims] = [of(state.requests.length), of(state.claims.length)];
		const [disputes, demands] = [of(state.disputes.length), of(state.inputDemands.length)];
		const actions: Record<typeof kind, Action> = {
			finalise: { type: "finalise", claim: claims },
			refund: { type: "refund", request: requests },
			withdraw: { type: "withdraw", from: number % 3 === 0 ? "court" : "market" },
			timeout: { type: "timeout", dispute: disputes },
			reclaim: { type: "reclaim", dispute: disputes },
			timeoutInput: { type: "timeoutInput", demand: demands },
			collectAnswered: { type: "collectAnswered", demand: demands },
			reclaimInput: { type: "reclaimInput", demand: demands },
		};
		await this.#send(`poke: ${kind}`, actions[kind], number % 2 === 0 ? LIAR : ACCOMPLICE);
	}

	/** Junk in the place of traces of its own claims, and of programs that nobody has. */
	async #file(state: GameState, { kind, spoil }: Move<"file">): Promise<void> {
		const { home, guarded } = this.#fixture;
		const foreign = [...state.programs.keys()].filter((root) => this.#guarded(root) === undefined);
		const own = state.claims.filter(({ submitter }) => sameAccount(submitter, LIAR)).map((c) => c.traceRoot);
		const root = pick(kind === "programs" ? foreign : own, spoil);
		if (root === undefined || BigInt(root) === 0n) return;
		await putSpoiled(home, kind, root, guarded[0].played.inputs(1), spoil);
		this.#count(`file: ${kind}`);
	}

	/** Live claims of guarded programs on inputs that are known here. */
	#liveClaims(state: GameState) {
		return [...state.claims.entries()].flatMap(([index, claim]) => {
			const { program, inputsRoot } = state.requests[claim.request - 1];
			const guarded = this.#guarded(program);
			const inputs = this.#fixture.known.get(inputsRoot);
			const isLive = claim.status === CLAIM_STATUS.live;
			return isLive && guarded && inputs ? [{ id: index + 1, claim, guarded, inputs, inputsRoot }] : [];
		});
	}

	#guarded(root: Hex): Guarded | undefined {
		return this.#fixture.guarded.find((guarded) => guarded.root === root);
	}

	#count(kind: string): void {
		this.made.set(kind, (this.made.get(kind) ?? 0) + 1);
	}

	async #send(kind: string, action: Action, from: Hex = LIAR): Promise<void> {
		const { contract, functionName, args = [], value = 0n } = callOf(this.#fixture.contracts, action);
		const data = encodeFunctionData({ abi: contract.abi, functionName, args } as never);
		const call = { from, to: contract.address, data, value: numberToHex(value) };
		const request = this.#chain.connection.reader.request as unknown as (args: {
			method: string;
			params: readonly unknown[];
		}) => Promise<unknown>;
		try {
			const gas = BigInt((await request({ method: "eth_estimateGas", params: [call, "pending"] })) as Hex);
			const maxPriorityFeePerGas = numberToHex(TIP);
			const fees = { maxPriorityFeePerGas, maxFeePerGas: numberToHex(100n * TIP) };
			const sent = { ...call, ...fees, gas: numberToHex((gas * 13n) / 10n) };
			await request({ method: "eth_sendTransaction", params: [sent] });
		} catch {
			this.#count("refused by the contracts");
			return;
		}
		this.#moved = true;
		this.#count(kind);
	}
}

/** What identifies a claim's content. */
function contentOf({ traceRoot, outputRoot }: { traceRoot: Hex; outputRoot: Hex }): string {
	return `${traceRoot} ${outputRoot}`;
}

/** A claim whose nodes nobody can open, but for the way of its output to its trace root. */
function inventedContent(right: Evidence, nodeAt: (index: number) => Hex): ClaimContent {
	const { program, commitment, trace } = right;
	if (program.lazy) {
		const words = [0n, 0n, 0n, 0n, 0n];
		return { traceRoot: zero, opening: { root: nodeAt(1), operatorPath: [], stepPath: [], words } };
	}
	const { opening } = claimOfTrace(commitment, trace);
	const operatorPath = opening.operatorPath.map((_, i) => nodeAt(i));
	const stepPath = opening.stepPath.map((_, i) => nodeAt(100 + i));
	const { outputOperator, operatorCount, steps } = commitment.header;
	const stepRoot = rootFromPath(opening.root, outputOperator, operatorCount, operatorPath, TAG.operators);
	const traceRoot = rootFromPath(stepRoot, steps - 1, steps, stepPath, TAG.steps);
	return { traceRoot, opening: { ...opening, operatorPath, stepPath } };
}

const zero: Hex = `0x${"00".repeat(32)}`;
const wordOf = (number: number): Hex => keccak256(toHex(number));

function pick<T>(list: readonly T[], number: number): T | undefined {
	return list.length === 0 ? undefined : list[number % list.length];
}
