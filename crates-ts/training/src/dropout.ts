import { type Names, nodeOf } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { toReal } from "@umpire/graph/real.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";

/** A graph whose Dropouts read masks, and the names of these and the shares that they drop. */
export interface WithoutDropout {
	readonly graph: Graph;
	readonly masks: readonly { readonly mask: string; readonly ratio: number }[];
}

const DEFAULT_RATIO = 0.5;

/**
 * Dropout of a given ratio becomes a choice by a mask that is an input of the graph, and everything is kept where
 * this is no step of training. One of ratio 0 does nothing.
 */
export function withoutDropout(graph: Graph, training: string, names: Names): WithoutDropout {
	const masks: { mask: string; ratio: number }[] = [];
	const initializers = new Map<string, Tensor>(graph.initializers);
	const nodes = graph.nodes.flatMap((node): Node[] => {
		if (node.opType !== "Dropout" || node.domain !== "") return [node];
		const [x, given] = node.inputs;
		const constant = given ? graph.initializers.get(given) : undefined;
		if (given && !constant) {
			throw new CompileError("its ratio depends on the inputs", { node, hint: "Make the ratio constant" });
		}
		if (node.outputs[1]) throw new CompileError("its mask is used too", { node });
		const ratio = constant ? toReal(constant).data[0] : DEFAULT_RATIO;
		if (ratio === 0) return [nodeOf(node.name, "Identity", [x], node.outputs)];
		const mask = names.fresh(`${node.name}/kept`);
		masks.push({ mask, ratio });
		const value = (base: string, number: number): string => {
			const name = names.fresh(`${node.name}/${base}`);
			initializers.set(name, tensorFrom("float32", [], [number]));
			return name;
		};
		const [larger, chosen] = ["larger", "chosen"].map((base) => names.fresh(`${node.name}/${base}`));
		return [
			nodeOf(names.fresh(`${node.name}/Mul`), "Mul", [x, value("factor", 1 / (1 - ratio))], [larger]),
			nodeOf(names.fresh(`${node.name}/Where`), "Where", [mask, larger, value("zero", 0)], [chosen]),
			nodeOf(names.fresh(`${node.name}/training`), "Where", [training, chosen, x], node.outputs),
		];
	});
	return { graph: { ...graph, nodes, initializers }, masks };
}
