import { fileURLToPath } from "node:url";
import { defineConfig } from "hardhat/config";

/** The compiler comes from npm, so that building needs no download. */
const solcPath = fileURLToPath(import.meta.resolve("solc/soljson.js"));

export default defineConfig({
	solidity: {
		version: "0.8.28",
		path: solcPath,
		settings: { evmVersion: "cancun", viaIR: true, optimizer: { enabled: true, runs: 500 } },
	},
	paths: { sources: "contracts", cache: ".umpire/cache", artifacts: ".umpire/artifacts" },
});
