import { balanceOf } from "@umpire/chain/connection.ts";
import { read } from "@umpire/chain/send.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type BountyTerms, lossOf } from "@umpire/markets/bounty-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { formatEther } from "viem";
import type { World } from "../world.ts";
import type { BountyContracts } from "./bounty-contracts.ts";

/** The terms that an owner chooses. */
export type ChosenTerms = Omit<
	BountyTerms,
	"program" | "inputRoots" | "baselineInput" | "candidateInput" | "statesInput" | "width" | "elements"
>;
/** Of them what an owner has said. */
export type GivenTerms = Pick<ChosenTerms, "token" | "pool" | "paidRounds"> & {
	readonly [K in keyof ChosenTerms]?: ChosenTerms[K] | undefined;
};

/** The shortest times that the contracts take: what a side of a dispute has for a move, and a reserve on top. */
export function leastTimes({
	contracts,
}: World): Pick<ChosenTerms, "revealSeconds" | "availabilitySeconds" | "scoreSeconds"> {
	const { increment, reserve } = contracts.deployment.parameters;
	return { revealSeconds: increment, availabilitySeconds: increment + reserve, scoreSeconds: increment };
}

const NAMES = {
	revealSeconds: "--reveal-seconds",
	availabilitySeconds: "--availability-seconds",
	scoreSeconds: "--score-seconds",
} as const;

/**
 * Looks at terms before a program is made and registered for them: all that the contract would refuse.
 *
 * @throws UmpireError with what would be taken
 */
export async function requireTerms(
	world: World,
	{ bounties, beacon }: BountyContracts,
	terms: GivenTerms,
): Promise<void> {
	const { contracts, signer } = world;
	const wrong = (what: string, advice: string) => new UmpireError("OPTION", what, { advice });
	if (terms.pool === 0n) throw wrong("Nobody trains for a pool of 0", "give --pool.");
	if (terms.rate === 0n) {
		throw wrong("A unit of gain is paid nothing", "give a larger --pool, or a --rate of 1 at least.");
	}
	const least = leastTimes(world);
	for (const name of ["revealSeconds", "availabilitySeconds", "scoreSeconds"] as const) {
		const given = terms[name];
		if (given === undefined || given >= least[name]) continue;
		throw wrong(
			`${NAMES[name]} ${given} is too short for the court of this market, whose disputes give ${contracts.deployment.parameters.increment} s for a move`,
			`give ${least[name]} or more.`,
		);
	}
	const parameters = await read(contracts, bounties, "parameters", []);
	const { depositMin, scoreFeeMin } = parameters;
	const { deposit = depositMin, scoreFee = scoreFeeMin } = terms;
	if (deposit < depositMin) {
		throw wrong(
			`A deposit of ${formatEther(deposit)} ETH is below the least of this bounties contract`,
			`give --deposit ${formatEther(depositMin)} or more.`,
		);
	}
	const most = lossOf(parameters, deposit);
	if (scoreFee < scoreFeeMin || scoreFee > most) {
		throw wrong(
			`A fee of ${formatEther(scoreFee)} ETH for scoring is not between ${formatEther(scoreFeeMin)} and the ${formatEther(most)} ETH that a bad candidate loses`,
			"give a larger --deposit.",
		);
	}
	const fees = BigInt(terms.paidRounds) * (await read(contracts, beacon, "fee", []));
	const needed = terms.token === ETHER ? terms.pool + fees : fees;
	const balance = await balanceOf(signer);
	if (balance >= needed) return;
	throw new UmpireError("ACCOUNT", `${signer.account.address} holds ${formatEther(balance)} ETH`, {
		advice: `fund it, or give a smaller --pool: pool and fees of the beacon are ${formatEther(needed)} ETH, gas comes on top.`,
	});
}
