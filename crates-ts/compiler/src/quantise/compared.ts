import type { Facts } from "@umpire/graph/facts.ts";
import { rangeOf, reachOf } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { readsOf } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { type Precision, type Quantisation, quantisationOf } from "./scales.ts";
import { makesWhole } from "./whole-results.ts";

/** Two bits less than 32, so that twice a number and differences of two stay within 32. */
const LIMIT = 2 ** 29;

/** With one bit less than 32, differences of two have room too. */
const SHARED_LIMIT = 2 ** 30;

/** A constant beyond this many times the reach of all inputs is beyond every input, and need not be on the grid. */
const FARTHEST = 256;

/**
 * Inputs of the model that are compared, with the constants that they are compared with, by name.
 * What is only moved, compared and rounded (the features and thresholds of decision trees) has 30 bits on
 * one grid whose step is a power of two. Then float32 numbers of like size lie on the grid exactly,
 * and a comparison says what the float model's says, ties included. What is computed with too (the
 * quantiles between which a value is interpolated) shares a grid of the program's precision, or of the input's
 * own: what is equal stays equal.
 */
export function comparedQuantisations(
	graph: Graph,
	facts: Facts,
	precision: Precision,
	overrides: ReadonlyMap<string, Precision> = new Map(),
): Map<string, Quantisation> {
	const classes = new Classes();
	const inputs = graph.inputs.filter(({ type }) => isFloat(type)).map(({ name }) => name);
	for (const name of [...inputs, ...graph.initializers.keys()]) classes.find(name);
	const compared = new Set<string>();
	for (const node of graph.nodes) visit(node, classes, compared, facts);
	for (const { name } of graph.outputs) classes.spoil(name);
	const result = new Map<string, Quantisation>();
	const roots = new Set(inputs.map((name) => classes.find(name)));
	const seen = new Set([...compared].map((name) => classes.find(name)));
	for (const root of roots) {
		if (!seen.has(root)) continue;
		const own = inputs.filter((name) => classes.find(name) === root);
		const constants = [...graph.initializers.keys()].filter((name) => classes.find(name) === root);
		if (constants.some((name) => !isFloat(facts.types.get(name)!))) continue;
		if (classes.isSpoilt(root)) {
			const finer = overrides.get(own.find((name) => overrides.has(name)) ?? "");
			const shared = sharedGrid(own, constants, facts, finer ?? precision);
			for (const name of shared ? [...own, ...constants] : []) result.set(name, shared!);
			continue;
		}
		const quantisation = gridOf(own, constants, facts, precision);
		for (const name of own) result.set(name, { ...quantisation, low: 1 - LIMIT, high: LIMIT - 1 });
		for (const name of constants) result.set(name, quantisation);
	}
	return result;
}

function visit(node: Node, classes: Classes, compared: Set<string>, facts: Facts): void {
	if (has(node, "compares")) {
		const [a, b] = node.inputs;
		classes.join(a, b);
		compared.add(a);
		return;
	}
	if (has(node, "ranks") || makesWhole(node, facts)) {
		compared.add(node.inputs[0]);
		return;
	}
	const [first, ...rest] = node.inputs;
	const choices = node.opType === "Where" && node.domain === "" ? [...rest, ...node.outputs] : [];
	if (choices.length > 0 || (node.opType === "Neg" && node.domain === "")) {
		for (const name of choices.length > 0 ? choices : node.outputs) classes.join(choices[0] ?? first, name);
		return;
	}
	if (has(node, "moves", "largest", "least")) {
		for (const output of node.outputs) if (output) classes.join(first, output);
		for (const name of rest) if (name) classes.spoil(name);
		return;
	}
	for (const name of [...readsOf(node), ...node.outputs]) if (name) classes.spoil(name);
}

/** The finest power of two at which all inputs, as far as calibration saw them, and the constants have 29 bits. */
function gridOf(
	inputs: readonly string[],
	constants: readonly string[],
	facts: Facts,
	precision: Precision,
): Quantisation {
	const reach = seenReach(inputs, facts, precision);
	const known = constants.map((name) => reachOf(rangeOf(facts.constants.get(name)!)));
	const all = [reach, ...known.filter((own) => own <= FARTHEST * reach)];
	// One step of room: what is at the end of the grid is beyond every input.
	const scale = 2 ** (Math.floor(Math.log2(Math.max(...all))) + 1) / LIMIT;
	return { scale, low: -LIMIT, high: LIMIT, width: 32 };
}

/** One grid for all, if several constants are compared with and none is far beyond the inputs. */
function sharedGrid(
	inputs: readonly string[],
	constants: readonly string[],
	facts: Facts,
	precision: Precision,
): Quantisation | undefined {
	const known = constants.map((name) => rangeOf(facts.constants.get(name)!));
	if (!known.some(({ low, high }) => low < high)) return undefined;
	const seen = seenReach(inputs, facts, precision);
	const reach = Math.max(seen, ...known.map(reachOf));
	if (reach > 2 * seen) return undefined;
	const { bits } = precision;
	const limit = bits === 32 ? SHARED_LIMIT : precision.limit;
	// With bits to spare, whole numbers and binary fractions lie on it too.
	const scale = bits === 32 ? 2 ** Math.ceil(Math.log2(reach / limit)) : reach / limit;
	return { scale, low: -limit, high: limit, width: bits };
}

/** How far the inputs reach, with the margin of their calibration. */
function seenReach(inputs: readonly string[], facts: Facts, precision: Precision): number {
	const reaches = inputs.map((name) => {
		const { scale, high } = quantisationOf(facts.ranges.get(name)!, precision);
		return scale * high;
	});
	return Math.max(...reaches);
}

/** Classes of values that share their elements or are compared. */
class Classes {
	readonly #parent = new Map<string, string>();
	readonly #spoilt = new Set<string>();

	find(name: string): string {
		let root = name;
		for (let next = this.#parent.get(root); next !== undefined; next = this.#parent.get(root)) root = next;
		return root;
	}

	join(a: string, b: string): void {
		const [x, y] = [this.find(a), this.find(b)];
		if (x === y) return;
		this.#parent.set(y, x);
		if (this.#spoilt.has(y)) this.#spoilt.add(x);
	}

	/** Something else is done with the class's values. */
	spoil(name: string): void {
		this.#spoilt.add(this.find(name));
	}

	isSpoilt(name: string): boolean {
		return this.#spoilt.has(this.find(name));
	}
}
