import { openAttesters } from "@umpire/actors/attesters/attester-contracts.ts";
import { openBounties } from "@umpire/actors/bounties/bounty-contracts.ts";
import { openGrids } from "@umpire/actors/grid/grid-contracts.ts";
import { openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import type { View } from "@umpire/actors/world.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { IndexSource } from "@umpire/indexer/chain-index.ts";
import type { Indexed } from "@umpire/indexer/event-reader.ts";
import type { Role } from "@umpire/indexer/fields.ts";

/** All contracts of a market that the home folder knows of: those that are not deployed are left out. */
export async function indexSourceOf(view: View): Promise<IndexSource> {
	const { connection, deployment } = view.contracts;
	const contracts: Indexed[] = [
		{ role: "registry", address: deployment.registry },
		{ role: "market", address: deployment.market },
		{ role: "court", address: deployment.court },
	];
	const add = (found: Partial<Record<Role, { readonly address: Hex }>> | undefined) => {
		for (const [role, { address }] of Object.entries(found ?? {}))
			contracts.push({ role: role as Role, address });
	};
	const network = await orNone(openNetwork(view));
	add(network && { workers: network.workers, jobs: network.jobs, jobBeacon: network.beacon });
	const grids = await orNone(openGrids(view));
	add(grids && { grid: grids.grid, gridBeacon: grids.beacon });
	const bounties = await orNone(openBounties(view));
	add(bounties && { bounties: bounties.bounties, bountyBeacon: bounties.beacon });
	const attesters = await orNone(openAttesters(view));
	add(attesters && { operators: attesters.operators, attestations: attesters.attestations });
	const { market, block, parameters } = deployment;
	return { connection, market, contracts, first: block, times: parameters };
}

async function orNone<T>(opening: Promise<T>): Promise<T | undefined> {
	try {
		return await opening;
	} catch (error) {
		if (error instanceof UmpireError && error.code === "NOT_FOUND") return undefined;
		throw error;
	}
}
