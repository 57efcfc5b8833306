import { attestationsAbi } from "@umpire/abi/attestations.ts";
import { operatorsAbi } from "@umpire/abi/operators.ts";
import { type Contract, read, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { AttesterParameters } from "@umpire/markets/attester-parameters.ts";
import { hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import {
	deployContract,
	foreignContract,
	namedContract,
	requireAddresses,
	requireNone,
	withErrorsOf,
} from "../consumer-contracts.ts";
import type { View, World } from "../world.ts";

/** Where operators and attestations are on one chain. */
export interface AttesterDeployment {
	readonly chainId: number;
	readonly market: Hex;
	readonly operators: Hex;
	readonly attestations: Hex;
}

export interface AttesterContracts {
	readonly operators: Contract<typeof operatorsAbi>;
	readonly attestations: Contract<typeof attestationsAbi>;
}

const fileOf = ({ home, contracts }: View) =>
	home.path(
		"attesters",
		`${contracts.connection.chain.id}-${contracts.deployment.market.toLowerCase()}.json`,
	);

const isHex = (value: unknown) => typeof value === "string";

const knownAttesters = (view: View): Promise<AttesterDeployment | undefined> =>
	readJson<AttesterDeployment>(
		fileOf(view),
		(value) => hasAll(value, { operators: isHex, attestations: isHex }),
		"umpire operators deploy --replace deploys others and writes it anew.",
	);

const requireNoAttesters = async (view: View, taken?: Hex): Promise<void> =>
	requireNone(
		view,
		(await knownAttesters(view))?.attestations,
		{
			what: "list of operators",
			taker: "umpire attest",
			forgets: "its operators",
		},
		taken,
	);

/**
 * Deploys a list of operators and its attestations for the market, and remembers where they are.
 *
 * @throws UmpireError if the home folder knows of others for this market that are there, unless it may forget them
 */
export async function deployAttesters(
	world: World,
	parameters: AttesterParameters,
	replace = false,
): Promise<AttesterDeployment> {
	const { contracts, signer } = world;
	if (!replace) await requireNoAttesters(world);
	const { market } = contracts.deployment;
	const operators = await deployContract(signer, "Operators", [market, parameters]);
	const attestations = await deployContract(signer, "Attestations", [market, operators, parameters]);
	const contract = { address: operators, abi: operatorsAbi };
	await send(signer, { contract, functionName: "bind", args: [attestations] });
	const deployment = { chainId: contracts.connection.chain.id, market, operators, attestations };
	await writeJson(fileOf(world), deployment);
	return deployment;
}

/**
 * Remembers the operators and attestations that somebody else has deployed for the market.
 *
 * @param attestations their address, which names the list of operators
 * @throws UmpireError if they are none of this market, or the home folder knows of others, unless it may forget them
 */
export async function rememberAttesters(
	view: View,
	attestations: string | undefined,
	replace: boolean,
): Promise<AttesterDeployment> {
	const address = await foreignContract(view, attestations, "umpire operators use", "Attestations");
	if (!replace) await requireNoAttesters(view, address);
	const named = await read(view.contracts, { address, abi: attestationsAbi }, "operators", []);
	const operators = await namedContract(view, named, "Operators");
	const { connection, deployment } = view.contracts;
	const { market } = deployment;
	const found = { chainId: connection.chain.id, market, operators, attestations: address };
	await requireOfMarket(view, contractsOf(view, found));
	await writeJson(fileOf(view), found);
	return found;
}

/**
 * Operators and attestations of the market.
 *
 * @throws UmpireError if the home folder knows none, or what is there does not belong together
 */
export async function openAttesters(view: View): Promise<AttesterContracts> {
	const found = await knownAttesters(view);
	if (found === undefined) {
		throw new UmpireError("NOT_FOUND", "This home folder knows no operators for this market", {
			advice:
				"run umpire operators use ADDRESS with the attestations that others use, or umpire operators deploy.",
		});
	}
	const contracts = contractsOf(view, found);
	await requireOfMarket(view, contracts);
	return contracts;
}

function contractsOf(view: View, found: AttesterDeployment): AttesterContracts {
	const others = [operatorsAbi, attestationsAbi, view.contracts.market.abi];
	return {
		operators: { address: found.operators, abi: withErrorsOf(operatorsAbi, others) },
		attestations: { address: found.attestations, abi: withErrorsOf(attestationsAbi, others) },
	};
}

/** Stakes go to no address that is none of these contracts, or that of another market. */
async function requireOfMarket(view: View, { operators, attestations }: AttesterContracts): Promise<void> {
	const { market } = view.contracts.deployment;
	requireAddresses(
		[
			["market", await read(view.contracts, operators, "market", []), market],
			["market", await read(view.contracts, attestations, "market", []), market],
			["list of operators", await read(view.contracts, attestations, "operators", []), operators.address],
			["attestations", await read(view.contracts, operators, "attestations", []), attestations.address],
		],
		"ask whoever has deployed them for the right address.",
	);
}
