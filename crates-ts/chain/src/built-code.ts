import type { Hex } from "@umpire/commitment/constants.ts";
import { hardhat } from "./hardhat.ts";

/** A contract's code as it lies on a chain, as this version builds it. */
export interface BuiltCode {
	readonly code: Hex;
	/** Bytes that a deployment fills in: immutables. */
	readonly immutables: readonly Span[];
	/** Bytes that hold the address of a library, by its name. */
	readonly libraries: readonly (Span & { readonly library: string })[];
}

interface Span {
	readonly start: number;
	readonly length: number;
}

/** The deployed code of a contract of this repository. */
export async function readBuiltCode(name: string): Promise<BuiltCode> {
	const hre = await hardhat();
	const { deployedBytecode, immutableReferences, deployedLinkReferences } =
		await hre.artifacts.readArtifact(name);
	return {
		code: deployedBytecode as Hex,
		immutables: Object.values(immutableReferences ?? {}).flat(),
		libraries: Object.values(deployedLinkReferences).flatMap((file) =>
			Object.entries(file).flatMap(([library, spans]) => spans.map((span) => ({ ...span, library }))),
		),
	};
}

/** Whether code on a chain is the one that was built, whatever the deployment filled in. */
export function isBuiltCode(found: Hex, { code, immutables, libraries }: BuiltCode): boolean {
	const blank = (text: string): string => {
		let masked = text.slice(2).toLowerCase();
		for (const { start, length } of [...immutables, ...libraries]) {
			masked = masked.slice(0, 2 * start) + "0".repeat(2 * length) + masked.slice(2 * (start + length));
		}
		// A library's code begins with its own address, which only its deployment knows.
		return masked.replace(/^73[0-9a-f]{40}30/, `73${"0".repeat(40)}30`);
	};
	return found.length === code.length && blank(found) === blank(code);
}

/** The addresses of the libraries that code on a chain calls, by name. */
export function librariesIn(found: Hex, { libraries }: BuiltCode): ReadonlyMap<string, Hex> {
	return new Map(
		libraries.map(({ library, start, length }) => [
			library,
			`0x${found.slice(2 + 2 * start, 2 + 2 * (start + length))}` as Hex,
		]),
	);
}
