import { balanceOf } from "@umpire/chain/connection.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { shareOf } from "@umpire/markets/grid-opening.ts";
import { leastShare } from "@umpire/markets/grid-parameters.ts";
import { MOST_POINTS } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { formatEther } from "viem";
import type { World } from "../world.ts";
import type { GridContracts } from "./grid-contracts.ts";

/** What distinguishes a point: its number of steps, and its hyper-parameters as the program's integers. */
export interface GridPoint {
	readonly steps: number;
	readonly hyperparameters: readonly number[];
}

export interface OpenGridOptions {
	/** the name of the input that the hyper-parameters are */
	readonly hyper: string;
	readonly points: readonly GridPoint[];
	/** of an ERC-20 contract in which the bounty is paid; ether by default */
	readonly token?: Hex | undefined;
	/** in the token's own units, or wei */
	readonly bounty: bigint;
	/** in wei: stakes are ether */
	readonly stake: bigint;
	readonly rounds: number;
	readonly roundSeconds: number;
	readonly reservationSeconds: number;
	readonly lowest: boolean;
	/** what computing a point costs a worker, in wei; 0 by default */
	readonly trainingCost?: bigint | undefined;
	/** told if a point does not earn what is left to do for it */
	readonly warn?: ((line: string) => void) | undefined;
}

/**
 * Looks at terms before anything is sent: what the contract would refuse only when the grid is started has cost gas
 * by then, and leaves a grid behind that is never filled.
 *
 * @throws UmpireError with what would be taken
 */
export async function requireTerms(
	{ contracts, signer }: World,
	{ grid, beacon }: GridContracts,
	{ points, token = ETHER, bounty, stake, rounds }: OpenGridOptions,
): Promise<void> {
	const wrong = (what: string, advice: string) => new UmpireError("OPTION", what, { advice });
	if (points.length > MOST_POINTS) {
		throw wrong(`A grid has at most ${MOST_POINTS} points, not ${points.length}`, "open several.");
	}
	const seen = new Map<string, number>();
	for (const [at, { steps, hyperparameters }] of points.entries()) {
		const content = `${steps}: ${hyperparameters.join(" ")}`;
		const before = seen.get(content);
		if (before !== undefined) throw wrong(`Points ${before} and ${at} are the same`, "list each once.");
		seen.set(content, at);
	}
	if (bounty === 0n) throw wrong("Nobody works for a bounty of 0", "give --bounty.");
	const leastStake = await read(contracts, grid, "leastStake", []);
	if (stake < leastStake) {
		throw wrong(
			`A stake of ${formatEther(stake)} ETH is below the least of this grid contract`,
			`give --stake ${formatEther(leastStake)} or more.`,
		);
	}
	const share = shareOf(bounty, points.length);
	if (token === ETHER && stake < share) {
		throw wrong(
			`A stake of ${formatEther(stake)} ETH is below the ${formatEther(share)} ETH that a point earns, half of the bounty over all points but one`,
			`give --stake ${formatEther(share)} or more, or a smaller --bounty.`,
		);
	}
	const fees = BigInt(rounds) * (await read(contracts, beacon, "fee", []));
	const needed = token === ETHER ? bounty + fees : fees;
	const balance = await balanceOf(signer);
	if (balance < needed) {
		throw new UmpireError("ACCOUNT", `${signer.account.address} holds ${formatEther(balance)} ETH`, {
			advice: `fund it: bounty and fees of the beacon are ${formatEther(needed)} ETH, gas comes on top.`,
		});
	}
}

/**
 * Why a worker may stop when it sees a bad run: what it is sure of for a point does not cover what is left to do.
 * Bounties in a token cannot be compared with gas.
 *
 * @returns undefined if it is covered
 */
export async function unprofitable(
	{ contracts }: World,
	{ points, token = ETHER, bounty, trainingCost = 0n }: OpenGridOptions,
): Promise<string | undefined> {
	if (token !== ETHER) return undefined;
	const price = await contracts.connection.reader.getGasPrice().catch((error: unknown) => {
		throw explainReading(error, "the price of gas");
	});
	// Of a single point nobody is a rival: whoever trains it has the whole bounty.
	const share = points.length === 1 ? bounty : shareOf(bounty, points.length);
	const least = leastShare(trainingCost, price);
	if (share >= least) return undefined;
	const cost =
		trainingCost === 0n
			? "claim, finalisation and withdrawal"
			: `training (${formatEther(trainingCost)} ETH) and gas`;
	return `A point earns ${formatEther(share)} ETH; ${cost} at the present price come to ${formatEther(least)} ETH: a worker that sees a bad run stops. Give a larger --bounty, or fewer points.`;
}
