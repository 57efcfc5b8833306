import type { Facts } from "@umpire/graph/facts.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import type { FusedOp } from "../lower/fused-op.ts";
import type { Needs } from "../powers/needs.ts";
import { isSquare, isView, nearInputs, requiredSteps } from "./required-steps.ts";
import { type Precision, quantisationOf } from "./scales.ts";
import { makesWhole } from "./whole-results.ts";

/** Sums of so many products of 32 bits leave their weights some ten bits. */
const LONGEST_WIDE_SUM = 1024;
/** Where the largest value is less than this many times the smallest, 16 bits say enough of the smallest. */
const SPREAD = 16;

/**
 * Values that get 32 bits: sums and products of positive numbers that are only divided by, or
 * whose logarithm, root or reciprocal is taken. The smallest of them matter as much as the
 * largest there, and 16 bits over the range of the largest may leave nothing of them. So do
 * values of which finer steps are required (required-steps.ts) than 16 bits have.
 */
export function wideValues(
	graph: Graph,
	fusedOps: readonly FusedOp[],
	facts: Facts,
	{ precision, needs }: { readonly precision: Precision; readonly needs: Needs },
): Set<string> {
	const wide = new Set<string>();
	if (precision.bits !== 16) return wide;
	const readers = new Map<string, FusedOp[]>();
	for (const fused of fusedOps) {
		const names = fused.table ? [fused.table.input] : fused.nodes.flatMap((node) => node.inputs);
		for (const name of new Set(names)) readers.set(name, [...(readers.get(name) ?? []), fused]);
	}
	const outputs = new Set(graph.outputs.map((output) => output.name));
	const producers = new Map(fusedOps.map((fused) => [fused.output, fused]));
	const steps = requiredSteps(fusedOps, facts, needs);
	const near = nearInputs(fusedOps, producers, facts);
	const accepted = (name: string): boolean =>
		!outputs.has(name) && (readers.get(name) ?? []).every((reader) => accepts(reader, name));
	const accepts = (reader: FusedOp, name: string): boolean => {
		const [node] = reader.nodes;
		if (reader.table || node.domain !== "") return false;
		if (isSquare(reader, producers)) return true;
		if (has(node, "passesErrors", "ranks")) return true;
		if (makesWhole(node, facts)) return near.has(name);
		if (has(node, "compares")) return node.inputs.some((input) => facts.constants.has(input));
		switch (node.opType) {
			case "Cast":
				return wide.has(reader.output);
			case "Where":
				return node.inputs[0] !== name && accepted(reader.output);
			case "Div":
				return node.inputs[0] === name && node.inputs[1] !== name;
			case "BatchNormalization":
				return node.inputs[0] === name;
			case "Mul":
				return node.inputs.some((input) => facts.constants.has(input));
			default:
				return isMoved(node, name) && accepted(reader.output);
		}
	};
	const isCoarse = (name: string): boolean => {
		const [step, range] = [steps.get(name), facts.ranges.get(name)];
		return step !== undefined && range !== undefined && quantisationOf(range, precision).scale > step;
	};
	for (const fused of fusedOps.toReversed()) {
		const name = fused.output;
		const used = readers.get(name) ?? [];
		if (outputs.has(name) || used.length === 0 || !isFloat(facts.types.get(name) ?? "undefined")) continue;
		const relative = isSpread(name, facts) && producesSums(fused, facts);
		if (relative && used.every((reader) => needsWide(reader, name, facts, wide))) wide.add(name);
		if (isCoarse(name) && writesWide(fused, facts) && accepted(name)) wide.add(name);
	}
	for (const { name } of graph.inputs) if (isCoarse(name) && accepted(name)) wide.add(name);
	return wide;
}

/** Whether the node puts elements of the value to other places, or picks some of them. */
function isMoved(node: Node, name: string): boolean {
	if (has(node, "joins")) return true;
	return node.inputs[0] === name && (isView(node) || has(node, "moves", "largest"));
}

function writesWide({ nodes, table, clip }: FusedOp, facts: Facts): boolean {
	const [node] = nodes;
	if (table || clip !== UNBOUNDED || !(isView(node) || has(node, "writesWide"))) return false;
	return node.opType !== "Gather" || facts.constants.has(node.inputs[0]);
}

function isSpread(name: string, facts: Facts): boolean {
	const range = facts.ranges.get(name);
	const type = facts.types.get(name);
	return (
		range !== undefined &&
		type !== undefined &&
		isFloat(type) &&
		range.low >= 0 &&
		range.high > SPREAD * range.low
	);
}

function producesSums(fused: FusedOp, facts: Facts): boolean {
	const [node] = fused.nodes;
	if (fused.table) return fused.nodes.some((node) => isRelative(node, facts));
	if (node.domain !== "" || !isFloored(fused)) return false;
	if (has(node, "relative") || isView(node) || shiftsOrScales(node, facts)) return true;
	const constant = node.inputs.some((name) => facts.constants.has(name));
	return has(node, "sums") || ((node.opType === "Mul" || has(node, "passesErrors")) && !constant);
}

/** Clipped nowhere, or below at what keeps a logarithm finite. */
function isFloored({ clip }: FusedOp): boolean {
	return clip === UNBOUNDED || (clip.low >= 0 && clip.high === Number.POSITIVE_INFINITY);
}

/** Add, Sub, Mul or Div of a value and a constant number. */
function shiftsOrScales(node: Node, facts: Facts): boolean {
	if (!has(node, "arithmetic")) return false;
	return (
		constantScalar(node.inputs[1], facts) !== undefined || constantScalar(node.inputs[0], facts) !== undefined
	);
}

/** Whether a table of the value has a logarithm, a root or a reciprocal in it. */
export function isRelativeTable({ table, nodes }: FusedOp, name: string, facts: Facts): boolean {
	if (table) return table.input === name && nodes.some((node) => isRelative(node, facts));
	const [node] = nodes;
	return node.inputs.includes(name) && node.domain === "" && isRelative(node, facts);
}

function needsWide(reader: FusedOp, name: string, facts: Facts, wide: ReadonlySet<string>): boolean {
	if (reader.table) return reader.nodes.some((node) => isRelative(node, facts));
	const [node] = reader.nodes;
	if (node.domain !== "") return false;
	if (isRelative(node, facts)) return true;
	// Whether there is anything to divide by.
	if (has(node, "compares")) return node.inputs.some((input) => facts.constants.has(input));
	if (node.opType === "Div" && node.inputs[1] === name) return node.inputs[0] !== name;
	if (!wide.has(reader.output)) return false;
	return isView(node) || shiftsOrScales(node, facts) || isShortSum(node, facts);
}

/** A product with constant weights that are few enough for sums of 32 bits to stay exact (products/matmul.ts). */
function isShortSum(node: Node, facts: Facts): boolean {
	const weights = node.inputs.map((name) => facts.constants.get(name)).find((tensor) => tensor !== undefined);
	const terms = node.inputs.map((name) => facts.shapes.get(name)?.at(-1) ?? 1)[0];
	return node.opType === "MatMul" && weights?.dims.length === 2 && terms <= LONGEST_WIDE_SUM;
}

/** A logarithm, a root, a reciprocal, or a power that is one of these. */
function isRelative(node: Node, facts: Facts): boolean {
	if (has(node, "relative")) return true;
	if (node.opType === "Div") return constantScalar(node.inputs[0], facts) !== undefined;
	if (node.opType !== "Pow") return false;
	const exponent = constantScalar(node.inputs[1], facts);
	return exponent !== undefined && (exponent < 0 || !Number.isInteger(exponent));
}
