import type { FunctionDefinition, Node } from "@umpire/onnx/model.ts";
import { MICROSOFT } from "../body.ts";
import { type Abstract, cellsOfData, sizeOf, uniform } from "./abstract.ts";
import { isExact, type Reach, reachOf } from "./exact.ts";
import { MICROSOFT_RULES, RULES } from "./rules.ts";
import type { Result } from "./site.ts";

/** What the walk over a body found. */
export interface Walked {
	readonly result: Abstract;
	/** The number that comes closest to its limit. */
	readonly reach: Reach;
	/** Elements of the largest tensor on the way. */
	readonly elements: number;
}

/** Constants of a body of at most this many elements (rescale rows, say) are bounded one by one. */
const SMALL = 1 << 20;

/** Nodes that may meet rounded values: what they choose or cut stays monotone. */
const CHOOSES_MONOTONICALLY = new Set(["Clip", "Min", "Max", "Identity", "Reshape"]);

/**
 * Walks a function body with bounds of its operands, node by node, in the types that it is computed in: every
 * intermediate value of every admissible input is a whole number of units that its type holds exactly.
 *
 * @param operands what the function's inputs can be, in order
 * @throws Error naming the first node that may round, or that the walk does not know
 */
export function walk(definition: FunctionDefinition, operands: readonly Abstract[]): Walked {
	const values = new Map<string, Abstract>();
	definition.inputs.forEach((name, i) => {
		values.set(name, { ...operands[i], name });
	});
	let elements = 0;
	let most: Reach = { bound: 0, limit: 2 ** 53 };
	const meet = (reach: Reach, what: string) => {
		if (!isExact(reach)) {
			throw new Error(
				`${what} reaches ${reach.bound}, which its type holds exactly only below ${reach.limit}`,
			);
		}
		if (reach.bound / reach.limit > most.bound / most.limit) most = reach;
	};
	for (const node of definition.nodes) {
		const result = resultOf(node, values);
		const what = `${node.opType} (${node.outputs[0]})`;
		for (const reach of result.reach ?? []) meet(reach, what);
		const open = result.relation?.kind === "displaced" || result.relation?.kind === "quotient";
		if (result.settled !== true && !open && result.rounded !== true && result.type !== "bool") {
			meet(reachOf(result.cells, result.type), what);
		}
		elements = Math.max(elements, sizeOf(result.shape), result.scratch ?? 0);
		const [name] = node.outputs;
		if (values.has(name)) throw new Error(`${what} is computed twice`);
		values.set(name, { ...result, name });
	}
	const result = values.get(definition.outputs[0]);
	if (result === undefined) throw new Error("the body has no result");
	if (result.rounded === true) throw new Error("the result may be rounded");
	if (result.relation?.kind === "displaced" || result.relation?.kind === "quotient") {
		throw new Error("the result is not a whole number");
	}
	return { result, reach: most, elements };
}

function resultOf(node: Node, values: ReadonlyMap<string, Abstract>): Result {
	const rules = node.domain === "" ? RULES : node.domain === MICROSOFT ? MICROSOFT_RULES : undefined;
	if (rules === undefined) throw new Error(`${node.opType} of domain ${node.domain} is not known`);
	if (node.outputs.length !== 1) throw new Error(`${node.opType} has ${node.outputs.length} results`);
	if (node.opType === "Constant" && node.domain === "") return constantOf(node);
	const rule = Object.hasOwn(rules, node.opType) ? rules[node.opType] : undefined;
	if (rule === undefined) throw new Error(`${node.opType} is not known`);
	const inputs = node.inputs.map((name) => {
		if (name === "") return ABSENT;
		const value = values.get(name);
		if (value === undefined) throw new Error(`${node.opType} reads ${name}, which is not there`);
		return value;
	});
	for (const { rounded, relation, name } of inputs) {
		if (rounded === true && !CHOOSES_MONOTONICALLY.has(node.opType)) {
			throw new Error(`${node.opType} reads ${name}, which may be rounded`);
		}
		const allowed = relation === undefined ? undefined : READERS[relation.kind];
		if (allowed !== undefined && !allowed.has(node.opType)) {
			throw new Error(`${node.opType} reads ${name}, of which only its ${relation?.kind} is known`);
		}
	}
	return rule({ node, inputs, values });
}

/** An operand that is left out. */
const ABSENT: Abstract = { name: "", type: "undefined", shape: [], cells: uniform(0, 0, 0) };

/** Who may read values that are not whole numbers of units. */
const READERS: Partial<Record<string, ReadonlySet<string>>> = {
	displaced: new Set(["Sub"]),
	quotient: new Set(["Floor", "Ceil", "Less"]),
};

function constantOf(node: Node): Result {
	const attribute = node.attributes.get("value");
	if (attribute?.type !== "tensor") throw new Error("a Constant without a tensor");
	const { type, dims, data } = attribute.value;
	const numbers = data instanceof BigInt64Array ? Array.from(data, Number) : (data as ArrayLike<number>);
	const cells =
		numbers.length === 0
			? uniform(dims.length, 0, 0)
			: cellsOfData(numbers, dims, numbers.length <= SMALL ? dims : dims.map(() => 1));
	return { type, shape: dims, cells, data: numbers, settled: true };
}
