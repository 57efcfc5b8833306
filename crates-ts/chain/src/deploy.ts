import type { Hex } from "@umpire/commitment/constants.ts";
import type { Parameters } from "@umpire/game/state.ts";
import { CIRCUITS } from "@umpire/prover/circuits.ts";
import { readVerificationKey } from "@umpire/prover/verification-key.ts";
import { zeroAddress } from "viem";
import { linkBytecode } from "./artifact.ts";
import { readArtifact } from "./built-artifacts.ts";
import { DEVELOPMENT_CHAINS, type Signer } from "./connection.ts";
import { constructorArguments } from "./constructor-arguments.ts";
import { contractParameters, type Deployment } from "./contracts.ts";
import { ChainError } from "./errors.ts";
import { PRESETS } from "./presets.ts";
import { measuredRate, type Rate, requireCrowding } from "./rate.ts";
import { sendDeployment } from "./send.ts";

/** A deployment's parameters unless the user gives others. */
export const DEFAULT_PARAMETERS: Parameters = PRESETS.test.parameters;

/**
 * Deploys everything. The proving keys of this repository can be forged by whoever reads it, so
 * they are refused on all chains but development ones.
 *
 * @param onStep told the name of each contract before it is deployed
 * @param options.uncheckedCrowding whether `crowding` may be shorter than the chain's newest blocks allow
 * @param options.onRate told what the blocks have room for; undefined if that cannot be measured
 * @throws ChainError on a public chain, without funds, if the contracts refuse the parameters, or if `crowding` is too
 *   short for the chain
 */
export async function deploy(
	signer: Signer,
	parameters: Parameters,
	onStep: (contract: string) => void = () => {},
	options: {
		readonly uncheckedCrowding?: boolean | undefined;
		readonly onRate?: (rate: Rate | undefined) => void;
	} = {},
): Promise<Deployment> {
	const { chain, reader } = signer.connection;
	if (!DEVELOPMENT_CHAINS.includes(chain.id)) {
		throw new ChainError(
			`Chain ${chain.id} is public, and the proving keys here are development keys that anyone can forge proofs with`,
			{ advice: `deploy to a local chain (${DEVELOPMENT_CHAINS.join(" or ")}).` },
		);
	}
	const rate = await measuredRate(signer.connection);
	options.onRate?.(rate);
	if (rate !== undefined && options.uncheckedCrowding !== true) {
		requireCrowding(parameters, rate, signer.policy.mostInFlight);
	}
	// Reading them asserts that both have a phase-2 contribution.
	for (const circuit of CIRCUITS) await readVerificationKey(circuit);
	const block = (await reader.getBlockNumber()) + 1n;
	const libraries = new Map<string, Hex>();
	const create = async (name: string, args: readonly unknown[] = []): Promise<Hex> => {
		onStep(name);
		const artifact = await readArtifact(name);
		for (const library of artifact.links.keys()) {
			if (!libraries.has(library)) libraries.set(library, await create(library));
		}
		const data = linkBytecode(artifact, libraries) + constructorArguments(artifact.abi, args).slice(2);
		return sendDeployment(signer, name, data as Hex);
	};
	const dotVerifier = await create("DotVerifier");
	const elementsVerifier = await create("ElementsVerifier");
	const arbiter = await create("Arbiter", [dotVerifier, elementsVerifier]);
	const registry = await create("Registry");
	const split = contractParameters(parameters);
	const court = await create("Court", [registry, arbiter, split.court]);
	const market = await create("Market", [court, split.market, zeroAddress]);
	const verifiers = { dotVerifier, elementsVerifier };
	return { chainId: chain.id, block, registry, market, court, arbiter, ...verifiers, parameters };
}
