import type { AttributeValue, Node, Tensor } from "@umpire/onnx/model.ts";
import { CompileError } from "./errors.ts";

type Value<T extends AttributeValue["type"]> = Extract<AttributeValue, { readonly type: T }>["value"];

function get<T extends AttributeValue["type"]>(node: Node, name: string, type: T): Value<T> | undefined {
	const attribute = node.attributes.get(name);
	if (attribute === undefined) return undefined;
	if (attribute.type !== type) {
		throw new CompileError(`attribute ${name} has type ${attribute.type}, expected ${type}`, { node });
	}
	return attribute.value as Value<T>;
}

export function float(node: Node, name: string, fallback: number): number {
	return get(node, name, "float") ?? fallback;
}

export function int(node: Node, name: string, fallback: number): number {
	const value = get(node, name, "int");
	return value === undefined ? fallback : Number(value);
}

export function ints(node: Node, name: string): number[] | undefined {
	return get(node, name, "ints")?.map(Number);
}

export function string(node: Node, name: string, fallback: string): string {
	return get(node, name, "string") ?? fallback;
}

export function tensor(node: Node, name: string): Tensor | undefined {
	return get(node, name, "tensor");
}

/** A copy of the node with one attribute set or, with undefined, removed. */
export function withAttribute(node: Node, name: string, value: AttributeValue | undefined): Node {
	const attributes = new Map(node.attributes);
	if (value === undefined) attributes.delete(name);
	else attributes.set(name, value);
	return { ...node, attributes };
}
