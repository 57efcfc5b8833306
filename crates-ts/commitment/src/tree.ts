import type { Hex, Tag } from "./constants.ts";
import { fromHex, toHex } from "./hex.ts";
import { innerNode, MerkleTree } from "./merkle-tree.ts";

/** Levels above the nodes of a tree of n of them: ⌈log2 n⌉. */
export function treeHeight(n: number): number {
	if (!Number.isInteger(n) || n < 1) throw new RangeError(`A tree has at least one node, found ${n}`);
	return Math.ceil(Math.log2(n));
}

/** The root of a tree over `nodes` (protocol section 1). Throws RangeError if there are none. */
export function treeRoot(nodes: readonly Hex[], tag: Tag): Hex {
	return MerkleTree.of(nodes, tag).root;
}

/** Siblings of node `index` from the bottom. For many paths of one tree keep a `MerkleTree`. */
export function treePath(nodes: readonly Hex[], index: number, tag: Tag): Hex[] {
	return MerkleTree.of(nodes, tag).path(index);
}

/**
 * The root that a path leads to.
 *
 * @param level the level of `node`: 0 for a leaf of the tree, otherwise the nodes are
 *   descendants of that level (`index` and `count` count those)
 * @throws RangeError if the path's length is not that of (index, count)
 */
export function rootFromPath(
	node: Hex,
	index: number,
	count: number,
	path: readonly Hex[],
	tag: Tag,
	level = 0,
): Hex {
	if (index < 0 || index >= count) throw new RangeError(`Node ${index} is not one of ${count}`);
	let current = fromHex(node);
	let used = 0;
	let at = level;
	for (let i = index, n = count; n > 1; i = i >> 1, n = (n + 1) >> 1) {
		at++;
		if (i === n - 1 && n % 2 === 1) continue;
		if (used === path.length)
			throw new RangeError(`The path of node ${index} of ${count} is too short: ${used}`);
		const sibling = fromHex(path[used++]);
		current = i % 2 === 0 ? innerNode(tag, at, current, sibling) : innerNode(tag, at, sibling, current);
	}
	if (used !== path.length) {
		throw new RangeError(`The path of node ${index} of ${count} has ${used} siblings, found ${path.length}`);
	}
	return toHex(current);
}

/**
 * The descendants at `childLevel` of the subtree (start, level) of the tree over `nodes`:
 * ⌈size / 2^childLevel⌉ of them.
 */
export function descendants(
	nodes: readonly Hex[],
	start: number,
	level: number,
	childLevel: number,
	tag: Tag,
): Hex[] {
	return MerkleTree.of(nodes, tag).descendants(start, level, childLevel);
}

/** The node that `children`, all of level `childLevel`, are the descendants of. */
export function rootOfDescendants(children: readonly Hex[], childLevel: number, tag: Tag): Hex {
	return MerkleTree.of(children, tag, childLevel).root;
}
