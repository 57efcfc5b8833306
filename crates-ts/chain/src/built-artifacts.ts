import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Abi } from "viem";
import type { Artifact } from "./artifact.ts";
import { hardhat } from "./hardhat.ts";

const cache = new Map<string, Artifact>();

/**
 * Reads a contract of this repository, as Hardhat compiled it, by its name.
 *
 * @throws UmpireError if the contracts have not been built
 */
export async function readArtifact(name: string): Promise<Artifact> {
	const cached = cache.get(name);
	if (cached !== undefined) return cached;
	const hre = await hardhat();
	const raw = await hre.artifacts.readArtifact(name).catch((cause: unknown) => {
		throw new UmpireError("BUILD", `The contract ${name} has not been compiled`, {
			advice: "run ./just setup.",
			cause,
		});
	});
	const links = new Map<string, number[]>();
	for (const libraries of Object.values(raw.linkReferences)) {
		for (const [library, places] of Object.entries(libraries)) {
			links.set(library, [...(links.get(library) ?? []), ...places.map((place) => place.start)]);
		}
	}
	const artifact = { name, abi: raw.abi as Abi, bytecode: raw.bytecode as Hex, links };
	cache.set(name, artifact);
	return artifact;
}
