import type { AttributeValue, Node, Tensor } from "./model.ts";
import type { Known } from "./ranks.ts";

/** What a rewriting rule may do besides changing the node. */
export interface Rewriting {
	readonly known: Known;
	/** The opset that the model comes from. */
	readonly from: number;
	/** The opset that it is brought to. */
	readonly target: number;
	/** Adds a constant and gives its name. */
	constant(tensor: Tensor): string;
	/** A name that the graph does not use yet. */
	fresh(base: string): string;
	/** Stops with a message about the node. */
	refuse(reason: string): never;
}

/** The nodes that stand for `node` in the newer opset; its outputs keep their names. */
export type Rule = (node: Node, to: Rewriting) => readonly Node[];

/** A node with some attributes removed and others set. */
export function withAttributes(
	node: Node,
	removed: readonly string[],
	set: Readonly<Record<string, AttributeValue>> = {},
): Node {
	const attributes = new Map(node.attributes);
	for (const name of removed) attributes.delete(name);
	for (const [name, value] of Object.entries(set)) attributes.set(name, value);
	return { ...node, attributes };
}

/** An int attribute as number. */
export function intOf(node: Node, name: string): number | null {
	const attribute = node.attributes.get(name);
	return attribute?.type === "int" ? Number(attribute.value) : null;
}

export function int64Tensor(values: readonly (bigint | number)[]): Tensor {
	return { type: "int64", dims: [values.length], data: BigInt64Array.from(values, BigInt) };
}
