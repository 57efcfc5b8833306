/**
 * Gas that a worker spends for a point: joining, its part of a draw, the claim and its end, being paid; and as much again
 * for prices that rise meanwhile (docs/grid.md section 5).
 */
export const WORKERS_GAS = 1_750_000n;

/** Gas that a worker still has to spend when it has trained: claim, finalisation, withdrawal (docs/grid.md section 5). */
export const GAS_AFTER_TRAINING = 550_000n;

/** The least that a point has to earn so that a worker which sees a bad run goes on; wei. */
export function leastShare(trainingCost: bigint, gasPrice: bigint): bigint {
	return trainingCost + GAS_AFTER_TRAINING * gasPrice;
}

/** What a deployment of grids is recommended to have: times in seconds, wei. */
export interface GridParameters {
	readonly leastStake: bigint;
	/** how far the times of blocks may lag behind real time */
	readonly drift: number;
	/** how long a beacon's value can be brought */
	readonly patience: number;
	/** for whoever brings it */
	readonly beaconFee: bigint;
}

/** The least stake at a price of gas. */
export function leastStakeAt(gasPrice: bigint): bigint {
	return WORKERS_GAS * gasPrice;
}

const GWEI = 10n ** 9n;
/** Gas of bringing a value of drand's, with some to spare. */
const BRINGING_GAS = 250_000n;
const DAY = 86_400;

const parametersAt = (gasPrice: bigint, drift: number): GridParameters => ({
	leastStake: leastStakeAt(gasPrice),
	drift,
	patience: 30 * DAY,
	beaconFee: BRINGING_GAS * gasPrice,
});

/** By the names of the deployments' presets, at the prices that their bonds are made for. */
export const GRID_PRESETS: Readonly<Record<"test" | "rollup" | "mainnet", GridParameters>> = {
	test: parametersAt(12n * GWEI, 0),
	rollup: parametersAt(GWEI, DAY),
	mainnet: parametersAt(100n * GWEI, 900),
};
