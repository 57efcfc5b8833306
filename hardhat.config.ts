import { fileURLToPath } from "node:url";
import { defineConfig } from "hardhat/config";

/** The compiler comes from npm, so that building needs no download. */
const solcPath = fileURLToPath(import.meta.resolve("solc/soljson.js"));
const compiler = { version: "0.8.28", path: solcPath };
const optimizer = { enabled: true, runs: 500 };

export default defineConfig({
	solidity: {
		compilers: [{ ...compiler, settings: { evmVersion: "cancun", viaIR: true, optimizer } }],
		// through the IR this library becomes five times too large to be deployed
		overrides: { "poseidon-solidity/PoseidonT6.sol": { ...compiler, settings: { evmVersion: "cancun", optimizer } } },
		npmFilesToBuild: ["poseidon-solidity/PoseidonT6.sol"],
	},
	paths: { sources: "contracts", cache: ".umpire/cache", artifacts: ".umpire/artifacts" },
});
