import { type ChainFacts, measureChain, type Unfit, unfitFor } from "@umpire/chain/chain-fit.ts";
import { balanceOf, type Connection, DEVELOPMENT_CHAINS, type Signer } from "@umpire/chain/connection.ts";
import { carryOut, deployedAmong, deploymentGas, verifyContracts } from "@umpire/chain/contract-plan.ts";
import type { Deployment } from "@umpire/chain/contracts.ts";
import { codeAt, hasFactory } from "@umpire/chain/deterministic.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import { lesser } from "@umpire/chain/fees.ts";
import { firstBlockOf } from "@umpire/chain/find-deployment.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { coveredGasPrice, leastBonds } from "@umpire/game/bonds.ts";
import { ORDINARY_PROGRAM } from "@umpire/game/gas-bounds.ts";
import {
	knownDeployment,
	readStarted,
	removeStarted,
	writeDeployment,
	writeStarted,
} from "@umpire/store/deployments.ts";
import { type Home, writeJson } from "@umpire/store/home.ts";
import { formatEther, formatGwei } from "viem";
import type { TrustedKeys } from "../trusted-keys.ts";
import {
	type BesideAddresses,
	type GovernanceAddresses,
	type PublicChoice,
	type PublicPlan,
	planPublic,
} from "./public-plan.ts";

/** Which ceremony made the keys that a deployment trusts. */
export interface CeremonyFacts {
	readonly fingerprint: Hex;
	readonly beacon: string;
}

/** What would be deployed, and what speaks for or against it. Amounts in wei. */
export interface PlanReport {
	readonly chainId: number;
	readonly contracts: readonly {
		readonly name: string;
		readonly address: Hex;
		readonly deployed: boolean;
		/** estimated, a little more than less */
		readonly gas: number;
	}[];
	readonly parameters: Deployment["parameters"];
	readonly beside: BesideAddresses;
	readonly governance: GovernanceAddresses | null;
	readonly ceremony: CeremonyFacts | null;
	/** whose they are: of others than a ceremony's everybody can forge proofs */
	readonly keys: TrustedKeys;
	readonly gasPrice: bigint;
	readonly highestGasPrice: bigint;
	/** wei per gas up to which the bonds cover all gas of a dispute */
	readonly coveredGasPrice: bigint;
	/** the least bonds that would cover the highest price of the newest blocks */
	readonly leastBonds: Pick<Deployment["parameters"], "submitterBond" | "challengerBond" | "demandBond">;
	/** what is still to be spent at the present price of gas */
	readonly cost: bigint;
	readonly refusals: readonly Unfit[];
	readonly warnings: readonly string[];
}

/** A deployment on a public chain, as it is written into the home folder. */
export interface PublicDeployment extends Deployment {
	readonly beside: BesideAddresses;
	readonly governance: GovernanceAddresses | null;
	/** null: the development keys, that anyone can forge proofs with */
	readonly ceremony: CeremonyFacts | null;
	readonly keys: TrustedKeys;
}

export interface PublicOptions {
	readonly uncheckedCrowding?: boolean | undefined;
	/** the block that brought the registry, where the node does not keep old states */
	readonly fromBlock?: number | undefined;
	readonly progress: (line: string) => void;
}

/** Gas that bringing the deployment proxy takes. */
const FACTORY_GAS = 121_000;

/**
 * Measures a chain and plans a deployment for it; sends nothing.
 *
 * @throws ChainError (to be tried again) if the node does not answer
 */
export async function reportPlan(
	connection: Connection,
	choice: PublicChoice,
	options: { readonly uncheckedCrowding?: boolean | undefined; readonly mostInFlight: number },
): Promise<{ readonly plan: PublicPlan; readonly report: PlanReport }> {
	const plan = await planPublic(choice);
	const facts = await measureChain(connection);
	const there = await deployedAmong(connection, plan.contracts);
	const contracts = plan.contracts.map((contract) => ({
		name: contract.name,
		address: contract.address,
		deployed: there.has(contract.address),
		gas: Math.ceil(deploymentGas(contract)),
	}));
	const gas = contracts.reduce((sum, one) => sum + (one.deployed ? 0 : one.gas), 0);
	const proxy = (await hasFactory(connection)) ? 0 : FACTORY_GAS;
	const { parameters, ceremony } = choice;
	const largest = Math.max(...contracts.map((one) => one.gas));
	// Local chains make blocks when they are told to.
	const isUnmeasured = facts.rate === undefined && DEVELOPMENT_CHAINS.includes(connection.chain.id);
	const uncheckedCrowding = options.uncheckedCrowding === true || isUnmeasured;
	const refusals = unfitFor(parameters, facts, { largest, ...options, uncheckedCrowding });
	const report: PlanReport = {
		chainId: connection.chain.id,
		contracts,
		parameters,
		beside: plan.beside,
		governance: plan.governance ?? null,
		ceremony: ceremony === undefined ? null : { fingerprint: ceremony.fingerprint, beacon: ceremony.beacon },
		keys: ceremony === undefined ? "development" : ceremony.isRehearsal ? "rehearsal" : "ceremony",
		gasPrice: facts.gasPrice,
		highestGasPrice: facts.highestGasPrice,
		coveredGasPrice: coveredGasPrice(ORDINARY_PROGRAM, parameters),
		leastBonds: leastBonds(facts.highestGasPrice, ORDINARY_PROGRAM, parameters),
		cost: BigInt(gas + proxy) * facts.gasPrice,
		refusals: [...refusals, ...unfitBeacon(choice, facts)],
		warnings: warningsOf(choice, facts),
	};
	return { plan, report };
}

function usesHashes({ beside = [] }: PublicChoice): boolean {
	return beside.some((name) => name !== "attesters");
}

function unfitBeacon(choice: PublicChoice, { rate }: ChainFacts): Unfit[] {
	if (!usesHashes(choice) || rate === undefined || Math.round(rate.secondsPerBlock) >= choice.blockSeconds)
		return [];
	return [
		{
			found: `Blocks come every ${rate.secondsPerBlock.toFixed(1)} s, more often than every ${choice.blockSeconds} s: a value would be known before its round`,
			advice: "deploy with a smaller --block-seconds.",
		},
	];
}

function warningsOf(choice: PublicChoice, facts: ChainFacts): string[] {
	const { parameters } = choice;
	const warnings: string[] = [];
	if (choice.ceremony === undefined) {
		warnings.push("THESE ARE DEVELOPMENT KEYS: anyone can forge proofs and win any dispute here.");
	}
	if (coveredGasPrice(ORDINARY_PROGRAM, parameters) < 2n * facts.highestGasPrice) {
		warnings.push("The bonds cover less than twice what gas cost within the newest blocks.");
	}
	if (facts.chargesForData) {
		warnings.push(
			"This chain charges for data besides: the bonds have to cover that, too (--bonds-at-gwei).",
		);
	}
	if (usesHashes(choice) && !facts.servesHistory) {
		warnings.push(
			"This chain does not serve the hashes of old blocks: values have to be brought within 256 blocks.",
		);
	}
	return warnings;
}

/** @throws ChainError with everything that speaks against a deployment */
export function requireFit({ refusals }: PlanReport): void {
	if (refusals.length === 0) return;
	const [first, ...others] = refusals;
	const more = others.map(({ found, advice }) => ` ${found}: ${advice}`).join("");
	throw new ChainError(first!.found, { advice: `${first!.advice}${more}` });
}

/**
 * Deploys what a plan names, verifies it, and writes it into the home folder. Whatever fails, the same call again goes
 * on where this one stopped; once more, it sends nothing.
 *
 * @throws ChainError without funds, or if the node does not answer
 */
export async function carryOutPlan(
	home: Home,
	signer: Signer,
	planned: { readonly plan: PublicPlan; readonly report: PlanReport },
	options: PublicOptions,
): Promise<PublicDeployment> {
	const { plan, report } = planned;
	const { connection } = signer;
	const { progress } = options;
	const bounded = boundedBy(signer, report.coveredGasPrice);
	// What is there already needs no gas, and no chain to fit.
	if (report.contracts.some(({ deployed }) => !deployed)) {
		requireFit(report);
		await requireFunds(signer, report);
	}
	const block = await firstBlock(home, connection, plan, options);
	await carryOut(bounded, plan.contracts, (name) => progress(`Deploying ${name}...`));
	progress("Verifying the code of all contracts...");
	await verifyContracts(connection, plan.contracts);
	const chainId = connection.chain.id;
	const deployment: PublicDeployment = {
		chainId,
		block,
		...plan.core,
		beside: plan.beside,
		governance: report.governance,
		ceremony: report.ceremony,
		keys: report.keys,
	};
	await writeBeside(home, deployment);
	await writeDeployment(home, deployment);
	await removeStarted(home, chainId, plan.core.market);
	return deployment;
}

/**
 * A node could name any price, and the account would pay it. Bonds that cover a price of gas say what the deployer takes
 * for possible: no transaction pays more, unless the account's own bound says so.
 */
function boundedBy(signer: Signer, coveredGasPrice: bigint): Signer {
	const { mostPerGas = coveredGasPrice } = signer.policy;
	return { ...signer, policy: { ...signer.policy, mostPerGas } };
}

async function requireFunds(signer: Signer, { cost, gasPrice }: PlanReport): Promise<void> {
	const has = await balanceOf(signer);
	if (has >= cost) return;
	throw new ChainError(
		`${signer.account.address} has ${formatEther(has)} ether, and deploying takes about ${formatEther(cost)} at ${formatGwei(gasPrice)} gwei`,
		{ advice: "fund it and deploy again." },
	);
}

/** The block from which events are read: not later than the registry's and the court's. */
async function firstBlock(
	home: Home,
	connection: Connection,
	{ core }: PublicPlan,
	{ fromBlock }: PublicOptions,
): Promise<bigint> {
	const { id } = connection.chain;
	const known = await knownDeployment(home, id);
	const started =
		known?.registry.toLowerCase() === core.registry ? known.block : await readStarted(home, id, core.market);
	if (started !== undefined) {
		// A chain that was reorganised meanwhile may bring the contracts in an earlier block than before.
		if ((await codeAt(connection, core.registry)) !== undefined) return started;
		return lesser(started, (await connection.head()).number);
	}
	if ((await codeAt(connection, core.registry)) !== undefined) {
		return fromBlock === undefined ? firstBlockOf(connection, core.registry) : BigInt(fromBlock);
	}
	const { number } = await connection.head();
	await writeStarted(home, id, core.market, number);
	return number;
}

/** Commands find what stands beside a market in files of their own. */
async function writeBeside(home: Home, { chainId, market, block, beside }: PublicDeployment): Promise<void> {
	const { beacon, grid, workers, jobs, bounties, operators, attestations } = beside;
	const write = (folder: string, about: object): Promise<unknown> =>
		writeJson(home.path(folder, `${chainId}-${market}.json`), { chainId, market, ...about });
	if (grid !== undefined) await write("grids", { grid, beacon });
	if (jobs !== undefined) await write("jobs", { workers, jobs, beacon, token: null });
	if (bounties !== undefined) await write("bounties", { bounties, beacon, block: Number(block) });
	if (operators !== undefined) await write("attesters", { operators, attestations });
}
