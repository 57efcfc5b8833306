import { float } from "@umpire/graph/attributes.ts";
import { type Names, nodeOf } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";

/** A running statistic of a batch normalisation: an input of the graph, what it begins as, and what it becomes. */
export interface BatchStatistics {
	readonly running: string;
	readonly initial: Tensor;
	readonly next: string;
}

/**
 * Batch normalisations take the batch's own mean and variance in steps of training, and move the running ones
 * towards them; in other steps they take the running ones (ONNX's `momentum`: what is kept of those).
 */
export function withBatchStatistics(
	graph: Graph,
	training: string,
	names: Names,
): { readonly graph: Graph; readonly statistics: readonly BatchStatistics[] } {
	const statistics: BatchStatistics[] = [];
	const initializers = new Map<string, Tensor>(graph.initializers);
	const nodes = graph.nodes.flatMap((node): Node[] => {
		if (node.opType !== "BatchNormalization" || node.domain !== "") return [node];
		const [x, scale, bias, mean, variance] = node.inputs;
		const emitted: Node[] = [];
		const channels = graph.initializers.get(mean)?.dims[0];
		const rank = rankOf(graph, node);
		if (channels === undefined || !graph.initializers.has(variance) || rank === undefined) {
			throw new CompileError("its statistics are no constants, or its rank is not known", {
				node,
				hint: "Export the model with running statistics and spatial sizes",
			});
		}
		const emit = (opType: string, inputs: readonly string[], attributes = {}, output?: string): string => {
			const name = names.fresh(`${node.name}/${opType}`);
			const made = output ?? names.fresh(`${name}_output_0`);
			emitted.push(nodeOf(name, opType, inputs, [made], attributes));
			return made;
		};
		const constant = (base: string, tensor: Tensor): string => {
			const name = names.fresh(`${node.name}/${base}`);
			initializers.set(name, tensor);
			return name;
		};
		const number = (value: number): string => constant("number", tensorFrom("float32", [], [value]));
		const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1);
		const axes = constant("axes", tensorFrom("int64", [others.length], others));
		const column = constant(
			"column",
			tensorFrom(
				"int64",
				[rank],
				others.reduce((shape, axis) => {
					shape[axis] = 1;
					return shape;
				}, new Array<number>(rank).fill(channels)),
			),
		);
		const row = constant("row", tensorFrom("int64", [1], [channels]));
		const own = emit("ReduceMean", [x, axes], { keepdims: 1 });
		const offset = emit("Sub", [x, own]);
		const spread = emit("ReduceMean", [emit("Mul", [offset, offset]), axes], { keepdims: 1 });
		const kept = float(node, "momentum", 0.9);
		const used = [
			[mean, own],
			[variance, spread],
		].map(([running, found]) => {
			const flat = emit("Reshape", [found, row]);
			const moved = emit("Add", [
				emit("Mul", [running, number(kept)]),
				emit("Mul", [flat, number(1 - kept)]),
			]);
			const next = emit("Where", [training, moved, running], {}, names.fresh(`${running}_next`));
			statistics.push({ running, initial: graph.initializers.get(running)!, next });
			return emit("Where", [training, found, emit("Reshape", [running, column])]);
		});
		const deviation = emit("Sqrt", [emit("Add", [used[1], number(float(node, "epsilon", 1e-5))])]);
		const normal = emit("Div", [emit("Sub", [x, used[0]]), deviation]);
		const scaled = emit("Mul", [normal, emit("Reshape", [scale, column])]);
		emit("Add", [scaled, emit("Reshape", [bias, column])], {}, node.outputs[0]);
		return emitted;
	});
	const outputs = statistics.map(({ next }) => ({ name: next, type: "float32" as const, dims: null }));
	return { graph: { ...graph, nodes, initializers, outputs: [...graph.outputs, ...outputs] }, statistics };
}

/** How many axes what a node normalises has, as far as the producers before it say. */
function rankOf(graph: Graph, node: Node): number | undefined {
	const producers = new Map(graph.nodes.flatMap((one) => one.outputs.map((name) => [name, one] as const)));
	let name: string | undefined = node.inputs[0];
	while (name !== undefined) {
		const current: string = name;
		const input = graph.inputs.find((one) => one.name === current);
		if (input) return input.dims?.length;
		const producer = producers.get(current);
		if (!producer) return graph.initializers.get(current)?.dims.length;
		if (producer.opType === "Gemm" || producer.opType === "Flatten") return 2;
		if (producer.opType === "Conv" || producer.opType === "ConvTranspose") {
			const weights = graph.initializers.get(producer.inputs[1]);
			if (weights) return weights.dims.length;
		}
		if (/Reshape|Squeeze|Unsqueeze|Transpose/.test(producer.opType)) return undefined;
		name = producer.inputs[0];
	}
	return undefined;
}
