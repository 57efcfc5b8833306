import {
	challengerGas,
	dearestAnswer,
	inputAnswerGas,
	type ProgramSize,
	submitterGas,
} from "./gas-bounds.ts";
import type { Parameters } from "./state.ts";

type Bonds = Pick<Parameters, "submitterBond" | "challengerBond" | "demandBond">;

/**
 * The least bonds with which no honest side pays for the other's fault, as long as gas costs at most `gasPrice` wei:
 * what is left of a lost bond after burning covers all gas that its loser can have forced the winner to spend. A lost
 * challenge pays the submitter's answers, a lost claim pays the challenger's whole dispute, and an answered demand
 * for an input chunk pays the answer.
 *
 * @param gasPrice wei per gas, tip and (on rollups) data included: an EIP-1559 price above it is not covered
 */
export function leastBonds(
	gasPrice: bigint,
	size: ProgramSize,
	parameters: Pick<Parameters, "depth" | "window" | "burnPermille">,
): Bonds {
	const kept = BigInt(1000 - parameters.burnPermille);
	const covering = (gas: number): bigint => (BigInt(Math.ceil(gas)) * gasPrice * 1000n + kept - 1n) / kept;
	return {
		submitterBond: covering(challengerGas(size, parameters)),
		challengerBond: covering(submitterGas(size, parameters)),
		demandBond: covering(inputAnswerGas(size)),
	};
}

/** The highest gas price, in wei, at which a deployment's bonds still are enough. */
export function coveredGasPrice(size: ProgramSize, parameters: Parameters): bigint {
	const kept = BigInt(1000 - parameters.burnPermille);
	const covered = (bond: bigint, gas: number): bigint => (bond * kept) / 1000n / BigInt(Math.ceil(gas));
	const prices = [
		covered(parameters.submitterBond, challengerGas(size, parameters)),
		covered(parameters.challengerBond, submitterGas(size, parameters)),
		covered(parameters.demandBond, inputAnswerGas(size)),
	];
	return prices.toSorted((a, b) => (a < b ? -1 : 1))[0];
}

/** The same for every one of several programs. */
export function coveredOfAll(sizes: readonly ProgramSize[], parameters: Parameters): bigint {
	const prices = sizes.map((size) => coveredGasPrice(size, parameters));
	return prices.toSorted((a, b) => (a < b ? -1 : 1))[0];
}

/**
 * The least `crowding`, in whole seconds: in it the blocks have room for the dearest answer to one more challenge and
 * to one more demand for inputs, which are counted apart.
 *
 * @param gasPerSecond gas per second that a submitter can be sure to get into blocks, for each of its claims
 */
export function leastCrowding(
	gasPerSecond: number,
	size: ProgramSize,
	parameters: Pick<Parameters, "depth" | "window">,
): number {
	return Math.ceil((dearestAnswer(size, parameters) + inputAnswerGas(size)) / gasPerSecond);
}
