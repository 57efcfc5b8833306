import { createRequire } from "node:module";
import type { Hex } from "@umpire/commitment/constants.ts";
import { linkBytecode, readArtifact } from "./artifact.ts";
import { DEVELOPMENT_CHAINS, type Signer } from "./connection.ts";
import type { Deployment } from "./contracts.ts";
import { ChainError } from "./errors.ts";
import { explain } from "./revert.ts";
import { receipt } from "./send.ts";
import type { Parameters } from "./types.ts";

/** A deployment's parameters unless the user gives others. */
export const DEFAULT_PARAMETERS: Parameters = {
	challengePeriod: 120,
	increment: 30,
	reserve: 60,
	provingAllowance: 60,
	crowding: 2,
	depth: 6,
	window: 8,
	burnPermille: 500,
	submitterBond: 10n ** 17n,
	challengerBond: 10n ** 17n,
};
