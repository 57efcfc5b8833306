import type { Hex, Tag } from "@umpire/commitment/constants.ts";
import { rootFromPath, rootOfDescendants } from "@umpire/commitment/tree.ts";
import { GameError } from "./errors.ts";

/** The root that a path leads to, with the contract's errors for an index or a path that the tree does not have. */
export function follow(
	node: Hex,
	index: number,
	count: number,
	path: readonly Hex[],
	tag: number,
	level = 0,
): Hex {
	if (index >= count) throw new GameError("IndexOutOfRange", index, count);
	const expected = pathLength(index, count);
	if (path.length !== expected) throw new GameError("WrongPathLength", path.length, expected);
	return rootFromPath(node, index, count, path, tag as Tag, level);
}

/** The node that `children` of level `childLevel` hash to. */
export function gather(children: readonly Hex[], childLevel: number, tag: number): Hex {
	return rootOfDescendants(children, childLevel, tag as Tag);
}

/** Siblings of node `index` of `count`: a level at which it moves up unchanged has none. */
export function pathLength(index: number, count: number): number {
	let length = 0;
	for (let i = index, n = count; n > 1; i >>= 1, n = (n + 1) >> 1) {
		if (i !== n - 1 || n % 2 === 0) length++;
	}
	return length;
}
