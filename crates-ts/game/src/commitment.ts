import type { Hex } from "@umpire/commitment/constants.ts";
import { encodeAbiParameters, keccak256 } from "viem";
import type { Domain } from "./state.ts";

/** The account that stands for nobody. */
export const NOBODY: Hex = `0x${"00".repeat(20)}`;

/** A claim that somebody wants to make on a sealed request, and a secret of its own. */
export interface CommittedClaim {
	readonly request: number;
	readonly traceRoot: Hex;
	readonly outputRoot: Hex;
	readonly sender: Hex;
	readonly salt: Hex;
}

/** What `commitClaim` takes (contracts/interfaces/IMarket.sol). */
export function claimCommitment({ chainId, market }: Domain, claim: CommittedClaim): Hex {
	const { request, traceRoot, outputRoot, sender, salt } = claim;
	return keccak256(
		encodeAbiParameters(
			["uint256", "address", "uint256", "bytes32", "bytes32", "address", "bytes32"].map((type) => ({ type })),
			[BigInt(chainId), market, BigInt(request), traceRoot, outputRoot, sender, salt],
		),
	);
}
