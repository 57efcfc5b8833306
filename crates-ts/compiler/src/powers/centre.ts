import { int } from "@umpire/graph/attributes.ts";
import { GraphEditor } from "@umpire/graph/edit.ts";
import { type Extents, type Facts, reachesOf } from "@umpire/graph/facts.ts";
import { toReal } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { alongAxis, expandedTo, reduced } from "./elements.ts";
import { type Needs, needsOf } from "./needs.ts";

/** An operand this many times larger than what would show at full scale is mostly an offset. */
const LEAST_EXCESS = 16;
/** What is left has room for this many times what would show at full scale, whatever calibration saw. */
const ROOM = 256;

export interface CentredGraph {
	readonly graph: Graph;
	/** The least reach that values of the new graph must have. */
	readonly reaches: ReadonlyMap<string, number>;
}

/**
 * Subtracts from operands of products with constant weights what is much larger than all that it
 * tells: years around 2023, pressures around 101,325. The weights times that offset go into a bias.
 * Weights of 16 bits times the offset would err by more than the features differ.
 */
export function centreOffsets(graph: Graph, facts: Facts): CentredGraph | undefined {
	const needs = needsOf(graph, facts);
	const editor = new GraphEditor(graph, facts.shapes.keys());
	const reaches = new Map<string, number>();
	for (const node of graph.nodes) {
		const [x] = node.inputs;
		const axis = axisOf(node, facts);
		const offsets = axis === undefined ? undefined : offsetsOf(x, axis, facts, needs);
		if (axis === undefined || !offsets) continue;
		const { centres, room } = offsets;
		const type = facts.types.get(x)!;
		const least = reduced(centres, facts.shapes.get(x)!);
		const constant = editor.constant(`${x}_centre`, tensorFrom(type, least.shape, [...least.values]));
		const difference = editor.node(`${node.name}/Centre`, "Sub", [x, constant]);
		const [centred] = difference.outputs;
		reaches.set(centred, room);
		const bias = biasOf(node, alongAxis(centres, facts.shapes.get(x)!, axis)!, facts);
		const [output] = node.outputs;
		const inner = editor.names.fresh(`${output}_centred`);
		const product = { ...node, inputs: [centred, ...node.inputs.slice(1)], outputs: [inner] };
		const shift = editor.constant(`${output}_offset`, tensorFrom(type, bias.shape, [...bias.data]));
		const sum = editor.node(`${node.name}/Offset`, "Add", [inner, shift], {}, [output]);
		editor.replace(node, [difference, product, sum]);
	}
	return reaches.size === 0 ? undefined : { graph: editor.graph(), reaches };
}

/** The axis of operand 0 over which a product with constant weights sums. */
function axisOf(node: Node, facts: Facts): number | undefined {
	const rank = facts.shapes.get(node.inputs[0] ?? "")?.length ?? 0;
	const weights = facts.constants.get(node.inputs[1] ?? "");
	if (node.domain !== "" || !weights || facts.constants.has(node.inputs[0])) return undefined;
	if (node.opType === "MatMul") return weights.dims.length === 2 && rank > 0 ? rank - 1 : undefined;
	if (node.opType === "Gemm") return int(node, "transA", 0) === 0 ? 1 : undefined;
	// What is beyond the border is 0, not the offset.
	if (node.opType === "Conv" && !isPadded(node)) return 1;
	return undefined;
}

function isPadded({ attributes }: Node): boolean {
	const pads = attributes.get("pads");
	const mode = attributes.get("auto_pad");
	const same = mode?.type === "string" && mode.value.startsWith("SAME");
	return same || (pads?.type === "ints" && pads.value.some((pad) => pad !== 0n));
}

/** The middles of an operand's elements where these are mostly offset, the same for all that share an axis' position. */
function offsetsOf(
	x: string,
	axis: number,
	facts: Facts,
	needs: Needs,
): { readonly centres: Float64Array; readonly room: number } | undefined {
	const extents = facts.extents?.get(x);
	const steps = needs.get(x);
	const shape = facts.shapes.get(x);
	if (!extents || !steps || !shape) return undefined;
	const along = shape.map((size, k) => (k === axis ? size : 1));
	const places = expandedTo(
		Float64Array.from({ length: sizeOf(along) }, (_, i) => i),
		along,
		shape,
	);
	const together = togetherAt(extents, places, sizeOf(along));
	const excess = reachesOf(extents).some((reach, i) => reach > LEAST_EXCESS * steps[i]);
	const centres = together.low.map((low, c) => (low + together.high[c]) / 2);
	const half = together.high.map((high, c) => high - centres[c]);
	// What varies as much as it is large is no offset.
	const offset = centres.some((centre, c) => Math.abs(centre) > 8 * half[c]);
	if (!excess || !offset) return undefined;
	const room = ROOM * Math.max(...steps.filter(Number.isFinite));
	return { centres: Float64Array.from(places, (place) => centres[place]), room };
}

function togetherAt({ low, high }: Extents, places: Float64Array, count: number): Extents {
	const together = {
		low: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
		high: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
	};
	for (const [i, place] of places.entries()) {
		together.low[place] = Math.min(together.low[place], low[i]);
		together.high[place] = Math.max(together.high[place], high[i]);
	}
	return together;
}

/** Weights times offsets, as a constant that broadcasts to the product. */
function biasOf(
	node: Node,
	centres: Float64Array,
	facts: Facts,
): { readonly shape: readonly number[]; readonly data: Float64Array } {
	const { shape, data } = toReal(facts.constants.get(node.inputs[1])!);
	if (node.opType === "Conv") {
		const [filters, perGroup, ...kernel] = shape;
		const inner = sizeOf(kernel);
		const filtersPerGroup = filters / int(node, "group", 1);
		const bias = new Float64Array(filters);
		for (const [i, weight] of data.entries()) {
			const filter = Math.floor(i / (perGroup * inner));
			const channel = Math.floor(filter / filtersPerGroup) * perGroup + (Math.floor(i / inner) % perGroup);
			bias[filter] += weight * centres[channel];
		}
		return { shape: [filters, ...kernel.map(() => 1)], data: bias };
	}
	const turned = node.opType === "Gemm" && int(node, "transB", 0) !== 0;
	const alpha = node.attributes.get("alpha");
	const factor = node.opType === "Gemm" && alpha?.type === "float" ? alpha.value : 1;
	const columns = turned ? shape[0] : shape[1];
	const bias = new Float64Array(columns);
	for (const [i, weight] of data.entries()) {
		const [a, b] = [Math.floor(i / shape[1]), i % shape[1]];
		const [row, column] = turned ? [b, a] : [a, b];
		bias[column] += factor * weight * centres[row];
	}
	return { shape: [columns], data: bias };
}
