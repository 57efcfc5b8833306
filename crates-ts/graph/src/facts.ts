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
	/** Of inputs and outputs of floats that are not too large, for each element the largest magnitude. */
	readonly reaches?: ReadonlyMap<string, Float64Array>;
	/** Of the floats among them, if asked for. */
	readonly histograms?: ReadonlyMap<string, Histogram>;
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
