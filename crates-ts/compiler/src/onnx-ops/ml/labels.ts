import { numbers, strings } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { cast, numbersOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** The classes of a classifier. */
export interface Labels {
	readonly count: number;
	/** Undefined if the labels are strings. */
	readonly integers: readonly number[] | undefined;
}

export function labelsOf(node: Node, integers = "classlabels_ints"): Labels {
	const names = strings(node, "classlabels_strings");
	if (names.length > 0) return { count: names.length, integers: undefined };
	const given = numbers(node, integers);
	return { count: given.length, integers: given };
}

/** Whether the label is to be defined. @throws CompileError if it is used and a string */
export function wantsLabel(node: Node, context: DecomposeContext, labels: Labels): boolean {
	const [output] = node.outputs;
	if (!output || !context.isUsed(output)) return false;
	if (labels.integers) return true;
	throw context.error(
		`its labels are strings, and its label "${output}" is used`,
		"Remove that output of the model (the scores stay), or give the classes integer labels",
	);
}

/** Defines the label output as the class of the highest score; `scores` [rows, columns], column k standing for classes[k]. */
export function defineHighest(
	node: Node,
	context: DecomposeContext,
	scores: string,
	classes: readonly number[],
): void {
	const index = context.emit("ArgMax", [scores], { axis: 1, keepdims: 0 });
	if (classes.every((label, k) => label === k)) {
		context.emit("Identity", [index], {}, [node.outputs[0]]);
		return;
	}
	const table = numbersOf(context, "int64", [classes.length], classes);
	context.emit("Gather", [table, index], { axis: 0 }, [node.outputs[0]]);
}

/** Defines the label output as positive where score [rows, 1] > threshold, else negative. */
export function defineBinary(
	node: Node,
	context: DecomposeContext,
	score: string,
	rows: number,
	threshold: number,
	[negative, positive]: readonly number[],
): void {
	const above = context.emit("Greater", [score, numbersOf(context, "float32", [], [threshold])]);
	const index = cast(context, reshape(context, above, [rows]), "int64");
	const table = numbersOf(context, "int64", [2], [negative, positive]);
	context.emit("Gather", [table, index], { axis: 0 }, [node.outputs[0]]);
}
