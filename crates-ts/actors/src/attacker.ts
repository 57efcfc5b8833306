import { callOf } from "@umpire/chain/action-call.ts";
import { gameReader, publishedChildren } from "@umpire/chain/game-state.ts";
import { revertName } from "@umpire/chain/revert.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type GameState, openingKey, PHASE } from "@umpire/game/state.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type { Actor } from "./actor.ts";
import { type Evidence, openDescriptor } from "./evidence.ts";
import { sameAccount } from "./money.ts";
import { firstElement, isChallengersTurn, openDispute, ownChildren } from "./position.ts";
import { descendTo } from "./pursue.ts";
import { type Random, randomBelow } from "./random.ts";
import { prepareSettlement, proveSettlement } from "./settlement.ts";
import { act, type World } from "./world.ts";

/**
 * A dishonest challenger: attacks the claims of a program although they are right, descends at
 * random, and at the end tries to settle with a valid proof of a right number, which the contract
 * refuses. Then it has no move left and loses its bond.
 */
export function attacker(
	world: World,
	evidence: Evidence,
	random: Random,
	say: (line: string) => void,
): Actor {
	const read = gameReader(world.contracts, world.feed, world.signer.account.address);
	const published = publishedChildren(world.feed);
	const refused = new Set<number>();
	const isMine = (account: string) => sameAccount(account, world.signer.account.address);

	async function attack(state: GameState, claim: number): Promise<boolean> {
		const { header } = evidence.commitment;
		const single = header.steps === 1 && header.operatorCount === 1;
		const sent = await act(
			world,
			`challenge:${claim}`,
			callOf(world.contracts, {
				type: "challenge",
				value: state.parameters.challengerBond,
				claim,
				entry: single ? openDescriptor(evidence, 0) : NO_DESCRIPTOR,
			}),
		);
		if (sent !== undefined) say(`Challenged claim ${claim} without a reason.`);
		return sent !== undefined;
	}

	async function play(state: GameState, id: number): Promise<boolean> {
		const open = openDispute(state, id, await chainTime(world.contracts.connection));
		if (open === undefined || !isChallengersTurn(open)) return false;
		const { dispute } = open;
		if (dispute.phase === PHASE.search) {
			const { childLevel, children: own } = ownChildren(evidence, open, state);
			const children = published(openingKey(dispute.node, dispute.tree, childLevel, own.length))!;
			const step = descendTo(state, open, evidence, children, randomBelow(random, children.length));
			if (step.type !== "move") return false;
			await act(world, `descend:${id}:${dispute.node}`, callOf(world.contracts, step.action));
			return true;
		}
		const descriptor = evidence.commitment.descriptors[dispute.operator];
		if (dispute.phase === PHASE.leaf) {
			const element = firstElement(dispute);
			if (partCount(descriptor, element) > 1) {
				const operator = openDescriptor(evidence, dispute.operator);
				await act(
					world,
					`name:${id}`,
					callOf(world.contracts, { type: "name", dispute: id, element, operator }),
				);
				return true;
			}
			return settle(state, id, element);
		}
		return settle(state, id, dispute.element);
	}

	/** A true proof of a true number: the contract must refuse it. */
	async function settle(state: GameState, id: number, element: number): Promise<boolean> {
		if (refused.has(id)) return false;
		const dispute = state.disputes[id - 1];
		const { step, operator, partials } = dispute;
		const { words } = state.leaves.get(dispute.node)!;
		const part = randomBelow(random, Math.max(1, partials.length));
		const prepared = await prepareSettlement(
			evidence,
			{ step, operator, element, part, words, partials },
			world.signer.account.address,
		);
		const settlement = await proveSettlement(prepared);
		try {
			await act(world, `settle:${id}`, callOf(world.contracts, { type: "settle", dispute: id, settlement }));
		} catch (error) {
			const reason = error instanceof Error ? revertName(error.cause) : undefined;
			if (reason?.startsWith("ValuesAgree") !== true) throw error;
			refused.add(id);
			say(`The contract refuses a settlement of a right number (${reason}).`);
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
				const mine = state.disputes.some((d) => d.claim === index + 1 && isMine(d.challenger));
				if (!mine && (await attack(state, index + 1))) acted = true;
			}
			for (const [index, dispute] of state.disputes.entries()) {
				if (!isMine(dispute.challenger) || dispute.phase === PHASE.closed) continue;
				if (await play(state, index + 1)) acted = true;
			}
			return acted;
		},
	};
}
