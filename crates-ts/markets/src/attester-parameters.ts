/** The constants of a list of operators: amounts in wei, times in seconds (contracts/interfaces/IOperators.sol). */
export interface OperatorsParameters {
	readonly leastStake: bigint;
	readonly epochSeconds: number;
	/** for how long after the rejection of its claim a record can be accused */
	readonly accusationSeconds: number;
}

/** The constants of an attestations contract (contracts/interfaces/IAttestations.sol). */
export interface AttestationsParameters {
	/** of what is slashed, for whoever brought the record's claim down, in thousandths */
	readonly rewardPermille: number;
	/** the least premium, in thousandths of what is covered */
	readonly premiumPermille: number;
	/** an accuser's bond, in thousandths of the reward that the record can bring */
	readonly bondPermille: number;
	/** an accuser's time to claim */
	readonly claimSeconds: number;
}

export type AttesterParameters = OperatorsParameters & AttestationsParameters;

const ETH = 10n ** 18n;
const HOUR = 3600;
const DAY = 24 * HOUR;
const SHARES = { rewardPermille: 250, premiumPermille: 1, bondPermille: 10 };

/** By the names of the deployments' presets. */
export const ATTESTER_PRESETS: Readonly<Record<"test" | "rollup" | "mainnet", AttesterParameters>> = {
	test: { ...SHARES, leastStake: 2n * ETH, epochSeconds: 120, accusationSeconds: 600, claimSeconds: 300 },
	rollup: {
		...SHARES,
		leastStake: 2n * ETH,
		epochSeconds: DAY,
		accusationSeconds: 2 * DAY,
		claimSeconds: 6 * HOUR,
	},
	mainnet: {
		...SHARES,
		leastStake: 32n * ETH,
		epochSeconds: DAY,
		accusationSeconds: DAY,
		claimSeconds: 6 * HOUR,
	},
};
