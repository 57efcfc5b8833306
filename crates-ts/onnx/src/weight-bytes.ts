import { arrayOfType, elementCount } from "./element-types.ts";
import type { Graph, Tensor } from "./model.ts";

/** From how many bytes on something is large. Tests make these small. */
export const LARGE = {
	/**
	 * Weights of a model, all in all: they are mapped from files, and nothing of their size is kept beside them. Smaller
	 * models run faster with weights that are repacked and converted once.
	 */
	weights: 2 ** 28,
	/** A model's own file: tensors in smaller ones stay in memory, and the file may be replaced. */
	file: 2 ** 26,
	/** A tensor that is put aside while it is not needed. */
	tensor: 2 ** 20,
	/** A tensor that is written, read and mapped apart from its model. */
	part: 2 ** 16,
};

/** Bytes of a graph's initializers, of which none is read for that. */
export function weightBytes({ initializers }: Graph): number {
	return [...initializers.values()].reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
}

/** Bytes of a tensor's numbers; 0 of texts. */
export const tensorBytes = ({ type, dims }: Pick<Tensor, "type" | "dims">): number =>
	type === "string" || type === "undefined" ? 0 : elementCount(dims) * arrayOfType(type).BYTES_PER_ELEMENT;

/** Whether a graph's weights are so many that memory counts more than time. */
export const isLarge = (graph: Graph): boolean => weightBytes(graph) >= LARGE.weights;
