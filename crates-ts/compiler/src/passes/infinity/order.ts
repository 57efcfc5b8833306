import { int } from "@umpire/graph/attributes.ts";
import { HUGE } from "@umpire/graph/ranges.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { BEYOND, type Extended, numbersOf, opposite } from "./extended.ts";
import type { Rule } from "./rule.ts";
import type { Surroundings } from "./surroundings.ts";

/** The node's results from its first operand with infinities written down. */
function ofWritten(node: Node, around: Surroundings): string[] {
	const written = around.written(node.inputs[0]);
	return written === node.inputs[0]
		? [...node.outputs]
		: around.copy(node, [written, ...node.inputs.slice(1)]);
}

function allNumbers(names: readonly string[]): (Extended | undefined)[] {
	return names.map((name) => (name === "" ? undefined : numbersOf(name)));
}

/** Positions of extremes and windows of maxima: order is all that they ask for. */
export const argExtreme: Rule = (node, around) =>
	around.extended(node.inputs[0]) && allNumbers(ofWritten(node, around));

/** Whether a side holds for all elements along the node's axes, or for some. */
function along(
	node: Node,
	around: Surroundings,
	truth: string | undefined,
	opType: "ReduceMin" | "ReduceMax",
	shape?: readonly number[],
): string | undefined {
	if (truth === undefined || truth === around.everywhere) return truth;
	const whole = around.cast(around.expanded(truth, around.shape(node.inputs[0])), "int32");
	const reduced = around.copy({ ...node, opType }, [whole, ...node.inputs.slice(1)], {
		type: "int32",
		...(shape ? { shape } : {}),
	})[0];
	return around.cast(reduced, "bool");
}

/** ONNX ReduceMax and ReduceMin. */
export function extreme(minimum: boolean): Rule {
	return (node, around) => {
		const x = around.extended(node.inputs[0]);
		if (!x) return undefined;
		const [finite] = ofWritten(node, around);
		const [every, some] = ["ReduceMin", "ReduceMax"] as const;
		return [
			{
				finite,
				low: along(node, around, x.low, minimum ? some : every),
				high: along(node, around, x.high, minimum ? every : some),
				nan: along(node, around, x.nan, some),
				least: x.least,
			},
		];
	};
}

/** ONNX ReduceSum and ReduceMean: what an infinity is added to becomes one. */
export const summed: Rule = (node, around) => {
	const x = around.extended(node.inputs[0]);
	if (!x || x.least < HUGE) return undefined;
	const shape = around.shape(node.inputs[0]);
	const [finite] = around.copy(node, [around.expanded(x.finite, shape), ...node.inputs.slice(1)]);
	const some = (truth: string | undefined): string | undefined => along(node, around, truth, "ReduceMax");
	return [{ finite, low: some(x.low), high: some(x.high), nan: some(x.nan), least: x.least }];
};

/** ONNX TopK: values and positions. */
export const topK: Rule = (node, around) => {
	const x = around.extended(node.inputs[0]);
	if (!x) return undefined;
	const shape = around.shape(node.inputs[0]);
	const [values, positions] = ofWritten(node, around);
	const axis = normaliseAxis(int(node, "axis", -1), shape.length)!;
	const at = (truth: string | undefined): string | undefined =>
		truth &&
		around.emit(
			"GatherElements",
			[around.expanded(truth, shape), positions],
			around.shape(positions),
			"bool",
			{ axis },
		);
	const sides = values === "" ? {} : { low: at(x.low), high: at(x.high), nan: at(x.nan) };
	return [
		values === "" ? undefined : { finite: values, ...sides, least: x.least },
		...allNumbers([positions]),
	];
};

/** ONNX Softmax and LogSoftmax: nothing is left of a row that is −∞ everywhere. */
export const softmax: Rule = (node, around) => {
	const x = around.extended(node.inputs[0]);
	if (!x) return undefined;
	const [finite] = ofWritten(node, around);
	const shape = around.shape(node.inputs[0]);
	const axis = normaliseAxis(int(node, "axis", -1), shape.length)!;
	const row = { ...node, inputs: [node.inputs[0], around.whole([axis])], attributes: new Map() };
	const rowOf = (truth: string | undefined, opType: "ReduceMin" | "ReduceMax"): string | undefined =>
		along(row, around, truth, opType, shape.with(axis, 1));
	const empty = x.least >= HUGE ? rowOf(x.low, "ReduceMin") : undefined;
	const low = node.opType === "LogSoftmax" ? x.low : undefined;
	return [{ finite, low, nan: rowOf(x.nan, "ReduceMax"), empty, least: x.least }];
};

/** ONNX Max and Min of any number of operands: −∞ gives way to the others. */
export function largestOf(minimum: boolean): Rule {
	return (node, around) => {
		const turned = (x: Extended): Extended => (minimum ? opposite(x) : x);
		const operands = around.operands(node.inputs, BEYOND);
		if (!operands) return undefined;
		const type = around.type(node.outputs[0]);
		const larger = (a: Extended, b: Extended): Extended => {
			let finite = b.finite;
			if (a.all === undefined && b.all === undefined) {
				const names = [a.finite, b.finite];
				finite = around.emit(node.opType, names, around.broadcast(names), type);
			}
			finite = around.choose(a.low, b.finite, finite);
			finite = around.choose(b.low, a.finite, finite);
			const low = around.and(a.low, b.low);
			const all = a.all === b.all ? a.all : undefined;
			const side = { high: around.or(a.high, b.high), nan: around.or(a.nan, b.nan) };
			return { finite, low, ...side, all, least: Math.min(a.least, b.least) };
		};
		return [turned(operands.map(turned).reduce(larger))];
	};
}
