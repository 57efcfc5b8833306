import type { Hex } from "@umpire/commitment/constants.ts";
import { concat, encodeAbiParameters, keccak256 } from "viem";
import { LAST_PART, type Point } from "./attester-state.ts";

/** A tensor that an operator has computed, and what for. */
export interface Witness {
	/** the operator's account */
	readonly account: Hex;
	readonly epoch: number;
	readonly statement: Hex;
	/** which operator of the program has put it out, in the last step */
	readonly operator: number;
	readonly root: Hex;
}

/** The operator of a program whose output is owed by whoever has this signature: one of the last quarter. */
export function owedOperator(signature: Point, operatorCount: number): number {
	const part = Math.ceil(operatorCount / LAST_PART);
	const drawn = BigInt(keccak256(encodeAbiParameters([{ type: "uint256[2]" }], [signature])));
	return operatorCount - 1 - Number(drawn % BigInt(part));
}

/** What operators sign of a program's output. */
export function statementOf(market: Hex, program: Hex, inputsRoot: Hex, outputRoot: Hex): Hex {
	const types = [{ type: "address" }, { type: "bytes32" }, { type: "bytes32" }, { type: "bytes32" }] as const;
	return keccak256(encodeAbiParameters(types, [market, program, inputsRoot, outputRoot]));
}

/** The leaf of a witness: hashed twice, so that no inner node is one. */
export function witnessLeaf({ account, epoch, statement, operator, root }: Witness): Hex {
	const types = [
		{ type: "address" },
		{ type: "uint256" },
		{ type: "bytes32" },
		{ type: "uint256" },
		{ type: "bytes32" },
	] as const;
	const values = [account, BigInt(epoch), statement, BigInt(operator), root] as const;
	return keccak256(keccak256(encodeAbiParameters(types, values)));
}

/** The tree over witnesses in which pairs are hashed in order of size (OpenZeppelin's): its root, and paths to it. */
export function witnessTree(leaves: readonly Hex[]): {
	readonly root: Hex;
	readonly path: (leaf: Hex) => readonly Hex[];
} {
	const levels: Hex[][] = [[...leaves]];
	while (levels[levels.length - 1].length > 1) {
		const below = levels[levels.length - 1];
		const pairs = Array.from({ length: Math.ceil(below.length / 2) }, (_, i) =>
			below.slice(2 * i, 2 * i + 2),
		);
		levels.push(pairs.map((pair) => (pair.length === 1 ? pair[0] : parentOf(pair[0], pair[1]))));
	}
	return {
		root: levels[levels.length - 1][0],
		path(leaf) {
			let at = leaves.indexOf(leaf);
			if (at < 0) throw new RangeError(`${leaf} is no leaf of this tree.`);
			return levels.slice(0, -1).flatMap((level) => {
				const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
				at >>= 1;
				return sibling === undefined ? [] : [sibling];
			});
		},
	};
}

/** The root that a path leads to. */
export function rootOfPath(leaf: Hex, path: readonly Hex[]): Hex {
	return path.reduce<Hex>((node, sibling) => parentOf(node, sibling), leaf);
}

const parentOf = (one: Hex, other: Hex): Hex =>
	keccak256(BigInt(one) < BigInt(other) ? concat([one, other]) : concat([other, one]));
