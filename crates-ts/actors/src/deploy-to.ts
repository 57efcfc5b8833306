import { buildContracts } from "@umpire/chain/build.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import type { Deployment } from "@umpire/chain/contracts.ts";
import { DEFAULT_PARAMETERS, deploy } from "@umpire/chain/deploy.ts";
import type { Parameters } from "@umpire/game/state.ts";
import { accountOf } from "@umpire/store/accounts.ts";
import { writeDeployment } from "@umpire/store/deployments.ts";
import type { Home } from "@umpire/store/home.ts";
import { connectTo, gasPolicyOf, isDevelopment, type WorldOptions } from "./world.ts";

/** Deploys the contracts to the chain at an RPC address and remembers where they are. */
export async function deployTo(
	home: Home,
	options: WorldOptions & Partial<Parameters>,
	progress: (line: string) => void,
): Promise<Deployment> {
	const connection = await connectTo(options);
	const account = await accountOf(home, "deployer", isDevelopment(connection), options);
	const signer = signerFor(connection, account, gasPolicyOf(options));
	await buildContracts(() => progress("Building the contracts..."));
	const deployment = await deploy(signer, parametersOf(options), (contract) =>
		progress(`Deploying ${contract}...`),
	);
	await writeDeployment(home, deployment);
	return deployment;
}

function parametersOf(options: Partial<Parameters>): Parameters {
	const chosen = Object.keys(DEFAULT_PARAMETERS).flatMap((key) => {
		const value = options[key as keyof Parameters];
		return value === undefined ? [] : [[key, value]];
	});
	return { ...DEFAULT_PARAMETERS, ...Object.fromEntries(chosen) };
}
