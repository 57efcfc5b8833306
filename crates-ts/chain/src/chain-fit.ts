import type { Hex } from "@umpire/commitment/constants.ts";
import { coveredGasPrice } from "@umpire/game/bonds.ts";
import { dearestMove, ORDINARY_PROGRAM } from "@umpire/game/gas-bounds.ts";
import type { Parameters } from "@umpire/game/state.ts";
import { concatHex, formatGwei, pad, toHex } from "viem";
import type { Connection } from "./connection.ts";
import { codeAt } from "./deterministic.ts";
import { crowdingFor, describeRate, measuredRate, type Rate } from "./rate.ts";
import { explainReading, isSilence } from "./revert.ts";

/** What was measured of a chain before something is deployed there. */
export interface ChainFacts {
	/** undefined if it cannot be measured */
	readonly rate: Rate | undefined;
	/** wei per gas: base fee and an ordinary tip, now, and the most of the newest blocks */
	readonly gasPrice: bigint;
	readonly highestGasPrice: bigint;
	/** of the newest block */
	readonly gasLimit: bigint;
	/** what contracts call or run and the chain does not have, for people */
	readonly missing: readonly string[];
	/** whether transactions pay for their data apart from their gas */
	readonly chargesForData: boolean;
	/** whether hashes of old blocks are served (EIP-2935) */
	readonly servesHistory: boolean;
}

/** Something that keeps a deployment from a chain. */
export interface Unfit {
	readonly found: string;
	readonly advice: string;
}

/** Blocks in which an EIP-1559 base fee can rise nineteenfold: within them a move has to be seen, sent and mined. */
export const MOVE_BLOCKS = 25;
const BLOCKS = 100;
/** Contracts that price the data of transactions: OP Stack's and Arbitrum's. */
const DATA_PRICES: readonly Hex[] = [
	"0x420000000000000000000000000000000000000f",
	"0x000000000000000000000000000000000000006c",
];
/** EIP-2935. */
const HISTORY: Hex = "0x0000f90827f1c53a10cb7a02335b175320002935";

const word = (value: bigint | number): Hex => pad(toHex(value), { size: 32 });
const words = (...values: readonly (bigint | number)[]): Hex => concatHex(values.map(word));
const FIELD = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
const DOUBLED = words(
	0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3n,
	0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4n,
);
const G2 = words(
	0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2n,
	0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn,
	0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975bn,
	0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daan,
);
const paired = (y: bigint): Hex => concatHex([words(1, 2), G2, words(1, y), G2]);

/** Calls whose answers are known. Without an address: a contract whose creation runs the opcodes. */
const PROBES: readonly {
	readonly what: string;
	readonly to?: Hex;
	readonly data: Hex;
	readonly answer: Hex;
}[] = [
	{
		what: "the opcodes of Cancun (PUSH0, TSTORE, TLOAD, MCOPY)",
		data: "0x60015f5d5f5c5f5260205f60205e60206020f3",
		answer: words(1),
	},
	{ what: "precompile 5 (powers)", to: precompile(5), data: words(32, 32, 32, 3, 5, 7), answer: words(5) },
	{ what: "precompile 6 (addition on BN254)", to: precompile(6), data: words(1, 2, 1, 2), answer: DOUBLED },
	{
		what: "precompile 7 (multiplication on BN254)",
		to: precompile(7),
		data: words(1, 2, 2),
		answer: DOUBLED,
	},
	{
		what: "precompile 8 (pairings on BN254)",
		to: precompile(8),
		data: paired(FIELD - 2n),
		answer: words(1),
	},
	// One that is answered with 1 whatever is asked would take every proof.
	{ what: "precompile 8 (pairings on BN254)", to: precompile(8), data: paired(2n), answer: words(0) },
];

function precompile(number: number): Hex {
	return pad(toHex(number), { size: 20 });
}

/**
 * Measures a chain: what its newest blocks had room for, what gas costs, and whether it has what contracts need.
 *
 * @throws ChainError (to be tried again) if the node does not answer
 */
export async function measureChain(connection: Connection): Promise<ChainFacts> {
	const { reader } = connection;
	const rate = await measuredRate(connection);
	try {
		const newest = await reader.getBlock({ blockTag: "latest" });
		const blockCount = Math.min(BLOCKS, Number(newest.number) + 1);
		const fees = await reader.getFeeHistory({ blockCount, rewardPercentiles: [50] });
		const tip = await reader.estimateMaxPriorityFeePerGas({ chain: connection.chain });
		const highest = fees.baseFeePerGas.toSorted((a, b) => (a < b ? 1 : -1))[0] ?? 0n;
		const answers = await Promise.all(PROBES.map((probe) => answersRightly(connection, probe)));
		const missing = PROBES.filter((_, i) => !answers[i]).map(({ what }) => what);
		const pricing = await Promise.all(DATA_PRICES.map((address) => codeAt(connection, address)));
		return {
			rate,
			gasPrice: (newest.baseFeePerGas ?? 0n) + tip,
			highestGasPrice: highest + tip,
			gasLimit: newest.gasLimit,
			missing: [...new Set(missing)],
			chargesForData: pricing.some((code) => code !== undefined),
			servesHistory: (await codeAt(connection, HISTORY)) !== undefined,
		};
	} catch (error) {
		throw explainReading(error, "what the chain is like");
	}
}

async function answersRightly(
	{ reader }: Connection,
	{ to, data, answer }: (typeof PROBES)[number],
): Promise<boolean> {
	try {
		const { data: found } = await reader.call(to === undefined ? { data } : { to, data });
		return found === answer;
	} catch (error) {
		if (isSilence(error)) throw error;
		return false;
	}
}

/**
 * Why a deployment must not be made on a chain; nothing if it may.
 *
 * @param parameters the game's; δ is its `increment` and `crowding`
 * @param options.largest gas of the dearest single deployment
 * @param options.mostInFlight transactions that an actor has on its way at once
 * @param options.uncheckedCrowding whether `crowding` may be shorter than the newest blocks allow, or not be measured
 */
export function unfitFor(
	parameters: Parameters,
	facts: ChainFacts,
	options: {
		readonly largest: number;
		readonly mostInFlight: number;
		readonly uncheckedCrowding?: boolean | undefined;
	},
): Unfit[] {
	const unfit: Unfit[] = facts.missing.map((what) => ({
		found: `This chain does not have ${what}`,
		advice: "no dispute could be decided here: choose another chain.",
	}));
	unfit.push(...unfitTimes(parameters, facts, options), ...unfitBonds(parameters, facts));
	const dearest = Math.max(options.largest, dearestMove(ORDINARY_PROGRAM, parameters));
	if (2 * dearest > Number(facts.gasLimit)) {
		unfit.push({
			found: `A block takes ${facts.gasLimit} gas, and one transaction needs up to ${Math.ceil(dearest)}`,
			advice: "blocks need room for two of them: choose another chain.",
		});
	}
	return unfit;
}

function unfitTimes(
	parameters: Parameters,
	{ rate }: ChainFacts,
	{ mostInFlight, uncheckedCrowding }: { mostInFlight: number; uncheckedCrowding?: boolean | undefined },
): Unfit[] {
	const unchecked = "--unchecked-crowding takes them unmeasured.";
	if (rate === undefined) {
		if (uncheckedCrowding === true) return [];
		return [{ found: "How fast this chain is cannot be measured: it has too few blocks", advice: unchecked }];
	}
	const unfit: Unfit[] = [];
	const increment = Math.ceil(MOVE_BLOCKS * rate.secondsPerBlock);
	if (parameters.increment < increment) {
		unfit.push({
			found: `An increment of ${parameters.increment} s is too short for blocks of ${rate.secondsPerBlock.toFixed(1)} s: a side must have ${MOVE_BLOCKS} blocks for a move`,
			advice: `deploy with --increment ${increment} or more.`,
		});
	}
	const crowding = crowdingFor(rate, parameters, mostInFlight);
	if (parameters.crowding < crowding && uncheckedCrowding !== true) {
		unfit.push({
			found: `A crowding of ${parameters.crowding} s is too short for this chain (${describeRate(rate)})`,
			advice: `deploy with --crowding ${crowding}, or with --unchecked-crowding if its blocks will be faster or larger.`,
		});
	}
	return unfit;
}

function unfitBonds(parameters: Parameters, { highestGasPrice }: ChainFacts): Unfit[] {
	const covered = coveredGasPrice(ORDINARY_PROGRAM, parameters);
	if (covered >= highestGasPrice) return [];
	const wanted = Number(formatGwei(2n * highestGasPrice));
	return [
		{
			found: `The bonds cover gas up to ${formatGwei(covered)} gwei, and gas cost ${formatGwei(highestGasPrice)} gwei within the newest blocks: whoever is right would lose by a dispute`,
			advice: `deploy with --bonds-at-gwei ${Number(wanted.toPrecision(2))} or more.`,
		},
	];
}
