import type { Facts } from "@umpire/graph/facts.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import { reachOf } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { FusedOp } from "../lower/fused-op.ts";
import { isPlaceBetween } from "../passes/interpolations.ts";
import type { Needs } from "../powers/needs.ts";
import { makesWhole } from "./whole-results.ts";

/** Whether the node gives the numbers of its operand, in other places or in another type. */
export const isView = (node: Node): boolean => has(node, "views", "casts");

/** Steps of a row that is normalised, as a share of the root of its mean square. */
const SHARE_OF_ROW = 1 / 256;
/** Grid step of what goes through exp: half of it is the relative error of the result. */
const EXPONENT_STEP = 1 / 512;
/** Steps of what would show at full scale (powers/needs.ts). */
export const SHARE_OF_NEED = 2 ** -12;
/** A row whose mean square is a smaller share of the largest than this gets no finer steps than one of this share. */
const LEAST_ROW = 2 ** -24;

/**
 * Per value, the coarsest step of its grid that does no harm, where that is known: rows that are
 * normalised need it fine for the smallest of them, however large the others are, and so do
 * exponents of a softmax and what is rounded to whole numbers as exactly as the inputs say. It is passed on to what the value is the sum of.
 */
export function requiredSteps(
	fusedOps: readonly FusedOp[],
	facts: Facts,
	needs: Needs,
): ReadonlyMap<string, number> {
	const steps = new Map<string, number>();
	const require = (name: string, step: number | undefined): void => {
		if (step === undefined || !(step > 0) || facts.constants.has(name)) return;
		steps.set(name, Math.min(step, steps.get(name) ?? Number.POSITIVE_INFINITY));
	};
	for (const [name, own] of needs) require(name, Math.min(...own) * SHARE_OF_NEED);
	const producers = new Map(fusedOps.map((fused) => [fused.output, fused]));
	const near = nearInputs(fusedOps, producers, facts);
	for (const fused of fusedOps.toReversed()) {
		const [node] = fused.nodes;
		if (fused.table || node.domain !== "") continue;
		const own = steps.get(fused.output);
		const [x] = node.inputs;
		if (makesWhole(node, facts) && near.has(x)) require(x, finestStep(x, facts));
		else if (isExponent(fused)) for (const name of node.inputs) require(name, EXPONENT_STEP);
		else if (dividesDifferences(node, producers))
			for (const name of node.inputs) require(name, finestStep(name, facts));
		else if (isSquare(fused, producers)) require(node.inputs[0], stepOfRows(fused, facts));
		else if (isView(node)) require(node.inputs[0], own);
		else if (has(node, "passesErrors")) for (const name of node.inputs) require(name, own);
		else if (own !== undefined) requireFactor(node, own, facts, require);
	}
	return steps;
}

/** About what float32 tells apart. */
const FINEST_SHARE = 2 ** -24;

function finestStep(name: string, { ranges }: Facts): number | undefined {
	const range = ranges.get(name);
	return range && reachOf(range) * FINEST_SHARE;
}

/**
 * Values that can be as exact as the model's inputs: these themselves, other views of them, or with
 * constants added and multiplied, where 32 bits are welcome to all that read them on the way. Of factors that are no
 * powers of two there is one at most: where two cancel (x·2/3·3/2, as coordinates do), a fine grid shows what is left
 * of their roundings, and a coarse one takes it away.
 */
export function nearInputs(
	fusedOps: readonly FusedOp[],
	producers: ReadonlyMap<string, FusedOp>,
	facts: Facts,
): ReadonlySet<string> {
	const coarse = new Set<string>();
	for (const { nodes, table } of fusedOps) {
		const [node] = nodes;
		for (const name of node.inputs)
			if (table || !(isExact(node, facts) || makesWhole(node, facts))) coarse.add(name);
	}
	const isRoot = (name: string): boolean =>
		!producers.has(name) && !coarse.has(name) && isFloat(facts.types.get(name) ?? "undefined");
	const near = new Set([...facts.ranges.keys()].filter(isRoot));
	const scaled = new Set<string>();
	for (const { nodes, table, output } of fusedOps) {
		const [node] = nodes;
		const known = node.inputs.every((name) => facts.constants.has(name) || near.has(name));
		if (table || !known || !isExact(node, facts) || coarse.has(output)) continue;
		const isScaled = node.inputs.some((name) => scaled.has(name));
		const scales = hasRoundedFactor(node, facts);
		if (isScaled && scales) continue;
		near.add(output);
		if (isScaled || scales) scaled.add(output);
	}
	return near;
}

/** Views, sums and differences, and products and quotients with constants. */
function isExact(node: Node, { constants }: Facts): boolean {
	if (isView(node) || has(node, "passesErrors")) return true;
	return has(node, "arithmetic") && constants.has(node.inputs[1]);
}

/** Whether the node multiplies or divides by a number that is no power of two. */
function hasRoundedFactor(node: Node, { constants }: Facts): boolean {
	if (isView(node) || has(node, "passesErrors")) return false;
	return node.inputs.some((name) => {
		const factor = constants.get(name);
		return (
			factor !== undefined &&
			!toReal(factor).data.every((value) => Number.isInteger(Math.log2(Math.abs(value))))
		);
	});
}

/** x − max, clipped below where exp shows nothing: onnx-ops/normalisation/softmax.ts, passes/saturations.ts. */
function isExponent({ nodes, clip }: FusedOp): boolean {
	return nodes[0].opType === "Sub" && clip.low < 0 && Number.isFinite(clip.low);
}

/** The place between two numbers, whose distance may be anything: passes/interpolations.ts. */
function dividesDifferences(node: Node, producers: ReadonlyMap<string, FusedOp>): boolean {
	if (node.opType !== "Div") return false;
	const [a, b] = node.inputs.map((name) => producers.get(name)?.nodes[0]);
	return isPlaceBetween(a, b);
}

/** Whether the fused operator multiplies rows by themselves: onnx-ops/normalisation/moments.ts. */
export function isSquare(fused: FusedOp, producers: ReadonlyMap<string, FusedOp>): boolean {
	const [node] = fused.nodes;
	if (node.opType !== "MatMul" || node.domain !== "") return false;
	const [a, b] = node.inputs.map((name) => producers.get(name));
	const reshapes = a && b && [a, b].every(({ nodes }) => nodes.length === 1 && nodes[0].opType === "Reshape");
	return reshapes === true && a.nodes[0].inputs[0] === b.nodes[0].inputs[0];
}

function stepOfRows(fused: FusedOp, facts: Facts): number | undefined {
	const range = facts.ranges.get(fused.output);
	const count = facts.shapes.get(fused.nodes[0].inputs[0])?.at(-1);
	if (!range || !count || range.low <= 0) return undefined;
	return Math.sqrt(Math.max(range.low, range.high * LEAST_ROW) / count) * SHARE_OF_ROW;
}

/** Mul and Div by a constant number. */
function requireFactor(
	{ opType, inputs }: Node,
	own: number,
	facts: Facts,
	require: (name: string, step: number) => void,
): void {
	if (opType !== "Mul" && opType !== "Div") return;
	const factor = constantScalar(inputs[1], facts);
	if (factor !== undefined)
		require(inputs[0], opType === "Mul" ? own / Math.abs(factor) : own * Math.abs(factor));
	const first = opType === "Mul" ? constantScalar(inputs[0], facts) : undefined;
	if (first !== undefined) require(inputs[1], own / Math.abs(first));
}
