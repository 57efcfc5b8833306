import type { Abstract } from "./abstract.ts";
import type { Site } from "./site.ts";

export function intsOf({ node }: Site, name: string): readonly number[] | undefined {
	const value = node.attributes.get(name);
	if (value === undefined) return undefined;
	if (value.type !== "ints") throw new Error(`${node.opType}: ${name} is not a list of integers`);
	return value.value.map(Number);
}

export function intOf({ node }: Site, name: string, otherwise: number): number {
	const value = node.attributes.get(name);
	if (value === undefined) return otherwise;
	if (value.type !== "int") throw new Error(`${node.opType}: ${name} is not an integer`);
	return Number(value.value);
}

/** Refuses attributes that a rule does not take into account. */
export function onlyAttributes({ node }: Site, ...known: readonly string[]): void {
	for (const name of node.attributes.keys()) {
		if (!known.includes(name)) throw new Error(`${node.opType}: attribute ${name} is not known`);
	}
}

/** The numbers of a constant operand. */
export function numbersOf(value: Abstract | undefined, what: string): readonly number[] {
	if (value?.data === undefined) throw new Error(`${what} is not a constant`);
	return Array.from(value.data);
}

export function requireType(site: Site, ...types: readonly string[]): void {
	for (const { type, name } of site.inputs) {
		if (name !== "" && !types.includes(type))
			throw new Error(`${site.node.opType} of ${name}, which is ${type}`);
	}
}

/** Operands of one type; gives it. */
export function sameType(site: Site, inputs = site.inputs): Abstract["type"] {
	const [{ type }] = inputs;
	if (inputs.some((input) => input.name !== "" && input.type !== type))
		throw new Error(`${site.node.opType} of different types`);
	return type;
}
