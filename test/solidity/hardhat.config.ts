import { fileURLToPath } from "node:url";
import { defineConfig } from "hardhat/config";

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const path = fileURLToPath(import.meta.resolve("solc/soljson.js"));

/**
 * Compiled the quick way: the invariants are those of the contracts as the project builds and deploys them, whose
 * code test/solidity.test.ts leaves in `code`.
 */
export default defineConfig({
	solidity: {
		compilers: [
			{ version: "0.8.28", path, settings: { evmVersion: "cancun", optimizer: { enabled: true } } },
		],
		npmFilesToBuild: ["poseidon-solidity/PoseidonT6.sol"],
	},
	paths: {
		sources: folder("test/solidity"),
		tests: { solidity: folder("test/solidity") },
		cache: folder(".umpire/solidity-tests/cache"),
		artifacts: folder(".umpire/solidity-tests/artifacts"),
	},
	test: {
		solidity: {
			fsPermissions: { readDirectory: [folder(".umpire/solidity-tests/code")] },
			fuzz: { runs: 256 },
			invariant: { runs: 20, depth: 60, failOnRevert: true },
		},
	},
});
