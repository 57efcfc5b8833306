import { HUGE } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { type RealFunction, UNARY } from "../../lower/functions.ts";
import { ABSORBED, BEYOND, type Extended, LEAST_STAND_IN, opposite, SIDES, type Side } from "./extended.ts";
import { maskOf } from "./masks.ts";
import type { Rule } from "./rule.ts";
import type { Surroundings } from "./surroundings.ts";

/** ONNX Add, Sum, and Sub (sign −1). */
export function added(sign: 1 | -1): Rule {
	return (node, around) => {
		const given = around.operands(node.inputs, ABSORBED);
		if (!given) return undefined;
		const operands = given.map((operand, k) => (sign === 1 || k === 0 ? operand : opposite(operand)));
		const type = around.type(node.outputs[0]);
		const plus = (a: Extended, b: Extended): Extended => {
			const names = [a.finite, b.finite];
			let finite = sign === -1 ? undefined : names.find((_, k) => around.isZero(names[1 - k]));
			if (sign === -1 && around.isZero(b.finite)) finite = a.finite;
			finite ??= around.emit(sign === 1 ? "Add" : "Sub", names, around.broadcast(names), type);
			const [low, high] = [around.or(a.low, b.low), around.or(a.high, b.high)];
			// ∞ − ∞ is NaN, and what stands for it cancels out.
			const both = around.or(around.and(a.low, b.high), around.and(a.high, b.low));
			const empty = around.or(both, around.or(a.empty, b.empty));
			const sides = { low: around.without(low, both), high: around.without(high, both), empty };
			const all = a.all ?? b.all;
			return { finite, ...sides, nan: around.or(a.nan, b.nan), all, least: Math.min(a.least, b.least) };
		};
		const sum = operands.reduce(plus);
		// A large number that is added to all elements is a shift.
		return sum.all && sum.least < HUGE ? undefined : [sum];
	};
}

export const negated: Rule = (node, around) => {
	const x = around.extended(node.inputs[0]);
	if (!x) return undefined;
	const zero = around.isZero(x.finite);
	const finite = zero
		? x.finite
		: around.emit("Neg", [x.finite], around.shape(x.finite), around.type(x.finite));
	return [{ ...opposite(x), finite }];
};

/** 1 or −1 if a value has one sign everywhere, as far as is known, and is never near 0. */
function signOf(name: string, around: Surroundings): 1 | -1 | undefined {
	const constant = around.constant(name);
	if (!constant) return undefined;
	const { data } = toReal(constant);
	if (data.every((value) => value > 0)) return 1;
	return data.every((value) => value < 0) ? -1 : undefined;
}

/** ONNX Mul and Div by constants of one sign: the sides stay, or change. */
function scaled(node: Node, around: Surroundings, place: number): ReturnType<Rule> {
	const [x, factor] = [node.inputs[place], node.inputs[1 - place]];
	const extended = around.extended(x);
	// NaN stays NaN whatever it is multiplied by.
	const isMissing = extended?.low === undefined && extended?.high === undefined;
	const sign = signOf(factor, around) ?? (isMissing && around.constant(factor) ? 1 : undefined);
	if (!extended || !sign) return undefined;
	const magnitudes = toReal(around.constant(factor)!).data.map(Math.abs);
	const factors = node.opType === "Mul" ? magnitudes : magnitudes.map((value) => 1 / value);
	const least = extended.least * factors.reduce((a, b) => Math.min(a, b));
	const { finite } = extended;
	const inputs = place === 0 ? [finite, factor] : [factor, finite];
	const zero = around.isZero(finite);
	const product = zero ? finite : around.emit(node.opType, inputs, around.broadcast(inputs), around.type(x));
	return [{ ...(sign === 1 ? extended : opposite(extended)), finite: product, least }];
}

export const multiplied: Rule = (node, around) => {
	const place = node.inputs.findIndex((name) => !around.constant(name));
	return place < 0 || !around.extended(node.inputs[place])
		? maskOf(node, around)
		: scaled(node, around, place);
};

/** ONNX Div: by a constant, or of numbers by infinities. */
export const divided: Rule = (node, around) => {
	const [a, b] = node.inputs;
	const [x, y] = [around.extended(a), around.extended(b)];
	if (x && !y) return around.constant(a) ? undefined : scaled(node, around, 0);
	if (x || !y || y.least < HUGE || around.constant(b)) return undefined;
	const type = around.type(node.outputs[0]);
	const none = around.or(y.low, y.high);
	const divisor = around.choose(none, around.number(1, type), y.finite);
	const quotient = around.emit("Div", [a, divisor], around.broadcast([a, divisor]), type);
	return [{ finite: around.choose(none, around.zero(type), quotient), nan: y.nan, least: y.least }];
};

/** ONNX BatchNormalization: what is missing stays so, wherever the numbers are moved to. */
export const normalised: Rule = (node, around) => {
	const [name, ...constants] = node.inputs;
	const x = around.extended(name);
	if (!x || x.all || x.low !== undefined || x.high !== undefined || node.outputs.length > 1) return undefined;
	const [shape, type] = [around.shape(name), around.type(name)];
	const mean = constants[2];
	// What stands where no number is would be far outside of all others.
	const filling = shape.length === 2 && around.type(mean) === type ? mean : around.zero(type);
	const numbers = around.choose(around.or(x.nan, x.empty), filling, x.finite);
	const [finite] = around.copy(node, [around.expanded(numbers, shape), ...constants]);
	return [{ finite, nan: x.nan, empty: x.empty, least: Number.POSITIVE_INFINITY }];
};

/** ONNX Where. */
export const chosen: Rule = (node, around) => {
	const [condition, ...names] = node.inputs;
	const operands = around.operands(names, BEYOND);
	if (!operands) return undefined;
	const [a, b] = operands;
	const least = Math.min(a.least, b.least);
	const otherwise = around.not(condition)!;
	const sides = SIDES.map((side): [Side, string | undefined] => {
		// What is replaced exactly where it is no number is so nowhere.
		const kept = around.same(b[side], condition) ? undefined : around.and(otherwise, b[side]);
		return [side, around.or(around.and(condition, a[side]), kept)];
	});
	const finite = a.all ? b.finite : b.all ? a.finite : around.choose(condition, a.finite, b.finite);
	return [{ finite, ...Object.fromEntries(sides), least }];
};

/** Functions of single elements that have a value, or a side, at infinity. */
export function functionOf(node: Node): RealFunction | undefined {
	return Object.hasOwn(UNARY, node.opType) ? UNARY[node.opType](node) : undefined;
}

const PROBES = [-100, -8, -1e-6, 0, 1e-6, 8, 100];

/** Whether a function's results reach no further than its operands, or than 1. */
function isBounded(f: RealFunction): boolean {
	return PROBES.every((x) => Math.abs(f(x)) <= Math.max(1, Math.abs(x)));
}

export function unary(f: RealFunction): Rule {
	return (node, around) => {
		const x = around.extended(node.inputs[0]);
		if (!x) return undefined;
		const type = around.type(node.outputs[0]);
		let { finite, low, high, nan, least }: Extended = x;
		// What stands where no number is must not become one that is larger than all others.
		const none = isBounded(f) ? undefined : around.or(low, around.or(high, nan));
		const neutral = Math.abs(f(0)) < LEAST_STAND_IN ? 0 : 1;
		const operands = [around.choose(none, around.number(neutral, type), finite), ...node.inputs.slice(1)];
		finite = around.copy(node, operands, { shape: around.shape(operands[0]), type })[0];
		const sides = { low: undefined, high: undefined, nan } as Record<Side, string | undefined>;
		let next = Number.POSITIVE_INFINITY;
		for (const [truth, value] of [
			[low, f(-least)],
			[high, f(least)],
		] as const) {
			if (truth === undefined) continue;
			if (Number.isNaN(value)) sides.nan = around.or(sides.nan, truth);
			else if (Math.abs(value) >= LEAST_STAND_IN) {
				const side = value < 0 ? "low" : "high";
				sides[side] = around.or(sides[side], truth);
				next = Math.min(next, Math.abs(value));
			} else finite = around.choose(truth, around.number(value, type), finite);
		}
		({ low, high, nan } = sides);
		return [{ finite, low, high, nan, least: next }];
	};
}

/** ONNX Cast: to floats as it is, to truth values true. */
export const cast: Rule = (node, around) => {
	const x = around.extended(node.inputs[0]);
	const type = around.type(node.outputs[0]);
	if (!x || !(isFloat(type) || type === "bool")) return undefined;
	const { finite, ...sides } = x;
	const numbers = around.cast(finite, type);
	if (type !== "bool") return [{ ...sides, finite: numbers }];
	return [
		{
			finite: around.or(numbers, around.or(sides.low, around.or(sides.high, sides.nan)))!,
			least: Number.POSITIVE_INFINITY,
		},
	];
};
