import { fileURLToPath } from "node:url";
import { defineConfig } from "hardhat/config";

/** The compiler comes from npm, so that building needs no download. */
const solcPath = fileURLToPath(import.meta.resolve("solc/soljson.js"));
const compiler = { version: "0.8.28", path: solcPath };
/** @param runs what the optimiser weighs: how often code is run against its size */
const settings = (runs: number) => ({
	...compiler,
	settings: { evmVersion: "cancun", viaIR: true, optimizer: { enabled: true, runs } },
});

export default defineConfig({
	solidity: {
		compilers: [settings(500)],
		// Through the IR this library becomes five times too large to be deployed; with fewer runs than the most
		// a hash costs 159,000 gas instead of 71,000.
		overrides: {
			// Compiled with the others its code is 2,000 bytes larger (the decoder of descriptors is inlined), and a judgement
			// no cheaper.
			"contracts/court/Arbiter.sol": settings(200),
			// Compiled with the others, or with 100 runs, it is larger than a contract may be.
			"contracts/court/Court.sol": settings(50),
			"poseidon-solidity/PoseidonT6.sol": {
				...compiler,
				settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 2 ** 32 - 1 } },
			},
		},
		npmFilesToBuild: [
			"poseidon-solidity/PoseidonT6.sol",
			"@openzeppelin/contracts/governance/TimelockController.sol",
		],
	},
	paths: { sources: "contracts", cache: ".umpire/cache", artifacts: ".umpire/artifacts" },
});
