import { BRINGING_GAS } from "./network-parameters.ts";

/** The constants of a bounties contract: amounts in wei (contracts/interfaces/IBounties.sol). */
export interface BountyParameters {
	readonly depositMin: bigint;
	readonly scoreFeeMin: bigint;
	/** what a candidate loses that is worse than the baseline, in thousandths of its deposit */
	readonly lossPermille: number;
}

/** What a deployment and its bounties are recommended to have: times in seconds. */
export interface BountyDefaults extends BountyParameters {
	/** for whoever brings a value of the beacon */
	readonly beaconFee: bigint;
	/** how far the times of blocks may lag behind real time */
	readonly drift: number;
	readonly commitSeconds: number;
	readonly revealSeconds: number;
	/** at least what a side of a dispute has for one move */
	readonly availabilitySeconds: number;
	readonly scoreSeconds: number;
}

/**
 * Gas of whoever scores a candidate: claim, its end, reading it, being paid; with some to spare (docs/bounties.md
 * section 4).
 */
export const SCORING_GAS = 700_000n;
/** Of a deposit: what a worse candidate loses, half of it, has to pay for its scoring. */
export const DEPOSIT_GAS = 2n * SCORING_GAS;
/** How many times the standard deviation of chance a least gain should be above none: once in 30,000 tries. */
const SIGMAS_SQUARED = 16;

/**
 * The least gain that the best copy with some noise in it passes less than once in 30,000 tries.
 *
 * @param lacks what the baseline lacks to a perfect score, in units of the score
 * @param draws data that a score is drawn from
 */
export function recommendedGain(lacks: number, draws: number): number {
	return Math.max(1, Math.ceil((SIGMAS_SQUARED * lacks) / draws));
}

const GWEI = 10n ** 9n;
const HOUR = 3600;
const DAY = 24 * HOUR;

function defaultsAt(
	gasPrice: bigint,
	own: Omit<BountyDefaults, "depositMin" | "scoreFeeMin" | "lossPermille" | "beaconFee">,
): BountyDefaults {
	return {
		depositMin: DEPOSIT_GAS * gasPrice,
		scoreFeeMin: SCORING_GAS * gasPrice,
		lossPermille: 500,
		beaconFee: BRINGING_GAS * gasPrice,
		...own,
	};
}

/** By the names of the deployments' presets, at the prices that their bonds are made for. */
export const BOUNTY_PRESETS: Readonly<Record<"test" | "rollup" | "mainnet", BountyDefaults>> = {
	test: defaultsAt(12n * GWEI, {
		drift: 0,
		commitSeconds: 600,
		revealSeconds: 600,
		availabilitySeconds: HOUR,
		scoreSeconds: HOUR,
	}),
	rollup: defaultsAt(GWEI, {
		drift: DAY,
		commitSeconds: 7 * DAY,
		revealSeconds: 2 * DAY,
		availabilitySeconds: 3 * DAY,
		scoreSeconds: 2 * DAY,
	}),
	mainnet: defaultsAt(100n * GWEI, {
		drift: 900,
		commitSeconds: 7 * DAY,
		revealSeconds: DAY,
		availabilitySeconds: DAY,
		scoreSeconds: DAY,
	}),
};
