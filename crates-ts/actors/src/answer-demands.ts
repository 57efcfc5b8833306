import { callOf } from "@umpire/chain/action-call.ts";
import { inputAnswer } from "@umpire/game/input-answer.ts";
import { answeredAt, questionOf } from "@umpire/game/input-demands.ts";
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
	for (const [index, demand] of state.inputDemands.entries()) {
		const claim = state.claims[demand.claim - 1];
		const isMine = sameAccount(claim.submitter, world.signer.account.address);
		if (!demand.open || !isMine || claim.status !== CLAIM_STATUS.live) continue;
		if (state.requests[claim.request - 1].program !== root) continue;
		const id = index + 1;
		await attempts.make(async () => {
			if (answeredAt(state, demand) !== 0) {
				const call = callOf(world.contracts, { type: "collectAnswered", demand: id });
				return (await act(world, `collectAnswered:${id}`, call)) !== undefined;
			}
			const found = await findInputs(questionOf(state, demand.claim).inputsRoot);
			if (found === undefined) return false;
			const inputs = await commitInputs(program, found);
			const answer = inputAnswer(id, demand, { inputs, inputTree: inputTreeOf(inputs) });
			const sent = await act(world, `answerInput:${id}`, callOf(world.contracts, answer));
			if (sent !== undefined) {
				say(`Claim ${demand.claim}: published chunk ${demand.chunk} of input ${demand.input}.`);
			}
			return sent !== undefined;
		});
	}
	return attempts.outcome();
}
