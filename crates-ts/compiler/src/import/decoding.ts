import { type Attributes, Names, nodeOf } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { producersOf } from "@umpire/graph/uses.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Model, Node, Tensor, ValueInfo } from "@umpire/onnx/model.ts";
import type { Carried } from "./steps.ts";

/** Which input of a causal language model holds the tokens [N, T], and which output their logits [N, T, V]. */
export interface Decoding {
	readonly ids: string;
	readonly logits: string;
}

export interface DecodingModel {
	readonly model: Model;
	readonly carry: readonly Carried[];
}

/**
 * One step of greedy decoding around a causal language model that is exported without a cache. Its inputs are
 * those of the model and `position` [1], the place of the last token known (of a prompt of n tokens, n − 1);
 * what stands behind it does not matter. Its outputs are the tokens with the likeliest next one written at
 * position + 1, and position + 1; at the end of the tokens both stay as they are.
 *
 * @throws CompileError if there is no such input or output, or its type or rank is another
 */
export function decodingModel(model: Model, { ids, logits }: Decoding): DecodingModel {
	const { graph } = model;
	const input = endOf("input", ids, graph.inputs);
	const output = endOf("output", logits, graph.outputs);
	check(`input "${ids}"`, input, ["int64", "int32"], 2, "token numbers [N, T]");
	check(`output "${logits}"`, output, ["float32", "float16", "float64"], 3, "logits [N, T, V]");
	const build = new Extension(graph);
	const [tokens, next, position] = ["tokens", "next_position", "position"].map((name) => build.free(name));
	const one = build.constant("one", [1], [1]);
	const zero = build.constant("zero", [], [0]);
	const step = build.constant("step", [], [1]);

	const scores = rowOf(graph, logits, position, build);
	const best = build.node("ArgMax", [scores], { axis: -1, keepdims: 0 });
	const token = input.type === "int64" ? best : build.node("Cast", [best], { to: INT32 });
	const target = build.node("Add", [position, one]);
	const length = build.node("Gather", [build.node("Shape", [ids]), step], { axis: 0 });
	const here = build.node("Equal", [build.node("Range", [zero, length, step]), target]);
	build.node("Where", [here, token, ids], {}, tokens);
	build.node("Where", [build.node("Less", [target, length]), target, position], {}, next);

	const ends: readonly ValueInfo[] = [
		{ ...input, name: tokens },
		{ name: next, type: "int64", dims: [1] },
	];
	return {
		model: {
			...model,
			graph: {
				...graph,
				inputs: [...graph.inputs, { name: position, type: "int64", dims: [1] }],
				outputs: ends,
				initializers: new Map([...graph.initializers, ...build.constants]),
				nodes: [...graph.nodes, ...build.nodes],
			},
		},
		carry: [
			{ output: tokens, input: ids },
			{ output: next, input: position },
		],
	};
}

/** ONNX's number of the type int32. */
const INT32 = 6;

function endOf(what: string, name: string, ends: readonly ValueInfo[]): ValueInfo {
	const found = ends.find((end) => end.name === name);
	if (found) return found;
	throw new CompileError(`the model has no ${what} "${name}" to decode with`, {
		hint: `Its ${what}s are ${ends.map((end) => `"${end.name}"`).join(", ")}`,
	});
}

function check(what: string, info: ValueInfo, types: readonly string[], rank: number, wanted: string): void {
	if (types.includes(info.type) && (info.dims === null || info.dims.length === rank)) return;
	const dims = info.dims ? ` [${info.dims.map((size) => size ?? "?").join(", ")}]` : "";
	throw new CompileError(`${what} is ${info.type}${dims}: ${wanted} expected`, {
		hint: "Greedy decoding takes causal language models exported without a cache; carry what others hand on: --carry OUTPUT=INPUT",
	});
}

/** Nodes and constants that are added to a graph, under names that are free in it. */
class Extension {
	readonly nodes: Node[] = [];
	readonly constants = new Map<string, Tensor>();
	readonly #names: Names;

	constructor(graph: Graph) {
		this.#names = new Names(graph);
	}

	free(wish: string): string {
		return this.#names.fresh(wish);
	}

	constant(wish: string, dims: readonly number[], values: readonly number[]): string {
		const name = this.free(`/decode/${wish}`);
		this.constants.set(name, tensorFrom("int64", dims, values));
		return name;
	}

	node(opType: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
		const name = this.free(`/decode/${opType}`);
		const written = output ?? this.free(`${name}_output_0`);
		this.nodes.push(nodeOf(name, opType, inputs, [written], attributes));
		return written;
	}
}

/**
 * The logits at a position, [N, 1, V]. Where a layer of constant weights makes them, the position is taken before
 * that layer, which then computes one row rather than all.
 */
function rowOf(graph: Graph, logits: string, position: string, build: Extension): string {
	const makers = producersOf(graph);
	const rankOf = (name: string): number | undefined => {
		const maker = makers.get(name);
		const source = maker?.opType === "Transpose" ? maker.inputs[0] : name;
		const value = maker?.opType === "Constant" ? maker.attributes.get("value") : undefined;
		return value?.type === "tensor" ? value.value.dims.length : graph.initializers.get(source)?.dims.length;
	};
	const layer: Node[] = [];
	let name = logits;
	for (;;) {
		const node = makers.get(name);
		if (node?.domain !== "") break;
		if (node.opType === "Identity") {
			name = node.inputs[0];
			continue;
		}
		if (node.opType === "MatMul" && rankOf(node.inputs[1]) === 2) {
			layer.unshift(node);
			name = node.inputs[0];
			break;
		}
		const bias = node.inputs.findIndex((each) => rankOf(each) === 1);
		if (node.opType !== "Add" || bias < 0) break;
		layer.unshift({ ...node, inputs: [node.inputs[1 - bias], node.inputs[bias]] });
		name = node.inputs[1 - bias];
	}
	let row = build.node("Gather", [name, position], { axis: 1 });
	for (const { opType, inputs } of layer) row = build.node(opType, [row, inputs[1]]);
	return row;
}
