import { int } from "@umpire/graph/attributes.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { HUGE } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { codeOfType, tensorFrom } from "@umpire/onnx/element-types.ts";
import type { AttributeValue, Graph, Node, Tensor } from "@umpire/onnx/model.ts";

/**
 * The graph with IsNaN of a softmax, which PyTorch writes behind attention, as what it asks: is
 * the row masked everywhere? `lowest` is the number that stands for −∞ (infinities.ts) in masks
 * that are added to scores; a mask may also be a choice between scores and −∞.
 */
export function withoutNanChecks(graph: Graph, facts: Facts, lowest: number): Graph {
	const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	const initializers = new Map(graph.initializers);
	const nodes = graph.nodes.flatMap((node) => {
		if (node.domain !== "" || node.opType !== "IsNaN") return [node];
		const softmax = producers.get(node.inputs[0]);
		const rank = facts.shapes.get(node.inputs[0])?.length ?? 0;
		if (softmax?.opType !== "Softmax" || ![-1, rank - 1].includes(int(softmax, "axis", -1))) return [node];
		const found = maskOf(softmax.inputs[0], { producers, facts, lowest });
		return found ? maskedRows(node, found, facts, lowest, initializers) : [node];
	});
	return nodes.length === graph.nodes.length ? graph : { ...graph, nodes, initializers };
}

/** A tensor added to scores, or truth values that choose scores (or, `inverted`, −∞). */
type Mask = { readonly added: string } | { readonly truth: string; readonly inverted: boolean };

interface Surroundings {
	readonly producers: ReadonlyMap<string, Node>;
	readonly facts: Facts;
	readonly lowest: number;
}

function maskOf(name: string, around: Surroundings): Mask | undefined {
	const { producers, facts, lowest } = around;
	const node = producers.get(name);
	if (node?.domain !== "") return undefined;
	if (node.opType === "Identity" || (node.opType === "Cast" && isFloat(facts.types.get(node.inputs[0])!)))
		return maskOf(node.inputs[0], around);
	if (node.opType === "Add") {
		const added = node.inputs.find((one) => leastOf(one, facts) <= lowest / 2);
		return added === undefined ? undefined : { added };
	}
	if (node.opType !== "Where") return undefined;
	const place = [1, 2].find((k) => isInfinite(facts.constants.get(node.inputs[k])));
	return place === undefined ? undefined : { truth: node.inputs[0], inverted: place === 1 };
}

/** The least number of a value, apart from those that take no part in calibration. */
function leastOf(name: string, facts: Facts): number {
	const constant = facts.constants.get(name);
	if (!constant) return facts.ranges.get(name)?.low ?? 0;
	return toReal(constant).data.reduce((least, value) => (value > -HUGE ? Math.min(least, value) : least), 0);
}

function isInfinite(tensor: Tensor | undefined): boolean {
	return tensor !== undefined && toReal(tensor).data.every((value) => value === Number.NEGATIVE_INFINITY);
}

/** Nodes that find the rows of which the mask leaves nothing, in the shape of the check. */
function maskedRows(
	node: Node,
	mask: Mask,
	facts: Facts,
	lowest: number,
	initializers: Map<string, Tensor>,
): Node[] {
	const named = (suffix: string): string => `${node.name}/${suffix}`;
	const constant = (suffix: string, tensor: Tensor): string => {
		initializers.set(named(suffix), tensor);
		return named(suffix);
	};
	const plain = (
		opType: string,
		inputs: string[],
		attributes: Record<string, AttributeValue> = {},
	): Node => ({
		name: named(opType),
		opType,
		domain: "",
		inputs,
		outputs: [named(`${opType}_output`)],
		attributes: new Map(Object.entries(attributes)),
	});
	const integer = (value: number): AttributeValue => ({ type: "int", value: BigInt(value) });
	const whole = (suffix: string, values: readonly number[]): string =>
		constant(suffix, tensorFrom("int64", [values.length], values));
	const type = "added" in mask ? facts.types.get(mask.added)! : "int32";
	const before = "added" in mask ? [] : [plain("Cast", [mask.truth], { to: integer(codeOfType("int32")) })];
	const rows = "added" in mask ? mask.added : before[0].outputs[0];
	const least = "truth" in mask && mask.inverted;
	const axes = whole("axes", [-1]);
	const most = plain(least ? "ReduceMin" : "ReduceMax", [rows, axes], { keepdims: integer(1) });
	const bound = constant("bound", tensorFrom(type, [1], ["added" in mask ? lowest / 2 : least ? 0 : 1]));
	const compared = plain(least ? "Greater" : "Less", [most.outputs[0], bound]);
	const shape = whole("shape", facts.shapes.get(node.inputs[0])!);
	const result = { ...plain("Expand", [compared.outputs[0], shape]), outputs: node.outputs };
	return [...before, most, compared, result];
}
