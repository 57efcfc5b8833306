import { ensureAddresses } from "@umpire/chain/addresses.ts";
import { buildContracts } from "@umpire/chain/build.ts";
import { type Connection, signerFor } from "@umpire/chain/connection.ts";
import type { Deployment } from "@umpire/chain/contracts.ts";
import { deploy } from "@umpire/chain/deploy.ts";
import { DEFAULT_GAS_POLICY } from "@umpire/chain/gas-policy.ts";
import { PRESETS, type PresetName } from "@umpire/chain/presets.ts";
import { describeRate } from "@umpire/chain/rate.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { type GivenInputs, writeSources } from "@umpire/chain/source-files.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { coveredOfAll, leastBonds } from "@umpire/game/bonds.ts";
import { LARGEST_PROGRAMS, ORDINARY_PROGRAM, type ProgramSize } from "@umpire/game/gas-bounds.ts";
import type { Parameters } from "@umpire/game/state.ts";
import type { FinishedCeremony } from "@umpire/prover/ceremony/finished.ts";
import { verifierFile, verifierInput } from "@umpire/prover/ceremony/verifier-code.ts";
import type { CircuitName } from "@umpire/prover/circuits.ts";
import { accountOf } from "@umpire/store/accounts.ts";
import { knownDeployment, requireWritable, writeDeployment } from "@umpire/store/deployments.ts";
import type { Home } from "@umpire/store/home.ts";
import { formatGwei, isAddress, parseGwei, zeroAddress } from "viem";
import {
	carryOutPlan,
	type PlanReport,
	type PublicDeployment,
	reportPlan,
} from "./deployment/deploy-public.ts";
import { ceremonyFor, type KeyChoice } from "./deployment/public-keys.ts";
import type { Beside, PublicChoice } from "./deployment/public-plan.ts";
import {
	ceremonyFacts,
	connectTo,
	deploymentOf,
	gasPolicyOf,
	isDevelopment,
	type WorldOptions,
} from "./world.ts";

/** Which parameters a deployment is to have. */
export type ParameterOptions = Partial<Parameters> & {
	readonly preset?: PresetName;
	/** gas price up to which the bonds are to cover all gas of a dispute */
	readonly bondsAtGwei?: number;
	/** whether `crowding` may be shorter than the chain's newest blocks allow */
	readonly uncheckedCrowding?: boolean | undefined;
	/** whether the home folder may forget the deployment that it knows of */
	readonly replace?: boolean | undefined;
};

/** What else a deployment to a public chain may say. */
export type PublicDeployOptions = WorldOptions &
	ParameterOptions & {
		readonly with?: readonly Beside[] | undefined;
		readonly blockSeconds?: number | undefined;
		readonly governor?: string | undefined;
		readonly guardian?: string | undefined;
		/** the file of the ceremony's phase 1, if it is not in its folder */
		readonly powersOfTau?: string | undefined;
		/** whether a test network may take the development keys */
		readonly developmentKeys?: boolean | undefined;
		/** folder for what block explorers take to verify the sources of the contracts */
		readonly sources?: string | undefined;
		/** deploys to a local chain as to a public one */
		readonly deterministic?: boolean | undefined;
	};

/**
 * What `deployTo` would do on a public chain, and what speaks against it. Sends nothing, and needs no key.
 *
 * @throws UmpireError if the contracts take no such parameters, or what was chosen does not go together
 */
export async function planFor(
	options: PublicDeployOptions,
	progress: (line: string) => void,
): Promise<PlanReport> {
	const parameters = parametersOf(options);
	const connection = await connectTo(options);
	await buildContracts(() => progress("Building the contracts..."));
	const keys = await ceremonyFor(connection, keysOf(options), progress).catch((error: unknown) => {
		// Without keys the rest can still be looked at.
		if (error instanceof UmpireError) return error;
		throw error;
	});
	const ceremony = keys instanceof UmpireError ? undefined : keys;
	const { report } = await reportPlan(connection, choiceOf(options, parameters, ceremony), {
		...options,
		mostInFlight: DEFAULT_GAS_POLICY.mostInFlight,
	});
	if (!(keys instanceof UmpireError)) return report;
	const refused = { found: keys.found, advice: keys.advice ?? "" };
	return { ...report, refusals: [refused, ...report.refusals] };
}

/**
 * Deploys to a public chain: plans, refuses what does not fit, deploys what is not there yet, verifies it, and remembers
 * it. The same call again goes on where this one was interrupted, and deploys nothing twice.
 */
async function deployPublicly(
	home: Home,
	connection: Connection,
	options: PublicDeployOptions,
	parameters: Parameters,
	progress: (line: string) => void,
): Promise<PublicDeployment> {
	const ceremony = await ceremonyFor(connection, keysOf(options), progress);
	await buildContracts(() => progress("Building the contracts..."));
	const choice = choiceOf(options, parameters, ceremony);
	const account = await accountOf(home, "deployer", isDevelopment(connection), options);
	const signer = signerFor(connection, account, gasPolicyOf(options));
	const { mostInFlight } = signer.policy;
	const planned = await reportPlan(connection, choice, { ...options, mostInFlight });
	if (options.replace !== true) await requireNone(home, connection, planned.plan.core.market);
	for (const warning of planned.report.warnings) progress(warning);
	const deployment = await carryOutPlan(home, signer, planned, { ...options, progress });
	if (options.sources !== undefined) {
		await writeSources(options.sources, planned.plan.contracts, await verifierInputs(ceremony));
		progress(`The sources for block explorers are in ${options.sources}.`);
	}
	return deployment;
}

/** Verifiers of a ceremony are no part of this version's build. */
async function verifierInputs(ceremony: FinishedCeremony | undefined): Promise<GivenInputs> {
	const inputs = Object.entries(ceremony?.circuits ?? {}).map(async ([circuit, { verifier }]) => {
		const { name, source } = verifier;
		const input = await verifierInput({ [circuit]: source });
		return [name, { contract: `${verifierFile(circuit as CircuitName)}:${name}`, input }] as const;
	});
	return new Map(await Promise.all(inputs));
}

function choiceOf(
	{ preset = "test", blockSeconds = 12, ...options }: PublicDeployOptions,
	parameters: Parameters,
	ceremony: FinishedCeremony | undefined,
): PublicChoice {
	return {
		preset,
		parameters,
		ceremony,
		blockSeconds,
		beside: options.with,
		governor: addressOf("governor", options.governor),
		guardian: addressOf("guardian", options.guardian),
	};
}

/** The ceremony that is named, or the one whose keys prove here: other verifiers would take none of the proofs. */
function keysOf({ ceremony, powersOfTau, developmentKeys }: PublicDeployOptions): KeyChoice {
	return { ceremony: ceremony ?? (process.env.UMPIRE_CEREMONY || undefined), powersOfTau, developmentKeys };
}

function addressOf(option: string, given: string | undefined): Hex | undefined {
	if (given === undefined) return undefined;
	if (isAddress(given) && given !== zeroAddress) return given.toLowerCase() as Hex;
	throw new UmpireError("OPTION", `--${option} ${given} is no address`, {
		advice: "give 0x and 40 hexadecimal digits.",
	});
}

/**
 * Deploys the contracts to the chain at an RPC address and remembers where they are; or remembers those of the market
 * that is named.
 *
 * @throws UmpireError before anything is sent, if the contracts take no such parameters or the home folder cannot be
 *   written
 */
export async function deployTo(
	home: Home,
	options: PublicDeployOptions,
	progress: (line: string) => void,
): Promise<Deployment | PublicDeployment> {
	const parameters = parametersOf(options);
	const connection = await connectTo(options);
	await requireWritable(home);
	if (options.umpire !== undefined) {
		const found = await deploymentOf(home, connection, options);
		const ceremony = await ceremonyFacts(options.ceremony);
		const { fingerprint, beacon } = ceremony ?? {};
		const known = ceremony === undefined ? found : { ...found, ceremony: { fingerprint, beacon } };
		await writeDeployment(home, known);
		return known;
	}
	const { ceremony } = keysOf(options);
	const isAsPublic = options.deterministic === true || options.sources !== undefined;
	if (isAsPublic || ceremony !== undefined || !isDevelopment(connection)) {
		return deployPublicly(home, connection, options, parameters, progress);
	}
	if (options.replace !== true) await requireNone(home, connection);
	const account = await accountOf(home, "deployer", isDevelopment(connection), options);
	const signer = signerFor(connection, account, gasPolicyOf(options));
	await buildContracts(() => progress("Building the contracts..."));
	const deployment = await deploy(signer, parameters, (contract) => progress(`Deploying ${contract}...`), {
		uncheckedCrowding: options.uncheckedCrowding,
		// A chain that was started just now has no blocks to measure: that worries nobody.
		onRate: (rate) => rate !== undefined && progress(`This chain: ${describeRate(rate)}.`),
	});
	await writeDeployment(home, deployment);
	progress("Deploying Addresses...");
	await ensureAddresses(signer);
	return deployment;
}

/**
 * @param planned a market that may be there: it is the same
 * @throws UmpireError if the home folder knows of a deployment that is there: it would forget it
 */
async function requireNone(home: Home, connection: Connection, planned?: Hex): Promise<void> {
	const known = await knownDeployment(home, connection.chain.id);
	if (known === undefined || known.market.toLowerCase() === planned) return;
	const code = await connection.reader.getCode({ address: known.market }).catch((error: unknown) => {
		throw explainReading(error, "a contract's code");
	});
	// A local chain forgets everything when it stops.
	if (code === undefined || code === "0x") return;
	throw new UmpireError(
		"OPTION",
		`The contracts are on chain ${connection.chain.id} already (market ${known.market})`,
		{
			advice: `--replace deploys others, and ${home.folder} forgets these: whoever has claims or disputes there needs --umpire ${known.market} from then on.`,
		},
	);
}

/** A preset's parameters; its bonds are made anew if they are to cover another gas price; single ones are replaced. */
function parametersOf({ preset = "test", bondsAtGwei, ...options }: ParameterOptions): Parameters {
	const { parameters } = PRESETS[preset];
	for (const [name, least, most, what] of BOUNDS) {
		const value = options[name];
		if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) continue;
		const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
		throw new UmpireError(
			"OPTION",
			`--${option} takes a whole number of ${what} from ${least} to ${most}, not ${value}.`,
		);
	}
	if (bondsAtGwei !== undefined && !(bondsAtGwei >= 1e-9 && bondsAtGwei <= MOST_GWEI)) {
		throw new UmpireError(
			"OPTION",
			`--bonds-at-gwei takes a price of gas from 0.000000001 to ${MOST_GWEI} gwei, not ${bondsAtGwei}.`,
		);
	}
	const chosen = Object.keys(parameters).flatMap((key) => {
		const value = options[key as keyof Parameters];
		return value === undefined ? [] : [[key, value]];
	});
	const asked: Parameters = { ...parameters, ...Object.fromEntries(chosen) };
	if (bondsAtGwei === undefined) return asked;
	return { ...asked, ...leastBonds(parseGwei(bondsAtGwei.toFixed(9)), ORDINARY_PROGRAM, asked) };
}

/** What the contracts take (contracts/Configuration.sol): a deployment that they refuse in the end costs all gas before it. */
const BOUNDS = [
	["challengePeriod", 1, 31_536_000, "seconds"],
	["increment", 1, 31_536_000, "seconds"],
	["reserve", 0, 31_536_000, "seconds"],
	["provingAllowance", 0, 31_536_000, "seconds"],
	["commitAllowance", 0, 31_536_000, "seconds"],
	["crowding", 0, 3600, "seconds"],
	["depth", 1, 10, "levels"],
	["window", 0, 10, "levels"],
] as const;
/** Beyond all prices, and far below what a bond has room for. */
const MOST_GWEI = 1_000_000;

/** For people: up to which gas price a deployment's bonds cover all gas of a dispute, by what is disputed. */
export function gasPricesCovered(parameters: Parameters): Readonly<Record<string, string>> {
	const price = (...sizes: ProgramSize[]): string => `${formatGwei(coveredOfAll(sizes, parameters))} gwei`;
	return {
		"gas price covered": `${price(ORDINARY_PROGRAM)} (up to a million operators and leaves)`,
		"": `${price(...LARGEST_PROGRAMS)} (any valid program)`,
	};
}
