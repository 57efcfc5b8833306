import type { Node } from "@umpire/onnx/model.ts";

/** A node's list attribute of numbers; [] if it has none. Integer lists count too. */
export function numbers(node: Node, name: string): number[] {
	const attribute = node.attributes.get(name);
	if (attribute?.type === "floats") return [...attribute.value];
	return attribute?.type === "ints" ? attribute.value.map(Number) : [];
}

/** A node's list attribute of strings; [] if it has none. */
export function strings(node: Node, name: string): string[] {
	const attribute = node.attributes.get(name);
	return attribute?.type === "strings" ? [...attribute.value] : [];
}
