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
