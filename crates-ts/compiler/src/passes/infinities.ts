import { GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { HUGE, rangeOf, reachOf } from "@umpire/graph/ranges.ts";
import { isFloat, type Real, toReal } from "@umpire/graph/real.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import { snapUp } from "../quantise/scales.ts";

/** A number this far below everything else has no part in a softmax, and masks.ts takes it for a mask. */
const LEAST = 1024;

/** An input with numbers for what stands for infinity (±∞, ±3.4e38), far beyond its other elements. */
export function withoutHuge(tensor: Tensor): Tensor {
	if (!isFloat(tensor.type)) return tensor;
	const { shape, data } = toReal(tensor);
	if (data.every((value) => Math.abs(value) < HUGE || Number.isNaN(value))) return tensor;
	const reach = reachOf(rangeOf(tensor));
	const bound = snapUp(LEAST + 4 * reach);
	const finite = data.map((value) => (Math.abs(value) < HUGE ? value : Math.sign(value) * bound));
	return tensorFrom(tensor.type, shape, finite);
}

/** A number below all that calibration saw, with room for sums of it and others. */
export function belowAll(facts: Facts): number {
	const floats = [...facts.ranges].filter(([name]) => isFloat(facts.types.get(name) ?? "undefined"));
	const reach = floats.reduce((most, [, range]) => Math.max(most, reachOf(range)), 0);
	return -snapUp(LEAST + 4 * reach);
}

/**
 * The graph with the finite number `lowest` for −∞ in constants that truth values choose between,
 * that are added to something, or that something is compared with: masks that are added up, and
 * looked at (is a row all −∞?), before a softmax.
 */
export function withoutInfinities(graph: Graph, lowest: number): Graph {
	const editor = new GraphEditor(graph);
	const known = new Map<string, string>();
	const realsOf = (name: string): Real | undefined => {
		const tensor = graph.initializers.get(name);
		return tensor && isFloat(tensor.type) ? toReal(tensor) : undefined;
	};
	const derived = (name: string, suffix: string, f: (x: number) => number): string => {
		const base = `${name}/${suffix}`;
		const before = known.get(base);
		if (before !== undefined) return before;
		const { shape, data } = realsOf(name)!;
		const { type } = graph.initializers.get(name)!;
		const made = editor.constant(base, tensorFrom(type, shape, data.map(f)));
		known.set(base, made);
		return made;
	};
	const finite = (name: string): string => {
		if (!realsOf(name)?.data.includes(Number.NEGATIVE_INFINITY)) return name;
		return derived(name, "finite", (x) => (x === Number.NEGATIVE_INFINITY ? lowest : x));
	};
	/** Which operand of a comparison is −∞ everywhere; −1 if none is. */
	const infinite = ({ domain, opType, inputs }: Node): number => {
		if (domain !== "" || opType !== "Equal") return -1;
		return inputs.findIndex((name) => realsOf(name)?.data.every((x) => x === Number.NEGATIVE_INFINITY));
	};
	const compared = new Set(
		graph.nodes.flatMap((node) => (infinite(node) < 0 ? [] : [node.inputs[1 - infinite(node)]])),
	);
	for (const node of graph.nodes) {
		const place = infinite(node);
		if (place >= 0) {
			// A sum of −∞ and a number is −∞, but no sum is the same finite number.
			const halfway = derived(node.inputs[place], "halfway", () => lowest / 2);
			editor.replace(node, [{ ...node, opType: "Less", inputs: [node.inputs[1 - place], halfway] }]);
			continue;
		}
		const places = placesOf(node, graph, compared);
		const inputs = node.inputs.map((name, k) => (places.includes(k) ? finite(name) : name));
		if (inputs.some((name, k) => name !== node.inputs[k])) editor.replace(node, [{ ...node, inputs }]);
	}
	return editor.graph();
}

/** Operands of the node whose −∞ is meant as a number among others. */
function placesOf(
	{ domain, opType, inputs, outputs }: Node,
	{ initializers }: Graph,
	compared: ReadonlySet<string>,
): readonly number[] {
	if (domain !== "") return [];
	if (opType === "Add") return [0, 1];
	// Where only one choice is a constant, it is a mask that needs no number (onnx-ops/logic/where.ts).
	const chosen = [1, 2].every((k) => initializers.has(inputs[k])) || compared.has(outputs[0]);
	return opType === "Where" && chosen ? [1, 2] : [];
}
