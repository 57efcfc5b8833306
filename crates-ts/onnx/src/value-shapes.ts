import { elementCount } from "./element-types.ts";
import { InputError } from "./errors.ts";
import type { ValueInfo } from "./model.ts";

/** Sizes of symbolic dimensions found so far, by symbol; files read together must agree on them. */
export type Symbols = Map<string, number>;

/** "[batch, 3, ?]" for a message. */
export function showDims(dims: ValueInfo["dims"]): string {
	return dims === null ? "of any rank" : `[${dims.map((size) => size ?? "?").join(", ")}]`;
}

/**
 * Checks a tensor's dimensions against a declaration and learns its symbols.
 * Axes of size 1 may be missing or extra (a 28 × 28 image fits [1, 1, 28, 28]).
 * @returns the dimensions that the model sees
 */
export function fitDims(
	found: readonly number[],
	value: ValueInfo,
	symbols: Symbols,
	label: string,
): readonly number[] {
	const { dims } = value;
	if (dims === null) return found;
	const wanted = dims.map((size) => (typeof size === "string" ? (symbols.get(size) ?? null) : size));
	if (found.length === dims.length && wanted.every((size, axis) => size === null || size === found[axis])) {
		bind(dims, found, symbols);
		return found;
	}
	const squeezed = (sizes: readonly (number | null)[]) => sizes.filter((size) => size !== 1).join(",");
	if (!wanted.includes(null) && squeezed(wanted) === squeezed(found)) return wanted as number[];
	throw new InputError(
		`${label}: "${value.name}" has shape [${found.join(", ")}], the model wants ${showDims(dims)}`,
	);
}

/** How strictly a file is read: outputs are only compared with, so what they leave open stays open. */
export type Role = "input" | "output";

/**
 * The dimensions of a flat list of `count` elements: unknown sizes follow from the count where only
 * one way remains (a single unknown size, or all of them 1). An output that leaves several ways
 * is given as one axis.
 */
export function inferDims(
	count: number,
	value: ValueInfo,
	symbols: Symbols,
	label: string,
	role: Role = "input",
): readonly number[] {
	const { dims, name } = value;
	if (dims === null && role === "output") return [count];
	if (dims === null)
		throw new InputError(`${label}: the model does not say the shape of "${name}"`, {
			advice: "give it with the input",
		});
	const wanted = dims.map((size) => (typeof size === "string" ? (symbols.get(size) ?? size) : size));
	const known = elementCount(wanted.filter((size) => typeof size === "number"));
	// A symbol that occurs twice is one unknown, but the count tells its square: leave that to the user.
	const unknown = wanted.filter((size) => typeof size !== "number");
	const rest = known === 0 ? Number.NaN : count / known;
	if (unknown.length === 0) {
		if (count !== known)
			throw new InputError(
				`${label}: "${name}" has ${count} elements, its shape ${showDims(dims)} needs ${known}`,
			);
	} else if (!Number.isInteger(rest)) {
		throw new InputError(
			`${label}: "${name}" has ${count} elements, no multiple of what its shape ${showDims(dims)} needs (${known})`,
		);
	} else if (unknown.length > 1 && rest !== 1) {
		if (role === "output") return [count];
		throw new InputError(
			`${label}: "${name}" has ${count} elements, which fit its shape ${showDims(dims)} in several ways`,
			{ advice: "give nested lists or its shape" },
		);
	}
	const result = wanted.map((size) => (typeof size === "number" ? size : rest));
	bind(dims, result, symbols);
	return result;
}

function bind(dims: NonNullable<ValueInfo["dims"]>, sizes: readonly number[], symbols: Symbols): void {
	for (const [axis, size] of dims.entries()) if (typeof size === "string") symbols.set(size, sizes[axis]);
}
