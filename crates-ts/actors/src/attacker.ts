import { callOf } from "@umpire/chain/action-call.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import { publishedChildren } from "@umpire/chain/published-children.ts";
import { revertName } from "@umpire/chain/revert.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { entryOf, honestChallenger, type ProvePlan } from "@umpire/game/challenger.ts";
import { boundTrace } from "@umpire/game/dispute.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type GameState, PHASE } from "@umpire/game/state.ts";
import type { DisputeView } from "@umpire/game/trace-view.ts";
import type { Actor } from "./actor.ts";
import { disputedPaths } from "./claimed-trees.ts";
import type { Evidence } from "./evidence.ts";
import { sameAccount } from "./money.ts";
import { type OpenDispute, openDispute } from "./open-dispute.ts";
import { prepareSettlement, proveSettlement } from "./settlement.ts";
import { traceView } from "./trace-view.ts";
import { act, landAll, type World } from "./world.ts";

/** The evidence with what a dispute is about, of a trace that has not all of it. */
export type Completion = (view: DisputeView) => Promise<Evidence>;

/**
 * A dishonest challenger: attacks claims although they are right. It plays as an honest one would
 * whose own trace has a wrong number (`evidence`), and at the end tries to settle with a valid
 * proof, which shows that the *claimed* number is right: the contract refuses it. Then it has no
 * move left and loses its bond.
 */
export function attacker(
	world: World,
	evidence: Evidence,
	say: (line: string) => void,
	complete: Completion = async () => evidence,
): Actor {
	const { contracts, feed, signer } = world;
	const me = signer.account.address;
	const read = gameReader(contracts, feed, me);
	const published = publishedChildren(feed);
	const refused = new Set<number>();
	const send = (name: string, action: Action) => act(world, name, callOf(contracts, action));

	async function attack(state: GameState, claim: number): Promise<boolean> {
		const { header } = evidence.commitment;
		const attacked = state.claims[claim - 1];
		const entry = entryOf(header, traceView(evidence), (segment) => {
			return boundTrace(attacked, header, segment) !== undefined;
		});
		const value = state.parameters.challengerBond;
		const sent = await send(`challenge:${claim}`, { type: "challenge", value, claim, entry });
		if (sent !== undefined) say(`Challenged claim ${claim} without a reason.`);
		return sent !== undefined;
	}

	async function play(state: GameState, id: number): Promise<boolean> {
		const now = await chainTime(contracts.connection);
		const open = openDispute(state, id, now, published);
		if (!open || refused.has(id)) return false;
		const own = await complete(open.view);
		const step = honestChallenger(open.view, traceView(own));
		if (!step) return false;
		if (step.type === "prove") return settle(state, open, step, own);
		await send(`${step.type}:${open.key}`, step);
		return true;
	}

	async function settle(
		state: GameState,
		{ view, key }: OpenDispute,
		plan: ProvePlan,
		own: Evidence,
	): Promise<boolean> {
		const { id, dispute, header } = view;
		const paths = disputedPaths(own.trace, id, { feed, state, header, published });
		const disputed = { ...plan, words: view.words!, partials: dispute.partials };
		const settlement = await proveSettlement(await prepareSettlement(own, disputed, me, paths));
		try {
			await send(`settle:${key}`, { type: "settle", dispute: id, settlement });
		} catch (error) {
			const reason = error instanceof Error ? revertName(error.cause) : undefined;
			if (reason?.startsWith("ValuesAgree") !== true) throw error;
			refused.add(id);
			say(`The contract refuses to settle where the numbers are right (${reason}).`);
			return true;
		}
		throw new Error("The contract took a settlement of a right number.");
	}

	return {
		name: "attacker",
		async tick() {
			const state = await read();
			let acted = false;
			for (const [index, claim] of state.claims.entries()) {
				if (claim.status !== CLAIM_STATUS.live) continue;
				const mine = state.disputes.some((d) => d.claim === index + 1 && sameAccount(d.challenger, me));
				if (!mine && (await attack(state, index + 1))) acted = true;
			}
			for (const [index, dispute] of state.disputes.entries()) {
				if (!sameAccount(dispute.challenger, me) || dispute.phase === PHASE.closed) continue;
				if (await play(state, index + 1)) acted = true;
			}
			await landAll(world, say);
			return acted;
		},
	};
}
