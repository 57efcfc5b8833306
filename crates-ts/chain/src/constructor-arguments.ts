import type { Hex } from "@umpire/commitment/constants.ts";
import { type Abi, encodeAbiParameters } from "viem";

/** What a contract's constructor takes, encoded. */
export function constructorArguments(abi: Abi, args: readonly unknown[]): Hex {
	const found = abi.find((entry) => entry.type === "constructor");
	return found === undefined ? "0x" : encodeAbiParameters(found.inputs, args);
}
