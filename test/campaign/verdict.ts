import { sameAccount } from "@umpire/actors/money.ts";
import { outputAgrees, type StatedOutput } from "@umpire/actors/output-agreement.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type Claim, SIDE } from "@umpire/game/state.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { formatEther, zeroAddress } from "viem";
import type { PlayedChain } from "./chain.ts";
import type { Figures } from "./figures.ts";
import type { Fixture, Guarded } from "./fixture.ts";
import { bound, chainMoney, honestMoves, type Money } from "./money.ts";
import type { Party } from "./party.ts";

/** An honest party, as far as it is judged. */
export type Judged = Pick<Party, "name" | "seat" | "address">;

/** What the end of a game says against the theorem; counts what was decided. */
export async function judgeGame(
	chain: PlayedChain,
	fixture: Fixture,
	parties: readonly Judged[],
	before: Money,
	figures: Figures,
): Promise<string[]> {
	const broken: string[] = [];
	const { contracts, guarded } = fixture;
	const feed = eventFeed(contracts);
	const state = await gameReader(contracts, feed, zeroAddress)();
	const honest = (seat: Party["seat"], address: string) =>
		parties.some((party) => party.seat === seat && sameAccount(party.address, address));
	const stated = new Map(
		feed.events.flatMap((event) =>
			event.name === "Claimed" ? [[Number(event.args.claim), event.args] as const] : [],
		),
	);
	for (const [index, claim] of state.claims.entries()) {
		const id = index + 1;
		const { program: root, inputsRoot } = state.requests[claim.request - 1];
		const found = guarded.find((candidate) => candidate.root === root);
		if (found === undefined) continue;
		const isFinal = claim.status === CLAIM_STATUS.final;
		if (honest("submitter", claim.submitter)) {
			if (isFinal) figures.trueFinal++;
			else broken.push(`claim ${id} of the honest submitter is not final but of status ${claim.status}`);
			continue;
		}
		const isRight = await isRightClaim(fixture, found, claim, inputsRoot, stated.get(id)!);
		if (isRight === undefined) continue;
		const { lazy } = found.played.commitment.header;
		const lost = lazy ? `output ${claim.outputRoot}` : `trace ${claim.traceRoot}`;
		if (isRight) continue;
		if (claim.status === CLAIM_STATUS.rejected) figures.falseRejected++;
		else broken.push(`the false claim ${id} (${lost}) has status ${claim.status}`);
	}
	const won = new Set<number>();
	for (const { name, args } of feed.events) {
		if (name === "Rejected" && args.dispute !== 0n) won.add(Number(args.dispute));
		if (name !== "TimedOut") continue;
		const { submitter } = state.claims[Number(args.claim) - 1];
		const { challenger } = state.disputes[Number(args.dispute) - 1];
		const isOurs =
			args.loser === SIDE.submitter ? honest("submitter", submitter) : honest("verifier", challenger);
		if (!isOurs) continue;
		figures.disputesLost++;
		broken.push(
			`dispute ${args.dispute} was lost by the honest ${args.loser === SIDE.submitter ? "submitter" : "verifier"}`,
		);
	}
	figures.disputesWon += decided(state, won, honest);
	return [...broken, ...(await moneyLost(chain, fixture, parties, before, won, figures))];
}

/** Whether a claim about a guarded program is right; undefined if nobody has its inputs. */
export async function isRightClaim(
	{ home }: Fixture,
	{ played }: Guarded,
	claim: Claim,
	inputsRoot: Hex,
	stated: StatedOutput,
): Promise<boolean | undefined> {
	const { program } = played;
	const inputs = await getInputs(home.content, program, inputsRoot).catch(() => null);
	if (inputs === null) return undefined;
	const { trace } = await played.right(inputsRoot, inputs);
	return program.lazy ? outputAgrees(program, trace.outputs[0], stated) : claim.traceRoot === trace.traceRoot;
}

/** Disputes that honest parties won: as challengers by bringing a claim down, as submitters by a final claim. */
function decided(
	state: Awaited<ReturnType<ReturnType<typeof gameReader>>>,
	won: ReadonlySet<number>,
	honest: (seat: Party["seat"], address: string) => boolean,
): number {
	return state.disputes.filter(({ challenger, claim }, index) => {
		const { submitter, status } = state.claims[claim - 1];
		if (honest("verifier", challenger)) return won.has(index + 1);
		return honest("submitter", submitter) && status === CLAIM_STATUS.final;
	}).length;
}

async function moneyLost(
	chain: PlayedChain,
	fixture: Fixture,
	parties: readonly Judged[],
	before: Money,
	won: ReadonlySet<number>,
	figures: Figures,
): Promise<string[]> {
	const accounts = parties.map(({ address }) => address);
	const moves = await honestMoves(chain, fixture, accounts);
	for (const { name, failed } of moves) {
		const kind = failed ? `${name} (came too late)` : name;
		figures.honest[kind] = (figures.honest[kind] ?? 0) + 1;
	}
	const feed = eventFeed(fixture.contracts);
	const state = await gameReader(fixture.contracts, feed, zeroAddress)();
	const after = await chainMoney(chain, fixture, accounts);
	const broken: string[] = [];
	for (const { name, seat, address } of parties) {
		const paid = feed.events.filter(
			(event) =>
				event.name === "AnswerPaid" &&
				sameAccount(state.inputDemands[Number(event.args.demand) - 1].demander, address),
		).length;
		const most = bound(moves, address, seat, won, BigInt(paid) * state.parameters.demandBond);
		const fall = before.get(address)! - after.get(address)!;
		if (fall > figures.largestFall) figures.largestFall = fall;
		if (fall > most) {
			broken.push(`${name} lost ${formatEther(fall)} ETH, its bound is ${formatEther(most)} ETH`);
		}
	}
	return broken;
}
