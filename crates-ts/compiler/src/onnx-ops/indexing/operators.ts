import { type OnnxOperator, operator } from "../operator.ts";
import { lowerGather, lowerGatherElements } from "./gather.ts";
import { lowerGatherND } from "./gather-nd.ts";
import { decomposeOneHot, decomposeTopK } from "./one-hot.ts";
import { decomposeScatterElements, decomposeScatterND } from "./scatter.ts";

/** Elements by their index. */
export const INDEXING: readonly OnnxOperator[] = [
	operator({
		name: "Gather",
		since: 1,
		lower: lowerGather,
		summary: "what of it is a slice becomes one, the rest reads where its indices point",
	}),
	operator({
		name: "GatherElements",
		since: 11,
		lower: lowerGatherElements,
		summary: "what of it is a slice becomes one, the rest reads where its indices point",
	}),
	operator({
		name: "GatherND",
		since: 11,
		lower: lowerGatherND,
		summary:
			"the axes that an index tuple addresses (and the batch axes before them) become one, and the tuples one number each",
	}),
	operator({
		name: "OneHot",
		since: 9,
		decompose: decomposeOneHot,
		summary: "indices compared with a range; negative ones count from the end",
	}),
	operator({
		name: "Scatter",
		since: 9,
		decompose: decomposeScatterElements,
		summary: "ScatterElements' older name",
	}),
	operator({
		name: "ScatterElements",
		since: 11,
		decompose: decomposeScatterElements,
		summary:
			"by constant indices chosen elements; by others every place is compared with every index, rows are summed by a product, and what is not summed is chosen",
	}),
	operator({
		name: "ScatterND",
		since: 11,
		decompose: decomposeScatterND,
		summary:
			"by constant indices chosen elements; by others every place is compared with every index, rows are summed by a product, and what is not summed is chosen",
	}),
	operator({
		name: "TopK",
		since: 1,
		decompose: decomposeTopK,
		summary:
			"with a constant k: an element's rank is how many come before it, and output j takes the element of rank j",
	}),
];
