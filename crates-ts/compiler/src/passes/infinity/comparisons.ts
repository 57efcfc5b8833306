import { int } from "@umpire/graph/attributes.ts";
import type { Extended } from "./extended.ts";
import type { Rule } from "./rule.ts";

/** What each comparison says of the sign of a − b. */
export const COMPARISONS: Readonly<Record<string, (sign: number) => boolean>> = {
	Equal: (sign) => sign === 0,
	Greater: (sign) => sign > 0,
	GreaterOrEqual: (sign) => sign >= 0,
	Less: (sign) => sign < 0,
	LessOrEqual: (sign) => sign <= 0,
};

/** Numbers that stand for infinity count as the same if they are this near: sums with others move them a little. */
const SAME = 0.01;

/** How −∞ of one operand compares with −∞ of the other, which may be written as different numbers. */
function lowSign(a: Extended, b: Extended): number {
	const [less, more] = [Math.min(a.least, b.least), Math.max(a.least, b.least)];
	if (less === more || less >= more * (1 - SAME)) return 0;
	return a.least > b.least ? -1 : 1;
}

/** ONNX's comparisons: −∞ is below every number, and equal to itself. */
export const compare: Rule = (node, around) => {
	const holds = COMPARISONS[node.opType];
	// What only a constant has of infinity, its place on the grid says (onnx-ops/logic/compare.ts).
	if (node.inputs.every((name) => around.constant(name) !== undefined || !around.extended(name)))
		return undefined;
	const operands = around.operands(node.inputs, 1);
	if (!operands) return undefined;
	const [a, b] = operands;
	const names = [a.finite, b.finite];
	let result: string | undefined =
		a.all || b.all ? undefined : around.emit(node.opType, names, around.broadcast(names), "bool");
	const say = (where: string | undefined, sign: number): void => {
		result = holds(sign) ? around.or(result, where) : around.without(result, where);
	};
	say(around.or(around.without(a.low, b.low), around.without(b.high, a.high)), -1);
	say(around.or(around.without(b.low, a.low), around.without(a.high, b.high)), 1);
	say(around.and(a.low, b.low), lowSign(a, b));
	say(around.and(a.high, b.high), -lowSign(a, b));
	for (const { nan, empty } of [a, b]) result = around.without(result, around.or(nan, empty));
	const shape = around.shape(node.outputs[0]);
	return [{ finite: around.expanded(result ?? around.nowhere, shape), least: Number.POSITIVE_INFINITY }];
};

function truthOf(where: (x: Extended) => string | undefined, of: Parameters<Rule>): ReturnType<Rule> {
	const [node, around] = of;
	const x = around.extended(node.inputs[0]);
	if (!x) return undefined;
	const finite = around.expanded(where(x) ?? around.nowhere, around.shape(node.outputs[0]));
	return [{ finite, least: Number.POSITIVE_INFINITY }];
}

/** ONNX IsNaN. */
export const isNotNumber: Rule = (node, around) =>
	truthOf(({ nan, empty }) => around.or(nan, empty), [node, around]);

/** ONNX IsInf: numbers that only stand for infinity are none. */
export const isInfinite: Rule = (node, around) =>
	truthOf(
		({ low, high, least }) => {
			if (least < Number.POSITIVE_INFINITY) return undefined;
			const [below, above] = ["detect_negative", "detect_positive"].map((name) => int(node, name, 1) !== 0);
			return around.or(below ? low : undefined, above ? high : undefined);
		},
		[node, around],
	);
