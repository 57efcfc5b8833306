import { decomposeCrop } from "../arithmetic/experimental.ts";
import { renamed } from "../microsoft/moves.ts";
import { type OnnxOperator, operator } from "../operator.ts";
import {
	lowerConcat,
	lowerDepthToSpace,
	lowerExpand,
	lowerReshape,
	lowerSpaceToDepth,
	lowerTranspose,
} from "./move.ts";
import { lowerPad } from "./pad.ts";
import {
	decomposeCenterCropPad,
	decomposeCol2Im,
	decomposeCompress,
	decomposePresent,
	decomposeReverseSequence,
} from "./select.ts";
import { lowerSlice, lowerSplit } from "./slice.ts";
import { decomposeTrilu } from "./trilu.ts";

/** Elements in other places. */
export const MOVEMENT: readonly OnnxOperator[] = [
	operator({
		name: "CenterCropPad",
		since: 18,
		decompose: decomposeCenterCropPad,
		summary: "pads on both sides, then crops on both sides",
	}),
	operator({
		name: "Col2Im",
		since: 18,
		decompose: decomposeCol2Im,
		summary: "every element of the image is the sum of the columns' elements that cover it",
	}),
	operator({
		name: "Compress",
		since: 9,
		decompose: decomposeCompress,
		summary: "with a constant condition: chosen elements",
	}),
	operator({
		name: "Concat",
		since: 1,
		lower: lowerConcat,
		summary: "its operands side by side, at one scale",
	}),
	operator({
		name: "Crop",
		since: 1,
		decompose: decomposeCrop,
		summary:
			"of ONNX's first opset: an image without its border [left, top, right, bottom], or `scale` rows and columns from there",
	}),
	operator({
		name: "DepthToSpace",
		since: 1,
		lower: lowerDepthToSpace,
		summary: "two reshapes and a transposition (modes DCR and CRD)",
	}),
	operator({
		name: "Expand",
		since: 8,
		lower: lowerExpand("expand"),
		summary: "NumPy broadcasting to the output's shape",
	}),
	operator({
		name: "Flatten",
		since: 1,
		lower: lowerReshape,
		summary: "the same elements in the same order",
	}),
	operator({
		name: "Identity",
		since: 1,
		lower: lowerReshape,
		summary: "the same elements in the same order",
	}),
	operator({ name: "Optional", since: 15, decompose: renamed("Identity"), summary: "what it holds" }),
	operator({
		name: "OptionalGetElement",
		since: 15,
		decompose: renamed("Identity"),
		summary: "what the optional holds",
	}),
	operator({
		name: "OptionalHasElement",
		since: 15,
		decompose: decomposePresent,
		summary: "of what a model computes: it is there",
	}),
	operator({
		name: "Pad",
		since: 1,
		lower: lowerPad,
		summary: "constant, reflect, edge and wrap; negative pads crop",
	}),
	operator({
		name: "Reshape",
		since: 1,
		lower: lowerReshape,
		summary: "the same elements in the same order",
	}),
	operator({
		name: "ReverseSequence",
		since: 10,
		decompose: decomposeReverseSequence,
		summary: "a row of the time axis for every position of both axes",
	}),
	operator({
		name: "Slice",
		since: 1,
		lower: lowerSlice,
		summary: "bounds as inputs (opset ≥ 10) or attributes, negative steps, clamped bounds",
	}),
	operator({
		name: "SpaceToDepth",
		since: 1,
		lower: lowerSpaceToDepth,
		summary: "two reshapes and a transposition",
	}),
	operator({ name: "Split", since: 1, lower: lowerSplit, summary: "sizes from the outputs themselves" }),
	operator({
		name: "Squeeze",
		since: 1,
		lower: lowerReshape,
		summary: "the same elements in the same order",
	}),
	operator({
		name: "Tile",
		since: 1,
		lower: lowerExpand("tile"),
		summary: "repetition to the output's shape",
	}),
	operator({ name: "Transpose", since: 1, lower: lowerTranspose, summary: "another order of the axes" }),
	operator({
		name: "Trilu",
		since: 14,
		decompose: decomposeTrilu,
		summary: "the elements of one triangle of every matrix, zeros elsewhere",
	}),
	operator({
		name: "Unsqueeze",
		since: 1,
		lower: lowerReshape,
		summary: "the same elements in the same order",
	}),
];
