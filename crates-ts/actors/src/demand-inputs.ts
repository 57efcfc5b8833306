import { callOf } from "@umpire/chain/action-call.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { answeredAt, chunkCount, lastSecondToAnswer } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { readsInput } from "@umpire/game/openings.ts";
import { CLAIM_STATUS, type GameState, inputAnswerKey } from "@umpire/game/state.ts";
import { encodeDescriptor } from "@umpire/operators/descriptor.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { formatEther } from "viem";
import { Attempts } from "./actor.ts";
import type { LoadedProgram } from "./loaded-program.ts";
import { sameAccount } from "./money.ts";
import { type Chunk, rebuiltInputs } from "./rebuilt-inputs.ts";
import { act, type World } from "./world.ts";

/** Demands inputs that are not to be had otherwise, of claims that one guards. */
export interface InputDemander {
	/**
	 * Does the next thing about the missing inputs of a live claim: demands their chunks, times out who does not
	 * answer, and stores them when all are known. True iff anything was sent or stored.
	 */
	pursue(state: GameState, claim: number, now: bigint): Promise<boolean>;
	/** Takes bonds back whose claims were rejected elsewhere. True iff anything was sent. */
	reclaim(state: GameState): Promise<boolean>;
}

/** What demands for inputs may cost, in chunks; each takes a bond, which is lost if the chunk is published. */
export interface DemandBounds {
	/** For one claim; if it takes more, none is demanded. None by default. */
	readonly demandInputs?: number | undefined;
	/** Over all claims of the program, in bonds that are out or lost; ten claims' worth by default. */
	readonly demandInputsTotal?: number | undefined;
}

/** The most chunks that are paid for over all claims. */
export function totalOf({ demandInputs = 0, demandInputsTotal }: DemandBounds): number {
	return demandInputsTotal ?? 10 * demandInputs;
}

/** @param bounds how many chunks are paid for */
export function inputDemander(
	world: World,
	{ root, program, commitment }: LoadedProgram,
	bounds: DemandBounds,
	say: (line: string) => void,
): InputDemander {
	const most = bounds.demandInputs ?? 0;
	const given = new Set<string>();
	const giveUp = (claim: number, reason: string): false => {
		const line = `Claim ${claim}: its inputs are not demanded, ${reason}.`;
		if (!given.has(line)) say(line);
		given.add(line);
		return false;
	};
	/** Chunks whose bonds are out or lost; those of claims that fell came back. */
	const paidFor = (state: GameState): number =>
		state.inputDemands.filter((d) => {
			const ours = mine(d.demander) && state.requests[state.claims[d.claim - 1].request - 1].program === root;
			return ours && (d.open || answeredAt(state, d) !== 0);
		}).length;
	const mine = (account: Hex): boolean => sameAccount(account, world.signer.account.address);
	const send = async (name: string, action: Action, until?: number): Promise<boolean> =>
		(await act(world, name, callOf(world.contracts, action), until)) !== undefined;

	/** All chunks of all inputs, known or not. */
	const chunksOf = (state: GameState, inputsRoot: Hex): readonly Chunk[] =>
		program.inputs.flatMap(({ shape, width }, input) => {
			const elements = elementCount(shape);
			return Array.from({ length: chunkCount(elements, width) }, (_, chunk) => {
				const at = { input, elements, width, chunk };
				const words = state.inputAnswers.get(inputAnswerKey(inputsRoot, program.inputs.length, at))?.words;
				return { ...at, words };
			});
		});

	/** The operator with the shortest descriptor among those that read an input. */
	const readerOf = (input: number) => {
		const readers = commitment.descriptors.flatMap((descriptor, operator) =>
			descriptor.operands.some((operand) => readsInput(operand, input))
				? [{ operator, descriptor: encodeDescriptor(descriptor) }]
				: [],
		);
		return readers.toSorted((a, b) => a.descriptor.length - b.descriptor.length).at(0);
	};

	const timeOut = async (state: GameState, claim: number, now: bigint): Promise<boolean> => {
		const late = state.inputDemands.flatMap((d, index) => {
			const expired = now > BigInt(lastSecondToAnswer(state, d));
			return d.open && d.claim === claim && expired && answeredAt(state, d) === 0
				? [{ id: index + 1, own: mine(d.demander) }]
				: [];
		});
		const chosen = late.find(({ own }) => own) ?? late.at(0);
		if (chosen === undefined) return false;
		const sent = await send(`timeoutInput:${chosen.id}`, { type: "timeoutInput", demand: chosen.id });
		if (sent) say(`Claim ${claim} is rejected: its inputs were not published in time.`);
		return sent;
	};

	return {
		async pursue(state, claim, now) {
			const { request, claimedAt } = state.claims[claim - 1];
			const { inputsRoot } = state.requests[request - 1];
			const chunks = chunksOf(state, inputsRoot);
			const missing = chunks.filter(({ words }) => words === undefined);
			if (missing.length === 0) {
				const inputs = await rebuiltInputs(program, chunks, inputsRoot);
				if (inputs === undefined) return giveUp(claim, "what was published is not what the claim is about");
				await putInputs(world.home.content, program, inputs);
				say(`Claim ${claim}: stored the inputs ${inputsRoot}, as published on the chain.`);
				return true;
			}
			if (await timeOut(state, claim, now)) return true;
			const asked = (at: Chunk) =>
				state.inputDemands.some(
					(d) => d.claim === claim && d.input === at.input && d.chunk === at.chunk && d.width === at.width,
				);
			const wanted = missing.filter((at) => !asked(at));
			const paid = state.inputDemands.filter((d) => d.claim === claim && mine(d.demander)).length;
			const end = claimedAt + state.parameters.challengePeriod;
			if (wanted.length === 0 || most === 0 || Number(now) >= end) return false;
			if (paid + wanted.length > most) {
				return giveUp(claim, `they have ${wanted.length} unknown chunks and --demand-inputs is ${most}`);
			}
			if (paidFor(state) + wanted.length > totalOf(bounds)) {
				return giveUp(
					claim,
					`${wanted.length} chunks more than the ${paidFor(state)} paid for so far are beyond --demand-inputs-total ${totalOf(bounds)}`,
				);
			}
			const attempts = new Attempts();
			for (const { input, chunk } of wanted) {
				const reader = readerOf(input);
				if (reader === undefined) return giveUp(claim, `no operator reads input ${input}`);
				const opening = {
					descriptor: reader.descriptor,
					path: commitment.descriptorTree.path(reader.operator),
				};
				const { operator } = reader;
				const value = state.parameters.demandBond;
				const move = { type: "demandInput", value, claim, input, chunk, operator, opening } as const;
				await attempts.make(() => send(`demandInput:${claim}:${input}:${chunk}`, move, end - 1));
			}
			const acted = attempts.outcome();
			const bonds = formatEther(BigInt(wanted.length) * state.parameters.demandBond);
			if (acted) say(`Claim ${claim}: demanded ${wanted.length} chunks of its inputs for ${bonds} ETH.`);
			return acted;
		},
		async reclaim(state) {
			const attempts = new Attempts();
			for (const [index, d] of state.inputDemands.entries()) {
				const { status } = state.claims[d.claim - 1];
				if (!d.open || !mine(d.demander) || status !== CLAIM_STATUS.rejected) continue;
				const demand = index + 1;
				await attempts.make(() => send(`reclaimInput:${demand}`, { type: "reclaimInput", demand }));
			}
			return attempts.outcome();
		},
	};
}
