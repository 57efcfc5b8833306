import { attestationsAbi } from "@umpire/abi/attestations.ts";
import { blockHashBeaconAbi } from "@umpire/abi/block-hash-beacon.ts";
import { bountiesAbi } from "@umpire/abi/bounties.ts";
import { courtAbi } from "@umpire/abi/court.ts";
import { gridAbi } from "@umpire/abi/grid.ts";
import { jobsAbi } from "@umpire/abi/jobs.ts";
import { marketAbi } from "@umpire/abi/market.ts";
import { operatorsAbi } from "@umpire/abi/operators.ts";
import { registryAbi } from "@umpire/abi/registry.ts";
import { workersAbi } from "@umpire/abi/workers.ts";
import type { Abi } from "viem";
import { attestationsFolds, operatorsFolds } from "./attester-folds.ts";
import type { Role } from "./fields.ts";
import type { Folding, Folds } from "./folding.ts";
import { courtFolds, marketFolds, registryFolds } from "./game-folds.ts";
import { bountiesFolds, gridFolds } from "./market-folds.ts";
import { jobsFolds, workersFolds } from "./network-folds.ts";

/** What is known of the contracts of a role. */
export interface Reading {
	readonly abi: Abi;
	/** Folds an event of this name; undefined if it changes no item. */
	readonly foldOf: (name: string) => ((args: unknown, on: Folding) => Promise<void>) | undefined;
}

function reading<A extends Abi>(abi: A, folds: Folds<A>): Reading {
	const byName = folds as Readonly<Record<string, (args: unknown, on: Folding) => Promise<void>>>;
	return { abi, foldOf: (name) => (Object.hasOwn(byName, name) ? byName[name] : undefined) };
}

const beacon = reading(blockHashBeaconAbi, {
	Credited: marketFolds.Credited!,
	Withdrawn: marketFolds.Withdrawn!,
});

/** By role: how the events of its contract are read. */
export const READINGS: Readonly<Record<Role, Reading>> = {
	registry: reading(registryAbi, registryFolds),
	market: reading(marketAbi, marketFolds),
	court: reading(courtAbi, courtFolds),
	workers: reading(workersAbi, workersFolds),
	jobs: reading(jobsAbi, jobsFolds),
	grid: reading(gridAbi, gridFolds),
	bounties: reading(bountiesAbi, bountiesFolds),
	operators: reading(operatorsAbi, operatorsFolds),
	attestations: reading(attestationsAbi, attestationsFolds),
	jobBeacon: beacon,
	gridBeacon: beacon,
	bountyBeacon: beacon,
};
