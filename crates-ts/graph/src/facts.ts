import type { ElementType, Graph, Tensor } from "@umpire/onnx/model.ts";
import type { Histogram } from "./histogram.ts";
import type { Range } from "./ranges.ts";
import { toReal } from "./real.ts";

/** What is known of every value of the folded graph before lowering. */
export interface Facts {
	readonly shapes: ReadonlyMap<string, readonly number[]>;
	readonly types: ReadonlyMap<string, ElementType>;
	/** Values that do not depend on the graph's inputs. */
	readonly constants: ReadonlyMap<string, Tensor>;
	/** Calibrated ranges of all values that depend on inputs. */
	readonly ranges: ReadonlyMap<string, Range>;
	/** Of floats that depend on inputs and are not too large, the range of each element. */
	readonly extents?: ReadonlyMap<string, Extents>;
	/** Of the floats among them, if asked for. */
	readonly histograms?: ReadonlyMap<string, Histogram>;
}

/** Ranges of single elements. */
export interface Extents {
	readonly low: Float64Array;
	readonly high: Float64Array;
}

/** The largest magnitude of each element. */
export function reachesOf({ low, high }: Extents): Float64Array {
	return low.map((value, i) => Math.max(-value, high[i]));
}

/** The model after folding, with what is known of it. */
export interface FoldedModel {
	readonly graph: Graph;
	readonly facts: Facts;
}

/** The number in a constant of one element. */
export function constantScalar(name: string, facts: Facts): number | undefined {
	const tensor = facts.constants.get(name);
	if (!tensor) return undefined;
	const { data } = toReal(tensor);
	return data.length === 1 ? data[0] : undefined;
}
