import { defineConfig } from "vitest/config";

const ALL = ["crates-ts/*/test/**/*.test.ts", "circuits/test/**/*.test.ts", "test/**/*.test.ts"];

/** Tests that make Groth16 proofs, of about two seconds each; most of them on a chain. */
const PROOF = [
	"crates-ts/prover/test/{ceremony,ceremony-attacks,native,prove}.test.ts",
	"crates-ts/actors/test/{conformance,large-model,modes,rehearse,steps,train,transformers,withheld-inputs}.test.ts",
	"crates-ts/app/test/**/*.test.ts",
	"test/{actors,ceremony-rehearsal,command-line,dapp-guide,json-output}.test.ts",
	"test/attacks/{carried-state,direct-settlement,honest-claim,kinds,known-holes,self-settlement}.test.ts",
	"test/{campaign,soak}/**/*.test.ts",
	"test/libraries/verifiers.test.ts",
	"test/game/{choosing-kinds,economics,gas,settlement}.test.ts",
	"test/markets/{attester-demo,grid-copies,grid-demo,network-demo}.test.ts",
	"test/operations/{backup,bounty-contributor,endpoints,farm,farm-submitter,farm-verifier,items,log-lines,lost-claims,lying-node,monitor,reading,reorganisation,requests,storage}.test.ts",
];

/** Tests with contracts on a local chain. */
const CHAIN = [
	"crates-ts/chain/test/**/*.test.ts",
	"test/solidity.test.ts",
	"test/{attacks,game,libraries,markets,operations}/**/*.test.ts",
];

/**
 * A project takes the shared settings below; every test file is in exactly one. Files that make no proofs share
 * processes, which saves loading onnxruntime and Hardhat for each; a proof leaves threads and much memory behind.
 */
const project = (name: string, include: string[], exclude: string[], isolate = false) => ({
	extends: true as const,
	test: { name, include, exclude: ["**/node_modules/**", ...exclude], isolate },
});

export default defineConfig({
	test: {
		projects: [
			project("fast", ALL, [...CHAIN, ...PROOF]),
			project("chain", CHAIN, PROOF),
			project("proof", PROOF, [], true),
		],
		setupFiles: ["./test/property-seed.ts"],
		reporters: ["default", "./test/closing-line-reporter.ts"],
		// Only what hangs takes so long: no test may depend on how fast the machine is.
		testTimeout: 3_600_000,
		hookTimeout: 3_600_000,
		pool: "forks",
		maxWorkers: 2,
	},
});
