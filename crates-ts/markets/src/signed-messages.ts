import type { Hex } from "@umpire/commitment/constants.ts";
import { encodeAbiParameters } from "viem";
import type { Point } from "./attester-state.ts";

/** The list of operators that a signature is for. */
export interface SigningDomain {
	readonly chainId: number;
	/** the contract Operators */
	readonly operators: Hex;
}

/**
 * What operators sign of a statement in an epoch (contracts: `Operators.messageOf`). It is put together here and never asked of
 * a node: one that lied could have a second output signed, which costs the stake.
 */
export function voteMessage({ chainId, operators }: SigningDomain, epoch: number, statement: Hex): Hex {
	const types = [{ type: "uint256" }, { type: "address" }, { type: "uint256" }, { type: "bytes32" }] as const;
	return encodeAbiParameters(types, [BigInt(chainId), operators, BigInt(epoch), statement]);
}

/** What the possession of a key is proved with (contracts: `Operators.proofOf`). */
export function possessionMessage({ chainId, operators }: SigningDomain, account: Hex, twin: Point): Hex {
	const types = [
		{ type: "uint256" },
		{ type: "address" },
		{ type: "address" },
		{ type: "uint256[2]" },
	] as const;
	return encodeAbiParameters(types, [BigInt(chainId), operators, account, [...twin]]);
}
