import type { Hex } from "@umpire/commitment/constants.ts";
import type { Abi } from "viem";

/** A compiled contract. */
export interface Artifact {
	readonly name: string;
	readonly abi: Abi;
	readonly bytecode: Hex;
	/** Per external library: byte offsets of its address in the bytecode. */
	readonly links: ReadonlyMap<string, readonly number[]>;
}

/** Reads a compiled contract by its name, from wherever contracts are. */
export type ReadArtifact = (name: string) => Promise<Artifact>;

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
