/** How a node compares its feature with its value to take the true branch. Other modes are these with the branches exchanged. */
export type Mode = "LessOrEqual" | "Less" | "Equal";

/** Where a branch leads. */
export type Place = { readonly leaf: number } | { readonly node: number };

export interface TreeNode {
	readonly feature: number;
	readonly value: number;
	readonly mode: Mode;
	readonly yes: Place;
	readonly no: Place;
	/** Whether NaN takes the true branch; otherwise it takes the other. */
	readonly missing: boolean;
}

/** What a leaf adds to which target. */
export interface Weight {
	readonly target: number;
	readonly value: number;
}

export type Aggregate = "SUM" | "AVERAGE" | "MIN" | "MAX";

/** Decision trees over shared lists of nodes and leaves, in the terms of no particular ONNX operator. */
export interface Ensemble {
	readonly roots: readonly Place[];
	readonly nodes: readonly TreeNode[];
	readonly leaves: readonly (readonly Weight[])[];
	readonly targets: number;
	readonly aggregate: Aggregate;
}

/** ONNX's modes by name; those with `swap` are another mode with the branches exchanged. */
const BRANCHES: ReadonlyMap<string, { readonly mode: Mode; readonly swap: boolean }> = new Map([
	["BRANCH_LEQ", { mode: "LessOrEqual", swap: false }],
	["BRANCH_LT", { mode: "Less", swap: false }],
	["BRANCH_GTE", { mode: "Less", swap: true }],
	["BRANCH_GT", { mode: "LessOrEqual", swap: true }],
	["BRANCH_EQ", { mode: "Equal", swap: false }],
	["BRANCH_NEQ", { mode: "Equal", swap: true }],
]);

export const MODES: readonly Mode[] = [...new Set([...BRANCHES.values()].map(({ mode }) => mode))];

/**
 * A node of one of ONNX's modes; undefined for a mode that is none of them.
 * @param tracks whether NaN takes the true branch; where it does not, no comparison but ≠ holds of it
 */
export function branch(
	mode: string,
	split: { readonly feature: number; readonly value: number; readonly tracks: boolean },
	yes: Place,
	no: Place,
): TreeNode | undefined {
	const known = BRANCHES.get(mode);
	if (!known) return undefined;
	const { feature, value, tracks } = split;
	const [first, second] = known.swap ? [no, yes] : [yes, no];
	const missing = known.swap ? !tracks && known.mode !== "Equal" : tracks;
	return { feature, value, mode: known.mode, yes: first, no: second, missing };
}

/** Number of the longest path's nodes, by tree; Infinity if a path never ends. */
export function depthOf({ nodes, roots }: Ensemble): number {
	const depths = new Map<number, number>();
	const open = new Set<number>();
	const measure = (place: Place): number => {
		if ("leaf" in place) return 0;
		const known = depths.get(place.node);
		if (known !== undefined) return known;
		if (open.has(place.node)) return Number.POSITIVE_INFINITY;
		open.add(place.node);
		const { yes, no } = nodes[place.node];
		const depth = 1 + Math.max(measure(yes), measure(no));
		open.delete(place.node);
		depths.set(place.node, depth);
		return depth;
	};
	return Math.max(0, ...roots.map(measure));
}
