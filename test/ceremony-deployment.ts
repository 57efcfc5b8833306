import { carryOutPlan, reportPlan } from "@umpire/actors/deployment/deploy-public.ts";
import { ceremonyFor } from "@umpire/actors/deployment/public-keys.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { findDeployment } from "@umpire/chain/find-deployment.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { openHome } from "@umpire/store/home.ts";
import { sliceHex } from "viem";

/**
 * Deploys the verifiers of a ceremony's keys to a local chain, with all that stands on them, and finds them again.
 *
 * @returns whether the deployed verifier of elements takes a proof
 */
export async function takesProof(
	folder: string,
	home: string,
	proof: Hex,
	publicSignals: readonly bigint[],
): Promise<boolean> {
	const connection = await connectPrivate();
	try {
		const ceremony = await ceremonyFor(connection, { ceremony: folder });
		const choice = { preset: "test", parameters: DEFAULT_PARAMETERS, ceremony, blockSeconds: 12 } as const;
		const planned = await reportPlan(connection, choice, { mostInFlight: 64 });
		const signer = signerFor(connection, localAccount("deployer"));
		const { market, elementsVerifier } = await carryOutPlan(openHome(home), signer, planned, {
			progress: () => {},
		});
		const { dot, elements } = ceremony!.circuits;
		const verifiers = {
			DotVerifier: dot.verifier.runtimeCodeHash,
			ElementsVerifier: elements.verifier.runtimeCodeHash,
		};
		await findDeployment(connection, market, { verifiers });
		const words = Array.from({ length: 8 }, (_, i) => BigInt(sliceHex(proof, 32 * i, 32 * (i + 1))));
		const { abi } = await readArtifact("ElementsVerifier");
		const call = { address: elementsVerifier, abi, functionName: "verify", args: [[words], publicSignals] };
		return (await connection.reader.readContract(call)) === true;
	} finally {
		await connection.close();
	}
}
