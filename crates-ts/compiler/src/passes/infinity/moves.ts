import { string } from "@umpire/graph/attributes.ts";
import { HUGE } from "@umpire/graph/ranges.ts";
import { ABSORBED, type Extended, SIDES, type Side } from "./extended.ts";
import type { Rule } from "./rule.ts";

/** What moves numbers moves their sides alike. */
export const moved: Rule = (node, around) => {
	const [x, ...rest] = node.inputs;
	const extended = around.extended(x);
	// A table may hold one large number among small ones.
	if (!extended || (around.constant(x) && extended.least < HUGE)) return undefined;
	const shape = around.shape(x);
	const through = (name: string, truth: boolean): string[] =>
		around.copy(node, [around.expanded(name, shape), ...rest], truth ? { type: "bool" } : {});
	const { all, least } = extended;
	if (all) return node.outputs.map(() => extended);
	const finite = around.isZero(extended.finite) ? undefined : through(extended.finite, false);
	const sides = SIDES.flatMap((side): [Side, string[]][] => {
		const truth = extended[side];
		return truth === undefined ? [] : [[side, through(truth, true)]];
	});
	return node.outputs.map((name, k): Extended | undefined => {
		if (name === "") return undefined;
		const own = Object.fromEntries(sides.map(([side, outputs]) => [side, outputs[k]]));
		return { finite: finite?.[k] ?? extended.finite, ...own, least };
	});
};

/** ONNX Concat. */
export const joined: Rule = (node, around) => {
	const pieces = around.operands(node.inputs, ABSORBED);
	if (!pieces) return undefined;
	const shapes = node.inputs.map((name) => around.shape(name));
	const least = Math.min(...pieces.map((piece) => piece.least));
	const numbers = pieces.map((piece, k) => around.expanded(piece.finite, shapes[k]));
	const finite = around.copy(node, numbers)[0];
	const sides = SIDES.flatMap((side): [Side, string][] => {
		const given = pieces.map((piece) => piece[side]);
		if (given.every((truth) => truth === undefined)) return [];
		const truths = given.map((truth, k) => around.expanded(truth ?? around.nowhere, shapes[k]));
		return [[side, around.copy(node, truths, { type: "bool" })[0]]];
	});
	return [{ finite, ...Object.fromEntries(sides), least }];
};

/** ONNX Pad with a constant: what infinity is written for, padded or moved. */
export const padded: Rule = (node, around) => {
	const [x, pads, value = "", axes = ""] = node.inputs;
	const [inner, outer] = [around.extended(x), around.extended(value)];
	if (string(node, "mode", "constant") !== "constant" || (!inner && !outer)) return undefined;
	const shape = around.shape(x);
	const fill = (name: string, filling: string, truth: boolean): string =>
		around.copy(node, [around.expanded(name, shape), pads, filling, axes], truth ? { type: "bool" } : {})[0];
	const filling = outer?.finite ?? (value || around.zero(around.type(x)));
	const sides = SIDES.flatMap((side): [Side, string][] => {
		const [a, b] = [inner?.[side], outer?.[side]];
		if (a === undefined && b === undefined) return [];
		return [[side, fill(a ?? around.nowhere, b ? around.everywhere : around.nowhere, true)]];
	});
	const least = Math.min(...[inner, outer].map((one) => one?.least ?? Number.POSITIVE_INFINITY));
	if (around.reach(inner?.finite ?? x) * ABSORBED > least) return undefined;
	return [{ finite: fill(inner?.finite ?? x, filling, false), ...Object.fromEntries(sides), least }];
};
