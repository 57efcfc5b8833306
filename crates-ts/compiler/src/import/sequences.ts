import { int } from "@umpire/graph/attributes.ts";
import type { Names } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { operandsOf } from "@umpire/graph/operand-roles.ts";
import { has } from "@umpire/graph/traits.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { varyingOf } from "./dependence.ts";
import { probe } from "./probe.ts";
import { expandNodes, type Splice } from "./splice.ts";

/**
 * Follows the tensors through operators on sequences, so that only the tensors remain. A sequence
 * that the model returns becomes one output for each of its tensors, NAME_0, NAME_1, …
 */
export async function resolveSequences(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
	names: Names,
): Promise<Model> {
	const nodes = model.graph.nodes.filter((node) => has(node, "sequence"));
	if (nodes.length === 0) return model;
	const varying = varyingOf(model.graph);
	const positions = nodes.flatMap((node) => operandsOf(node, "structure").map((name) => ({ node, name })));
	for (const { node, name } of positions) {
		if (!varying.has(name)) continue;
		throw new CompileError(`its position "${name}" depends on the model's inputs`, {
			node,
			hint: "Make positions in sequences constant",
		});
	}
	const split = nodes.filter(({ opType }) => opType === "SplitToSequence").map((node) => node.inputs[0]);
	const wanted = [...positions.map(({ name }) => name), ...split].filter((name) => name !== "");
	const facts = await probe(model, feed, [...new Set(wanted)]);
	const sequences = new Map<string, readonly string[]>();
	const copy = (node: Node): boolean => {
		const elements = node.opType === "Identity" ? sequences.get(node.inputs[0]) : undefined;
		if (elements) sequences.set(node.outputs[0], elements);
		return elements !== undefined;
	};
	const returned = new Map<string, string[]>();
	const resolved = expandNodes(model, names, (node, splice) => {
		const isCopy = node.domain === "" && copy(node);
		if (!isCopy && !has(node, "sequence")) return false;
		if (!isCopy) follow(node, sequences, facts, splice);
		const [output] = node.outputs;
		if (!model.graph.outputs.some(({ name }) => name === output)) return true;
		const elements = (sequences.get(output) ?? []).map((element, k) => {
			const name = names.fresh(`${output}_${k}`);
			splice.define(name, element);
			return name;
		});
		if (sequences.has(output)) returned.set(output, elements);
		return true;
	});
	const outputs = resolved.graph.outputs.flatMap((value) => {
		const elements = returned.get(value.name);
		return elements ? elements.map((name) => ({ name, type: "undefined" as const, dims: null })) : [value];
	});
	return { ...resolved, graph: { ...resolved.graph, outputs } };
}

function follow(
	node: Node,
	sequences: Map<string, readonly string[]>,
	facts: ReadonlyMap<string, Tensor>,
	splice: Splice,
): void {
	const [first, second, third] = node.inputs;
	const [output] = node.outputs;
	const elements = (): readonly string[] => {
		const found = sequences.get(first);
		if (found) return found;
		throw new CompileError(`the elements of sequence "${first}" are not known`, {
			node,
			hint: "Use tensors instead of sequences",
		});
	};
	const position = (name: string | undefined, length: number, fallback: number): number => {
		if (!name) return fallback;
		const value = Number(facts.get(name)!.data[0]);
		const index = value < 0 ? value + length : value;
		if (index >= 0 && index <= length) return index;
		throw new CompileError(`position ${value} is outside of a sequence of ${length} tensors`, { node });
	};
	switch (node.opType) {
		case "SequenceEmpty":
			sequences.set(output, []);
			break;
		case "SequenceConstruct":
			sequences.set(output, node.inputs);
			break;
		case "SequenceInsert": {
			const list = elements();
			sequences.set(output, list.toSpliced(position(third, list.length, list.length), 0, second));
			break;
		}
		case "SequenceErase": {
			const list = elements();
			sequences.set(output, list.toSpliced(position(second, list.length, list.length - 1), 1));
			break;
		}
		case "SequenceAt": {
			const list = elements();
			const index = position(second, list.length, 0);
			if (index >= list.length)
				throw new CompileError(`position ${index} is outside of a sequence of ${list.length} tensors`, {
					node,
				});
			splice.define(output, list[index]);
			break;
		}
		case "SequenceLength":
			splice.define(output, splice.constant(tensorFrom("int64", [], [elements().length])));
			break;
		case "ConcatFromSequence": {
			const axis = int(node, "axis", 0);
			if (int(node, "new_axis", 0) === 1) splice.stack(elements(), axis, output);
			else splice.emit("Concat", elements(), { axis }, output);
			break;
		}
		default:
			sequences.set(output, split(node, facts, splice));
	}
}

/** ONNX SplitToSequence: pieces of the given sizes (a scalar: of that size, the last smaller), or single elements. */
function split(node: Node, facts: ReadonlyMap<string, Tensor>, splice: Splice): string[] {
	const [x, sizes] = node.inputs;
	const { dims } = facts.get(x)!;
	const given = int(node, "axis", 0);
	const axis = given < 0 ? given + dims.length : given;
	const length = dims[axis];
	if (!sizes) {
		const keep = int(node, "keepdims", 1) === 1;
		return Array.from({ length }, (_, k) => (keep ? splice.range(x, k, k + 1, axis) : splice.at(x, k, axis)));
	}
	const tensor = facts.get(sizes)!;
	const step = Number(tensor.data[0]);
	const pieces =
		tensor.dims.length > 0
			? Array.from(tensor.data, Number)
			: Array.from({ length: Math.ceil(length / step) }, (_, k) => Math.min(step, length - k * step));
	let start = 0;
	return pieces.map((size) => {
		start += size;
		return splice.range(x, start - size, start, axis);
	});
}
