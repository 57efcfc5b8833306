import { leastCrowding } from "@umpire/game/bonds.ts";
import { ORDINARY_PROGRAM } from "@umpire/game/gas-bounds.ts";
import type { Parameters } from "@umpire/game/state.ts";
import type { Connection } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { DEFAULT_GAS_POLICY } from "./gas-policy.ts";
import { explainReading } from "./revert.ts";

/** What a chain's newest blocks had room for. */
export interface Rate {
	/** How many blocks it was measured over. */
	readonly blocks: number;
	/** Gas that the smallest of the blocks looked at takes. */
	readonly gasPerBlock: number;
	readonly secondsPerBlock: number;
	/** Gas per second that one submitter can count on for each of its claims. */
	readonly gasPerSecond: number;
}

/** The blocks that are measured. */
const BLOCKS = 100;
/** Fewer say nothing. */
const FEWEST = 10;
/** The part of the blocks that a submitter can count on for each of its claims: a seventh (docs/protocol.md, section 7). */
const SHARE = 7;
/** `crowding` is the time for an answer to one more challenge and one to one more demand for inputs. */
const ANSWERS = 2;

/**
 * Measures a chain's newest blocks.
 *
 * @returns undefined if there are too few, or the chain mines a block whenever something is sent
 * @throws ChainError (to be tried again) if the node does not answer
 */
export async function measuredRate(connection: Connection): Promise<Rate | undefined> {
	if (await minesOnDemand(connection)) return undefined;
	try {
		const { reader } = connection;
		const newest = await reader.getBlock({ blockTag: "latest" });
		const blocks = Math.min(BLOCKS, Number(newest.number));
		if (blocks < FEWEST) return undefined;
		const oldest = await reader.getBlock({ blockNumber: newest.number - BigInt(blocks) });
		const gasPerBlock = Math.min(Number(newest.gasLimit), Number(oldest.gasLimit));
		const secondsPerBlock = Number(newest.timestamp - oldest.timestamp) / blocks;
		return { blocks, gasPerBlock, secondsPerBlock, gasPerSecond: gasPerBlock / SHARE / secondsPerBlock };
	} catch (error) {
		throw explainReading(error, "the newest blocks");
	}
}

/** Whether it is a development chain that mines a block for every transaction: its times say nothing. */
async function minesOnDemand({ reader }: Connection): Promise<boolean> {
	const request = reader.request as (args: { method: string; params: unknown[] }) => Promise<unknown>;
	const answer = await request({ method: "hardhat_getAutomine", params: [] }).catch(() => false);
	return answer === true;
}

/**
 * The least `crowding` on a chain, in whole seconds: in it the blocks have room for the dearest answers, and an actor
 * can have them on their way.
 *
 * @param mostInFlight transactions that an actor has on their way at once, so that no more of them are in a block
 */
export function crowdingFor(
	{ gasPerSecond, secondsPerBlock }: Rate,
	parameters: Pick<Parameters, "depth" | "window">,
	mostInFlight: number = DEFAULT_GAS_POLICY.mostInFlight,
): number {
	const byGas = leastCrowding(gasPerSecond, ORDINARY_PROGRAM, parameters);
	return Math.max(byGas, Math.ceil((ANSWERS * secondsPerBlock) / mostInFlight));
}

/**
 * Refuses parameters with which a crowd of challengers outruns an attentive submitter on a chain.
 *
 * @throws ChainError if `crowding` is too short for the rate
 */
export function requireCrowding(parameters: Parameters, rate: Rate, mostInFlight?: number): void {
	const least = crowdingFor(rate, parameters, mostInFlight);
	if (parameters.crowding >= least) return;
	throw new ChainError(
		`A crowding of ${parameters.crowding} s is too short for this chain (${describeRate(rate)}): answers to one more challenge and demand take up to ${least} s`,
		{
			advice: `Deploy with --crowding ${least}, or with --unchecked-crowding if its blocks will be faster or larger.`,
			separator: ". ",
		},
	);
}

/** For people. */
export function describeRate({ blocks, gasPerBlock, secondsPerBlock, gasPerSecond }: Rate): string {
	const million = (gas: number) => `${(gas / 1e6).toFixed(2)} M gas`;
	return `${million(gasPerBlock)} every ${secondsPerBlock.toFixed(1)} s over ${blocks} blocks, of which a submitter can count on ${million(gasPerSecond)} per second`;
}
