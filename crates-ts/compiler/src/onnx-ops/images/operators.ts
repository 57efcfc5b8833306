import { type OnnxOperator, operator } from "../operator.ts";
import { decomposeAffineGrid, decomposeGridSample } from "./grid.ts";
import { decomposeResize } from "./resize.ts";

/** Images at other positions. */
export const IMAGES: readonly OnnxOperator[] = [
	operator({
		name: "AffineGrid",
		since: 20,
		decompose: decomposeAffineGrid,
		summary: "the constant grid of base points times the transformation",
	}),
	operator({
		name: "GridSample",
		since: 16,
		decompose: decomposeGridSample,
		summary:
			"by a constant grid chosen elements times constant weights, by another neighbours that are looked up",
	}),
	operator({ name: "Resize", since: 10, decompose: decomposeResize, summary: "one axis after the other" }),
	operator({ name: "Upsample", since: 1, decompose: decomposeResize, summary: "Resize's older name" }),
];
