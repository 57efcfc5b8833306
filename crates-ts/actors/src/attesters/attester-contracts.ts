import { attestationsAbi } from "@umpire/abi/attestations.ts";
import { operatorsAbi } from "@umpire/abi/operators.ts";
import { type Contract, read, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { AttesterParameters } from "@umpire/markets/attester-parameters.ts";
import { hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import { deployContract, requireAddresses, withErrorsOf } from "../consumer-contracts.ts";
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

/** Deploys a list of operators and its attestations for the market, and remembers where they are. */
export async function deployAttesters(
	world: World,
	parameters: AttesterParameters,
): Promise<AttesterDeployment> {
	const { contracts, signer } = world;
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
 * Operators and attestations of the market.
 *
 * @throws UmpireError if none were deployed from this home folder, or what is there does not belong together
 */
export async function openAttesters(view: View): Promise<AttesterContracts> {
	const isHex = (value: unknown) => typeof value === "string";
	const found = await readJson<AttesterDeployment>(
		fileOf(view),
		(value) => hasAll(value, { operators: isHex, attestations: isHex }),
		"umpire operators deploy deploys others and writes it anew.",
	);
	if (found === undefined) {
		throw new UmpireError("NOT_FOUND", "No operators are deployed for this market", {
			advice: "run umpire operators deploy.",
		});
	}
	const others = [operatorsAbi, attestationsAbi, view.contracts.market.abi];
	const contracts: AttesterContracts = {
		operators: { address: found.operators, abi: withErrorsOf(operatorsAbi, others) },
		attestations: { address: found.attestations, abi: withErrorsOf(attestationsAbi, others) },
	};
	const { operators, attestations } = contracts;
	const { market } = view.contracts.deployment;
	requireAddresses(
		[
			["market", await read(view.contracts, operators, "market", []), market],
			["market", await read(view.contracts, attestations, "market", []), market],
			["list of operators", await read(view.contracts, attestations, "operators", []), operators.address],
			["attestations", await read(view.contracts, operators, "attestations", []), attestations.address],
		],
		"run umpire operators deploy, or ask for the right file.",
	);
	return contracts;
}
