import type { AttributeValue, Node } from "@umpire/onnx/model.ts";
import { CompileError } from "./errors.ts";

/** The attribute if the node has it. */
function find<T extends AttributeValue["type"]>(
	node: Node,
	name: string,
	type: T,
): Extract<AttributeValue, { readonly type: T }> | undefined {
	const attribute = node.attributes.get(name);
	if (attribute === undefined || hasType(attribute, type)) return attribute;
	throw new CompileError(`attribute ${name} has type ${attribute.type}, expected ${type}`, { node });
}

function hasType<T extends AttributeValue["type"]>(
	attribute: AttributeValue,
	type: T,
): attribute is Extract<AttributeValue, { readonly type: T }> {
	return attribute.type === type;
}

export function float(node: Node, name: string, fallback: number): number {
	return find(node, name, "float")?.value ?? fallback;
}

export function int(node: Node, name: string, fallback: number): number {
	const value = find(node, name, "int")?.value;
	return value === undefined ? fallback : Number(value);
}

export function ints(node: Node, name: string): number[] | undefined {
	return find(node, name, "ints")?.value?.map(Number);
}

export function string(node: Node, name: string, fallback: string): string {
	return find(node, name, "string")?.value ?? fallback;
}

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
