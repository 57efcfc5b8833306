import { ContractPlan, type PlannedContract } from "@umpire/chain/contract-plan.ts";
import { contractParameters, type Deployment } from "@umpire/chain/contracts.ts";
import { PRESETS, type PresetName } from "@umpire/chain/presets.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Parameters } from "@umpire/game/state.ts";
import { ATTESTER_PRESETS } from "@umpire/markets/attester-parameters.ts";
import { BOUNTY_PRESETS } from "@umpire/markets/bounty-parameters.ts";
import { GRID_PRESETS } from "@umpire/markets/grid-parameters.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import type { FinishedCeremony } from "@umpire/prover/ceremony/finished.ts";
import { getAddress, zeroAddress } from "viem";

/** What can be deployed beside a market. */
export const BESIDE = ["grid", "jobs", "bounties", "attesters"] as const;
export type Beside = (typeof BESIDE)[number];

/** Seconds of the timelock, and from naming a deployment in the directory to its being the present one. */
export const GOVERNANCE_DELAY = 7 * 86_400;

/** What a deployment to a public chain consists of. */
export interface PublicChoice {
	readonly preset: PresetName;
	readonly parameters: Parameters;
	/** whose verifiers are deployed; those of the development keys if undefined */
	readonly ceremony?: FinishedCeremony | undefined;
	readonly beside?: readonly Beside[] | undefined;
	/** seconds from a block to the next, at the least; for block hashes as a beacon */
	readonly blockSeconds: number;
	/** the account (of several keys, best) that names deployments and, through the timelock, gives roles */
	readonly governor?: Hex | undefined;
	/** the account that may keep new requests out of the market for a while; nobody may if undefined */
	readonly guardian?: Hex | undefined;
}

/** Addresses of what stands beside a market; those that were not chosen are missing. */
export interface BesideAddresses {
	readonly beacon?: Hex;
	readonly grid?: Hex;
	readonly workers?: Hex;
	readonly jobs?: Hex;
	readonly bounties?: Hex;
	readonly operators?: Hex;
	readonly attestations?: Hex;
}

export interface GovernanceAddresses {
	readonly timelock: Hex;
	readonly governance: Hex;
	readonly directory: Hex;
}

/** All contracts of a deployment, in order, and where they will be. */
export interface PublicPlan {
	readonly contracts: readonly PlannedContract[];
	readonly core: Omit<Deployment, "chainId" | "block">;
	readonly beside: BesideAddresses;
	readonly governance: GovernanceAddresses | undefined;
}

/**
 * Plans a deployment: addresses follow from the contracts and their parameters alone, on whichever chain.
 *
 * @throws UmpireError if what was chosen does not go together
 */
export async function planPublic(choice: PublicChoice): Promise<PublicPlan> {
	requireTogether(choice);
	const { parameters, ceremony, governor } = choice;
	const plan = new ContractPlan();
	const verifier = (name: "DotVerifier" | "ElementsVerifier", circuit: "dot" | "elements") =>
		plan.add(name, [], { given: ceremony?.circuits[circuit].verifier });
	const dotVerifier = await verifier("DotVerifier", "dot");
	const elementsVerifier = await verifier("ElementsVerifier", "elements");
	const arbiter = await plan.add("Arbiter", [dotVerifier, elementsVerifier]);
	const registry = await plan.add("Registry");
	const split = contractParameters(parameters);
	const court = await plan.add("Court", [registry, arbiter, split.court]);
	const governance =
		governor === undefined ? undefined : await planGovernance(plan, governor, choice.guardian ?? governor);
	const guardian = choice.guardian === undefined ? zeroAddress : (governance?.directory ?? choice.guardian);
	const market = await plan.add("Market", [court, split.market, guardian]);
	await plan.add("Addresses");
	const beside = await planBeside(plan, choice, market);
	const core = { registry, market, court, arbiter, dotVerifier, elementsVerifier, parameters };
	return { contracts: plan.contracts, core, beside, governance };
}

function requireTogether({ beside = [], guardian, preset }: PublicChoice): void {
	if (beside.length > 0 && guardian !== undefined) {
		throw new UmpireError("OPTION", "--with takes no market whose requests can be stopped (--guardian)", {
			advice:
				"who has staked something there would lose it to a stop. Deploy once with --guardian and once without: the two markets share all other contracts.",
			separator: ". ",
		});
	}
	const drawn = beside.filter((name) => name !== "attesters");
	if (preset === "rollup" && drawn.length > 0) {
		throw new UmpireError(
			"OPTION",
			`--with ${drawn.join(" ")} draws by block hashes, which a rollup's sequencer can choose`,
			{
				advice: "on a rollup deploy them without, or with attesters alone (docs/deployment.md).",
			},
		);
	}
}

async function planGovernance(
	plan: ContractPlan,
	governor: Hex,
	guardian: Hex,
): Promise<GovernanceAddresses> {
	// Anybody may carry out what the timelock has held for its delay; nobody can be its administrator but itself.
	const timelock = await plan.add("TimelockController", [
		BigInt(GOVERNANCE_DELAY),
		[governor],
		[zeroAddress],
		zeroAddress,
	]);
	const governance = await plan.add("Governance", [timelock, governor, guardian, BigInt(GOVERNANCE_DELAY)], {
		children: ["Directory"],
	});
	return { timelock, governance, directory: childOf(plan, governance, "Directory") };
}

async function planBeside(
	plan: ContractPlan,
	{ beside = [], preset, parameters, blockSeconds }: PublicChoice,
	market: Hex,
): Promise<BesideAddresses> {
	const scaled = <T extends object>(recommended: T): T => scaledBy(recommended, parameters, preset);
	const found: Record<string, Hex> = {};
	if (beside.some((name) => name !== "attesters")) {
		const { beaconFee, drift } = scaled(NETWORK_PRESETS[preset]);
		found.beacon = await plan.add("BlockHashBeacon", [beaconFee, BigInt(blockSeconds), BigInt(drift)]);
	}
	if (beside.includes("grid")) {
		const { leastStake } = scaled(GRID_PRESETS[preset]);
		found.grid = await plan.add("GridSearch", [market, found.beacon, leastStake]);
	}
	if (beside.includes("jobs")) {
		const terms = scaled(NETWORK_PRESETS[preset]);
		const names = ["Workers", "Jobs"] as const;
		const pair = await plan.add("NetworkPair", [market, found.beacon, terms, terms], { children: names });
		[found.workers, found.jobs] = names.map((name) => childOf(plan, pair, name));
	}
	if (beside.includes("bounties")) {
		found.bounties = await plan.add("Bounties", [market, found.beacon, scaled(BOUNTY_PRESETS[preset])]);
	}
	if (beside.includes("attesters")) {
		const terms = scaled(ATTESTER_PRESETS[preset]);
		const names = ["Operators", "Attestations"] as const;
		const pair = await plan.add("AttesterPair", [market, terms, terms], { children: names });
		[found.operators, found.attestations] = names.map((name) => childOf(plan, pair, name));
	}
	return found;
}

function childOf(plan: ContractPlan, parent: Hex, name: string): Hex {
	const found = plan.contracts
		.find(({ address }) => address === parent)
		?.children.find((child) => child.name === name);
	if (found === undefined) throw new Error(`${parent} deploys no ${name}`);
	return found.address;
}

/** Amounts are recommended for the preset's bonds: with other bonds they are in proportion. */
function scaledBy<T extends object>(recommended: T, { submitterBond }: Parameters, preset: PresetName): T {
	const usual = PRESETS[preset].parameters.submitterBond;
	const entries = Object.entries(recommended).map(([name, value]) => [
		name,
		typeof value === "bigint" ? (value * submitterBond) / usual : value,
	]);
	return Object.fromEntries(entries) as T;
}

/** For people and for other programs: addresses with their checksum. */
export const shown = (address: Hex): Hex => getAddress(address);
