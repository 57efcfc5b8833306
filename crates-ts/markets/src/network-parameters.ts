/** The constants of a list of workers: amounts in wei, times in seconds (contracts/interfaces/IWorkers.sol). */
export interface WorkersParameters {
	/** stake behind one slot */
	readonly slotStake: bigint;
	/** burned at every registration */
	readonly entryFee: bigint;
	/** for whoever puts a slot into the list, or takes it out */
	readonly changeFee: bigint;
	readonly roundSeconds: number;
	readonly exitDelay: number;
}

/** The constants of a jobs contract (contracts/interfaces/IJobs.sol). */
export interface JobsParameters {
	readonly rewardMin: bigint;
	/** for one try of a job */
	readonly jobFee: bigint;
	/** for whoever draws for a job, or ends an offer */
	readonly pokeFee: bigint;
	readonly acceptSeconds: number;
	/** what a late worker loses, in thousandths */
	readonly latePermille: number;
}

const GWEI = 10n ** 9n;
const ETH = 10n ** 18n;
const DAY = 86_400;

/**
 * Gas of a lone draw for a job that none of many workers takes, by somebody who is paid for the first time, with some to
 * spare (test/markets/network-gas.test.ts); an offer's end costs less.
 */
export const POKE_GAS = 520_000n;
/** Gas of putting a slot into the list, or taking it out, with some to spare. */
export const CHANGE_GAS = 80_000n;
/** Gas of bringing a value of drand's, with some to spare. */
export const BRINGING_GAS = 250_000n;
/** What one try can cost: three draws, three offers that end, and three values. */
export const JOB_GAS = 3n * (2n * POKE_GAS + BRINGING_GAS);
/** Gas that a worker spends for a job, and as much again for prices that rise meanwhile (docs/network.md section 4). */
export const REWARD_GAS = 1_500_000n;

/** What a deployment is recommended to have. */
export interface NetworkParameters extends WorkersParameters, JobsParameters {
	/** for whoever brings a value of the beacon */
	readonly beaconFee: bigint;
	/** how far the times of blocks may lag behind real time */
	readonly drift: number;
}

function parametersAt(
	gasPrice: bigint,
	own: Pick<NetworkParameters, "slotStake" | "entryFee" | "roundSeconds" | "acceptSeconds" | "drift">,
): NetworkParameters {
	return {
		...own,
		changeFee: CHANGE_GAS * gasPrice,
		// What counts is that no attempt is unresolved; one round keeps slots from coming and going within one.
		exitDelay: own.roundSeconds,
		rewardMin: REWARD_GAS * gasPrice,
		jobFee: JOB_GAS * gasPrice,
		pokeFee: POKE_GAS * gasPrice,
		latePermille: 200,
		beaconFee: BRINGING_GAS * gasPrice,
	};
}

/** By the names of the deployments' presets, at the prices that their bonds are made for. */
export const NETWORK_PRESETS: Readonly<Record<"test" | "rollup" | "mainnet", NetworkParameters>> = {
	test: parametersAt(12n * GWEI, {
		slotStake: ETH / 2n,
		entryFee: ETH / 100n,
		roundSeconds: 120,
		acceptSeconds: 600,
		drift: 0,
	}),
	rollup: parametersAt(GWEI, {
		slotStake: ETH / 20n,
		entryFee: ETH / 500n,
		roundSeconds: 3600,
		acceptSeconds: 3600,
		drift: DAY,
	}),
	mainnet: parametersAt(100n * GWEI, {
		slotStake: 5n * ETH,
		entryFee: ETH / 5n,
		roundSeconds: 3600,
		acceptSeconds: 3600,
		drift: 900,
	}),
};
