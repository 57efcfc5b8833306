import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/** The folder of this repository, wherever a command is called from. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

let environment: Promise<HardhatRuntimeEnvironment> | undefined;

/** The Hardhat environment of this repository; unlike `import "hardhat"` it does not look at the working directory. */
export function hardhat(): Promise<HardhatRuntimeEnvironment> {
	environment ??= create();
	return environment;
}

async function create(): Promise<HardhatRuntimeEnvironment> {
	// Most processes that import this file need the folder above only, and Hardhat is slow to load.
	const { createHardhatRuntimeEnvironment, importUserConfig } = await import("hardhat/hre");
	const config = join(projectRoot, "hardhat.config.ts");
	return createHardhatRuntimeEnvironment(await importUserConfig(config), { config }, projectRoot);
}
