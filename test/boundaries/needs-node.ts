/**
 * Files of packages for browsers that lead to modules of Node or to packages that need Node: the work that
 * is left. The lists only become shorter; every other file of these packages is for browsers.
 */
export const NEEDS_NODE: Readonly<Record<string, readonly string[]>> = {
	abi: [],
	contracts: [],
	errors: [],
	commitment: ["poseidon-threads.ts", "poseidon-worker.ts"],
	onnx: [
		"external-files.ts",
		"file-bytes.ts",
		"image.ts",
		"input-files.ts",
		"large-data.ts",
		"read-table.ts",
		"read.ts",
		"session-model.ts",
		"write-file.ts",
	],
	graph: [],
	operators: [],
	compiler: [],
	game: [],
	sdk: [],
	runtime: ["onnxruntime.ts", "program-file.ts", "trial-guard.ts", "trial-process.ts", "trial.ts"],
	chain: [
		"addresses.ts",
		"build.ts",
		"built-artifacts.ts",
		"built-code.ts",
		"contract-plan.ts",
		"deploy.ts",
		"find-deployment.ts",
		"hardhat.ts",
		"node.ts",
		"private-chain.ts",
		"source-files.ts",
	],
};
