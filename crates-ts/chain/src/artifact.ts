import type { Hex } from "@umpire/commitment/constants.ts";
import type { Abi } from "viem";
import { UserError } from "./errors.ts";
import { hardhat } from "./hardhat.ts";

/** A compiled contract. */
export interface Artifact {
	readonly name: string;
	readonly abi: Abi;
	readonly bytecode: Hex;
	/** Per external library: byte offsets of its address in the bytecode. */
	readonly links: ReadonlyMap<string, readonly number[]>;
}

const cache = new Map<string, Artifact>();

/**
 * Reads a compiled contract by its name.
 *
 * @throws UserError if the contracts have not been built
 */
export async function readArtifact(name: string): Promise<Artifact> {
	const cached = cache.get(name);
	if (cached !== undefined) return cached;
	const hre = await hardhat();
	const raw = await hre.artifacts.readArtifact(name).catch((cause: unknown) => {
		throw new UserError(`The contract ${name} has not been compiled: run ./just setup.`, { cause });
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

/** The bytecode with the addresses of its libraries filled in; `libraries` maps names to addresses. */
export function linkBytecode(artifact: Artifact, libraries: ReadonlyMap<string, Hex>): Hex {
	let code = artifact.bytecode.slice(2);
	for (const [library, places] of artifact.links) {
		const address = libraries.get(library);
		if (address === undefined) throw new Error(`${artifact.name} needs the library ${library}`);
		for (const place of places) {
			code = code.slice(0, 2 * place) + address.slice(2).toLowerCase() + code.slice(2 * place + 40);
		}
	}
	return `0x${code}`;
}
