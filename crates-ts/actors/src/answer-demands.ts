import { callOf } from "@umpire/chain/action-call.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { inputAnswer } from "@umpire/game/input-answer.ts";
import { answeredAt, answerKey, lastSecondToAnswer, questionOf } from "@umpire/game/input-demands.ts";
import { CLAIM_STATUS, type GameState } from "@umpire/game/state.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import { Attempts } from "./actor.ts";
import { sameAccount } from "./money.ts";
import type { InputFinder, Served } from "./served.ts";
import { act, type World } from "./world.ts";

/**
 * Publishes the chunks of inputs that are demanded of an account's live claims of a program, and collects the bonds
 * of demands that others' answers have served.
 *
 * @returns whether anything was sent
 */
export async function answerDemands(
	world: World,
	{ root, program }: Served,
	state: GameState,
	findInputs: InputFinder,
	say: (line: string) => void,
): Promise<boolean> {
	const attempts = new Attempts();
	const mine = [...state.inputDemands.entries()]
		.filter(([, demand]) => {
			const claim = state.claims[demand.claim - 1];
			const isMine = sameAccount(claim.submitter, world.signer.account.address);
			const isOwn = state.requests[claim.request - 1].program === root;
			return demand.open && isMine && isOwn && claim.status === CLAIM_STATUS.live;
		})
		.toSorted(([, a], [, b]) => lastSecondToAnswer(state, a) - lastSecondToAnswer(state, b));
	/** By inputs: committing takes as long as there are many, whatever part of them is demanded. */
	const committed = new Map<Hex, Promise<OpenInputs | undefined>>();
	const open = async (inputsRoot: Hex): Promise<OpenInputs | undefined> => {
		const found = await findInputs(inputsRoot);
		if (found === undefined) return undefined;
		const inputs = await commitInputs(program, found);
		return { inputs, inputTree: inputTreeOf(inputs) };
	};
	/** Chunks that are answered at this look: others' demands for them are served by that. */
	const answered = new Set<string>();
	for (const [index, demand] of mine) {
		const id = index + 1;
		await attempts.make(async () => {
			if (answeredAt(state, demand) !== 0) {
				const call = callOf(world.contracts, { type: "collectAnswered", demand: id });
				return (await act(world, `collectAnswered:${id}`, call)) !== undefined;
			}
			const { inputsRoot } = questionOf(state, demand.claim);
			const chunk = answerKey(state, demand);
			if (answered.has(chunk)) return false;
			answered.add(chunk);
			const opening = committed.get(inputsRoot) ?? open(inputsRoot);
			committed.set(inputsRoot, opening);
			const opened = await opening;
			if (opened === undefined) return false;
			const call = callOf(world.contracts, inputAnswer(id, demand, opened));
			const sent = await act(world, `answerInput:${id}`, call, lastSecondToAnswer(state, demand));
			if (sent !== undefined) {
				say(`Claim ${demand.claim}: publishes chunk ${demand.chunk} of input ${demand.input}.`);
			}
			return sent !== undefined;
		});
	}
	return attempts.outcome();
}

type OpenInputs = Parameters<typeof inputAnswer>[2];
