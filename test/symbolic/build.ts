import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import solc from "solc";

/** Where the checks are. */
const CHECKS = join("test", "symbolic");

/**
 * Compiles the checks as contracts are compiled that are deployed, and writes what halmos reads, as forge writes it.
 *
 * @param named which contracts with checks; all if it is empty
 * @returns their names
 */
export function buildChecks(out: string, named: readonly string[] = []): string[] {
	const files = readdirSync(join(projectRoot, CHECKS))
		.filter((name) => name.endsWith("Checks.sol"))
		.filter((name) => named.length === 0 || named.includes(name.replace(/\.sol$/, "")));
	if (files.length === 0) throw new Error(`${CHECKS} has no ${named.join(", ")}`);
	const read = (path: string) => {
		const isOurs = path.startsWith("contracts/") || path.startsWith("test/");
		return { contents: readFileSync(join(projectRoot, isOurs ? path : join("node_modules", path)), "utf8") };
	};
	const sources = Object.fromEntries(
		files.map((name) => [`${CHECKS}/${name}`, { content: read(`${CHECKS}/${name}`).contents }]),
	);
	const settings = {
		evmVersion: "cancun",
		viaIR: true,
		optimizer: { enabled: true, runs: 500 },
		outputSelection: {
			"*": {
				"*": ["abi", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers", "metadata"],
				"": ["ast"],
			},
		},
	};
	const input = JSON.stringify({ language: "Solidity", sources, settings });
	const output = JSON.parse(solc.compile(input, { import: read })) as Output;
	const error = output.errors?.find(({ severity }) => severity === "error");
	if (error !== undefined) throw new Error(error.formattedMessage);
	rmSync(out, { recursive: true, force: true });
	for (const [path, contracts] of Object.entries(output.contracts)) {
		const folder = join(out, path.split("/").at(-1) ?? path);
		mkdirSync(folder, { recursive: true });
		for (const [name, { abi, metadata, evm }] of Object.entries(contracts)) {
			const { ast, id } = output.sources[path];
			const built = {
				abi,
				bytecode: { ...evm.bytecode, object: `0x${evm.bytecode.object}` },
				deployedBytecode: { ...evm.deployedBytecode, object: `0x${evm.deployedBytecode.object}` },
				methodIdentifiers: evm.methodIdentifiers,
				metadata: JSON.parse(metadata || '{"compiler":{"version":"0.8.28"}}'),
				ast,
				id,
			};
			writeFileSync(join(folder, `${name}.json`), JSON.stringify(built));
		}
	}
	return files.map((name) => name.replace(/\.sol$/, ""));
}

interface Code {
	readonly object: string;
	readonly linkReferences: unknown;
}

interface Output {
	readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
	readonly sources: Readonly<Record<string, { readonly ast: unknown; readonly id: number }>>;
	readonly contracts: Readonly<
		Record<
			string,
			Readonly<
				Record<
					string,
					{
						readonly abi: unknown;
						readonly metadata: string;
						readonly evm: {
							readonly bytecode: Code;
							readonly deployedBytecode: Code;
							readonly methodIdentifiers: unknown;
						};
					}
				>
			>
		>
	>;
}
