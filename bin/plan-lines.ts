import { directoryAbi } from "@umpire/abi/directory.ts";
import type { PlanReport, PublicDeployment } from "@umpire/actors/deployment/deploy-public.ts";
import type { Deployment } from "@umpire/chain/contracts.ts";
import { encodeFunctionData, formatEther, formatGwei, getAddress, zeroAddress } from "viem";
import { table } from "./output.ts";

/** A plan for people: contracts, parameters, money, and what speaks against it. */
export function planLines(plan: PlanReport): string[] {
	const gwei = (price: bigint): string => `${formatGwei(price)} gwei`;
	const { submitterBond, challengerBond, demandBond, ...times } = plan.parameters;
	const bonds = (amounts: PlanReport["leastBonds"]): string =>
		`submitter ${formatEther(amounts.submitterBond)}, challenger ${formatEther(amounts.challengerBond)}, demand ${formatEther(amounts.demandBond)} ETH`;
	return [
		...table(
			plan.contracts.map(({ name, address, deployed, gas }) => [
				name,
				`${getAddress(address)}  ${deployed ? "is there" : `${gas.toLocaleString("en-GB")} gas`}`,
			]),
		),
		...table([
			...Object.entries({ ...plan.beside, ...plan.governance }).map(
				([name, address]) => [name, getAddress(address)] as const,
			),
			...Object.entries(times).map(([name, value]) => [name, String(value)] as const),
			["bonds", bonds({ submitterBond, challengerBond, demandBond })],
			["least bonds here", bonds(plan.leastBonds)],
			["gas price now", gwei(plan.gasPrice)],
			["highest lately", gwei(plan.highestGasPrice)],
			["cost", `about ${formatEther(plan.cost)} ETH at the present price`],
			[
				"keys",
				plan.ceremony === null
					? "DEVELOPMENT KEYS: anyone can forge proofs"
					: `${plan.ceremony.fingerprint}, ${plan.ceremony.beacon}`,
			],
		]),
		...plan.warnings.map((text) => `Note: ${text}`),
		...plan.refusals.map(({ found, advice }) => `Refused: ${found}: ${advice}`),
		plan.refusals.length === 0 ? "Nothing speaks against it." : "It would be refused.",
	];
}

/** What stands beside the market of a public deployment. */
export function besideLines(deployment: Deployment | PublicDeployment): [string, string][] {
	if (!("beside" in deployment)) return [];
	return Object.entries({ ...deployment.beside, ...deployment.governance });
}

/** What the governor sends so that a directory names a deployment. */
export function publishingLines(deployment: Deployment | PublicDeployment): string[] {
	if (!("beside" in deployment) || deployment.governance === null) return [];
	const { grid, jobs, bounties, attestations } = deployment.beside;
	const listing = {
		market: deployment.market,
		grid: grid ?? zeroAddress,
		jobs: jobs ?? zeroAddress,
		bounties: bounties ?? zeroAddress,
		attestations: attestations ?? zeroAddress,
		from: 0,
	};
	const data = encodeFunctionData({ abi: directoryAbi, functionName: "publish", args: [listing] });
	return [
		`The directory names it when the governor sends ${deployment.governance.directory} this (docs/governance.md):`,
		data,
	];
}
