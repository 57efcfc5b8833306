import { int } from "@umpire/graph/attributes.ts";
import { normaliseAxis, sameShape, sizeOf } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { batchNormalization } from "../lower/affine.ts";
import { alongAxis, expandedTo } from "./elements.ts";
import { movedFrom } from "./moved.ts";
import { keptShape } from "./needs.ts";
import type { Rewriter } from "./rewriter.ts";

/** The exponents that a result is best divided by where any will do; undefined for none. */
export type Choose = (name: string) => Float64Array | undefined;

/**
 * Writes the node for operands that are divided by powers of two, so that the powers go into
 * constants or on to the result. False if it cannot: then the operands must be as they were.
 */
export function rewrite(node: Node, rewriter: Rewriter, choose: Choose): boolean {
	if (node.domain !== "") return false;
	if (has(node, "moves", "casts", "permutes")) return moves(node, rewriter);
	if (has(node, "compares")) return compares(node, rewriter);
	switch (node.opType) {
		case "Relu":
		case "LeakyRelu":
		case "Abs":
		case "Neg":
			return passes(node, rewriter);
		case "Clip":
			return clips(node, rewriter);
		case "Add":
		case "Sub":
		case "Sum":
		case "Max":
		case "Min":
		case "Where":
			return aligns(node, rewriter, choose);
		case "Mul":
		case "Div":
			return multiplies(node, rewriter, choose);
		case "Pow":
			return squares(node, rewriter);
		case "BatchNormalization":
			return normalises(node, rewriter, choose);
		case "ReduceSum":
		case "ReduceMean":
		case "ReduceMax":
		case "ReduceMin":
			return reduces(node, rewriter);
		case "Concat":
			return joins(node, rewriter, choose);
		case "MatMul":
		case "Gemm":
			return multipliesMatrix(node, rewriter, choose);
		case "Conv":
			return convolves(node, rewriter);
		default:
			return false;
	}
}

/** The node with other operands, and its result divided by powers. */
function write(
	rewriter: Rewriter,
	node: Node,
	inputs: readonly string[],
	exponents?: Float64Array,
	opType = node.opType,
): void {
	const [output] = node.outputs;
	const evened = exponents?.some((exponent) => exponent !== 0);
	const name = evened ? rewriter.fresh(`${output}_evened`) : output;
	if (evened) rewriter.define(output, name, exponents!);
	rewriter.nodes.push({ ...node, opType, inputs, outputs: [name] });
}

const single = (node: Node): boolean => node.outputs.slice(1).every((name) => name === "");

function passes(node: Node, rewriter: Rewriter): boolean {
	const { name, exponents } = rewriter.evened.get(node.inputs[0])!;
	write(rewriter, node, [name], exponents);
	return true;
}

function moves(node: Node, rewriter: Rewriter): boolean {
	const x = rewriter.evened.get(node.inputs[0]);
	if (!x) return false;
	const places = node.outputs.map((output) =>
		output === "" ? new Int32Array(0) : movedFrom(node, output, rewriter.facts),
	);
	if (places.some((list) => list === undefined)) return false;
	const outputs = node.outputs.map((output, k) => {
		if (output === "") return output;
		const exponents = Float64Array.from(places[k]!, (place) => x.exponents[place]);
		if (exponents.every((exponent) => exponent === 0)) return output;
		const name = rewriter.fresh(`${output}_evened`);
		rewriter.define(output, name, exponents);
		return name;
	});
	rewriter.nodes.push({ ...node, inputs: [x.name, ...node.inputs.slice(1)], outputs });
	return true;
}

/** A constant on the other side, or another value that is divided by the same. */
function compares(node: Node, rewriter: Rewriter): boolean {
	const to = rewriter.shape(node.outputs[0]);
	const wide = node.inputs.map((name) => {
		const own = rewriter.evened.get(name);
		return own && expandedTo(own.exponents, rewriter.shape(name), to);
	});
	const k = wide.findIndex((exponents) => exponents !== undefined);
	const [x, other] = [node.inputs[k], node.inputs[1 - k]];
	if (!sameShape(rewriter.shape(x), to) && rewriter.real(other) === undefined) return false;
	const exponents = wide[k]!;
	const right = rewriter.real(other)
		? rewriter.divided(other, exponents, to)
		: wide[1 - k]?.every((exponent, i) => exponent === exponents[i])
			? rewriter.evened.get(other)!.name
			: undefined;
	if (right === undefined) return false;
	const left = rewriter.evened.get(x)!.name;
	write(rewriter, node, k === 0 ? [left, right] : [right, left]);
	return true;
}

function clips(node: Node, rewriter: Rewriter): boolean {
	const [x, low, high] = node.inputs;
	const own = rewriter.evened.get(x);
	if (!own || [low, high].some((name) => name && !rewriter.real(name))) return false;
	const shape = rewriter.shape(x);
	let name = own.name;
	for (const [bound, opType] of [
		[low, "Max"],
		[high, "Min"],
	] as const) {
		if (!bound) continue;
		const next = rewriter.fresh(`${node.outputs[0]}_evened`);
		rewriter.emit(
			`${node.name}/${opType}`,
			opType,
			[name, rewriter.divided(bound, own.exponents, shape)],
			next,
		);
		name = next;
	}
	rewriter.define(node.outputs[0], name, own.exponents);
	return true;
}

/** Sums, choices and extremes of values that are all divided by the same. */
function aligns(node: Node, rewriter: Rewriter, choose: Choose): boolean {
	const [output] = node.outputs;
	const to = rewriter.shape(output);
	const first = node.opType === "Where" ? 1 : 0;
	const names = node.inputs.slice(first);
	const evened = names.filter((name) => rewriter.evened.has(name));
	if (evened.length === 0 || (first === 1 && rewriter.evened.has(node.inputs[0]))) return false;
	const varying = names.filter((name) => !rewriter.real(name));
	const known = evened.map((name) =>
		expandedTo(rewriter.evened.get(name)!.exponents, rewriter.shape(name), to),
	);
	const alike =
		evened.length === varying.length && known.every((one) => one.every((e, i) => e === known[0][i]));
	// A value that is repeated along an axis cannot be divided by what differs along it, but may stay as it is.
	const isRepeated = varying.some((name) => !sameShape(rewriter.shape(name), to));
	const exponents = alike ? known[0] : isRepeated ? undefined : choose(output);
	if (!exponents) return false;
	const operands = names.map((name) => {
		if (rewriter.real(name)) return rewriter.divided(name, exponents, to);
		return alike ? rewriter.evened.get(name)!.name : rewriter.withExponents(name, exponents);
	});
	write(rewriter, node, [...node.inputs.slice(0, first), ...operands], exponents);
	return true;
}

function multiplies(node: Node, rewriter: Rewriter, choose: Choose): boolean {
	const [a, b] = node.inputs;
	const [output] = node.outputs;
	const to = rewriter.shape(output);
	const exponentsOf = (name: string): Float64Array | undefined => {
		const own = rewriter.evened.get(name);
		return own && expandedTo(own.exponents, rewriter.shape(name), to);
	};
	const [x, y] = [exponentsOf(a), exponentsOf(b)];
	const k = x ? 0 : 1;
	const factor = rewriter.real(node.inputs[1 - k]);
	if (!factor || (node.opType === "Div" && k === 1)) {
		const sign = node.opType === "Div" ? -1 : 1;
		const exponents = Float64Array.from(
			{ length: sizeOf(to) },
			(_, i) => (x?.[i] ?? 0) + sign * (y?.[i] ?? 0),
		);
		// What is divided by must not be spread any further; a constant over it has nowhere to put the powers.
		if (node.opType === "Div" && (y || factor)) return false;
		const operands = node.inputs.map((name) => rewriter.evened.get(name)?.name ?? name);
		write(rewriter, node, operands, exponents);
		return true;
	}
	const exponents = choose(output) ?? new Float64Array(sizeOf(to));
	const turn = node.opType === "Div" ? -1 : 1;
	const rest = exponents.map((exponent, i) => turn * (exponent - (x ?? y)![i]));
	const constant = rewriter.divided(node.inputs[1 - k], rest, to);
	const value = rewriter.evened.get(node.inputs[k])!.name;
	write(rewriter, node, k === 0 ? [value, constant] : [constant, value], exponents);
	return true;
}

/** The square is divided by the square of the power. */
function squares(node: Node, rewriter: Rewriter): boolean {
	const own = rewriter.evened.get(node.inputs[0]);
	const power = rewriter.real(node.inputs[1]);
	if (!own || power?.data.length !== 1 || power.data[0] !== 2) return false;
	if (!sameShape(rewriter.shape(node.inputs[0]), rewriter.shape(node.outputs[0]))) return false;
	write(
		rewriter,
		node,
		[own.name, node.inputs[1]],
		own.exponents.map((exponent) => 2 * exponent),
	);
	return true;
}

function normalises(node: Node, rewriter: Rewriter, choose: Choose): boolean {
	const affine = batchNormalization(node, rewriter.facts);
	const [x] = node.inputs;
	const own = rewriter.evened.get(x);
	const shape = rewriter.shape(x);
	const [output] = node.outputs;
	if (!affine || !own || !single(node)) return false;
	const from = alongAxis(own.exponents, shape, 1);
	const chosen = choose(output);
	const to = chosen ? alongAxis(chosen, shape, 1) : new Float64Array(shape[1]);
	if (!from || !to) return false;
	const vector = (base: string, values: Float64Array): string =>
		rewriter.tensor(`${output}_${base}`, x, values, [values.length]);
	const scale = vector(
		"scale",
		affine.scale.map((value, c) => value * 2 ** (from[c] - to[c])),
	);
	const shift = vector(
		"shift",
		affine.shift.map((value, c) => value / 2 ** to[c]),
	);
	const zeros = vector("mean", new Float64Array(shape[1]));
	const ones = vector("variance", new Float64Array(shape[1]).fill(1));
	const plain: Node = {
		...node,
		attributes: new Map([...node.attributes, ["epsilon", { type: "float", value: 0 }]]),
	};
	write(
		rewriter,
		plain,
		[own.name, scale, shift, zeros, ones],
		expandedTo(to, [shape[1], ...shape.slice(2).map(() => 1)], shape),
	);
	return true;
}

/** What is reduced together is divided by the same. */
function reduces(node: Node, rewriter: Rewriter): boolean {
	const [x] = node.inputs;
	const own = rewriter.evened.get(x);
	const kept = own && keptShape(node, rewriter.shape(x), rewriter.facts);
	if (!own || !kept) return false;
	const first = new Float64Array(sizeOf(kept)).fill(Number.NaN);
	const places = expandedTo(
		first.map((_, i) => i),
		kept,
		rewriter.shape(x),
	);
	for (const [i, place] of places.entries()) {
		if (Number.isNaN(first[place])) first[place] = own.exponents[i];
		else if (first[place] !== own.exponents[i]) return false;
	}
	write(rewriter, node, [own.name, ...node.inputs.slice(1)], first);
	return true;
}

function joins(node: Node, rewriter: Rewriter, choose: Choose): boolean {
	const [output] = node.outputs;
	const shape = rewriter.shape(output);
	const axis = normaliseAxis(int(node, "axis", 0), shape.length)!;
	const inner = sizeOf(shape.slice(axis + 1));
	const chosen = choose(output);
	const exponents = chosen ?? new Float64Array(sizeOf(shape));
	let begin = 0;
	const operands = node.inputs.map((name) => {
		const own = rewriter.shape(name);
		const [whole, part] = [shape[axis] * inner, own[axis] * inner];
		const placeOf = (i: number): number => Math.floor(i / part) * whole + begin * inner + (i % part);
		const known = rewriter.evened.get(name);
		// Nothing is gained by another division of what is divided already.
		if (known && !chosen)
			for (const [i, exponent] of known.exponents.entries()) exponents[placeOf(i)] = exponent;
		const wanted = Float64Array.from({ length: sizeOf(own) }, (_, i) => exponents[placeOf(i)]);
		begin += own[axis];
		return rewriter.real(name) ? rewriter.divided(name, wanted, own) : rewriter.withExponents(name, wanted);
	});
	write(rewriter, node, operands, exponents);
	return true;
}

/** The powers of the operand go into the weights' rows, those that are best for the result into their columns. */
function multipliesMatrix(node: Node, rewriter: Rewriter, choose: Choose): boolean {
	const k = rewriter.real(node.inputs[1]) ? 0 : 1;
	const x = node.inputs[k];
	const own = rewriter.evened.get(x);
	const weights = rewriter.real(node.inputs[1 - k]);
	const shape = rewriter.shape(x);
	if (!weights || weights.shape.length < 2 || shape.length < 1) return false;
	if (node.inputs[2] && rewriter.evened.has(node.inputs[2])) return false;
	const transposes = (name: string): boolean => node.opType === "Gemm" && int(node, name, 0) !== 0;
	const [turned, turnedOwn] =
		k === 0 ? [transposes("transB"), transposes("transA")] : [transposes("transA"), transposes("transB")];
	const axis = Math.max(0, shape.length - ((k === 0) !== turnedOwn ? 1 : 2));
	const exponents = own ? alongAxis(own.exponents, shape, axis) : new Float64Array(shape[axis]);
	const columns = k === 0 ? chosenColumns(node, rewriter, choose) : undefined;
	if (!exponents || !(own || columns)) return false;
	const rank = weights.shape.length;
	const inner = rank - ((k === 0) !== turned ? 2 : 1);
	const along = (values: Float64Array, at: number): Float64Array =>
		expandedTo(
			values,
			weights.shape.map((size, j) => (j === at ? size : 1)),
			weights.shape,
		);
	const factors = along(exponents, inner);
	const parts = columns && along(columns, inner === rank - 1 ? rank - 2 : rank - 1);
	const scaled = weights.data.map((weight, i) => weight * 2 ** (factors[i] - (parts?.[i] ?? 0)));
	const constant = rewriter.tensor(`${node.inputs[1 - k]}_evened`, x, scaled, weights.shape);
	const left = own?.name ?? x;
	const operands = k === 0 ? [left, constant] : [constant, left];
	const to = rewriter.shape(node.outputs[0]);
	const whole = columns && expandedTo(columns, [columns.length], to);
	const bias = node.inputs.slice(2).map((c) => (c && whole ? rewriter.divided(c, whole, to) : c));
	write(rewriter, node, [...operands, ...bias], whole);
	return true;
}

/** Exponents of the columns of a product's result, where they differ along the last axis only and can go into constants. */
function chosenColumns(node: Node, rewriter: Rewriter, choose: Choose): Float64Array | undefined {
	const c = node.inputs[2];
	if (rewriter.real(node.inputs[1])!.shape.length !== 2 || (c && !rewriter.real(c))) return undefined;
	const to = rewriter.shape(node.outputs[0]);
	const chosen = to.length < 2 ? undefined : choose(node.outputs[0]);
	const columns = chosen && alongAxis(chosen, to, to.length - 1);
	return columns?.some((exponent) => exponent !== 0) ? columns : undefined;
}

function convolves(node: Node, rewriter: Rewriter): boolean {
	const [x, w] = node.inputs;
	const own = rewriter.evened.get(x);
	const weights = rewriter.real(w);
	const exponents = own && alongAxis(own.exponents, rewriter.shape(x), 1);
	if (!weights || !exponents) return false;
	const [filters, perGroup] = weights.shape;
	const kernel = sizeOf(weights.shape.slice(2));
	const filtersPerGroup = filters / int(node, "group", 1);
	const scaled = weights.data.map((weight, i) => {
		const group = Math.floor(Math.floor(i / (perGroup * kernel)) / filtersPerGroup);
		return weight * 2 ** exponents[group * perGroup + (Math.floor(i / kernel) % perGroup)];
	});
	const constant = rewriter.tensor(`${w}_evened`, x, scaled, weights.shape);
	write(rewriter, node, [own!.name, constant, ...node.inputs.slice(2)]);
	return true;
}
