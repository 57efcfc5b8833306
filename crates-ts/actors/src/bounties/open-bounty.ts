import { bountiesAbi } from "@umpire/abi/bounties.ts";
import { read, send } from "@umpire/chain/send.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type BountyDefaults, recommendedGain } from "@umpire/markets/bounty-parameters.ts";
import type { BountyTerms } from "@umpire/markets/bounty-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { commitInputs } from "@umpire/runtime/trace.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { erc20Abi, formatEther, parseEther, parseEventLogs } from "viem";
import type { LoadedProgram } from "../loaded-program.ts";
import { isDevelopment, type World } from "../world.ts";
import type { BountyContracts } from "./bounty-contracts.ts";
import { INPUTS, scoresOf } from "./evaluation.ts";
import { type ChosenTerms, type GivenTerms, leastTimes, requireTerms } from "./terms.ts";

/** At 0.05 ETH a block that is withheld (docs/bounties.md). */
const MOST_BY_BLOCK_HASH = parseEther("0.2");

/**
 * Terms with what was not chosen: the least deposit and fee, the preset's times, all of the pool for a perfect score, and
 * the least gain that chance hardly makes (M4).
 *
 * @param of a perfect score in the program's units, and how many draws it is of, if that is known
 * @throws UmpireError if they are not known, and neither rate nor least gain were chosen
 */
export async function withDefaults(
	world: World,
	{ bounties }: BountyContracts,
	{ program }: LoadedProgram,
	inputs: readonly Elements[],
	given: GivenTerms,
	of: {
		readonly preset: BountyDefaults;
		readonly perfect?: number | undefined;
		readonly draws?: number | undefined;
	},
): Promise<ChosenTerms> {
	const { perfect, draws, preset } = of;
	if ((given.rate === undefined || given.minGain === undefined) && perfect === undefined) {
		throw new UmpireError("OPTION", "Of this program nobody knows what a perfect score is", {
			advice: "say --rate and --min-gain.",
		});
	}
	const [score] = await scoresOf(program, inputs);
	const lacks = (perfect ?? 0) - score;
	const { depositMin, scoreFeeMin } = await read(world.contracts, bounties, "parameters", []);
	const least = leastTimes(world);
	const time = (name: keyof typeof least): number => given[name] ?? Math.max(preset[name], least[name]);
	return {
		token: given.token,
		pool: given.pool,
		paidRounds: given.paidRounds,
		rate: given.rate ?? given.pool / BigInt(Math.max(1, lacks)),
		minGain: given.minGain ?? recommendedGain(lacks, draws ?? 1),
		deposit: given.deposit ?? depositMin,
		scoreFee: given.scoreFee ?? scoreFeeMin,
		commitSeconds: given.commitSeconds ?? preset.commitSeconds,
		revealSeconds: time("revealSeconds"),
		availabilitySeconds: time("availabilitySeconds"),
		scoreSeconds: time("scoreSeconds"),
	};
}

export interface OpenBountyOptions extends ChosenTerms {
	readonly warn?: ((line: string) => void) | undefined;
	/** a perfect score in the program's units, and how many draws it is of: says how small a gain chance can make */
	readonly perfect?: number | undefined;
	readonly draws?: number | undefined;
}

/**
 * Opens a bounty over a registered evaluation. Its inputs are put where contributors and verifiers find them.
 *
 * @param inputs those of the program: baseline and candidate are the first weights
 * @returns the bounty's number
 * @throws UmpireError if the program is no evaluation, or the contract would refuse the terms
 */
export async function openBounty(
	world: World,
	contracts: BountyContracts,
	{ program, root }: LoadedProgram,
	inputs: readonly Elements[],
	options: OpenBountyOptions,
): Promise<number> {
	const [baselineInput, candidateInput, statesInput] = Object.values(INPUTS).map((wanted) => {
		const at = program.inputs.findIndex(({ name }) => name === wanted);
		if (at !== -1) return at;
		throw new UmpireError("OPTION", `The program has no input "${wanted}": it is no evaluation`, {
			advice: "umpire bounty open MODEL, without inputs, makes one of a float ONNX model.",
		});
	});
	const { bounties, beacon } = contracts;
	const { warn, perfect, draws, ...terms } = options;
	await requireTerms(world, contracts, terms);
	if (perfect !== undefined && draws !== undefined) {
		const [score] = await scoresOf(program, inputs);
		const least = recommendedGain(perfect - score, draws);
		if (terms.minGain < least) {
			warn?.(
				`--min-gain ${terms.minGain} is little: the first weights score ${score} of ${perfect}, and a copy of them with some noise in it gains that by chance; ${least} is passed once in 30,000 tries (M4).`,
			);
		}
	}
	if (
		terms.token === ETHER &&
		terms.pool > MOST_BY_BLOCK_HASH &&
		!isDevelopment(world.contracts.connection)
	) {
		warn?.(
			`A pool of ${formatEther(terms.pool)} ETH is much for block hashes: from rewards of ${formatEther(MOST_BY_BLOCK_HASH)} ETH on it pays the proposer of a block to withhold it.`,
		);
	}
	const inputRoots = (await commitInputs(program, inputs)).map((tensor) => tensor.root);
	await putInputs(world.home.content, program, inputs);
	const { width, shape } = program.inputs[candidateInput];
	const full: BountyTerms = {
		...{ program: root, inputRoots, baselineInput, candidateInput, statesInput },
		...{ width, elements: elementCount(shape) },
		...terms,
	};
	const inEther = terms.token === ETHER;
	const fee = await read(world.contracts, beacon, "fee", []);
	if (!inEther) {
		const contract = { address: terms.token, abi: erc20Abi };
		const args = [bounties.address, terms.pool];
		world.onSent(
			await send(world.signer, { contract, functionName: "approve", args }),
			world.signer.account.address,
		);
	}
	const value = BigInt(terms.paidRounds) * fee + (inEther ? terms.pool : 0n);
	const sent = await send(world.signer, { contract: bounties, functionName: "open", args: [full], value });
	world.onSent(sent, world.signer.account.address);
	const [opened] = parseEventLogs({ abi: bountiesAbi, logs: [...sent.logs], eventName: "BountyOpened" });
	return Number(opened.args.bounty);
}

/** Ends a bounty: with the round that runs, or at once. */
export async function endBounty(world: World, { bounties }: BountyContracts, bounty: number): Promise<void> {
	const sent = await send(world.signer, { contract: bounties, functionName: "end", args: [BigInt(bounty)] });
	world.onSent(sent, world.signer.account.address);
}
