import { int } from "@umpire/graph/attributes.ts";
import type { Range } from "@umpire/graph/ranges.ts";
import { isFloat, type Real } from "@umpire/graph/real.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { cast, finish, intsOf, numbersOf, realOf, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** ONNX Mod by something else than one constant number (which is a table). */
export function decomposeMod(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, y] = node.inputs;
	if (realOf(context, y)?.data.length === 1) return "keep";
	const type = context.type(x);
	const truncated = int(node, "fmod", 0) === 1;
	const quotient = context.emit("Div", [x, y]);
	if (isFloat(type)) {
		// With fmod towards zero: the floor of the magnitude with the quotient's sign.
		const towardsZero = () => {
			const magnitude = context.emit("Floor", [context.emit("Abs", [quotient])]);
			return context.emit("Mul", [context.emit("Sign", [quotient]), magnitude]);
		};
		const whole = truncated ? towardsZero() : context.emit("Floor", [quotient]);
		finish(context, node, context.emit("Sub", [x, context.emit("Mul", [whole, y])]));
		return;
	}
	// Integer Div rounds towards zero; unless fmod, the remainder takes the divisor's sign.
	const rest = context.emit("Sub", [x, context.emit("Mul", [quotient, y])]);
	if (truncated || type.startsWith("uint")) {
		finish(context, node, rest);
		return;
	}
	const zero = scalarOf(context, type, 0);
	const differ = context.emit("Xor", [context.emit("Less", [rest, zero]), context.emit("Less", [y, zero])]);
	const nonzero = context.emit("Not", [context.emit("Equal", [rest, zero])]);
	const moved = context.emit("Add", [rest, y]);
	finish(context, node, context.emit("Where", [context.emit("And", [differ, nonzero]), moved, rest]));
}

/** ONNX Clip with bounds that depend on the inputs. */
export function decomposeClip(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, low, high] = node.inputs;
	const bounds = [low, high].filter((name) => name);
	if (bounds.every((name) => realOf(context, name))) return "keep";
	const above = low ? context.emit("Max", [x, low]) : x;
	finish(context, node, high ? context.emit("Min", [above, high]) : above);
}

/** ONNX PRelu with a slope that depends on the inputs: max(x, 0) + slope·min(x, 0). */
export function decomposePRelu(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, slope] = node.inputs;
	if (realOf(context, slope)) return "keep";
	const zero = scalarOf(context, context.type(x), 0);
	const negative = context.emit("Min", [x, zero]);
	const branch = context.emit("Mul", [slope, negative]);
	finish(context, node, context.emit("Add", [context.emit("Relu", [x]), branch]));
}

/** ONNX CastLike: the second operand only says the type. */
export function decomposeCastLike(node: Node, context: DecomposeContext): void {
	finish(context, node, cast(context, node.inputs[0], context.type(node.outputs[0])));
}

/** x to the y, both of which depend on the inputs: a choice of a few whole exponents, or exp(y·log x). */
function powerOfInputs(context: DecomposeContext, x: string, y: string): string {
	const exponents = context.range(y);
	const bases = context.range(x);
	const type = context.type(x);
	const whole = !isFloat(context.type(y));
	if (whole && exponents && exponents.high - exponents.low < MOST_EXPONENTS) {
		const powers = Array.from({ length: exponents.high - exponents.low + 1 }, (_, k) => exponents.low + k);
		return powers.reduce((result, exponent) => {
			const power = context.emit("Pow", [x, scalarOf(context, type, exponent)]);
			if (result === "") return power;
			const above = context.emit("GreaterOrEqual", [y, scalarOf(context, context.type(y), exponent)]);
			return context.emit("Where", [above, power, result]);
		}, "");
	}
	if (!isFloat(type) || !bases) {
		throw context.error(
			"base and exponent both depend on the model's inputs, and the base is no float",
			"Pow compiles with a constant base, constant exponents, few whole exponents, or float bases",
		);
	}
	const exponent = isFloat(context.type(y)) && context.type(y) === type ? y : cast(context, y, type);
	if (bases.low >= 0) return powerOfPositive(context, x, exponent, type, bases);
	const reach = Math.max(-bases.low, bases.high);
	const magnitude = context.emit("Abs", [x]);
	const power = powerOfPositive(context, magnitude, exponent, type, { low: 0, high: reach });
	// ±1 at whole exponents; a negative number has no other real powers.
	const sign = context.emit("Cos", [context.emit("Mul", [exponent, scalarOf(context, type, Math.PI)])]);
	const negative = context.emit("Less", [x, scalarOf(context, type, 0)]);
	return context.emit("Where", [negative, context.emit("Mul", [power, sign]), power]);
}

/** exp(exponent·log x), and 0 or 1 where x is 0. */
function powerOfPositive(
	context: DecomposeContext,
	x: string,
	exponent: string,
	type: ElementType,
	bases: Range,
): string {
	// Log(0) is as low as the logarithm of the smallest number that calibration tells from 0.
	const least = Math.max(bases.high * 2 ** -15, Number.MIN_VALUE);
	const positive = context.emit("Max", [x, scalarOf(context, type, least)]);
	const power = context.emit("Exp", [context.emit("Mul", [exponent, context.emit("Log", [positive])])]);
	if (bases.low > least) return power;
	const zero = scalarOf(context, type, 0);
	const none = context.emit("Equal", [exponent, zero]);
	const ofZero = context.emit("Where", [none, scalarOf(context, type, 1), zero]);
	const vanishes = context.emit("Less", [x, scalarOf(context, type, least)]);
	return context.emit("Where", [vanishes, ofZero, power]);
}

/** Different exponents of one Pow. */
const MOST_EXPONENTS = 16;
/** If each has columns of its own. */
const MOST_COLUMNS = 1024;

/** ONNX Pow with a constant tensor of exponents: one table for every exponent that occurs. */
export function decomposePow(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, y] = node.inputs;
	const exponents = realOf(context, y);
	if (exponents?.data.length === 1 || realOf(context, x)?.data.length === 1) return "keep";
	if (!exponents) {
		finish(context, node, powerOfInputs(context, x, y));
		return;
	}
	const used = [...new Set(exponents.data)];
	const columns = columnsOf(context.shape(x), exponents);
	if (columns !== undefined && used.length <= MOST_COLUMNS) {
		finish(context, node, powerOfColumns(context, x, exponents.data, columns));
		return;
	}
	if (used.length > MOST_EXPONENTS) {
		throw context.error(
			`it has ${used.length} different exponents`,
			`Up to ${MOST_EXPONENTS} compile, and up to ${MOST_COLUMNS} that differ along one axis only`,
		);
	}
	const type = context.type(y);
	let result: string | undefined;
	for (const exponent of used) {
		const power = context.emit("Pow", [x, scalarOf(context, type, exponent)]);
		const mask = exponents.data.map((value) => (value === exponent ? 1 : 0));
		const chosen = numbersOf(context, "bool", exponents.shape, mask);
		result = result === undefined ? power : context.emit("Where", [chosen, power, result]);
	}
	finish(context, node, result!);
}

/** The axis of x along which the exponents differ, if that is all. */
function columnsOf(shape: readonly number[], exponents: Real): number | undefined {
	const lead = shape.length - exponents.shape.length;
	const axis = exponents.shape.findIndex((size) => size !== 1);
	if (lead < 0 || axis < 0 || exponents.data.length !== exponents.shape[axis]) return undefined;
	return shape[lead + axis] === exponents.shape[axis] ? lead + axis : undefined;
}

/** Columns with one exponent go through its table together, and nobody else's. */
function powerOfColumns(
	context: DecomposeContext,
	x: string,
	exponents: ArrayLike<number>,
	axis: number,
): string {
	const places = new Map<number, number[]>();
	for (const [place, exponent] of Array.from(exponents).entries())
		places.set(exponent, [...(places.get(exponent) ?? []), place]);
	const type = context.type(x);
	const powers = [...places].map(([exponent, own]) => {
		const columns = context.emit("Gather", [x, intsOf(context, own)], { axis });
		return context.emit("Pow", [columns, scalarOf(context, type, exponent)]);
	});
	const joined = context.emit("Concat", powers, { axis });
	const order = [...places.values()].flat();
	const back = order.map((_, place) => order.indexOf(place));
	return context.emit("Gather", [joined, intsOf(context, back)], { axis });
}
