import type { Facts } from "@umpire/graph/facts.ts";
import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { countReads } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { affineOf, compose, identityAffine, perChannel } from "./affine.ts";
import { clipOf } from "./clip.ts";
import { fuseTables } from "./fuse-tables.ts";
import type { FusedOp } from "./fused-op.ts";

/**
 * Groups the nodes of a folded graph into fused operators, in the graph's order of their first nodes.
 *
 * @param quick whether products of two values take factors and shifts of channels with them, which has them rounded once
 */
export function fuse(graph: Graph, facts: Facts, quick = false): FusedOp[] {
	const reads = countReads(graph);
	const consumer = new Map<string, Node>();
	for (const node of graph.nodes) for (const name of node.inputs) consumer.set(name, node);
	const only = (name: string): Node | undefined => (reads.get(name) === 1 ? consumer.get(name) : undefined);
	const absorbed = new Set<Node>();
	const fusedOps: FusedOp[] = [];
	for (const node of graph.nodes) {
		if (absorbed.has(node)) continue;
		const fused = absorb(node, facts, only, quick);
		for (const other of fused.nodes) absorbed.add(other);
		fusedOps.push(fused);
	}
	return fuseTables(fusedOps, graph, facts);
}

function absorb(node: Node, facts: Facts, only: (name: string) => Node | undefined, quick: boolean): FusedOp {
	const nodes = [node];
	let output = node.outputs[0];
	let clip = UNBOUNDED;
	const plain = { nodes, output, clip };
	if (!has(node, "rescales") || node.outputs.slice(1).some((name) => name !== "")) {
		return plain;
	}
	const shape = facts.shapes.get(output)!;
	const axis = channelAxis(node, shape.length);
	const hasChannels = axis !== undefined && axis >= 0 && foldable(node, shape, axis, facts);
	let affine = hasChannels ? identityAffine(shape[axis]) : undefined;
	let next = only(output);
	let factor = 1;
	while (next && isProductOfValues(node, facts)) {
		const step = factorOf(next, output, shape, facts);
		if (step === undefined) break;
		factor *= step;
		nodes.push(next);
		output = next.outputs[0];
		next = only(output);
	}
	while (next && affine && axis !== undefined) {
		const step = affineOf(next, output, shape, axis, facts);
		if (!step) break;
		affine = compose(affine, step);
		nodes.push(next);
		output = next.outputs[0];
		next = only(output);
	}
	while (next && quick && isElementwiseProduct(node, facts)) {
		const step = affineOf(next, output, shape, shape.length - 1, facts);
		// What a row multiplies by is positive.
		if (!step?.scale.every((scale) => scale > 0 && Number.isFinite(scale))) break;
		affine = compose(affine ?? identityAffine(shape[shape.length - 1]), step);
		nodes.push(next);
		output = next.outputs[0];
		next = only(output);
	}
	while (next) {
		const range = clipOf(next, output, facts);
		if (!range) break;
		clip = {
			low: Math.min(Math.max(clip.low, range.low), range.high),
			high: Math.min(Math.max(clip.high, range.low), range.high),
		};
		nodes.push(next);
		output = next.outputs[0];
		next = only(output);
	}
	return { nodes, output, clip, ...(affine ? { affine } : {}), ...(factor === 1 ? {} : { factor }) };
}

const isProductOfValues = ({ opType, domain, inputs }: Node, facts: Facts): boolean =>
	domain === "" && opType === "MatMul" && inputs.every((name) => !facts.constants.has(name));

const isElementwiseProduct = ({ opType, domain, inputs, outputs }: Node, facts: Facts): boolean =>
	domain === "" &&
	opType === "Mul" &&
	inputs.every((name) => !facts.constants.has(name)) &&
	(facts.shapes.get(outputs[0])?.length ?? 0) > 0;

/** The positive number that a node multiplies its operand by, if that is all it does: the scale of attention. */
function factorOf(node: Node, input: string, shape: readonly number[], facts: Facts): number | undefined {
	const affine = shape.length > 0 && affineOf(node, input, shape, shape.length - 1, facts);
	if (!affine || affine.scale.length === 0) return undefined;
	const [factor] = affine.scale;
	const only = affine.scale.every((value) => value === factor) && affine.shift.every((value) => value === 0);
	return only && factor > 0 && Number.isFinite(factor) ? factor : undefined;
}

/** The output axis that holds a product's channels. */
function channelAxis(node: Node, rank: number): number | undefined {
	if (has(node, "channelsSecond")) return 1;
	return has(node, "channelsLast") ? rank - 1 : undefined;
}

/**
 * A factor per channel can be folded into the weights only if they are constant, and so is
 * the bias if there is one. MatMul's weights are B.
 */
function foldable(node: Node, shape: readonly number[], axis: number, facts: Facts): boolean {
	const weights = facts.constants.get(node.inputs[1]);
	if (!weights || (node.opType === "MatMul" && weights.dims.length < 2)) return false;
	if (!node.inputs[2]) return true;
	const bias = facts.constants.get(node.inputs[2]);
	if (!bias) return false;
	return node.opType !== "Gemm" || perChannel(toReal(bias), shape, axis) !== undefined;
}
