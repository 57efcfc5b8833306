import type { Hex } from "@umpire/commitment/constants.ts";
import type { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import { initialState } from "@umpire/game/state.ts";
import type { BountyParameters } from "@umpire/markets/bounty-parameters.ts";
import { type BountyWorld, initialBounties } from "@umpire/markets/bounty-state.ts";
import { applyToBounties, type BountyAction } from "@umpire/markets/bounty-world.ts";
import { ETHER, liabilityIn, owedIn } from "@umpire/markets/token-ledger.ts";
import { Deployed } from "../chain/deployed.ts";
import type { Outcome, TestChain } from "../chain/test-chain.ts";
import { arbiter, PARAMETERS } from "../game/game-driver.ts";
import { inTurn, PairDriver, pick } from "./pair-driver.ts";

/** Small amounts. */
export const BOUNTIES: BountyParameters = { depositMin: 100n, scoreFeeMin: 7n, lossPermille: 300 };

/** A bounties contract with a beacon and a token of its own, on a chain that has a market. */
export interface BountyStage {
	readonly chain: TestChain;
	readonly bounties: Deployed;
	readonly beacon: Deployed;
	readonly token: Deployed;
	readonly fee: bigint;
	readonly drift: number;
}

/** Contracts whose errors a chain has to know for bounties. */
export const BOUNTY_CONTRACTS = ["Bounties", "TestBeacon", "TestToken", "HostileToken"] as const;

export async function deployBounties(
	chain: TestChain,
	{ fee = 3n, drift = 5, token = "TestToken" } = {},
): Promise<BountyStage> {
	const beacon = await Deployed.deploy(chain, "TestBeacon", [fee, BigInt(drift)]);
	const bounties = await Deployed.deploy(chain, "Bounties", [chain.market, beacon.address, BOUNTIES]);
	return { chain, bounties, beacon, token: await Deployed.deploy(chain, token), fee, drift };
}

/** Bounties and their model, played in step. */
export class BountyDriver extends PairDriver<BountyWorld, BountyAction> {
	readonly stage: BountyStage;
	/** wei that were burned before */
	readonly #burned: bigint;

	constructor(stage: BountyStage, now: number, burned: bigint) {
		const { chain, bounties, fee, drift } = stage;
		const game = initialState(PARAMETERS, chain.domain);
		super(initialBounties(game, { address: bounties.address, parameters: BOUNTIES, fee, drift }), now);
		this.stage = stage;
		this.#burned = burned;
	}

	/** Begins at the chain's time. */
	static async on(stage: BountyStage): Promise<BountyDriver> {
		return new BountyDriver(stage, await stage.chain.time(), await stage.chain.burned());
	}

	/** What an account is owed, in ether if no token is named. */
	owed(account: Hex, token: Hex = ETHER): bigint {
		return owedIn(this.world.ledger, token, account);
	}

	protected override applied(
		move: (BountyAction | Action) & { readonly sender: Hex },
	): BountyWorld | GameError {
		return applyToBounties(this.world, move, this.now, arbiter);
	}

	/** What the contract and the model know, each, for comparison: bounties, rounds, candidates, money. */
	async both(people: readonly Hex[]): Promise<readonly [unknown, unknown]> {
		const { chain, bounties, token } = this.stage;
		const { world } = this;
		const tokens = [ETHER, token.address];
		const fields = (name: string, ...args: readonly number[]) =>
			bounties.read<Record<string, unknown>>(name, args.map(BigInt));
		const onChain = {
			bounties: await inTurn([...world.bounties.keys()], async (i) =>
				pick(await fields("getBounty", i + 1), BOUNTY_FIELDS),
			),
			rounds: await inTurn([...world.bounties.keys()], (i) =>
				inTurn([...world.bounties[i].rounds.keys()], async (round) =>
					pick(await fields("getRound", i + 1, round + 1), ROUND_FIELDS),
				),
			),
			candidates: await inTurn([...world.candidates.keys()], async (i) =>
				pick(await fields("getCandidate", i + 1), CANDIDATE_FIELDS),
			),
			liabilities: await inTurn(tokens, (at) => bounties.read<bigint>("liabilities", [at])),
			owed: await inTurn(tokens, (at) =>
				inTurn(people, (account) => bounties.read<bigint>("owed", [at, account])),
			),
			held: [
				await chain.balance(bounties.address),
				await token.read<bigint>("balanceOf", [bounties.address]),
			],
			burned: (await chain.burned()) - this.#burned,
		};
		const { ledger, game } = world;
		const liabilities = tokens.map((at) => liabilityIn(ledger, at));
		const inModel = {
			bounties: world.bounties.map(({ terms, rounds, ...rest }) =>
				pick({ ...terms, ...rest, round: rounds.length }, BOUNTY_FIELDS),
			),
			rounds: world.bounties.map(({ rounds }) => rounds.map((round) => pick({ ...round }, ROUND_FIELDS))),
			candidates: world.candidates.map(({ shown, ...rest }) =>
				pick({ ...rest, leaves: shown.length }, CANDIDATE_FIELDS),
			),
			liabilities,
			owed: tokens.map((at) => people.map((account) => owedIn(ledger, at, account))),
			held: liabilities,
			burned: ledger.burned + game.burned,
		};
		return [onChain, inModel];
	}

	protected override sent(sender: Hex, action: BountyAction | Action): Promise<Outcome> {
		const { chain, bounties, beacon } = this.stage;
		const at = this.now;
		const to = (contract: Deployed, name: string, args: readonly unknown[] = [], value = 0n) =>
			contract.try(sender, name, args, { value, at });
		switch (action.type) {
			case "openBounty":
				return to(bounties, "open", [action.terms], action.value);
			case "commit": {
				const { bounty, round, commitment, value } = action;
				return to(bounties, "commit", [BigInt(bounty), BigInt(round), commitment], value);
			}
			case "reveal": {
				const { candidate, weightsRoot, salt, first, leaves } = action;
				return to(bounties, "reveal", [BigInt(candidate), weightsRoot, salt, BigInt(first), leaves]);
			}
			case "mismatch": {
				const { candidate, leaf, shown, path } = action;
				return to(bounties, "mismatch", [BigInt(candidate), BigInt(leaf), shown, path]);
			}
			case "endBounty":
				return to(bounties, "end", [BigInt(action.bounty)]);
			case "begin":
				return to(bounties, "begin", [BigInt(action.bounty)]);
			case "closeRound":
				return to(bounties, "close", [BigInt(action.bounty)]);
			case "ask":
			case "askAnybody":
			case "giveBack":
				return to(bounties, action.type, [BigInt(action.candidate)]);
			case "expireCandidate":
				return to(bounties, "expire", [BigInt(action.candidate)]);
			case "syncCandidate":
				return to(bounties, "sync", [BigInt(action.candidate), BigInt(action.claim)]);
			case "withdrawTo":
				return to(bounties, "withdrawTo", [action.token, action.recipient]);
			case "bring":
				return to(beacon, "bring", [BigInt(action.round), action.beaconValue]);
			case "makeVoid":
				return to(beacon, "makeVoid", [BigInt(action.round)]);
			default:
				return chain.act(sender, action, at);
		}
	}
}

const BOUNTY_FIELDS = [
	...["owner", "status", "isRunning", "round", "program", "baseline", "token", "pool", "budget"],
	...["rate", "minGain", "width", "elements", "deposit", "scoreFee"],
	...["commitSeconds", "revealSeconds", "availabilitySeconds", "scoreSeconds"],
];
const ROUND_FIELDS = [
	...["commitUntil", "revealUntil", "scoreFrom", "scoreUntil", "beaconRound", "open", "best"],
];
const CANDIDATE_FIELDS = [
	...["commitment", "contributor", "status", "bounty", "round", "request", "until", "leaves"],
	...["weightsRoot", "contentRoot", "gain"],
];
