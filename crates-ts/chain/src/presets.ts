import type { Parameters } from "@umpire/game/state.ts";
import { parseEther, parseGwei } from "viem";

/** Parameters for a kind of chain, and what they rest on. */
export interface Preset {
	readonly parameters: Parameters;
	/** wei per gas up to which the bonds cover all gas of ORDINARY_PROGRAM (`leastBonds`) */
	readonly gasPrice: bigint;
	/** gas per second that a submitter is sure to get into blocks, for each of its claims */
	readonly gasPerSecond: number;
}

const LEVELS = { depth: 6, window: 8, burnPermille: 500 } as const;

/** Recommended parameters; docs/protocol.md section 6 gives the reasons. */
export const PRESETS = {
	/** seconds instead of hours: a dispute can be watched */
	test: {
		gasPrice: parseGwei("12"),
		gasPerSecond: 700_000,
		parameters: {
			...LEVELS,
			challengePeriod: 120,
			increment: 30,
			reserve: 60,
			provingAllowance: 60,
			commitAllowance: 120,
			computeAllowance: 120,
			crowding: 2,
			submitterBond: parseEther("0.1"),
			challengerBond: parseEther("0.1"),
			demandBond: parseEther("0.1"),
		},
	},
	rollup: {
		gasPrice: parseGwei("1"),
		gasPerSecond: 1_400_000,
		parameters: {
			...LEVELS,
			challengePeriod: 172_800,
			increment: 300,
			reserve: 90_000,
			provingAllowance: 600,
			commitAllowance: 3600,
			computeAllowance: 3600,
			crowding: 1,
			submitterBond: parseEther("0.0085"),
			challengerBond: parseEther("0.0045"),
			demandBond: parseEther("0.002"),
		},
	},
	mainnet: {
		gasPrice: parseGwei("100"),
		gasPerSecond: 700_000,
		parameters: {
			...LEVELS,
			challengePeriod: 86_400,
			increment: 600,
			reserve: 21_600,
			provingAllowance: 600,
			commitAllowance: 3600,
			computeAllowance: 3600,
			crowding: 2,
			submitterBond: parseEther("0.85"),
			challengerBond: parseEther("0.45"),
			demandBond: parseEther("0.2"),
		},
	},
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;
