import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { PlannedContract } from "./contract-plan.ts";
import { hardhat, projectRoot } from "./hardhat.ts";

/** What a block explorer needs to compile a contract again, as docs/deployment.md says. */
export interface SourceEntry {
	readonly name: string;
	readonly address: Hex;
	/** file and name, as explorers ask for it */
	readonly contract: string;
	readonly compiler: string;
	/** the file beside this list that has the standard JSON input of the compiler */
	readonly input: string;
	/** addresses of the libraries that are linked into it */
	readonly libraries: Readonly<Record<string, Hex>>;
	/** ABI-encoded, with 0x; null for what another contract's constructor has deployed */
	readonly constructorArguments: Hex | null;
}

/** The standard JSON input of a contract that comes from elsewhere than this version's build, by its name. */
export type GivenInputs = ReadonlyMap<string, { readonly contract: string; readonly input: object }>;

/**
 * Writes what block explorers take to verify the sources of a deployment: the compiler's inputs as they were built, and
 * contracts.json, which says of each contract which of them is its own.
 *
 * @param given inputs of contracts that are not this version's build
 * @returns the list
 */
export async function writeSources(
	folder: string,
	contracts: readonly PlannedContract[],
	given: GivenInputs = new Map(),
): Promise<readonly SourceEntry[]> {
	await mkdir(folder, { recursive: true });
	const addresses = new Map(contracts.map(({ name, address }) => [name, address]));
	const entries: SourceEntry[] = [];
	const write = async (name: string, input: object): Promise<string> => {
		const file = `${name}.json`;
		await writeFile(join(folder, file), `${JSON.stringify(input)}\n`);
		return file;
	};
	for (const planned of contracts) {
		const known = given.get(planned.name);
		const all = [planned, ...planned.children.map((child) => ({ ...child, codeBytes: undefined }))];
		for (const { name, address, codeBytes } of all) {
			const built = await builtInput(name);
			const used = known !== undefined && name === planned.name ? known : built;
			entries.push({
				name,
				address,
				contract: used.contract,
				compiler: built.compiler,
				input: await write(used === built ? built.id : name, used.input),
				libraries: Object.fromEntries(
					built.libraries.map((library) => [library, addresses.get(library) ?? "0x"]),
				),
				constructorArguments:
					codeBytes === undefined ? null : `0x${planned.creation.slice(2 + 2 * codeBytes)}`,
			});
		}
	}
	await writeFile(join(folder, "contracts.json"), `${JSON.stringify(entries, null, "\t")}\n`);
	return entries;
}

interface BuiltInput {
	readonly id: string;
	readonly contract: string;
	readonly compiler: string;
	readonly input: object;
	readonly libraries: readonly string[];
}

/** The input that a contract of this repository was compiled from. */
async function builtInput(name: string): Promise<BuiltInput> {
	const hre = await hardhat();
	const { buildInfoId, inputSourceName, linkReferences } = await hre.artifacts.readArtifact(name);
	if (buildInfoId === undefined || inputSourceName === undefined) {
		throw new Error(`The artifact of ${name} does not say what it was compiled from`);
	}
	const path = join(projectRoot, ".umpire", "artifacts", "build-info", `${buildInfoId}.json`);
	const info = JSON.parse(await readFile(path, "utf8")) as { input: object; solcLongVersion: string };
	const libraries = Object.values(linkReferences).flatMap((file) => Object.keys(file));
	return {
		id: buildInfoId,
		contract: `${inputSourceName}:${name}`,
		compiler: `v${info.solcLongVersion}`,
		input: info.input,
		libraries,
	};
}
