import type { Graph, Node } from "@umpire/onnx/model.ts";
import { constantScalar } from "./clip.ts";
import type { Facts } from "./facts.ts";
import type { Unit } from "./fuse.ts";
import { isFloat } from "./real.ts";
import { type Precision, UNBOUNDED } from "./scales.ts";

/** Views: 32 bits pass through them. */
const VIEWS = new Set("Expand Flatten Identity Reshape Squeeze Transpose Unsqueeze".split(" "));

/** Functions that need their operand's relative, not absolute, precision. */
const RELATIVE = new Set(["Log", "Reciprocal", "Sqrt"]);

const SUMS = new Set(["MatMul", "ReduceMean", "ReduceSum"]);

/** With smallest and largest value closer together than this, 16 bits say enough of the smallest. */
const SPREAD = 16;

/**
 * Values that get 32 bits: sums and products of positive numbers that are only divided by, or
 * whose logarithm, root or reciprocal is taken. The smallest of them matter as much as the
 * largest there, and 16 bits over the range of the largest may leave nothing of them.
 */
export function wideValues(
	graph: Graph,
	units: readonly Unit[],
	facts: Facts,
	precision: Precision,
): Set<string> {
	const wide = new Set<string>();
	if (precision.bits !== 16) return wide;
	const readers = new Map<string, Unit[]>();
	for (const unit of units) {
		const names = unit.table ? [unit.table.input] : unit.nodes.flatMap((node) => node.inputs);
		for (const name of new Set(names)) readers.set(name, [...(readers.get(name) ?? []), unit]);
	}
	const outputs = new Set(graph.outputs.map((output) => output.name));
	for (const unit of units.toReversed()) {
		const name = unit.output;
		const used = readers.get(name) ?? [];
		if (outputs.has(name) || used.length === 0 || !isSpread(name, facts)) continue;
		if (producesSums(unit, facts) && used.every((reader) => needsWide(reader, name, facts, wide)))
			wide.add(name);
	}
	return wide;
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

function producesSums(unit: Unit, facts: Facts): boolean {
	const [node] = unit.nodes;
	if (unit.table || node.domain !== "" || unit.clip !== UNBOUNDED) return false;
	if (VIEWS.has(node.opType) || shiftsOrScales(node, facts)) return true;
	const constant = node.inputs.some((name) => facts.constants.has(name));
	return SUMS.has(node.opType) ? node.opType !== "MatMul" || !constant : node.opType === "Mul" && !constant;
}

/** Add, Sub, Mul or Div of a value and a constant number. */
function shiftsOrScales(node: Node, facts: Facts): boolean {
	if (!["Add", "Sub", "Mul", "Div"].includes(node.opType)) return false;
	return (
		constantScalar(node.inputs[1], facts) !== undefined || constantScalar(node.inputs[0], facts) !== undefined
	);
}

function needsWide(reader: Unit, name: string, facts: Facts, wide: ReadonlySet<string>): boolean {
	if (reader.table) return reader.nodes.some((node) => isRelative(node, facts));
	const [node] = reader.nodes;
	if (node.domain !== "") return false;
	if (isRelative(node, facts)) return true;
	if (node.opType === "Div" && node.inputs[1] === name) return node.inputs[0] !== name;
	return wide.has(reader.output) && (VIEWS.has(node.opType) || shiftsOrScales(node, facts));
}

/** A logarithm, a root, a reciprocal, or a power that is one of these. */
function isRelative(node: Node, facts: Facts): boolean {
	if (RELATIVE.has(node.opType)) return true;
	if (node.opType === "Div") return constantScalar(node.inputs[0], facts) !== undefined;
	if (node.opType !== "Pow") return false;
	const exponent = constantScalar(node.inputs[1], facts);
	return exponent !== undefined && (exponent < 0 || !Number.isInteger(exponent));
}
